import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type Gateway } from '../src/app/gateway.ts';
import type { Tenancy } from '../src/config/tenancy.ts';
import { createDataDir, type DataDir } from './support/dataDir.ts';
import { COMPLETE, eventStream, socketStream } from './support/streams.ts';
import { runLog } from './support/runLogs.ts';
import { askWith, KEYS, startTenantSimulators, tenantsConfiguration, type TenantName } from './support/tenants.ts';

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

const events = (tenant: TenantName) => eventStream(gateway, KEYS[tenant]);
const socket = (tenant: TenantName) => socketStream(gateway, KEYS[tenant]);

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
      const [lost, lostSocket] = [await events('globex'), await socket('globex')];
      const [kept, keptSocket] = [await events('acme'), await socket('acme')];
      await gateway.reload(next());
      const withdrawn = { errors: [{ message: expect.any(String) as string, extensions: WITHDRAWN }] };
      expect(await lost.until(COMPLETE)).toEqual([withdrawn]);
      expect(await lostSocket.ended).toEqual([withdrawn]);

      const [integration] = gateway.directory.integrations;
      if (!integration) throw new Error('acme has no integration');
      integration.sync = { ...integration.sync, state: integration.sync.state === 'FAILING' ? 'IDLE' : 'FAILING' };
      await Promise.all([kept.until('kombo-main'), keptSocket.first]);
      await gateway.reload(without('acme'));
      const told = { data: { integrationUpdated: { name: 'kombo-main' } } };
      expect(await kept.until(COMPLETE)).toEqual([told, withdrawn]);
      expect(await keptSocket.ended).toEqual([told, withdrawn]);
      await Promise.all([lostSocket.client.dispose(), keptSocket.client.dispose()]);
    },
    60_000,
  );

  it('go on where a client gets a second key, and another one is added', async () => {
    const watching = await events('globex');
    const { client, ended } = await socket('globex');
    const [first] = tenancy.clients;
    if (!first) throw new Error('there is no client');
    const more = tenancy.clients.map((each) => ({ ...each, keyHashes: [...each.keyHashes, 'ab'.repeat(32)] }));
    await gateway.reload({ ...tenancy, clients: more });
    await gateway.reload({ ...tenancy, clients: [...more, { ...first, name: 'third', keyHashes: ['cd'.repeat(32)] }] });
    expect((await askWith(gateway, KEYS.globex, '{ __typename }')).data).toEqual({ __typename: 'Query' });
    await client.dispose();
    expect(await ended).toEqual([]);
    watching.leave();
    await expect(watching.until(COMPLETE)).rejects.toThrow('aborted');
  }, 60_000);

  it('complete where their tenant is replaced, once what was under way had its time, and go on elsewhere', async () => {
    const [former, formerSocket] = [await events('globex'), await socket('globex')];
    const [kept, keptSocket] = [await events('acme'), await socket('acme')];
    const replaced = (name: string) => (name === 'globex' ? { consensusPolicy: 'evidence' } : {});
    await gateway.reload({
      ...tenancy,
      tenants: tenancy.tenants.map((tenant) => ({ ...tenant, ...replaced(tenant.name) })),
    });
    expect(await former.until(COMPLETE)).toEqual([]);
    expect(await formerSocket.ended).toEqual([]);

    const [integration] = gateway.directory.integrations;
    if (!integration) throw new Error('acme has no integration');
    integration.sync = { ...integration.sync, state: integration.sync.state === 'FAILING' ? 'IDLE' : 'FAILING' };
    await Promise.all([kept.until('kombo-main'), keptSocket.first]);
    kept.leave();
    await Promise.all([formerSocket.client.dispose(), keptSocket.client.dispose()]);
  }, 60_000);
});
