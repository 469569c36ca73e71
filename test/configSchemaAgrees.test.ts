import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readConfigFile } from '../src/config/readFile.ts';
import { CARDS } from '../src/app/integrations.ts';
import { fits } from './support/jsonSchema.ts';

const schema = JSON.parse(readFileSync('docs/config.schema.json', 'utf8')) as Record<string, unknown>;
const folder = mkdtempSync(join(tmpdir(), 'config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ENVIRONMENT = {
  KEY: 'a-client-key-that-nobody-is-shown',
  TOKEN: 'a-token-that-nobody-is-shown',
  SIGNING: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
};

/** With every part that a file may have. */
const whole = (): unknown => ({
  $schema: './config.schema.json',
  tenants: {
    acme: {
      integrations: [
        {
          name: 'kombo-main',
          provider: 'kombo',
          settings: { KOMBO_API_KEY: { env: 'TOKEN' }, KOMBO_INTEGRATION_ID: 'workday:1' },
          limits: { requestsPerSecond: 2, readsInFlight: 3, writesInFlight: 4 },
        },
        { name: 'imocha-main', provider: 'imocha', settings: { IMOCHA_API_KEY: { env: 'TOKEN' } } },
      ],
      consensusPolicy: 'balanced',
      webhooks: { urls: ['https://hooks.test/in'], secrets: [{ env: 'SIGNING' }], private: false },
    },
    globex: {
      integrations: [{ name: 'kantata-main', provider: 'kantata', settings: { KANTATA_TOKEN: { env: 'TOKEN' } } }],
    },
  },
  clients: [
    {
      name: 'portal',
      tenant: 'acme',
      keys: [{ env: 'KEY' }, { sha256: 'a'.repeat(64) }],
      scopes: ['skills:read'],
      budget: { limit: 5, windowSeconds: 60 },
    },
  ],
  issuers: [
    {
      issuer: 'https://login.test/',
      audiences: ['gateway'],
      jwksUrl: 'https://login.test/keys',
      tenant: { fixed: 'acme' },
      scopeClaim: 'scp',
      emailClaim: 'email',
      budget: { limit: 5, windowSeconds: 60 },
    },
    { issuer: 'https://login.test/', audiences: ['other'], jwksUrl: 'http://login.test/', tenant: { claim: 'org' } },
  ],
  limits: { depth: 15, aliases: 0, rootFields: 3, listEntries: 4, cost: 600_000 },
});

const INSTEAD: unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e16,
  '',
  'x',
  'acme',
  'Acme',
  'ratings:read:own',
  'A'.repeat(64),
  'https://x.test',
  'HTTP://x.test',
  'https://',
  'ftp://x.test',
  'urn:x:y',
  [],
  ['x'],
  {},
  { env: 'KEY' },
  { env: 'not set' },
  { file: '' },
  { claim: 'x', fixed: 'acme' },
];

/** What no JSON Schema says: what is in the environment and files, what goes together, and what a setting's text means. */
const BEYOND =
  /names (?:the variable|a file)|no tenant of this file|there already|a key twice|there with already|leads to a key|\.settings [A-Z]+_|webhooks (?:urls|secrets) /;

type Place = (string | number)[];
function placesIn(value: unknown, at: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [at];
  const inner = Object.entries(value).map(([key, each]) =>
    placesIn(each, [...at, Array.isArray(value) ? Number(key) : key]),
  );
  return [at, ...inner.flat()];
}

/** The whole file with one part changed. */
function changed(
  place: Place,
  change: (parent: Record<string | number, unknown>, key: string | number) => void,
): unknown {
  const root = { file: whole() };
  const path: Place = ['file', ...place];
  const parent = path
    .slice(0, -1)
    .reduce<Record<string | number, unknown>>((part, key) => part[key] as Record<string, unknown>, root);
  change(parent, path.at(-1) ?? '');
  return root.file;
}

it('the published schema takes what the program takes, refuses what it refuses for its shape, and no value is shown', () => {
  const path = join(folder, 'gateway.json');
  const complaintsOf = (content: unknown): readonly string[] => {
    writeFileSync(path, JSON.stringify(content ?? null));
    return readConfigFile(path, ENVIRONMENT, CARDS).complaints;
  };
  expect([fits(whole(), schema), complaintsOf(whole())]).toEqual([true, []]);

  const differences: string[] = [];
  const compare = (what: string, content: unknown) => {
    const complaints = complaintsOf(content);
    const isOfShape = complaints.some((complaint) => !BEYOND.test(complaint));
    const agrees = fits(content ?? null, schema) ? !isOfShape : complaints.length > 0;
    if (!agrees || complaints.join().includes('nobody-is-shown')) {
      differences.push(`${what}: ${complaints.join(' | ') || 'taken'}`);
    }
  };
  for (const place of placesIn(whole())) {
    for (const value of INSTEAD) {
      const put = changed(place, (parent, key) => (parent[key] = value));
      compare(`${place.join('.')} = ${JSON.stringify(value)}`, put);
    }
    const without = changed(place, (parent, key) => {
      if (Array.isArray(parent)) parent.splice(Number(key), 1);
      else delete parent[key];
    });
    compare(`without ${place.join('.')}`, without);
    if (typeof place.at(-1) === 'string') {
      compare(
        `more beside ${place.join('.')}`,
        changed(place, (parent) => (parent['more'] = 1)),
      );
    }
  }
  expect(differences).toEqual([]);
});
