import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gateway } from '../src/app/gateway.ts';
import { startConfiguredGateways, type ConfiguredGateways } from './support/configuredGateway.ts';
import { startTestGateway } from './support/gateway.ts';
import { startRedis, type TestRedis } from './support/redis.ts';

const KEYS = {
  watcher: 'key-of-the-watcher-of-acme',
  reader: 'key-of-the-reader-of-acme',
  root: 'key-of-the-root-of-globex',
};
const client = (name: keyof typeof KEYS, tenant: string, ...scopes: string[]) => ({
  name,
  tenant,
  keys: [{ sha256: createHash('sha256').update(KEYS[name]).digest('hex') }],
  scopes,
});
const clients = [
  client('watcher', 'acme', 'integrations:read'),
  client('reader', 'acme', 'employees:read', 'ratings:write'),
  client('root', 'globex', 'admin'),
];

let redis: TestRedis;
let bench: ConfiguredGateways;

beforeAll(async () => {
  [redis, bench] = await Promise.all([startRedis(), startConfiguredGateways(['acme', 'globex'])]);
}, 60_000);
afterAll(async () => {
  await bench.close();
  await redis.stop();
});

/** `/metrics` as this client would read it; without a key where there is none. */
async function scrape({ url }: Pick<Gateway, 'url'>, key?: string) {
  const headers = key === undefined ? undefined : { authorization: `Bearer ${key}` };
  const response = await fetch(`${url}/metrics`, { headers });
  const text = await response.text();
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    tenants: [...new Set([...text.matchAll(/[{,]tenant="([^"]*)"/g)].map(([, tenant = '']) => tenant))].toSorted(),
    text,
  };
}

const errorsOf = (text: string): unknown => (JSON.parse(text) as { errors: unknown }).errors;

describe.each(['token', undefined])('metrics by token (METRICS=%s)', (setting) => {
  let gateway: Gateway;
  beforeAll(async () => {
    const environment = { REDIS_URL: redis.url, ...(setting ? { METRICS: setting } : {}) };
    gateway = await bench.start({ clients }, environment);
    await gateway.ready;
  }, 60_000);

  it('show a client with integrations:read the series of its tenant and of the process, and no others', async () => {
    const watcher = await scrape(gateway, KEYS.watcher);
    expect([watcher.status, watcher.tenants]).toEqual([200, ['acme']]);
    const needed = [
      'gateway_directory_size{tenant="acme",kind="employees"}',
      'gateway_breaker_state{tenant="acme",integration="kombo-main",state="CLOSED"}',
      'gateway_queue_open_batches',
      'nodejs_eventloop_lag_p99_seconds',
    ];
    expect(needed.filter((series) => !watcher.text.includes(`\n${series} `))).toEqual([]);
    expect(watcher.text.includes('globex')).toBe(false);
  });

  it('show an administrator no more than its own tenant’s either', async () => {
    const root = await scrape(gateway, KEYS.root);
    expect([root.status, root.tenants]).toEqual([200, ['globex']]);
    expect(root.text.includes('acme')).toBe(false);
  });

  it('are refused without the scope, which the refusal names', async () => {
    const { status, text } = await scrape(gateway, KEYS.reader);
    expect(status).toBe(403);
    expect(errorsOf(text)).toMatchObject([{ extensions: { code: 'FORBIDDEN', scope: 'integrations:read' } }]);
    expect(text).not.toContain('gateway_');
  });

  it.each([
    ['no key', undefined, 'missing'],
    ['a wrong key', 'key-that-nobody-was-given', 'unknown_key'],
  ])('are refused with %s', async (_, key, reason) => {
    const { status, text, challenge } = await scrape(gateway, key);
    expect([status, errorsOf(text)]).toMatchObject([401, [{ extensions: { code: 'UNAUTHENTICATED', reason } }]]);
    expect(challenge).toContain('Bearer realm=');
    expect(text).not.toContain('gateway_');
  });

  it('are read, not written', async () => {
    const headers = { authorization: `Bearer ${KEYS.watcher}` };
    const response = await fetch(`${gateway.url}/metrics`, { method: 'POST', headers });
    await response.text();
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET']);
  });
});

describe('metrics', () => {
  it('are nowhere with METRICS=off, not even for an administrator', async () => {
    const gateway = await bench.start({ clients }, { REDIS_URL: redis.url, METRICS: 'off' });
    const elsewhere = await fetch(`${gateway.url}/anything`).then((response) => response.text());
    for (const key of [undefined, KEYS.root]) {
      const { status, text } = await scrape(gateway, key);
      expect([status, text]).toEqual([404, elsewhere]);
    }
  }, 60_000);

  it('are everybody’s and every tenant’s with METRICS=on', async () => {
    const gateway = await bench.start({ clients }, { REDIS_URL: redis.url, METRICS: 'on' });
    await gateway.ready;
    const { status, tenants } = await scrape(gateway);
    expect([status, tenants]).toEqual([200, ['acme', 'globex']]);
  }, 60_000);

  it('are open in the sandbox', async () => {
    const sandbox = await startTestGateway();
    try {
      const { status, tenants } = await scrape(sandbox);
      expect([status, tenants]).toEqual([200, ['default']]);
    } finally {
      await sandbox.close();
    }
  }, 60_000);
});
