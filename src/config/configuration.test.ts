import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from './environment.ts';
import { CARDS } from '../app/integrations.ts';
import { readConfiguration } from './configuration.ts';

const KEY = 'a-key-of-more-than-16';
const SECRET = 'ks_live_do-not-show';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-'));
});
afterAll(() => rm(folder, { recursive: true }));

const written = (name: string, content: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

const kombo = (settings: object = {}, name = 'kombo-main') => ({
  name,
  provider: 'kombo',
  settings: { KOMBO_API_KEY: { env: 'ACME_KOMBO' }, KOMBO_INTEGRATION_ID: 'workday:1', ...settings },
});
const CLIENT = { name: 'portal', tenant: 'acme', keys: [{ env: 'PORTAL_KEY' }], scopes: ['skills:read'] };
const ENVIRONMENT = { ACME_KOMBO: SECRET, PORTAL_KEY: KEY };

const read = (content: unknown, environment: Record<string, string> = {}) =>
  readConfiguration({ ...ENVIRONMENT, ...environment, GATEWAY_CONFIG: written('gateway.json', content) }, CARDS);

function complaintsOf(content: unknown, environment?: Record<string, string>): readonly string[] {
  try {
    read(content, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.complaints;
    throw error;
  }
  return [];
}

describe('a configuration file', () => {
  it('describes tenants with several integrations of one provider, clients and issuers', () => {
    const second = kombo({ KOMBO_API_KEY: { file: written('key', ` ${SECRET}-2\n`) } }, 'kombo-emea');
    const sha256 = createHash('sha256').update('another').digest('hex');
    const issuer = { issuer: 'https://login.test/', audiences: ['gateway'], jwksUrl: 'https://login.test/keys' };
    const { config, tenancy } = read({
      tenants: {
        acme: { integrations: [kombo(), second], consensusPolicy: 'evidence' },
        globex: { integrations: [kombo()] },
      },
      clients: [{ ...CLIENT, keys: [{ env: 'PORTAL_KEY' }, { sha256 }], budget: { limit: 5, windowSeconds: 60 } }],
      issuers: [{ ...issuer, tenant: { claim: 'org' } }],
      limits: { depth: 9 },
    });
    const [acme, globex] = tenancy.tenants;
    expect(acme?.integrations.map(({ name, settings }) => [name, settings.settings['apiKey']])).toEqual([
      ['kombo-main', SECRET],
      ['kombo-emea', `${SECRET}-2`],
    ]);
    expect([acme?.consensusPolicy, globex?.consensusPolicy]).toEqual(['evidence', 'balanced']);
    expect(tenancy.clients).toEqual([
      {
        name: 'portal',
        tenant: 'acme',
        keyHashes: [createHash('sha256').update(KEY).digest('hex'), sha256],
        scopes: new Set(['skills:read']),
        budget: { limit: 5, windowSeconds: 60 },
      },
    ]);
    expect(tenancy.issuers).toEqual([
      { ...issuer, tenant: { claim: 'org' }, scopeClaim: 'scope', emailClaim: null, budget: null },
    ]);
    expect(tenancy.limits).toEqual({ depth: 9 });
    expect(config).toMatchObject({ sandbox: false, receipts: false, apiKeys: [] });
  });

  it('holds limits of an integration that differ from those of its provider', () => {
    const limits = { requestsPerSecond: 2, writesInFlight: 10 };
    const own = { ...kombo(), limits };
    const { tenancy } = read({
      tenants: { acme: { integrations: [own, kombo(undefined, 'kombo-emea')] } },
      clients: [CLIENT],
    });
    expect(tenancy.tenants[0]?.integrations.map((integration) => integration.limits)).toEqual([limits, undefined]);
    const wrong = { ...kombo(), limits: { requestsPerSecond: 0, readsInFlight: 1.5, writesInFlight: 0, attempts: 9 } };
    expect(
      complaintsOf({ tenants: { acme: { integrations: [wrong] } }, clients: [CLIENT] }).map(
        (each) => each.split(' ', 1)[0],
      ),
    ).toEqual([
      '$.tenants.acme.integrations[0].limits.requestsPerSecond',
      '$.tenants.acme.integrations[0].limits.readsInFlight',
      '$.tenants.acme.integrations[0].limits.writesInFlight',
      '$.tenants.acme.integrations[0].limits',
    ]);
  });

  it('is refused with every complaint at its place, and no value', () => {
    const complaints = complaintsOf({
      tenants: {
        acme: {
          integrations: [
            kombo({ KOMBO_API_KEY: SECRET }),
            { name: 'Imocha', provider: 'imocha', settings: { IMOCHA_API_KEY: { env: 'NOT SET' } } },
            { name: 'x', provider: 'workday', settings: {} },
          ],
          policy: 'evidence',
        },
      },
      clients: [{ ...CLIENT, keys: [{ key: KEY }], scopes: ['skills:delete'] }],
    });
    expect(complaints).toEqual([
      '$.tenants.acme.integrations[0].settings.KOMBO_API_KEY must be {"env": "NAME"} or {"file": "/path"}: this file holds no secrets',
      expect.stringMatching(/^\$\.tenants\.acme\.integrations\[1\]\.name must be 1 to 63 lower-case/),
      expect.stringMatching(
        /^\$\.tenants\.acme\.integrations\[1\]\.settings\.IMOCHA_API_KEY\.env must be the name of a variable/,
      ),
      expect.stringMatching(/^\$\.tenants\.acme\.integrations\[2\]\.provider must be one of kombo, imocha, kantata$/),
      '$.tenants.acme has what is not known there: policy',
      expect.stringMatching(/^\$\.clients\[0\]\.keys\[0\] must be/),
      expect.stringMatching(/^\$\.clients\[0\]\.scopes\[0\] /),
    ]);
    expect(complaints.join()).not.toMatch(new RegExp(`${SECRET}|${KEY}`));
  });

  it('is refused where a key stands twice: JSON would take the last one, and its tenant would be another’s', () => {
    const tenant = JSON.stringify({ integrations: [kombo()] });
    const text = `{"tenants":{"acme":${tenant},"acme":${tenant}},"clients":${JSON.stringify([CLIENT])}}`;
    expect(complaintsOf(text)).toEqual(['$.tenants.acme stands there twice']);
  });

  it('takes no password in the URLs of an issuer: it would be in the log, and keys are not read with one', () => {
    const issuer = { issuer: 'https://login.test/@', audiences: ['gateway'], tenant: { fixed: 'acme' } };
    const complaints = (jwksUrl: string) =>
      complaintsOf({ tenants: { acme: { integrations: [kombo()] } }, issuers: [{ ...issuer, jwksUrl }] });
    expect(complaints('https://login.test/keys?of=a@b')).toEqual([]);
    for (const user of ['gateway:do-not-show@', 'do-not-show@', ':@']) {
      expect(complaints(`https://${user}login.test/keys`)).toEqual([
        '$.issuers[0].jwksUrl must be a URL that begins with https:// or http://, without name and password',
      ]);
    }
  });

  it('is refused where its parts do not go together', () => {
    const complaints = complaintsOf(
      {
        tenants: {
          acme: {
            integrations: [
              kombo(),
              kombo({ KOMBO_API_KEY: { env: 'MISSING' } }),
              kombo({ KOMBO_BASE_URL: 'ftp://x' }, 'third'),
            ],
            webhooks: { urls: ['https://127.0.0.1/'], secrets: [{ file: join(folder, 'none') }] },
          },
        },
        clients: [CLIENT, { ...CLIENT, tenant: 'globex' }, { ...CLIENT, name: 'short', keys: [{ env: 'SHORT' }] }],
        issuers: [
          { issuer: 'https://a.test', audiences: ['g'], jwksUrl: 'https://a.test/keys', tenant: { fixed: 'initech' } },
        ],
      },
      { SHORT: 'fifteen-letters' },
    );
    expect(complaints).toEqual([
      '$.clients[1].name is there already',
      '$.clients[1].tenant is no tenant of this file',
      '$.clients[2].keys[0] leads to a key of fewer than 16 characters',
      '$.clients has a key twice',
      '$.tenants.acme.integrations[1].name is there already',
      '$.tenants.acme.integrations[1].settings.KOMBO_API_KEY names the variable MISSING, which is not set',
      expect.stringMatching(/^\$\.tenants\.acme\.integrations\[2\]\.settings KOMBO_BASE_URL is no http/),
      '$.tenants.acme.webhooks.secrets[0] names a file that cannot be read (ENOENT)',
      expect.stringMatching(
        /^\$\.tenants\.acme\.webhooks urls URL 1 of 1 is at a private address, which private permits$/,
      ),
      expect.stringMatching(/^\$\.tenants\.acme\.webhooks secrets is required/),
      '$.issuers[0].tenant.fixed is no tenant of this file',
    ]);
  });

  it('is refused for its shape and for how its other parts go together in one message', () => {
    const nowhere = { file: join(folder, 'nowhere') };
    const issuer = { issuer: 'https://a.test', audiences: ['g'], jwksUrl: 'https://a.test/keys' };
    const complaints = complaintsOf(
      {
        tenants: {
          acme: {
            integrations: [
              { ...kombo(), name: 'Kombo' },
              kombo({ KOMBO_API_KEY: nowhere }),
              kombo({ KOMBO_API_KEY: { env: 'KANTATA_TOKEN' }, KOMBO_URL: 'x' }, 'other'),
              kombo(),
            ],
            policy: 'evidence',
          },
          globex: { integrations: 'none' },
        },
        clients: [
          { ...CLIENT, scopes: ['skills:delete'] },
          { ...CLIENT, name: 'second', tenant: 'initech' },
          { ...CLIENT, name: 'second', tenant: 'globex', keys: [nowhere] },
        ],
        issuers: { ...issuer, tenant: { fixed: 'acme' } },
        limits: { depth: -1 },
      },
      { KANTATA_TOKEN: SECRET },
    );
    expect(complaints).toEqual([
      expect.stringMatching(/^\$\.tenants\.acme\.integrations\[0\]\.name must be 1 to 63 lower-case/),
      '$.tenants.acme.integrations[2].settings has what is not known there: KOMBO_URL',
      '$.tenants.acme has what is not known there: policy',
      expect.stringMatching(/^\$\.tenants\.globex\.integrations /),
      expect.stringMatching(/^\$\.clients\[0\]\.scopes\[0\] /),
      expect.stringMatching(/^\$\.issuers /),
      expect.stringMatching(/^\$\.limits\.depth /),
      '$.clients[2].name is there already',
      '$.clients[1].tenant is no tenant of this file',
      '$.clients[2].keys[0] names a file that cannot be read (ENOENT)',
      '$.tenants.acme.integrations[3].name is there already',
      '$.tenants.acme.integrations[1].settings.KOMBO_API_KEY names a file that cannot be read (ENOENT)',
    ]);
    expect(complaints.join()).not.toMatch(new RegExp(`${SECRET}|${KEY}`));
  });

  it.each([
    ['a list', '[]', ['$']],
    ['nothing', 'null', ['$']],
    ['tenants that are text', '{"tenants": "acme", "clients": [null]}', ['$.tenants', '$.clients[0]']],
    ['a tenant that is nothing', '{"tenants": {"acme": null}, "issuers": 1}', ['$.tenants.acme', '$.issuers']],
  ])('is refused for its shape alone where it holds %s', (_, content, places) => {
    expect(complaintsOf(content).map((complaint) => complaint.split(' ', 1)[0])).toEqual(places);
  });

  it('has an issuer as often as it has audiences of their own', () => {
    const issuer = (audiences: string[], fixed = 'acme') => ({
      issuer: 'https://a.test',
      jwksUrl: 'https://a.test/keys',
      audiences,
      tenant: { fixed },
    });
    const tenants = { acme: { integrations: [kombo()] }, globex: { integrations: [kombo()] } };
    const apart = [issuer(['one', 'one']), issuer(['two'], 'globex')];
    expect(read({ tenants, issuers: apart }).tenancy.issuers).toHaveLength(2);
    expect(complaintsOf({ tenants, issuers: [...apart, issuer(['three', 'two'])] })).toEqual([
      '$.issuers[2].audiences has one that this issuer is there with already',
    ]);
  });

  it('never opens the gateway', () => {
    const tenants = { acme: { integrations: [kombo()] } };
    expect(complaintsOf({ tenants })).toEqual(['$ needs clients or issuers: without them the gateway would be open']);
    expect(complaintsOf({ tenants: {}, clients: [] })).toHaveLength(2);
  });

  it('stands beside no variable that describes a tenant, unless it refers to that itself', () => {
    const tenants = { acme: { integrations: [kombo({ KOMBO_API_KEY: { env: 'KOMBO_API_KEY' } })] } };
    const content = { tenants, clients: [CLIENT] };
    expect(complaintsOf(content, { KOMBO_API_KEY: SECRET, PORT: '0', LOG_LEVEL: 'warn' })).toEqual([]);
    const both = { KOMBO_API_KEY: SECRET, GATEWAY_API_KEYS: KEY, KANTATA_TOKEN: 'x', PORT: 'x' };
    expect(complaintsOf(content, both)).toEqual([
      expect.stringMatching(/^PORT /),
      'GATEWAY_API_KEYS must not be set beside GATEWAY_CONFIG, unless the file refers to it',
      'KANTATA_TOKEN must not be set beside GATEWAY_CONFIG, unless the file refers to it',
    ]);
  });

  describe('names of variables with a prefix of ours', () => {
    const content = (env: string) => ({
      tenants: { acme: { integrations: [kombo({ KOMBO_API_KEY: { env } })] } },
      clients: [CLIENT],
    });
    const unknown = (name: string) => expect.stringMatching(`^${name} is not a variable of the gateway`) as string;

    it('are known where the file refers to them, and refused elsewhere', () => {
      expect(complaintsOf(content('KOMBO_KEY_OF_ACME'), { KOMBO_KEY_OF_ACME: SECRET })).toEqual([]);
      expect(complaintsOf(content('ACME_KOMBO'), { KOMBO_KEY_OF_ACME: SECRET })).toEqual([
        unknown('KOMBO_KEY_OF_ACME'),
      ]);
    });

    it('are not complained of where the file cannot be read, which may refer to them', () => {
      const environment = { KOMBO_KEY_OF_ACME: SECRET, KOMBO_API_KEY: SECRET };
      expect(complaintsOf('{', environment)).toEqual([expect.stringMatching(/^GATEWAY_CONFIG /)]);
    });

    it('are not checked by a reload: a file may stop referring to what is still in the environment', () => {
      const environment = {
        ...ENVIRONMENT,
        KOMBO_KEY_OF_ACME: SECRET,
        KOMBO_API_KEY: SECRET,
        GATEWAY_CONFIG: written('reloaded.json', content('ACME_KOMBO')),
      };
      expect(() => readConfiguration(environment, CARDS)).toThrow(/KOMBO_KEY_OF_ACME[^]*KOMBO_API_KEY/);
      const { tenancy } = readConfiguration(environment, CARDS, { isReload: true });
      expect(tenancy.tenants.map(({ name }) => name)).toEqual(['acme']);
    });
  });

  it('is refused when it is no JSON, without quoting it, or cannot be read', () => {
    const path = join(folder, 'gateway.json');
    expect(complaintsOf(`{\n  "tenants": ${SECRET}`)).toEqual([
      `GATEWAY_CONFIG ${path} is not valid JSON at line 2, column 14: a value is expected`,
    ]);
    expect(() => readConfiguration({ GATEWAY_CONFIG: join(folder, 'nowhere') }, CARDS)).toThrow(
      `GATEWAY_CONFIG ${join(folder, 'nowhere')} cannot be read (ENOENT)`,
    );
  });
});

describe('an environment without a file', () => {
  it('describes the tenant default, with a client of all scopes for each key', () => {
    const { tenancy } = readConfiguration({ KANTATA_TOKEN: 'x', GATEWAY_API_KEYS: KEY }, CARDS);
    expect(tenancy.tenants).toMatchObject([{ name: 'default', integrations: [{ name: 'kantata-main' }] }]);
    expect(tenancy.clients).toMatchObject([{ tenant: 'default', budget: null }]);
  });

  it('warns of a name that resembles one of the gateway’s', () => {
    expect(readConfiguration({ REDIS_URI: 'redis://127.0.0.1' }, CARDS).warnings).toEqual([
      'REDIS_URI is not a variable of the gateway: did you mean REDIS_URL?',
    ]);
  });
});
