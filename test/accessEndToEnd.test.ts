import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditEntry } from '../src/domain/audit.ts';
import type { Gateway } from '../src/app/gateway.ts';
import { startConfiguredGateways, type ConfiguredGateways } from './support/configuredGateway.ts';
import { startRedis, type TestRedis } from './support/redis.ts';
import { wsClient } from './support/wsClient.ts';

const ISSUER = 'https://idp.example.test';
const AUDIENCE = 'skills-gateway';
const EVERYTHING = 'employees:read skills:read ratings:read ratings:write tasks:read';
/** Room for two pages of a hundred people, and for little more. */
const BUDGET = { limit: 250, windowSeconds: 3600 };
const PAGE = '{ employees(first: 100) { nodes { id } } }';

let redis: TestRedis;
let idp: Server;
let bench: ConfiguredGateways;
let auditLog: string;
/** Two of one configuration, on one Redis. */
let gateways: [Gateway, Gateway];
/** Whoever knows it can sign. */
let issuerKey: CryptoKey;
let people: { id: string; workEmail: string }[];
let skill: { id: string; name: string };

beforeAll(async () => {
  const pair = await generateKeyPair('ES256');
  issuerKey = pair.privateKey;
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'ES256' }] });
  idp = createServer((_, response) => response.setHeader('content-type', 'application/json').end(keys));
  await once(idp.listen(0, '127.0.0.1'), 'listening');
  [redis, bench] = await Promise.all([startRedis(), startConfiguredGateways(['acme', 'globex'])]);
  const issuers = [
    {
      issuer: ISSUER,
      audiences: [AUDIENCE],
      jwksUrl: `http://127.0.0.1:${(idp.address() as AddressInfo).port}/jwks`,
      tenant: { claim: 'org' },
      emailClaim: 'email',
      budget: BUDGET,
    },
  ];
  auditLog = join(bench.folder, 'audit.jsonl');
  const environment = { REDIS_URL: redis.url, AUDIT_LOG: auditLog };
  gateways = [await bench.start({ issuers }, environment), await bench.start({ issuers }, environment)];
  await Promise.all(gateways.map(({ ready }) => ready));
  const { data } = await ask<{ employees: { nodes: typeof people }; skills: { nodes: (typeof skill)[] } }>(
    await sign({ sub: 'preparation' }),
    '{ employees(first: 30) { nodes { id workEmail } } skills(first: 12) { nodes { id name } } }',
  );
  people = data?.employees.nodes.filter(({ workEmail }) => workEmail) ?? [];
  // The name `C` would be found in many a line that does not speak of it.
  const first = data?.skills.nodes.find(({ name }) => name.length > 5);
  if (!first) throw new Error('the simulators know no skill');
  skill = first;
}, 120_000);
afterAll(async () => {
  await bench.close();
  await redis.stop();
  idp.close();
});

/** A token of a person at acme who may do everything; a claim that is undefined is left out. */
function sign(claims: JWTPayload = {}, { key = issuerKey, kid = 'one' } = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const usual = { iss: ISSUER, aud: AUDIENCE, sub: 'somebody', org: 'acme', exp: now + 300, scope: EVERYTHING };
  return new SignJWT({ ...usual, ...claims }).setProtectedHeader({ alg: 'ES256', kid }).sign(key);
}

interface Cost {
  requested: number;
  remaining: number;
  resetAt: string;
}
interface Reply<Data> {
  status: number;
  headers: Headers;
  data?: Data | null;
  errors?: { message: string; path?: string[]; extensions: Record<string, unknown> }[];
  extensions?: { cost?: Cost };
}

async function ask<Data = Record<string, unknown>>(
  token: string | null,
  query: string,
  { of = 0, variables = {}, headers = {} }: { of?: 0 | 1; variables?: object; headers?: Record<string, string> } = {},
): Promise<Reply<Data>> {
  const response = await fetch(`${gateways[of].url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
  });
  const body = (await response.json()) as Omit<Reply<Data>, 'status' | 'headers'>;
  return { ...body, status: response.status, headers: response.headers };
}

describe('a token', () => {
  it.each(['acme', 'globex'])('says who asks, for which tenant, with which scopes (%s)', async (org) => {
    const token = await sign({ sub: 'user-1', org, scope: 'skills:read employees:read of-somebody-else' });
    const { status, data } = await ask(token, '{ viewer { tenant client scopes budget { limit remaining } } }');
    expect(status).toBe(200);
    expect(data).toMatchObject({
      viewer: { tenant: org, client: 'user-1', scopes: ['employees:read', 'skills:read'], budget: { limit: 250 } },
    });
  });

  const ago = () => Math.floor(Date.now() / 1000) - 60;
  it.each<[string, () => Promise<string | null>, string]>([
    ['has expired', () => sign({ exp: ago() }), 'expired'],
    ['is for somebody else', () => sign({ aud: 'another' }), 'audience'],
    ['comes from elsewhere', () => sign({ iss: 'https://evil.example.test' }), 'issuer'],
    ['is signed with another key of that name', async () => sign({}, { key: await anotherKey() }), 'signature'],
    [
      'is signed with a key that the issuer has not',
      async () => sign({}, { key: await anotherKey(), kid: 'two' }),
      'signature',
    ],
    ['names no tenant', () => sign({ org: undefined }), 'claims'],
    ['names a tenant that there is not', () => sign({ org: 'initech' }), 'claims'],
    ['is a key that nobody was given', () => Promise.resolve('a-key-of-nobody-at-all'), 'unknown_key'],
    ['is not there', () => Promise.resolve(null), 'missing'],
  ])('that %s is a 401 with its reason, and nothing is asked', async (_, token, reason) => {
    const { status, headers, data, errors } = await ask(await token(), '{ viewer { tenant } }');
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toContain('Bearer realm=');
    expect(data).toBeUndefined();
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED', reason } }]);
    expect(errors).toHaveLength(1);
  });

  it('of one tenant does not find the tasks of another', async () => {
    const query = 'query ($id: ID!) { task(id: $id) { id } node(id: $id) { id } }';
    const { data } = await ask<{ write: { task: { id: string } } }>(await sign({ sub: 'acme-1' }), RATE, {
      variables: { input: ratingOf(0) },
    });
    const id = data?.write.task.id;
    expect(id).toEqual(expect.any(String));
    const other = await ask(await sign({ sub: 'globex-1', org: 'globex' }), query, { variables: { id } });
    expect([other.status, other.data, other.errors]).toEqual([200, { task: null, node: null }, undefined]);
  });

  it('is held to its scopes, and told which one it lacks', async () => {
    const token = await sign({ sub: 'reader', scope: 'employees:read' });
    expect((await ask(token, '{ employees(first: 1) { totalCount } }')).status).toBe(200);
    for (const [query, scope] of [
      ['{ skills { totalCount } }', 'skills:read'],
      ['{ employees(first: 1) { nodes { skills(first: 1) { totalCount } } } }', 'ratings:read'],
      ['{ tasks(first: 1) { totalCount } }', 'tasks:read'],
      [RATE, 'ratings:write'],
    ] as const) {
      const variables = query === RATE ? { input: ratingOf(0) } : {};
      const { status, data, errors } = await ask(token, query, { variables });
      expect([status, data]).toEqual([403, undefined]);
      expect(errors?.map(({ extensions }) => extensions)).toContainEqual({ code: 'FORBIDDEN', scope });
    }
  });
});

it('a person reads the ratings of exactly the employee with the token’s e-mail', async () => {
  const [self, colleague] = people;
  if (!self || !colleague) throw new Error('two people have addresses');
  const query = 'query ($id: ID!) { employee(by: { id: $id }) { workEmail skills(first: 5) { totalCount } } }';
  const own = (email: string | undefined) =>
    sign({ sub: `person of ${email}`, email, scope: 'employees:read ratings:read:own' });
  const seen = await ask(await own(self.workEmail.toUpperCase()), query, { variables: { id: self.id } });
  expect(seen.errors).toBeUndefined();
  expect(seen.data).toEqual({
    employee: { workEmail: self.workEmail, skills: { totalCount: expect.any(Number) as number } },
  });
  for (const email of [colleague.workEmail, 'nobody@example.test', undefined]) {
    const { errors } = await ask(await own(email), query, { variables: { id: self.id } });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', scope: 'ratings:read' } }]);
  }
});

describe('a budget', () => {
  it('goes down with each query, is told to the viewer, and ends in a 429 that says when to come back', async () => {
    const token = await sign({ sub: 'spender' });
    const started = Date.now();
    const first = await ask(token, PAGE);
    const { requested, remaining, resetAt } = costOf(first);
    expect(requested).toBeGreaterThan(BUDGET.limit / 3);
    expect(remaining).toBe(BUDGET.limit - requested);
    expect(Date.parse(resetAt)).toBeGreaterThan(started);
    expect(Date.parse(resetAt)).toBeLessThanOrEqual(Date.now() + BUDGET.windowSeconds * 1000);

    const second = await ask(token, PAGE);
    const left = BUDGET.limit - 2 * requested;
    expect(costOf(second)).toMatchObject({ requested, remaining: left });

    const third = await ask(token, PAGE);
    expect([third.status, third.data]).toEqual([429, undefined]);
    expect(third.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
    const retryAfter = Number(third.headers.get('retry-after'));
    expect(third.errors?.[0]?.extensions['retryAfterSeconds']).toBe(retryAfter);
    expect(retryAfter).toBeGreaterThan(BUDGET.windowSeconds - 120);
    expect(retryAfter).toBeLessThanOrEqual(BUDGET.windowSeconds);

    // What is refused costs nothing: what fits into the rest is answered.
    const viewer = await ask<{ viewer: { budget: Cost & { limit: number } } }>(
      token,
      '{ viewer { budget { limit remaining resetAt } } }',
    );
    const { requested: small, remaining: rest } = costOf(viewer);
    expect(rest).toBe(left - small);
    expect(viewer.data?.viewer.budget).toMatchObject({ limit: BUDGET.limit, remaining: rest });
  });

  it('is that of one subject of one tenant', async () => {
    const { requested, remaining } = costOf(await ask(await sign({ sub: 'twin' }), PAGE));
    expect(remaining).toBe(BUDGET.limit - requested);
    expect(costOf(await ask(await sign({ sub: 'twin', org: 'globex' }), PAGE)).remaining).toBe(remaining);
    expect(costOf(await ask(await sign({ sub: 'twin', email: 'ada@example.test' }), PAGE)).remaining).toBe(
      remaining - requested,
    );
  });

  it('is spent at both gateways together', async () => {
    const token = await sign({ sub: 'traveller' });
    const { requested, remaining } = costOf(await ask(token, PAGE, { of: 0 }));
    expect(costOf(await ask(token, PAGE, { of: 1 })).remaining).toBe(remaining - requested);
    for (const of of [0, 1] as const) {
      const { status, headers } = await ask(token, PAGE, { of });
      expect([status, Number(headers.get('retry-after')) > 0]).toEqual([429, true]);
    }
  });

  it('is the same over a WebSocket, and for clients that take application/json alone', async () => {
    const token = await sign({ sub: 'socket' });
    const { requested, remaining } = costOf(await ask(token, PAGE));
    const client = wsClient(gateways[1].url, { connectionParams: { authorization: `Bearer ${token}` } });
    const results = [];
    for (let at = 0; at < 2; at += 1) {
      const { value } = await client.iterate({ query: PAGE }).next();
      results.push(value as Partial<Reply<unknown>>);
    }
    await client.dispose();
    const [second, third] = results;
    expect(second?.extensions?.cost).toMatchObject({ requested, remaining: remaining - requested });
    expect(third?.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
    expect(third?.errors?.[0]?.extensions['retryAfterSeconds']).toBeGreaterThan(0);
    const plain = await ask(token, PAGE, { headers: { accept: 'application/json' } });
    expect(plain.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
    expect(Number(plain.headers.get('retry-after'))).toBe(plain.errors?.[0]?.extensions['retryAfterSeconds']);
  });

  function costOf({ errors, extensions }: Reply<unknown>): Cost {
    expect(errors).toBeUndefined();
    if (!extensions?.cost) throw new Error('the answer has no cost');
    return extensions.cost;
  }
});

const RATE = `mutation ($input: RateSkillsInput!) {
  write: rateSkills(input: $input) { replayed task { id } userErrors { code } }
}`;
const ratingOf = (person: number) => ({
  items: [{ employee: { id: people[person]?.id }, skill: { id: skill.id }, proficiency: { level: 0.4375 } }],
});

describe('the audit file', () => {
  const lines = () => readFileSync(auditLog, 'utf8').trimEnd().split('\n').filter(Boolean);

  it('has one line for each write at either gateway: who, what, when and which task, and nobody’s data', async () => {
    const before = lines().length;
    const token = await sign({ sub: 'manager-7', email: people[0]?.workEmail });
    const started = Date.now();
    const written = await ask<{ write: { task: { id: string } } }>(token, RATE, {
      variables: { input: ratingOf(1) },
      headers: { 'x-request-id': 'write-1' },
    });
    const task = written.data?.write.task.id;
    expect(task).toEqual(expect.any(String));
    const byMail = { employee: { workEmail: people[2]?.workEmail }, skill: { name: skill.name } };
    await ask(token, RATE, {
      of: 1,
      variables: { input: { items: [{ ...byMail, proficiency: { level: 0.4375 } }], validateOnly: true } },
      headers: { 'x-request-id': 'write-2' },
    });
    await ask(await sign({ sub: 'reader@example.test', scope: 'employees:read', org: 'globex' }), RATE, {
      variables: { input: ratingOf(1) },
      headers: { 'x-request-id': 'write-3' },
    });
    await ask(token, '{ employees(first: 1) { totalCount } }');

    const added = lines().slice(before);
    const entries = added.map((line) => JSON.parse(line) as AuditEntry & { audit: true });
    const integrations = entries[0]?.integrations ?? [];
    expect(integrations).not.toEqual([]);
    const line = {
      audit: true,
      at: expect.any(String) as string,
      tenant: 'acme',
      client: 'manager-7',
      issuer: ISSUER,
    };
    expect(entries).toEqual([
      { ...line, requestId: 'write-1', mutation: 'rateSkills', outcome: 'started', task, items: 1, integrations },
      {
        ...line,
        requestId: 'write-2',
        mutation: 'rateSkills',
        outcome: 'checked',
        task: null,
        items: 1,
        integrations: expect.any(Array) as string[],
      },
      {
        ...line,
        tenant: 'globex',
        client: expect.stringMatching(/^subject-[0-9a-f]{12}$/) as string,
        requestId: 'write-3',
        mutation: 'rateSkills',
        outcome: 'forbidden',
        task: null,
        items: null,
        integrations: [],
      },
    ]);
    for (const { at } of entries) {
      expect(Date.parse(at)).toBeGreaterThanOrEqual(started);
      expect(Date.parse(at)).toBeLessThanOrEqual(Date.now());
    }
    const secrets = [token, '0.4375', '@', skill.name, skill.id, ...people.flatMap(({ id }) => [id])];
    expect(secrets.filter((secret) => added.join('\n').includes(secret))).toEqual([]);
  });
});

async function anotherKey(): Promise<CryptoKey> {
  return (await generateKeyPair('ES256')).privateKey;
}
