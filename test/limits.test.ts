import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getIntrospectionQuery } from 'graphql';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createDataDir } from './support/dataDir.ts';
import { startTestGateway, type Answer, type TestGateway, type TestGatewayOptions } from './support/gateway.ts';
import { startRedis, type TestRedis } from './support/redis.ts';
import { wsClient } from './support/wsClient.ts';
import type { Client, SubscribePayload } from 'graphql-ws';

const RESULT = 'application/graphql-response+json';
const LIGHT = '{ employees(first: 9) { nodes { id } } }';
/** Of LIGHT. */
const COST = 10;

const ends: (() => Promise<unknown>)[] = [];
const endAll = async () => {
  for (const end of ends.splice(0).toReversed()) await end();
};
const started = async (environment: Record<string, string>, more: TestGatewayOptions = {}): Promise<TestGateway> => {
  const gateway = await startTestGateway({ environment, ...more });
  ends.push(() => gateway.close());
  return gateway;
};

async function all(client: Client, payload: SubscribePayload): Promise<unknown[]> {
  const results: unknown[] = [];
  for await (const result of client.iterate(payload)) results.push(result);
  return results;
}

type Extended = Answer<Record<string, unknown>> & { extensions?: { cost?: Record<string, unknown> } };

async function post(gateway: TestGateway, body: object, headers: Record<string, string> = {}) {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: RESULT, ...headers },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as Extended;
  return { status: response.status, headers: response.headers, answer, code: answer.errors?.[0]?.extensions?.['code'] };
}

describe('limits on operations', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await started({
      LIMIT_COST: '100',
      LIMIT_DEPTH: '6',
      LIMIT_ALIASES: '4',
      LIMIT_ROOT_FIELDS: '5',
      LIMIT_LIST_ENTRIES: '2',
    });
  });
  afterAll(endAll);

  const page = 'query ($n: Int!) { employees(first: $n) { nodes { id } } }';

  it('take an operation as it costs with its variables, whether its document is known or not', async () => {
    for (let round = 0; round < 2; round += 1) {
      expect(await post(gateway, { query: page, variables: { n: 99 } })).toMatchObject({ status: 200 });
      expect(await post(gateway, { query: page, variables: { n: 100 } })).toMatchObject({
        status: 400,
        answer: { errors: [{ extensions: { code: 'COST_EXCEEDED', requested: 101, limit: 100 } }] },
      });
    }
  });

  it('count once what several fragments ask for, which runs once', async () => {
    const names = Array.from({ length: 6 }, (_, at) => `F${at}`);
    const query = `{ ${names.map((name) => `...${name}`).join(' ')} } ${names
      .map((name) => `fragment ${name} on Query { a: employees(first: 50) { nodes { b: id } } }`)
      .join(' ')}`;
    const { status, answer } = await post(gateway, { query }, { 'x-gateway-cost': '1' });
    expect([status, answer.extensions?.cost]).toMatchObject([200, { requested: 51 }]);
  });

  it('answer older clients with 200, and never show what is for HTTP', async () => {
    const { status, answer } = await post(
      gateway,
      { query: page, variables: { n: 100 } },
      { accept: 'application/json' },
    );
    expect(status).toBe(200);
    expect(answer.errors?.[0]?.extensions).toEqual({ code: 'COST_EXCEEDED', requested: 101, limit: 100 });
  });

  it.each([
    ['depth', '{ employee(by: { id: "x" }) { manager { manager { manager { manager { manager { id } } } } } } }', 7, 6],
    ['aliases', '{ a: __typename b: __typename c: __typename d: __typename ... { e: __typename } }', 5, 4],
    [
      'rootFields',
      '{ a: __typename b: __typename c: __typename d: __typename ... { __typename viewer { tenant } } }',
      6,
      5,
    ],
  ])('of %s say what was found and the most there may be', async (limit, query, found, most) => {
    expect(await post(gateway, { query })).toMatchObject({
      status: 400,
      answer: { errors: [{ extensions: { code: 'QUERY_TOO_COMPLEX', limit, found, most } }] },
    });
  });

  it('of lists hold for each, spelt out or in a variable, and not for what a write writes', async () => {
    const refused = { code: 'QUERY_TOO_COMPLEX', limit: 'listEntries', found: 3, most: 2 };
    const spelt = (list: string) => ({ query: `{ employees(filter: { location: ${list} }) { totalCount } }` });
    expect(await post(gateway, spelt('["a", "b"]'))).toMatchObject({ status: 200 });
    expect(await post(gateway, spelt('["a", "b", "c"]'))).toMatchObject({
      answer: { errors: [{ extensions: refused }] },
    });
    const query = 'query ($filter: EmployeeFilter) { employees(filter: $filter) { totalCount } }';
    const location = ['a', 'b', 'c'];
    expect(await post(gateway, { query, variables: { filter: { location: location.slice(1) } } })).toMatchObject({
      status: 200,
    });
    expect(await post(gateway, { query, variables: { filter: { location } } })).toMatchObject({
      status: 400,
      answer: { errors: [{ extensions: refused }] },
    });
    const item = { employee: { id: 'x' }, skill: { id: 'x' }, proficiency: { level: 1 } };
    const written = await post(gateway, {
      query: 'mutation ($input: RateSkillsInput!) { rateSkills(input: $input) { userErrors { code } } }',
      variables: { input: { idempotencyKey: 'k', validateOnly: true, items: [item, item, item] } },
    });
    expect(written).toMatchObject({ status: 200 });
    expect(written.answer).not.toHaveProperty('errors');
  });

  it('leave cycles of fragments to validation', async () => {
    const query = '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }';
    expect(await post(gateway, { query })).toMatchObject({ status: 400, code: 'GRAPHQL_VALIDATION_FAILED' });
  });

  it('hold over WebSockets, in event streams, and for subscriptions', async () => {
    const client = wsClient(gateway.url);
    ends.push(async () => client.dispose());
    const refused = { errors: [{ extensions: { code: 'COST_EXCEEDED', requested: 101, limit: 100 } }] };
    expect(await all(client, { query: page, variables: { n: 100 } })).toMatchObject([refused]);
    expect(await gateway.watch(page, { n: 100 })).toMatchObject([refused]);
    const watch = 'subscription { taskUpdated(id: "x") { items(first: 150) { nodes { id } } } }';
    expect(await gateway.watch(watch)).toMatchObject([{ errors: [{ extensions: { code: 'COST_EXCEEDED' } }] }]);
  });

  it('refuse a bomb without asking anybody', async () => {
    const nested = (levels: number): string =>
      levels === 0 ? 'id' : `reports(first: 100) { nodes { ${nested(levels - 1)} } }`;
    const bomb = `{ employees(first: 100) { nodes { ${nested(2)} } } }`;
    gateway.forget();
    expect(await post(gateway, { query: bomb })).toMatchObject({ status: 400 });
    expect(gateway.calls).toEqual([]);
  });

  it('let tools read the schema, and hold for introspection', async () => {
    const usual = await started({});
    const options = { descriptions: true, inputValueDeprecation: true, specifiedByUrl: true, oneOf: true };
    const read = await post(usual, { query: getIntrospectionQuery(options) });
    expect(read).toMatchObject({
      status: 200,
      answer: { data: { __schema: { types: expect.any(Array) as unknown } } },
    });
    expect(read.answer).not.toHaveProperty('errors');
    const named = Array.from({ length: 51 }, (_, at) => `a${at}: fields { name }`).join(' ');
    expect(await post(usual, { query: `{ __schema { types { ${named} } } }` })).toMatchObject({
      answer: { errors: [{ extensions: { code: 'QUERY_TOO_COMPLEX', limit: 'aliases', found: 51, most: 50 } }] },
    });
  });

  it('show the cost to whoever asks for it, and to nobody else', async () => {
    expect((await post(gateway, { query: LIGHT }, { 'x-gateway-cost': '1' })).answer.extensions).toEqual({
      cost: { requested: COST, remaining: null, resetAt: null },
    });
    expect((await post(gateway, { query: LIGHT })).answer).not.toHaveProperty('extensions');
  });
});

describe('a budget', () => {
  afterEach(endAll);

  it('is spent by operations, shown with each, and at its end refuses with the time to wait', async () => {
    const gateway = await started({ LIMIT_BUDGET: '25/3600' });
    const first = await post(gateway, { query: LIGHT });
    expect(first.answer.extensions?.cost).toMatchObject({ requested: COST, remaining: 15 });
    const resetAt = Date.parse(String(first.answer.extensions?.cost?.['resetAt']));
    expect(Math.abs(resetAt - Date.now() - 3_600_000)).toBeLessThan(60_000);
    await post(gateway, { query: LIGHT });
    for (const accept of [RESULT, 'application/json']) {
      const refused = await post(gateway, { query: LIGHT }, { accept });
      expect(refused).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
      const wait = Number(refused.headers.get('retry-after'));
      expect(refused.answer.errors?.[0]?.extensions).toEqual({ code: 'RATE_LIMITED', retryAfterSeconds: wait });
      expect(wait).toBeGreaterThan(3_500);
      expect(refused.answer.extensions?.cost).toMatchObject({ requested: COST, remaining: 5 });
    }
    // Never enough, however long one waits.
    const tooMuch = await post(gateway, { query: '{ employees(first: 25) { nodes { id } } }' });
    expect(tooMuch.answer.errors?.[0]?.extensions).toMatchObject({ code: 'COST_EXCEEDED', requested: 26, limit: 25 });
  });

  it('is taken from for reading a document, also one that turns out to be none, over HTTP and WebSockets', async () => {
    const gateway = await started({ LIMIT_BUDGET: '25/3600' });
    // Two thousand characters cost two to read, once.
    const long = `{ ${'x'.repeat(1_996)} }`;
    for (const query of [long, long, '{ employees(first: ) }']) {
      expect(await post(gateway, { query })).toMatchObject({ status: 400 });
    }
    const client = wsClient(gateway.url);
    ends.push(async () => client.dispose());
    await expect(all(client, { query: '{ nothing }' })).rejects.toMatchObject([{ message: expect.any(String) }]);
    // 2 + 1 + 1 are taken; what is read towards an operation is part of its cost.
    const answer = await post(gateway, { query: LIGHT });
    expect(answer.answer.extensions?.cost).toMatchObject({ requested: COST, remaining: 25 - 4 - COST });
    await post(gateway, { query: LIGHT });
    // One is left, which is too little for two.
    const refused = { status: 429, code: 'RATE_LIMITED' };
    expect(await post(gateway, { query: long.replaceAll('x', 'y') })).toMatchObject(refused);
    expect(await post(gateway, { query: '{ other }' })).toMatchObject({ status: 400 });
    expect(await post(gateway, { query: '{ yet another }' })).toMatchObject(refused);
    await expect(all(client, { query: '{ another }' })).rejects.toMatchObject([
      { extensions: { code: 'RATE_LIMITED' } },
    ]);
  });

  it('is charged for a large body, whatever the operation uses of it, and once for what it costs anyway', async () => {
    const gateway = await started({ LIMIT_BUDGET: '200/3600' });
    const unused = { padding: 'x'.repeat(500_000) };
    // Known and unknown documents, bodies that are no requests, and members that are ignored.
    const remaining = [149, 99];
    for (const left of remaining) {
      const { answer } = await post(gateway, { query: '{ __typename }', variables: unused });
      expect(answer.extensions?.cost).toMatchObject({ requested: 0, remaining: left });
    }
    expect(await post(gateway, { unused })).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    expect((await post(gateway, { query: LIGHT, variables: { p: 'x'.repeat(90_000) } })).answer).toMatchObject({
      extensions: { cost: { requested: COST, remaining: 49 - COST } },
    });
    expect(await post(gateway, { query: '{ __typename }', variables: unused })).toMatchObject({
      status: 429,
      code: 'RATE_LIMITED',
    });
  });

  it('is shared by the gateways on one Redis', async () => {
    const redis: TestRedis = await startRedis();
    ends.push(() => redis.stop());
    const dataDir = await createDataDir();
    ends.push(() => dataDir.remove());
    const environment = { LIMIT_BUDGET: '25/3600', REDIS_URL: redis.url };
    const [one, other] = [await started(environment), await started(environment)];
    expect((await post(one, { query: LIGHT })).answer.extensions?.cost).toMatchObject({ remaining: 15 });
    expect((await post(other, { query: LIGHT })).answer.extensions?.cost).toMatchObject({ remaining: 5 });
    expect(await post(one, { query: LIGHT })).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
  });
});

describe('persisted documents', () => {
  let folder: string;
  const path = () => join(folder, 'documents.json');
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'persisted-'));
    await writeFile(path(), JSON.stringify({ abc: LIGHT }));
  });
  afterAll(() => rm(folder, { recursive: true }));
  afterEach(endAll);

  it('are run by their ids over HTTP and WebSocket, and are all that is when so configured', async () => {
    const gateway = await started({ PERSISTED_DOCUMENTS: path(), PERSISTED_ONLY: 'on' });
    const people = { data: { employees: { nodes: { length: 9 } } } };
    const extensions = { persistedQuery: { version: 1, sha256Hash: 'abc' } };
    for (const body of [{ documentId: 'abc' }, { documentId: 'abc' }, { extensions }]) {
      expect(await post(gateway, body)).toMatchObject({ status: 200, answer: people });
    }
    const search = new URLSearchParams({ extensions: JSON.stringify(extensions) });
    const got = await fetch(`${gateway.url}/graphql?${search.toString()}`, { headers: { accept: RESULT } });
    expect(await got.json()).toMatchObject(people);
    const client = wsClient(gateway.url);
    ends.push(async () => client.dispose());
    expect(await all(client, { query: '', extensions })).toMatchObject([people]);
    await expect(all(client, { query: '{ __typename }' })).rejects.toMatchObject([
      { extensions: { code: 'PERSISTED_QUERY_ONLY' } },
    ]);
    expect(await post(gateway, { query: '{ __typename }' })).toMatchObject({
      status: 403,
      code: 'PERSISTED_QUERY_ONLY',
    });
    expect(await post(gateway, { documentId: 'def' })).toMatchObject({
      status: 400,
      code: 'PERSISTED_QUERY_NOT_FOUND',
    });
  });

  it('that cannot be read stop the start', async () => {
    await expect(started({ PERSISTED_DOCUMENTS: join(folder, 'none.json') })).rejects.toThrow(
      /PERSISTED_DOCUMENTS .*none\.json: cannot be read/,
    );
  });
});

describe('a gateway that keeps its schema to itself', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await started({ INTROSPECTION: 'off', GRAPHIQL: 'off' });
  });
  afterAll(endAll);

  it('refuses introspection, and answers __typename', async () => {
    for (const query of ['{ __schema { types { name } } }', '{ __type(name: "Employee") { name } }']) {
      expect(await post(gateway, { query })).toMatchObject({ status: 400, code: 'GRAPHQL_VALIDATION_FAILED' });
    }
    expect((await post(gateway, { query: '{ __typename }' })).answer).toEqual({ data: { __typename: 'Query' } });
  });

  it.each([
    ['a field', { query: '{ employes { totalCount } }' }],
    ['an argument', { query: '{ employees(frist: 1) { totalCount } }' }],
    [
      'an enum in a variable',
      {
        query: 'query ($o: EmployeeOrder!) { employees(orderBy: $o) { totalCount } }',
        variables: { o: { field: 'START_DAT' } },
      },
    ],
    [
      'an input field in a variable',
      {
        query: 'query ($o: EmployeeOrder!) { employees(orderBy: $o) { totalCount } }',
        variables: { o: { feild: 'START_DATE' } },
      },
    ],
  ])('suggests no name for %s', async (_, body) => {
    for (let round = 0; round < 2; round += 1) {
      const { answer } = await post(gateway, body);
      expect(answer.errors?.length).toBeGreaterThan(0);
      expect(JSON.stringify(answer)).not.toMatch(/did you mean/i);
    }
  });

  it.each([
    ['an event stream', 'text/event-stream', 'subscription ($id: ID!) { taskUpdated(id: $id) { id } }'],
    ['parts', 'multipart/mixed', 'query ($o: EmployeeOrder!) { ... @defer { employees(orderBy: $o) { totalCount } } }'],
    ['a query', RESULT, 'query ($o: EmployeeOrder!) { employees(orderBy: $o) { totalCount } }'],
  ])('suggests no name in %s, and answers a text full of suggestions as any other', async (_, accept, query) => {
    const told = ' Did you mean '.repeat(20_000);
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept },
      body: JSON.stringify({ query, variables: { o: { feild: told, field: 'START_DAT' }, id: [told] } }),
    });
    const text = await response.text();
    expect(text).toContain('BAD_USER_INPUT');
    expect(text).not.toMatch(/Did you mean (?:the enum value )?\\"\w/);
  });

  it('answers a document full of suggestions as any other', async () => {
    // Where each is the beginning of one that has to be looked for to the end, this takes minutes.
    const query = `{ employees(first: "<${"' Did you mean '".repeat(60_000)}") { totalCount } }`;
    expect(await post(gateway, { query })).toMatchObject({ status: 400, code: 'GRAPHQL_VALIDATION_FAILED' });
  });

  it('serves no GraphiQL', async () => {
    const response = await fetch(`${gateway.url}/graphql`, { headers: { accept: 'text/html' } });
    expect(response.headers.get('content-type')).not.toContain('text/html');
  });
});

describe('requests that nobody meant', () => {
  const KEY = 'a-key-of-more-than-16';
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await started({ GATEWAY_API_KEYS: KEY }, { apiKey: KEY });
  });
  afterAll(endAll);

  it('by GET from a page of another site are refused', async () => {
    const url = `${gateway.url}/graphql?query=${encodeURIComponent('{ __typename }')}`;
    const asked = (site: string) =>
      fetch(url, { headers: { 'sec-fetch-site': site, authorization: `Bearer ${KEY}`, accept: RESULT } });
    expect((await asked('cross-site')).status).toBe(403);
    expect((await asked('same-origin')).status).toBe(200);
  });

  it('with wrong keys are slowed down after twenty, and right keys are not', async () => {
    const asked = (key: string) => post(gateway, { query: '{ __typename }' }, { authorization: `Bearer ${key}` });
    for (let index = 0; index < 20; index += 1) expect((await asked(`wrong-${index}`)).status).toBe(401);
    const refused = await asked('wrong-20');
    expect(refused).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await asked(KEY)).status).toBe(200);
  });
});
