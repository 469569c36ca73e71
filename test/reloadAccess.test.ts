import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type Gateway } from '../src/gateway.ts';
import type { Tenancy } from '../src/config/tenancy.ts';
import { createDataDir, type DataDir } from './support/dataDir.ts';
import { eventsOf, type Answer } from './support/gateway.ts';
import { runLog } from './support/runLogs.ts';
import { askWith, KEYS, startTenantSimulators, tenantsConfiguration, type TenantName } from './support/tenants.ts';
import { all, wsClient } from './support/wsClient.ts';

const WATCH = 'subscription { integrationUpdated { name } }';
const COMPLETE = 'event: complete';
const WITHDRAWN = { code: 'UNAUTHENTICATED', reason: 'withdrawn' };

let simulators: Awaited<ReturnType<typeof startTenantSimulators>>;
let folder: DataDir;
let gateway: Gateway;
let tenancy: Tenancy;

beforeAll(async () => {
  [folder, simulators] = await Promise.all([createDataDir(), startTenantSimulators()]);
  const configuration = tenantsConfiguration(
    { DATA_DIR: join(folder.path, 'alone') },
    { folder: folder.path, simulators },
  );
  ({ tenancy } = configuration);
  gateway = await startGateway({ ...configuration, log: runLog(), retireMs: 50 });
  await gateway.ready;
}, 120_000);
afterEach(() => gateway.reload(tenancy));
afterAll(async () => {
  await gateway.close();
  await simulators.close();
  await folder.remove();
});

/** An event stream that began; `until` reads up to its first part that has this text. */
async function eventStream(tenant: TenantName) {
  const leaving = new AbortController();
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${KEYS[tenant]}`,
    },
    body: JSON.stringify({ query: WATCH }),
    signal: leaving.signal,
  });
  const parts = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    async until(wanted: string): Promise<Answer<unknown>[]> {
      while (!text.includes(wanted)) {
        const part = await parts?.read();
        if (part?.done !== false) throw new Error(`the stream ended without ${wanted}: ${text}`);
        text += part.value;
      }
      return wanted === COMPLETE ? eventsOf(text) : [];
    },
    leave: () => leaving.abort(),
  };
}

/** A subscription on a socket that began. */
async function socketStream(tenant: TenantName) {
  const client = wsClient(gateway.url, { connectionParams: { authorization: `Bearer ${KEYS[tenant]}` } });
  const results: unknown[] = [];
  let told = () => {};
  const first = new Promise<void>((resolve) => (told = resolve));
  const ended = (async () => {
    for await (const result of client.iterate({ query: WATCH })) {
      results.push(result);
      told();
    }
    return results;
  })();
  // Answered after what was asked before it on the same socket.
  await all(client, '{ __typename }');
  return { client, first, ended };
}

const without = (tenant: TenantName): Tenancy => ({
  ...tenancy,
  clients: tenancy.clients.filter(({ name }) => name !== tenant),
});

describe('streams at a reload', () => {
  it.each([
    ['client is gone', () => without('globex')],
    [
      'tenant is gone',
      () => ({ ...without('globex'), tenants: tenancy.tenants.filter(({ name }) => name !== 'globex') }),
    ],
    [
      'client is another tenant’s',
      () => ({
        ...tenancy,
        clients: tenancy.clients.map((client) => ({ ...client, tenant: 'acme' })),
      }),
    ],
    [
      'client may less',
      () => ({
        ...tenancy,
        clients: tenancy.clients.map((client) =>
          client.name === 'globex' ? { ...client, scopes: new Set(['integrations:read'] as const) } : client,
        ),
      }),
    ],
  ])(
    'end with UNAUTHENTICATED where the %s, and go on elsewhere',
    async (_, next) => {
      const [events, socket] = [await eventStream('globex'), await socketStream('globex')];
      const [kept, keptSocket] = [await eventStream('acme'), await socketStream('acme')];
      await gateway.reload(next());
      const withdrawn = { errors: [{ message: expect.any(String) as string, extensions: WITHDRAWN }] };
      expect(await events.until(COMPLETE)).toEqual([withdrawn]);
      expect(await socket.ended).toEqual([withdrawn]);

      const [integration] = gateway.directory.integrations;
      if (!integration) throw new Error('acme has no integration');
      integration.sync = { ...integration.sync, state: integration.sync.state === 'FAILING' ? 'IDLE' : 'FAILING' };
      await Promise.all([kept.until('kombo-main'), keptSocket.first]);
      await gateway.reload(without('acme'));
      const told = { data: { integrationUpdated: { name: 'kombo-main' } } };
      expect(await kept.until(COMPLETE)).toEqual([told, withdrawn]);
      expect(await keptSocket.ended).toEqual([told, withdrawn]);
      await Promise.all([socket.client.dispose(), keptSocket.client.dispose()]);
    },
    60_000,
  );

  it('go on where a client gets a second key, and another one is added', async () => {
    const events = await eventStream('globex');
    const { client, ended } = await socketStream('globex');
    const [first] = tenancy.clients;
    if (!first) throw new Error('there is no client');
    const more = tenancy.clients.map((each) => ({ ...each, keyHashes: [...each.keyHashes, 'ab'.repeat(32)] }));
    await gateway.reload({ ...tenancy, clients: more });
    await gateway.reload({ ...tenancy, clients: [...more, { ...first, name: 'third', keyHashes: ['cd'.repeat(32)] }] });
    expect((await askWith(gateway, KEYS.globex, '{ __typename }')).data).toEqual({ __typename: 'Query' });
    await client.dispose();
    expect(await ended).toEqual([]);
    events.leave();
    await expect(events.until(COMPLETE)).rejects.toThrow('aborted');
  }, 60_000);
});
