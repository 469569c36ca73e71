import { describe, expect, it } from 'vitest';
import { ConfigError, GATEWAY_VARIABLES, readConfig } from './environment.ts';
import type { EnvironmentReading, ProviderCard } from '../integrations/providerCard.ts';

/** A card that reads ACME_KEY and ACME_URL; only what configuration uses of it. */
const acme = {
  name: 'acme',
  title: 'Acme',
  variables: [
    { name: 'ACME_KEY', description: '', example: '', required: true },
    { name: 'ACME_URL', description: '', example: '' },
  ],
  defaultIntegration: 'acme-main',
  readEnvironment(environment): EnvironmentReading {
    const { ACME_KEY: key, ACME_URL: baseUrl } = environment;
    if (key === undefined && baseUrl === undefined) return { state: 'absent' };
    if (key === undefined) return { state: 'refused', complaints: ['ACME_KEY is required with ACME_URL'] };
    return { state: 'configured', integration: { baseUrl: baseUrl ?? 'https://acme.test', settings: { key } } };
  },
} as Partial<ProviderCard> as ProviderCard;

const KEY = 'a-key-of-more-than-16';

function complaintsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment, [acme]);
  } catch (error) {
    if (error instanceof ConfigError) return error.complaints;
    throw error;
  }
  return [];
}

describe('readConfig', () => {
  it('permits receipts in the sandbox alone, unless told otherwise', () => {
    const receipts = (environment: Record<string, string>) => readConfig(environment, [acme]).receipts;
    const real = { ACME_KEY: 'secret', GATEWAY_API_KEYS: KEY };
    expect([receipts({}), receipts({ RECEIPTS: 'off' })]).toEqual([true, false]);
    expect([receipts(real), receipts({ ...real, RECEIPTS: 'sandbox' })]).toEqual([false, false]);
    expect(receipts({ ...real, RECEIPTS: 'on' })).toBe(true);
    expect(complaintsOf({ RECEIPTS: 'yes' })).toEqual(['RECEIPTS must be one of on, off, sandbox']);
  });

  it('takes the consensus policy that is named, which must be one there is', () => {
    expect(readConfig({ CONSENSUS_POLICY: 'evidence' }, [acme]).consensusPolicy).toBe('evidence');
    expect(complaintsOf({ CONSENSUS_POLICY: 'loudest' })).toEqual([
      'CONSENSUS_POLICY must be one of balanced, managers-first, evidence, provider-weights',
    ]);
  });

  it('tells the schema and serves GraphiQL in the sandbox alone, unless told otherwise', () => {
    const read = (environment: Record<string, string>) => {
      const { introspection, graphiql } = readConfig(environment, [acme]);
      return { introspection, graphiql };
    };
    const real = { GATEWAY_API_KEYS: KEY, ACME_KEY: 'secret' };
    expect(read({})).toEqual({ introspection: true, graphiql: true });
    expect(read({ INTROSPECTION: 'off', GRAPHIQL: 'off' })).toEqual({ introspection: false, graphiql: false });
    expect(read(real)).toEqual({ introspection: false, graphiql: false });
    expect(read({ ...real, INTROSPECTION: 'on' })).toEqual({ introspection: true, graphiql: false });
  });

  it('reads an empty environment as the sandbox on loopback', () => {
    expect(readConfig({}, [acme])).toEqual({
      file: null,
      port: 4000,
      host: '127.0.0.1',
      apiKeys: [],
      corsOrigins: [],
      redisUrl: null,
      roles: { serve: true, work: true },
      dataDir: '.data',
      taskRetentionMs: 7 * 86_400_000,
      auditLog: null,
      metrics: null,
      tracePropagation: false,
      webhooks: { receivers: [], secrets: [], allowPrivate: false },
      cache: true,
      deadlineMs: 10_000,
      longestDeadlineMs: 30_000,
      consensusPolicy: 'balanced',
      receipts: true,
      limits: { depth: 15, aliases: 50, rootFields: 20, listEntries: 200, cost: 600_000 },
      budget: null,
      persistedDocuments: null,
      persistedOnly: false,
      introspection: true,
      graphiql: true,
      logLevel: 'info',
      sandbox: true,
      simulator: { people: 1000, skills: 300, limits: 'default', seed: 'skills-gateway' },
      integrations: [],
    });
  });

  it('reads every variable', () => {
    const config = readConfig(
      {
        PORT: '8080',
        HOST: '0.0.0.0',
        GATEWAY_API_KEYS: ` ${KEY} , another-long-enough==,`,
        CORS_ORIGINS: 'https://app.example.com,http://localhost:3000',
        DATA_DIR: '/var/lib/gateway',
        CACHE: 'off',
        LOG_LEVEL: 'debug',
        SIMULATOR_PEOPLE: '50',
        SIMULATOR_SKILLS: '20',
        SIMULATOR_LIMITS: 'none',
        SIMULATOR_SEED: 'other',
        REQUEST_DEADLINE_MS: '2500',
        REQUEST_DEADLINE_MAX_MS: '60000',
        CONSENSUS_POLICY: 'managers-first',
        RECEIPTS: 'on',
        LIMIT_DEPTH: '0',
        LIMIT_ALIASES: '1',
        LIMIT_ROOT_FIELDS: '2',
        LIMIT_LIST_ENTRIES: '4',
        LIMIT_COST: '3',
        LIMIT_BUDGET: '1000000/3600',
        PERSISTED_DOCUMENTS: '/etc/documents.json',
        PERSISTED_ONLY: 'on',
        INTROSPECTION: 'on',
        GRAPHIQL: 'on',
        ACME_KEY: 'secret',
      },
      [acme],
    );
    expect(config).toEqual({
      file: null,
      port: 8080,
      host: '0.0.0.0',
      apiKeys: [KEY, 'another-long-enough=='],
      corsOrigins: ['https://app.example.com', 'http://localhost:3000'],
      redisUrl: null,
      roles: { serve: true, work: true },
      taskRetentionMs: 7 * 86_400_000,
      auditLog: null,
      metrics: null,
      tracePropagation: false,
      webhooks: { receivers: [], secrets: [], allowPrivate: false },
      dataDir: '/var/lib/gateway',
      cache: false,
      deadlineMs: 2500,
      longestDeadlineMs: 60_000,
      consensusPolicy: 'managers-first',
      receipts: true,
      limits: { depth: 0, aliases: 1, rootFields: 2, listEntries: 4, cost: 3 },
      budget: { limit: 1_000_000, windowSeconds: 3600 },
      persistedDocuments: '/etc/documents.json',
      persistedOnly: true,
      introspection: true,
      graphiql: true,
      logLevel: 'debug',
      sandbox: false,
      simulator: { people: 50, skills: 20, limits: 'none', seed: 'other' },
      integrations: [
        { card: acme, name: 'acme-main', settings: { baseUrl: 'https://acme.test', settings: { key: 'secret' } } },
      ],
    });
  });

  it('reads receivers of webhooks, at most ten, with the secrets that they need', () => {
    const secret = `whsec_${Buffer.alloc(32).toString('base64')}`;
    const { webhooks } = readConfig({ WEBHOOK_URLS: 'https://a.test/x, https://a.test/y', WEBHOOK_SECRETS: secret }, [
      acme,
    ]);
    expect(webhooks.receivers.map(({ url }) => url.href)).toEqual(['https://a.test/x', 'https://a.test/y']);
    expect(webhooks).toMatchObject({ secrets: [secret], allowPrivate: false });
    const inside = { WEBHOOK_URLS: 'http://127.0.0.1:1/', WEBHOOK_SECRETS: secret };
    expect(complaintsOf({ ...inside, WEBHOOK_PRIVATE: 'allow' })).toEqual([]);
    expect(complaintsOf(inside)).toHaveLength(1);
    const eleven = Array.from({ length: 11 }, (_, index) => `https://a.test/${index}`).join();
    expect(complaintsOf({ WEBHOOK_URLS: eleven, WEBHOOK_SECRETS: secret })).toEqual([
      'WEBHOOK_URLS names more than 10 receivers',
    ]);
    const hidden = complaintsOf({
      WEBHOOK_URLS: 'https://a.test/pa?th,https://a.test/pa?th',
      WEBHOOK_SECRETS: 'whsec_short',
    });
    expect(hidden).toHaveLength(2);
    expect(hidden.join()).not.toMatch(/pa\?th|short/);
  });

  it('counts blank variables as absent', () => {
    expect(readConfig({ PORT: '', HOST: '  ', REDIS_URL: '', ACME_KEY: '', GATEWAY_API_KEYS: ' ' }, [acme])).toEqual(
      readConfig({}, [acme]),
    );
  });

  it.each([
    ['PORT', { PORT: '80a' }],
    ['PORT', { PORT: '65536' }],
    ['PORT', { PORT: '-1' }],
    ['HOST', { HOST: 'localhost:4000' }],
    ['CORS_ORIGINS', { CORS_ORIGINS: '*' }],
    ['CORS_ORIGINS', { CORS_ORIGINS: 'https://app.example.com/' }],
    ['CORS_ORIGINS', { CORS_ORIGINS: 'app.example.com' }],
    ['LIMIT_COST', { LIMIT_COST: '-1' }],
    ['LIMIT_BUDGET', { LIMIT_BUDGET: '100000' }],
    ['PERSISTED_ONLY', { PERSISTED_ONLY: 'on' }],
    ['CACHE', { CACHE: 'yes' }],
    ['LOG_LEVEL', { LOG_LEVEL: 'loud' }],
    ['SIMULATOR_PEOPLE', { SIMULATOR_PEOPLE: '0' }],
    ['SIMULATOR_SKILLS', { SIMULATOR_SKILLS: '1e3' }],
    ['SIMULATOR_LIMITS', { SIMULATOR_LIMITS: 'off' }],
    ['REQUEST_DEADLINE_MS', { REQUEST_DEADLINE_MS: '1' }],
    ['REQUEST_DEADLINE_MAX_MS', { REQUEST_DEADLINE_MAX_MS: '9999' }],
    ['REDIS_URL', { REDIS_URL: 'https://127.0.0.1:6379', SANDBOX: 'on' }],
    ['REDIS_URL', { REDIS_URL: 'redis://127.0.0.1:6379/tasks', SANDBOX: 'on' }],
    ['ROLES', { ROLES: 'idle' }],
    ['ROLES', { ROLES: 'work', ACME_KEY: 'secret', GATEWAY_API_KEYS: KEY }],
    ['ROLES', { ROLES: 'serve', REDIS_URL: 'redis://127.0.0.1:6379', SANDBOX: 'on' }],
    ['TASK_RETENTION_DAYS', { TASK_RETENTION_DAYS: '0' }],
    ['WEBHOOK_URLS', { WEBHOOK_URLS: 'https://127.0.0.1/', WEBHOOK_SECRETS: `whsec_${'a'.repeat(32)}` }],
    ['WEBHOOK_SECRETS', { WEBHOOK_URLS: 'https://receiver.test/' }],
    ['WEBHOOK_SECRETS', { WEBHOOK_SECRETS: 'whsec_c2hvcnQ=' }],
    ['WEBHOOK_PRIVATE', { WEBHOOK_PRIVATE: 'yes' }],
    ['GATEWAY_API_KEYS', { GATEWAY_API_KEYS: 'fifteen-letters', SANDBOX: 'on' }],
    ['GATEWAY_API_KEYS', { GATEWAY_API_KEYS: `${KEY} with a blank`, SANDBOX: 'on' }],
    ['GATEWAY_API_KEYS', { HOST: '0.0.0.0', SANDBOX: 'on' }],
    ['GATEWAY_API_KEYS', { HOST: '::', SANDBOX: 'on' }],
    ['GATEWAY_API_KEYS', { HOST: 'gateway.internal', SANDBOX: 'on' }],
    ['GATEWAY_API_KEYS', { ACME_KEY: 'secret' }],
    ['ACME_KEY', { ACME_URL: 'https://acme.test', GATEWAY_API_KEYS: KEY }],
  ])('names %s when refusing %j', (variable, environment) => {
    expect(complaintsOf(environment as unknown as Record<string, string>)).toEqual([
      expect.stringMatching(new RegExp(`^${variable} `)),
    ]);
  });

  it.each(['127.0.0.1', '127.9.8.7', '::1', '0:0:0:0:0:0:0:1', 'localhost', 'LOCALHOST'])(
    'lets %s be open as loopback',
    (host) => {
      expect(readConfig({ HOST: host }, [acme]).apiKeys).toEqual([]);
    },
  );

  it('collects the complaints of all variables in one error, without their values', () => {
    const secret = 'too-short';
    const environment = { PORT: 'x', CACHE: 'x', HOST: '0.0.0.0', ACME_URL: 'x', GATEWAY_API_KEYS: secret };
    const complaints = complaintsOf(environment);
    expect(complaints.map((complaint) => complaint.split(' ')[0])).toEqual([
      'PORT',
      'GATEWAY_API_KEYS',
      'CACHE',
      'ACME_KEY',
    ]);
    expect(() => readConfig(environment, [acme])).toThrow(/PORT[^]*GATEWAY_API_KEYS[^]*CACHE[^]*ACME_KEY/);
    expect(complaints.join()).not.toContain(secret);
  });

  it('takes one role alone where tasks are shared and the providers are real', () => {
    const shared = { REDIS_URL: 'rediss://:secret@redis.internal:6380/2', ACME_KEY: 'secret', GATEWAY_API_KEYS: KEY };
    const read = (environment: Record<string, string>) => readConfig({ ...shared, ...environment }, [acme]);
    expect(read({})).toMatchObject({ redisUrl: shared.REDIS_URL, roles: { serve: true, work: true } });
    expect(read({ ROLES: 'serve' }).roles).toEqual({ serve: true, work: false });
    expect(read({ ROLES: 'work' }).roles).toEqual({ serve: false, work: true });
  });

  describe('a sandbox', () => {
    const REDIS_URL = 'redis://127.0.0.1:6379';
    const exposed = { HOST: '0.0.0.0', GATEWAY_API_KEYS: KEY };

    it.each([
      ['a HOST beyond loopback and GATEWAY_API_KEYS', exposed],
      ['REDIS_URL', { REDIS_URL }],
      ['GATEWAY_API_KEYS', { GATEWAY_API_KEYS: KEY }],
    ])('must be asked for with %s', (signs, environment) => {
      expect(complaintsOf(environment)).toEqual([
        `SANDBOX=on is required to serve simulated people with ${signs}: no provider is configured (Acme: ACME_KEY)`,
      ]);
      expect(readConfig({ ...environment, SANDBOX: 'on' }, [acme])).toMatchObject({ sandbox: true, graphiql: true });
    });

    it('is not what a half-configured provider asked for', () => {
      expect(complaintsOf({ ...exposed, ACME_URL: 'https://acme.test' })).toEqual([
        'ACME_KEY is required with ACME_URL',
      ]);
    });

    it('that is asked for contradicts a configured provider and a configuration file', () => {
      expect(complaintsOf({ SANDBOX: 'on', ACME_KEY: 'secret', GATEWAY_API_KEYS: KEY })).toEqual([
        'SANDBOX must not be on with a configured provider (Acme): remove one or the other',
      ]);
      expect(complaintsOf({ SANDBOX: 'on', GATEWAY_CONFIG: '/etc/gateway.json' })).toEqual([
        'SANDBOX must not be on with GATEWAY_CONFIG, whose integrations are the ones to serve',
      ]);
    });

    it('can be ruled out', () => {
      expect(complaintsOf({ SANDBOX: 'off' })).toEqual([
        'SANDBOX is off, but no provider is configured (Acme: ACME_KEY)',
      ]);
      const real = { SANDBOX: 'off', ACME_KEY: 'secret', GATEWAY_API_KEYS: KEY };
      expect(readConfig(real, [acme]).sandbox).toBe(false);
    });
  });

  it('refuses a misspelt variable in place of a sandbox, and with another provider at work', () => {
    const misspelt = 'ACME_KYE is not a variable of the gateway: did you mean ACME_KEY?';
    expect(complaintsOf({ ACME_KYE: 'secret' })).toEqual([misspelt]);
    expect(complaintsOf({ ACME_KYE: 'secret', ACME_KEY: 'secret', GATEWAY_API_KEYS: KEY })).toEqual([misspelt]);
    expect(complaintsOf({ ACME_KYE: ' ' })).toEqual([]);
  });

  it('lists the variables it reads', () => {
    expect(GATEWAY_VARIABLES).toContain('GATEWAY_API_KEYS');
    expect(GATEWAY_VARIABLES).toContain('LIMIT_COST');
  });
});
