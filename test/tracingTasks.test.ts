import { context, propagation, SpanKind, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startSimulators, type RunningSimulator } from '../src/app/simulators.ts';
import type { SimRequest } from '../src/simulator/simulator.ts';
import { startTestGateway, type TestGateway } from './support/gateway.ts';
import { startRedis, type TestRedis } from './support/redis.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const PARENT_ID = 'b7ad6b7169203331';
const CLIENT = { traceparent: `00-${TRACE_ID}-${PARENT_ID}-01`, tracestate: 'vendor=opaque' };
const KEY = 'a-key-of-two-replicas';

const RATE = `mutation ($id: ID!, $skill: ID!) {
  rateSkills(input: { items: { employee: { id: $id }, skill: { id: $skill }, proficiency: { level: 0.5 },
    integration: "kombo-main" } }) { task { id } userErrors { message } }
}`;

const exporter = new InMemorySpanExporter();
const sdk = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(sdk);
});
afterAll(async () => {
  await sdk.shutdown();
  trace.disable();
  context.disable();
  propagation.disable();
});
beforeEach(() => exporter.reset());

/** What reaches the providers on their sockets from now on. */
function overhear(simulators: readonly RunningSimulator[]): SimRequest['headers'][] {
  const heard: SimRequest['headers'][] = [];
  for (const { simulator } of simulators) {
    const handle = simulator.handle.bind(simulator);
    simulator.handle = (request) => {
      heard.push(request.headers);
      return handle(request);
    };
  }
  return heard;
}

/** Rates somebody in the client's trace; answers the task's id. */
async function rate(gateway: TestGateway): Promise<string> {
  const { data } = await gateway.ask<{
    employees: { nodes: { id: string }[] };
    skills: {
      nodes: { id: string; identity: { records: { integration: { name: string }; scale: object | null }[] } }[];
    };
  }>(`{ employees(first: 1, filter: { integrations: ["kombo-main"] }) { nodes { id } }
    skills(first: 50) { nodes { id identity { records { integration { name } scale { __typename } } } } } }`);
  const skill = data?.skills.nodes.find(({ identity: { records } }) =>
    records.some(({ integration, scale }) => integration.name === 'kombo-main' && scale !== null),
  );
  const variables = { id: data?.employees.nodes[0]?.id, skill: skill?.id };
  const answer = await gateway.ask<{ rateSkills: { task: { id: string } } }>(RATE, variables, CLIENT);
  if (!answer.data) throw new Error(`nothing was rated: ${JSON.stringify(answer.errors)}`);
  return answer.data.rateSkills.task.id;
}

/** All spans until now, once a task's and the request's own have ended. */
async function spans(): Promise<readonly ReadableSpan[]> {
  const names = () => exporter.getFinishedSpans().map(({ name }) => name);
  await expect.poll(names, { timeout: 20_000 }).toEqual(expect.arrayContaining(['task rate', 'HTTP /graphql']));
  return exporter.getFinishedSpans();
}

/** The names of the spans from the outermost to this one, and what the outermost is under. */
function wayOf(span: ReadableSpan | undefined, all: readonly ReadableSpan[]): string {
  if (!span) return 'no such span';
  const parentId = span.parentSpanContext?.spanId;
  const parent = all.find((other) => other.spanContext().spanId === parentId);
  return `${parent ? wayOf(parent, all) : parentId} > ${span.name}`;
}

const named = (name: string, all: readonly ReadableSpan[]) => all.find((span) => span.name === name);

/** Work that is the client's, from its request to the provider. */
const ONE_TRACE = {
  way: `${PARENT_ID} > HTTP /graphql > GraphQL mutation > Mutation.rateSkills > task rate > kombo-main rate > POST rate`,
  traceId: TRACE_ID,
  kind: SpanKind.CONSUMER,
  // Out of the queue, not by way of who woke the worker.
  fromQueue: true,
  attributes: { 'gateway.integration': 'kombo-main', 'gateway.operation': 'rate', 'gateway.asked': 1 },
  told: [{ tracestate: CLIENT.tracestate }],
};

/** How a rating went, by its spans and by what the provider heard of it. */
function seen(all: readonly ReadableSpan[], heard: readonly SimRequest['headers'][]): object {
  const [work, call] = [named('task rate', all), named('POST rate', all)];
  return {
    way: wayOf(call, all),
    traceId: call?.spanContext().traceId,
    kind: work?.kind,
    fromQueue: work?.parentSpanContext?.isRemote,
    attributes: work?.attributes,
    told: heard.filter(({ traceparent }) => traceparent === `00-${TRACE_ID}-${call?.spanContext().spanId}-01`),
  };
}

describe('a task’s work', { timeout: 120_000 }, () => {
  it('is of the trace of its mutation, and the provider is told so', async () => {
    const gateway = await startTestGateway({ environment: { TRACE_PROPAGATION: 'on' } });
    try {
      const heard = overhear(gateway.gateway.simulators);
      await rate(gateway);
      expect(seen(await spans(), heard)).toMatchObject(ONE_TRACE);
    } finally {
      await gateway.close();
    }
  });

  describe('on another replica', () => {
    let redis: TestRedis;
    let simulators: RunningSimulator[];

    beforeAll(async () => {
      redis = await startRedis();
      simulators = await startSimulators({ people: 60, skills: 30, limits: 'none', seed: 'traces' });
    });
    afterAll(async () => {
      await Promise.all(simulators.map((simulator) => simulator.close()));
      await redis.stop();
    });

    const start = (ROLES: string) =>
      startTestGateway({
        apiKey: KEY,
        environment: Object.assign(
          { SANDBOX: '', REDIS_URL: redis.url, GATEWAY_API_KEYS: KEY, TRACE_PROPAGATION: 'on', ROLES },
          ...simulators.map(({ environment }) => environment),
        ) as Record<string, string>,
      });

    it('that starts long after the mutation was answered is of its trace as well', async () => {
      const serving = await start('serve');
      await rate(serving);
      await serving.close();
      const heard = overhear(simulators);
      const working = await start('work');
      try {
        expect(seen(await spans(), heard)).toMatchObject(ONE_TRACE);
      } finally {
        await working.close();
      }
    });

    it('begins a trace where the mutation’s replica has no SDK and kept nothing', async () => {
      trace.disable();
      const serving = await start('serve');
      await rate(serving);
      await serving.close();
      trace.setGlobalTracerProvider(sdk);
      exporter.reset();
      const working = await start('work');
      try {
        await expect
          .poll(() => named('task rate', exporter.getFinishedSpans())?.name, { timeout: 20_000 })
          .toBeTruthy();
        const all = exporter.getFinishedSpans();
        expect(wayOf(named('POST rate', all), all)).toBe('undefined > task rate > kombo-main rate > POST rate');
        expect(named('task rate', all)?.spanContext().traceId).not.toBe(TRACE_ID);
      } finally {
        await working.close();
      }
    });
  });
});
