/** Health, limits and breakers of integrations, asked and watched through the whole gateway. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from './support/gateway.ts';

interface IntegrationAnswer {
  name: string;
  state: string;
  breaker: { state: string; probeAt: string | null };
  rateLimit: { limit: number; remaining: number; resetAt: string } | null;
  latencyP50Ms: number | null;
  latencyP99Ms: number | null;
  errorRate: number | null;
}

const FIELDS =
  'name state breaker { state probeAt } rateLimit { limit remaining resetAt } latencyP50Ms latencyP99Ms errorRate';
const PAGE = `{ employees(first: 50) { nodes { skills(first: 5) {
  sources { integration { name } state problem { code retryable retryAfterSeconds } }
} } } }`;

interface PageAnswer {
  employees: {
    nodes: {
      skills: {
        sources: {
          integration: { name: string };
          state: string;
          problem: { code: string; retryable: boolean; retryAfterSeconds: number | null } | null;
        }[];
      };
    }[];
  };
}

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway({
    environment: { CACHE: 'off', SIMULATOR_LIMITS: 'default' },
    limits: { attempts: 2, requestsPerSecond: null },
  });
}, 120_000);
afterAll(() => gateway.close());

async function integration(name: string): Promise<IntegrationAnswer> {
  const { data } = await gateway.ask<{ integrations: IntegrationAnswer[] }>(`{ integrations { ${FIELDS} } }`);
  const found = data?.integrations.find((each) => each.name === name);
  if (!found) throw new Error(`no integration ${name}`);
  return found;
}

it('shows how an integration answers, and what its provider says of its limit', async () => {
  const kombo = await integration('kombo-main');
  expect(kombo).toMatchObject({ state: 'HEALTHY', breaker: { state: 'CLOSED', probeAt: null }, errorRate: 0 });
  expect(kombo.rateLimit).toMatchObject({ limit: 300 });
  expect(kombo.rateLimit?.remaining).toBeLessThan(300);
  expect(Date.parse(kombo.rateLimit?.resetAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
  expect(kombo.latencyP50Ms).toBeGreaterThan(0);
  expect(kombo.latencyP99Ms).toBeGreaterThanOrEqual(kombo.latencyP50Ms ?? 0);
  expect((await integration('kantata-main')).rateLimit).toBeNull();
});

it('opens the breaker of a failing provider, says so to watchers, and then asks it no more', async () => {
  const abort = new AbortController();
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    signal: abort.signal,
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: `subscription { integrationUpdated { ${FIELDS} } }` }),
  });
  const text = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  gateway.simulator('kantata').addFault({ shape: { kind: 'status', status: 503 } });
  const asked = async () => {
    const { data } = await gateway.ask<PageAnswer>(PAGE);
    const sources = data?.employees.nodes.flatMap(({ skills }) => skills.sources) ?? [];
    return sources.filter((source) => source.integration.name === 'kantata-main' && source.state !== 'UNMATCHED');
  };
  while ((await integration('kantata-main')).breaker.state === 'CLOSED') await asked();
  let heard = '';
  while (!heard.includes('"OPEN"')) heard += (await text?.read())?.value ?? '';
  expect(heard).toContain('"name":"kantata-main","state":"DOWN","breaker":{"state":"OPEN"');

  expect(await integration('kantata-main')).toMatchObject({
    state: 'DOWN',
    breaker: { state: 'OPEN', probeAt: expect.any(String) as string },
  });
  gateway.forget();
  const sources = await asked();
  expect(sources.length).toBeGreaterThan(0);
  for (const { state, problem } of sources) {
    expect(state).toBe('UNREACHABLE');
    expect(problem).toMatchObject({ code: 'BREAKER_OPEN', retryable: true });
    expect(problem?.retryAfterSeconds).toBeGreaterThan(0);
  }
  expect(gateway.cost()['kantata-main']).toBeUndefined();
  expect(gateway.cost()['kombo-main']).toBeDefined();
  expect(gateway.gateway.directory.integrations.map(({ watchers }) => watchers)).toEqual([1, 1, 1]);
  abort.abort();
  await expect.poll(() => gateway.gateway.directory.integrations.map(({ watchers }) => watchers)).toEqual([0, 0, 0]);
}, 60_000);
