import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { startGateway, type Gateway } from '../src/app/gateway.ts';
import type { Tenancy } from '../src/config/tenancy.ts';
import type { IssuerConfig } from '../src/domain/access.ts';
import { createDataDir, type DataDir } from './support/dataDir.ts';
import { startIssuer, type TestIssuer } from './support/issuer.ts';
import { runLog } from './support/runLogs.ts';
import { COMPLETE, eventStream, socketStream } from './support/streams.ts';
import { askWith, startTenantSimulators, tenantsConfiguration } from './support/tenants.ts';
import { all } from './support/wsClient.ts';

const VIEWER = '{ viewer { client tenant } }';
const WITHDRAWN = {
  errors: [{ message: expect.any(String) as string, extensions: { code: 'UNAUTHENTICATED', reason: 'withdrawn' } }],
};
const ISSUER = 'https://one.example.test';
const OTHER = 'https://two.example.test';

let simulators: Awaited<ReturnType<typeof startTenantSimulators>>;
let folder: DataDir;
let issuer: TestIssuer;
let gateway: Gateway;
let tenancy: Tenancy;

beforeAll(async () => {
  [folder, issuer, simulators] = await Promise.all([createDataDir(), startIssuer(), startTenantSimulators()]);
  const configuration = tenantsConfiguration(
    { DATA_DIR: join(folder.path, 'alone') },
    { folder: folder.path, simulators },
  );
  tenancy = { ...configuration.tenancy, issuers: [issuing(ISSUER), issuing(OTHER)] };
  gateway = await startGateway({ ...configuration, tenancy, log: runLog(), retireMs: 50 });
  await gateway.ready;
}, 120_000);
afterEach(() => gateway.reload(tenancy));
afterAll(async () => {
  await gateway.close();
  issuer.close();
  await simulators.close();
  await folder.remove();
});

const issuing = (name: string, more: Partial<IssuerConfig> = {}): IssuerConfig => ({
  issuer: name,
  audiences: ['gateway'],
  jwksUrl: issuer.jwksUrl,
  tenant: { fixed: 'acme' },
  scopeClaim: 'scope',
  emailClaim: null,
  budget: null,
  ...more,
});
const issuers = (...configs: IssuerConfig[]): Tenancy => ({ ...tenancy, issuers: configs });
const tokenOf = (name: string, aud = 'gateway') =>
  issuer.sign({ iss: name, aud, sub: 'somebody', scope: 'integrations:read' });

/** Who the token is, or why it is nobody. */
async function whoIs(token: string): Promise<unknown> {
  const { data, errors } = await askWith(gateway, token, VIEWER);
  return data?.['viewer'] ?? errors?.[0]?.extensions?.['reason'];
}

const SOMEBODY = { client: 'somebody', tenant: 'acme' };

it.each([
  ['that is gone', 'issuer', () => issuers(issuing(OTHER))],
  ['that is gone with all others', 'unknown_key', () => issuers()],
  ['for another audience', 'audience', () => issuers(issuing(ISSUER, { audiences: ['another'] }), issuing(OTHER))],
])(
  'tokens of an issuer %s are refused from the reload on, and their streams end',
  async (_, reason, next) => {
    const token = await tokenOf(ISSUER);
    expect(await whoIs(token)).toEqual(SOMEBODY);
    const [events, socket] = [await eventStream(gateway, token), await socketStream(gateway, token)];
    await gateway.reload(next());
    expect(await whoIs(token)).toBe(reason);
    expect(await events.until(COMPLETE)).toEqual([WITHDRAWN]);
    expect(await socket.ended).toEqual([WITHDRAWN]);
    await expect(all(socket.client, VIEWER)).rejects.toMatchObject({ code: 4403 });
    await socket.client.dispose();
  },
  60_000,
);

it('streams of an issuer go on where another one is taken away, and its audiences grow', async () => {
  const token = await tokenOf(OTHER);
  const { client, ended } = await socketStream(gateway, token);
  await gateway.reload(issuers(issuing(OTHER, { audiences: ['another', 'gateway'] })));
  expect(await whoIs(token)).toEqual(SOMEBODY);
  await client.dispose();
  expect(await ended).toEqual([]);
}, 60_000);

it('an issuer and an audience that a reload adds are let in at once', async () => {
  const [third, another] = [await tokenOf('https://three.example.test'), await tokenOf(ISSUER, 'another')];
  expect([await whoIs(third), await whoIs(another)]).toEqual(['issuer', 'audience']);
  await gateway.reload(
    issuers(
      issuing('https://three.example.test'),
      issuing(ISSUER),
      issuing(ISSUER, { audiences: ['another'], tenant: { fixed: 'globex' } }),
    ),
  );
  expect([await whoIs(third), await whoIs(another)]).toEqual([SOMEBODY, { ...SOMEBODY, tenant: 'globex' }]);
}, 60_000);
