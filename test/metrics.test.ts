import { readFileSync } from 'node:fs';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startTestGateway, type TestGateway } from './support/gateway.ts';

let bench: TestGateway;

beforeAll(async () => {
  bench = await startTestGateway();
}, 60_000);
afterAll(() => bench.close());

type Series = Map<string, number>;

/** All series by their text up to the value. */
async function scrape(): Promise<Series> {
  const response = await fetch(`${bench.url}/metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

/** What has grown, of the counters of these names. */
function grown(before: Series, after: Series, ...names: string[]): Record<string, number> {
  return Object.fromEntries(
    [...after].flatMap(([series, value]) => {
      const more = value - (before.get(series) ?? 0);
      return more !== 0 && names.some((name) => series.startsWith(`${name}{`)) ? [[series, more]] : [];
    }),
  );
}

/** What `work` has counted, once a request that it made has ended, which is just after its answer was read. */
async function counted(requests: number, names: string[], work: () => Promise<unknown>) {
  const before = await scrape();
  await work();
  const total = (series: Series) =>
    Object.values(grown(before, series, 'gateway_requests_total')).reduce((sum, each) => sum + each, 0);
  await expect.poll(async () => total(await scrape())).toBe(requests);
  return grown(before, await scrape(), ...names);
}

const PAGE = '{ employees(first: 3) { nodes { skills(first: 5) { totalCount } } } }';
const post = (body: string, headers: Record<string, string> = {}) =>
  fetch(`${bench.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
    body,
  }).then((response) => response.text());

describe('metrics', () => {
  it('name the version that runs', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect((await scrape()).get(`gateway_build_info{version="${version}"}`)).toBe(1);
  });

  it('count requests by outcome and errors by code, each once', async () => {
    const names = ['gateway_requests_total', 'gateway_errors_total'];
    const found = await counted(6, names, async () => {
      await bench.ask('{ __typename }');
      await bench.ask('{ __typename }');
      await bench.ask('{ nothing }');
      await post('{"query":"{"}');
      await post('not JSON');
      await post('{"query":"{__typename}"}', { 'content-type': 'text/plain' });
    });
    expect(found).toEqual({
      'gateway_requests_total{transport="http",outcome="ok"}': 2,
      'gateway_requests_total{transport="http",outcome="errors"}': 1,
      'gateway_requests_total{transport="http",outcome="refused"}': 3,
      'gateway_errors_total{code="GRAPHQL_VALIDATION_FAILED"}': 1,
      'gateway_errors_total{code="GRAPHQL_PARSE_FAILED"}': 1,
      'gateway_errors_total{code="BAD_REQUEST"}': 1,
      'gateway_errors_total{code="UNSUPPORTED_MEDIA_TYPE"}': 1,
    });
  });

  it('count calls to providers and copies that answered in their place', async () => {
    bench.forget();
    const names = ['gateway_upstream_calls_total', 'gateway_cache_reads_total'];
    const found = await counted(2, names, async () => {
      await bench.ask(PAGE);
      await bench.ask(PAGE);
    });
    const call = (integration: string) =>
      `gateway_upstream_calls_total{tenant="default",integration="${integration}",operation="ratingsByEmployees",purpose="request",outcome="ok"}`;
    const copies = (integration: string, outcome: string) =>
      `gateway_cache_reads_total{tenant="default",integration="${integration}",kind="employeeRatings",outcome="${outcome}"}`;
    const asked = Object.keys(bench.cost());
    expect(asked).toEqual(expect.arrayContaining(['kombo-main', 'kantata-main']));
    const misses = (integration: string) => found[copies(integration, 'miss')];
    expect(found).toEqual(
      Object.fromEntries(
        asked.flatMap((integration) => [
          [call(integration), 1],
          [copies(integration, 'miss'), misses(integration)],
          // The second page asks for the same people.
          [copies(integration, 'hit'), misses(integration)],
        ]),
      ),
    );
  });

  it('show subscriptions and sockets for as long as they are open', async () => {
    const client = createClient({
      url: `${bench.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      lazy: false,
      retryAttempts: 0,
    });
    const field = 'gateway_subscribers{transport="ws",field="integrationUpdated"}';
    const events = client.iterate({ query: 'subscription { integrationUpdated { name } }' });
    const next = events.next();
    await expect.poll(async () => (await scrape()).get(field)).toBe(1);
    expect((await scrape()).get('gateway_websockets')).toBe(1);
    await client.dispose();
    await next.catch(() => {});
    await expect.poll(async () => (await scrape()).get(field)).toBe(0);
    await expect.poll(async () => (await scrape()).get('gateway_websockets')).toBe(0);
  });

  it('show the directory, its integrations, the queue, the deliveries and the process', async () => {
    const series = await scrape();
    expect(series.get('gateway_directory_size{tenant="default",kind="skills"}')).toBe(60);
    expect(series.get('gateway_breaker_state{tenant="default",integration="kombo-main",state="CLOSED"}')).toBe(1);
    expect(
      series.get('gateway_directory_age_seconds{tenant="default",integration="kombo-main",read="full"}'),
    ).toBeGreaterThan(0);
    expect(series.get('gateway_queue_open_batches')).toBe(0);
    expect(series.get('gateway_webhook_deliveries{tenant="default",state="DEAD"}')).toBe(0);
    for (const name of ['p50_seconds', 'p99_seconds', 'max_seconds']) {
      expect(series.has(`nodejs_eventloop_lag_${name}`)).toBe(true);
    }
  });

  it('are as many after a thousand odd requests as before', async () => {
    const odd = (n: number) => [
      post(`{"query":"query q${n} { f${n} }"}`, { 'x-request-id': `r${n}`, traceparent: `00-${n}` }),
      post(JSON.stringify({ query: `query o${n} { __typename }`, operationName: `p${n}` })),
      post(JSON.stringify({ query: `subscription s${n} { integrationUpdated { x${n} } }` })),
      fetch(`${bench.url}/path${n}?q=${n}`, { method: n % 2 ? 'GET' : 'DELETE' }).then((answer) => answer.text()),
      bench.ask('query($id: ID!) { employee(by: { id: $id }) { id } }', { id: `nobody${n}` }),
    ];
    await Promise.all(odd(0));
    const before = await scrape();
    for (let at = 1; at <= 200; at += 20) {
      await Promise.all(Array.from({ length: 20 }, (_, more) => odd(at + more)).flat());
    }
    const names = (series: Series) => [...series.keys()].filter((name) => name.startsWith('gateway_')).toSorted();
    expect(names(await scrape())).toEqual(names(before));
  }, 60_000);
});
