import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from './support/gateway.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const PARENT_ID = 'b7ad6b7169203331';
const traceparent = `00-${TRACE_ID}-${PARENT_ID}-01`;

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
let bench: TestGateway;

beforeAll(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  bench = await startTestGateway({ environment: { TRACE_PROPAGATION: 'on', CACHE: 'off' } });
}, 60_000);
afterAll(async () => {
  await bench.close();
  await provider.shutdown();
  trace.disable();
  context.disable();
  propagation.disable();
});
beforeEach(() => exporter.reset());

/** The spans of the client's trace, once the request's own has ended, which is after the answer was sent. */
async function spans(): Promise<ReadableSpan[]> {
  const ours = () => exporter.getFinishedSpans().filter((span) => span.spanContext().traceId === TRACE_ID);
  await expect.poll(() => ours().some(({ name }) => name === 'HTTP /graphql')).toBe(true);
  return ours();
}

const PAGE = `query page {
  employees(first: 3) { nodes { displayName skills(first: 5) { totalCount } } }
}`;

describe('a trace', () => {
  it('goes from the client to each provider, and names no document, no person and no id', async () => {
    await bench.ask(PAGE, {}, { traceparent });
    const found = await spans();
    const byId = new Map(found.map((span) => [span.spanContext().spanId, span]));
    const wayOf = (span: ReadableSpan): string[] => {
      const parent = byId.get(span.parentSpanContext?.spanId ?? '');
      return [...(parent ? wayOf(parent) : [span.parentSpanContext?.spanId ?? '']), span.name];
    };
    const ways = found.map((span) => wayOf(span).join(' > '));
    const before = `${PARENT_ID} > HTTP /graphql > GraphQL query > Query.employees`;
    expect(ways).toContain(before);
    for (const integration of ['kombo-main', 'kantata-main']) {
      const way = `${PARENT_ID} > HTTP /graphql > GraphQL query > ${integration} ratingsByEmployees > GET ratingsByEmployees`;
      expect(ways).toContain(way);
    }
    // The span of the root field ends before the fields below it ask.
    const question = found.find(({ name }) => name === 'kombo-main ratingsByEmployees');
    expect(question?.attributes).toEqual({ 'gateway.asked': 3, 'gateway.field': 'Employee.skills' });
    const call = found.find(({ name }) => name === 'GET ratingsByEmployees');
    expect(call?.attributes).toMatchObject({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'server.address': '127.0.0.1',
      'gateway.purpose': 'request',
    });
    expect(JSON.stringify(found.map(({ name, attributes }) => ({ name, attributes })))).not.toMatch(/displayName|@/);
  });

  it('goes as far as a mutation where no task comes of it', async () => {
    await bench.ask('mutation { cancelTask(input: { taskId: "nothing" }) { __typename } }', {}, { traceparent });
    expect((await spans()).map(({ name }) => name).toSorted()).toEqual([
      'GraphQL mutation',
      'HTTP /graphql',
      'Mutation.cancelTask',
    ]);
  });
});
