import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SimRequest } from '../src/simulator/simulator.ts';
import { startTestGateway, type TestGateway } from './support/gateway.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const CLIENT = {
  traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01`,
  tracestate: 'vendor=opaque',
  baggage: 'person=ada@example.test',
};
const PAGE = '{ employees(first: 3) { nodes { skills(first: 5) { totalCount } } } }';

const exporter = new InMemorySpanExporter();
const sdk = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(
    new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  );
  trace.setGlobalTracerProvider(sdk);
});
afterAll(async () => {
  await sdk.shutdown();
  trace.disable();
  context.disable();
  propagation.disable();
});

/** What reaches the providers on their sockets from now on. */
function overhear({ gateway }: TestGateway): SimRequest['headers'][] {
  const heard: SimRequest['headers'][] = [];
  for (const { simulator } of gateway.simulators) {
    const handle = simulator.handle.bind(simulator);
    simulator.handle = (request) => {
      heard.push(request.headers);
      return handle(request);
    };
  }
  return heard;
}

const withTrace = (heard: SimRequest['headers'][]) =>
  heard.filter((headers) => Object.keys(CLIENT).some((name) => headers[name] !== undefined));

describe('providers', () => {
  it('are told of no trace, unless asked for', async () => {
    const bench = await startTestGateway({ environment: { CACHE: 'off' } });
    try {
      const heard = overhear(bench);
      expect((await bench.ask(PAGE, {}, CLIENT)).errors).toBeUndefined();
      expect(heard.length).toBeGreaterThan(1);
      expect(withTrace(heard)).toEqual([]);
    } finally {
      await bench.close();
    }
  }, 60_000);

  it.each(['on', 'off'])(
    'are told of the client’s trace, each call by its own span, and not of its baggage, with TRACE_PROPAGATION=on and METRICS=%s',
    async (METRICS) => {
      const bench = await startTestGateway({ environment: { CACHE: 'off', TRACE_PROPAGATION: 'on', METRICS } });
      try {
        const heard = overhear(bench);
        exporter.reset();
        await bench.ask(PAGE, {}, CLIENT);
        const spans = () => exporter.getFinishedSpans();
        await expect.poll(() => spans().some(({ name }) => name === 'HTTP /graphql')).toBe(true);
        const ofClient = heard.filter(({ traceparent }) => traceparent?.includes(TRACE_ID));
        expect(ofClient.length).toBeGreaterThan(1);
        const calls = spans().filter(({ name }) => name === 'GET ratingsByEmployees');
        expect(ofClient.map(({ traceparent = '' }) => traceparent).toSorted()).toEqual(
          calls.map((span) => `00-${TRACE_ID}-${span.spanContext().spanId}-01`).toSorted(),
        );
        expect(new Set(ofClient.map(({ tracestate }) => tracestate))).toEqual(new Set([CLIENT.tracestate]));
        expect(heard.filter(({ baggage }) => baggage !== undefined)).toEqual([]);
      } finally {
        await bench.close();
      }
    },
    60_000,
  );

  it('are told of none where no SDK is registered, whatever is set', async () => {
    trace.disable();
    const bench = await startTestGateway({ environment: { CACHE: 'off', TRACE_PROPAGATION: 'on' } });
    try {
      const heard = overhear(bench);
      await bench.ask(PAGE, {}, CLIENT);
      expect(heard.length).toBeGreaterThan(1);
      expect(withTrace(heard)).toEqual([]);
    } finally {
      await bench.close();
    }
  }, 60_000);
});
