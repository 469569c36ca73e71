import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SkillView } from '../src/directory/skills/skillView.ts';
import { all, rawSocket, wsClient } from './support/wsClient.ts';
import { startTestGateway, type TestGateway } from './support/gateway.ts';

/** What the fuzz has found, kept by name. */
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.close());

const post = (body: string, headers: Record<string, string> = {}) =>
  fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    body,
  });

const codesOf = async (query: string, variables: Record<string, unknown> = {}) => {
  const { errors } = await gateway.ask(query, variables);
  return errors?.map(({ extensions }) => extensions?.['code']);
};

describe('a hostile document', () => {
  it('that is nested beyond any stack is refused as one that cannot be parsed', async () => {
    expect(await codesOf(`{ skill(by: { name: ${'['.repeat(3_000)}${']'.repeat(3_000)} }) { id } }`)).toEqual([
      'GRAPHQL_PARSE_FAILED',
    ]);
  });

  it.each([
    'subscription ($no: Boolean!) { integrationUpdated @skip(if: $no) { id } }',
    'subscription ($no: Boolean!) { ...F @include(if: $no) } fragment F on Subscription { integrationUpdated { id } }',
    'subscription ($no: Boolean!) { integrationUpdated @skip(if: no) { id } __typename @skip(if: $no) }',
  ])('%s is refused as invalid', async (query) => {
    const codes = await codesOf(query, { no: true });
    expect(new Set(codes)).toEqual(new Set(['GRAPHQL_VALIDATION_FAILED']));
  });

  it.each([
    'query ($no: String) { skill(by: { name: $no }) { name } }',
    'query ($no: String = null) { skill(by: { name: $no }) { ...F } } fragment F on Skill { name }',
    'query ($no: ID) { employee(by: { id: $no }) { id } }',
    'mutation ($no: Float) { rateSkills(input: { items: { employee: { employeeNumber: "1" }, skill: { name: "C" }, proficiency: { level: $no } } }) { replayed } }',
  ])('%s is refused as invalid: a field of a @oneOf input cannot be null', async (query) => {
    expect(new Set(await codesOf(query))).toEqual(new Set(['GRAPHQL_VALIDATION_FAILED']));
  });

  it('may give a variable of a @oneOf field a default, and then says what a null in its place lacks', async () => {
    const query = 'query ($name: String = "TypeScript") { skill(by: { name: $name }) { name } }';
    expect(await gateway.ask(query)).toEqual({ data: { skill: { name: 'TypeScript' } } });
    expect(await codesOf(query, { name: null })).toEqual(['BAD_USER_INPUT']);
  });

  it.each([
    ['{ __typename @include(if: $on) }', 'application/json'],
    ['{ __typename @skip(if: $on) }', 'application/json'],
    ['{ integrations { name @include(if: $on) } }', 'application/json'],
    ['{ ... @defer(if: $on) { __typename } }', 'multipart/mixed'],
    ['{ integrations { ... @defer(if: $on) { name } } }', 'multipart/mixed'],
  ])('with a condition that turns out null is the client’s mistake: %s', async (selections, accept) => {
    const query = `query ($on: Boolean = true) ${selections}`;
    const response = await post(JSON.stringify({ query, variables: { on: null } }), { accept });
    const text = await response.text();
    expect(text).toContain('"code":"BAD_USER_INPUT"');
    expect(text).not.toContain('INTERNAL');
  });

  it('with fields that do not merge is told so once', async () => {
    expect(await codesOf('{ a: integrations { name } a: __typename }')).toEqual(['GRAPHQL_VALIDATION_FAILED']);
  });

  it('gets no more back than its errors are worth', async () => {
    const input = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`k${index}`, 'y'.repeat(5_000)]));
    const query = 'mutation ($input: RateSkillsInput!) { rateSkills(input: $input) { replayed } }';
    const response = await post(JSON.stringify({ query, variables: { input } }));
    expect((await response.text()).length).toBeLessThan(100_000);
  });

  const n = 'n'.repeat(50_000);
  const many = Array.from({ length: 100 }, (_, index) => index);
  it.each([
    [
      'a name in each of a hundred errors',
      `query ${n} { ${many.map((at) => `a${at}: skills(first: $v${at}) { __typename }`).join(' ')} }`,
    ],
    ['a name that the parser stops at', `{ employees } ${n}`],
    ['a value', `{ employees(first: "${n}") { totalCount } }`],
    [
      'rings of fragments',
      `{ ...F0 } ${Array.from({ length: 700 }, (__, at) => `fragment F${at} on Query { ...F${(at + 1) % 700} ...F0 }`).join(' ')}`,
    ],
  ])('of %s gets no more back than it sent, over HTTP and WebSockets alike', async (_, query) => {
    const response = await post(JSON.stringify({ query }));
    const text = await response.text();
    expect(JSON.parse(text)).toEqual({ errors: expect.any(Array) as unknown });
    expect(text.length).toBeLessThan(150_000);
    const client = wsClient(gateway.url);
    const told = await all(client, query).catch((errors: unknown) => errors);
    await client.dispose();
    const { errors } = JSON.parse(text) as { errors: object[] };
    expect(told).toEqual(errors);
  });

  it('with wrong variables without end is told so, and is no failure of the gateway', async () => {
    const items = Array.from({ length: 200 }, () => 1);
    const codes = await codesOf('mutation ($input: RateSkillsInput!) { rateSkills(input: $input) { replayed } }', {
      input: { items },
    });
    expect(new Set(codes)).toEqual(new Set(['BAD_USER_INPUT']));
  });

  it.each(['9999-12-31T23:59:59-12:00', '0000-01-01T00:00:00Z', '0001-01-01T00:00:00+14:00'])(
    'with the instant %s, which no store can keep, is refused',
    async (createdSince) => {
      const query = 'query ($createdSince: DateTime) { tasks(filter: { createdSince: $createdSince }) { totalCount } }';
      expect(await codesOf(query, { createdSince })).toEqual(['BAD_USER_INPUT']);
    },
  );
});

describe('a hostile document', () => {
  it('of quotes in a text without an end is refused at once', async () => {
    expect(await codesOf(`{ skill(by: { name: "${'\\"'.repeat(200_000)}`)).toEqual(['GRAPHQL_PARSE_FAILED']);
  });

  it('that calls a variable like a member of every object costs what it asks for', async () => {
    const ids = Array.from({ length: 40 }, (_, index) => `"${index}"`).join(' ');
    for (const name of ['ids', 'constructor', '__proto__']) {
      const query = `query ($${name}: [ID!]! = [${ids}]) { nodes(ids: $${name}) { id } }`;
      const response = await post(JSON.stringify({ query }), { 'x-gateway-cost': '1' });
      expect(await response.json()).toMatchObject({ extensions: { cost: { requested: 440 } } });
    }
  });
});

describe('a hostile filter', () => {
  it('with 30,000 skills is refused before anybody is asked', async () => {
    const skills = Array.from({ length: 30_000 }, () => ({ name: 'TypeScript' }));
    const query =
      'query ($skills: [SkillLookup!]) { employees { nodes { skills(filter: { skills: $skills }) { totalCount } } } }';
    gateway.forget();
    expect(await codesOf(query, { skills })).toEqual(['QUERY_TOO_COMPLEX']);
    expect(gateway.calls).toEqual([]);
  });

  it.each([
    ['that names skills', 'TypeScript'],
    ['that names skills which are not known', 'nothing that anybody knows'],
  ])('%s is looked up once, however many people it is for', async (_, name) => {
    const lookups = vi.spyOn(SkillView.prototype, 'byName');
    const query =
      'query ($skills: [SkillLookup!]) { employees(first: 10) { nodes { skills(filter: { skills: $skills }) { totalCount } } } }';
    const { errors } = await gateway.ask(query, { skills: Array.from({ length: 5 }, () => ({ name })) });
    expect(errors).toBeUndefined();
    expect(lookups.mock.calls.filter(([asked]) => asked === name).length).toBe(5);
    lookups.mockRestore();
  });
});

describe.each(['a\u0000b', 'a\ud800b'])('the text %j, which no store keeps,', (text) => {
  const tasks = 'query ($text: [String!]) { tasks(filter: { integrations: $text }) { totalCount } }';
  const id = (...parts: string[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');

  it('is refused in variables', async () => {
    expect(await codesOf(tasks, { text: [text] })).toEqual(['BAD_USER_INPUT']);
    expect(await codesOf('query ($text: ID!) { task(id: $text) { id } }', { text })).toEqual(['BAD_USER_INPUT']);
  });

  it('is no part of an id', async () => {
    expect(await codesOf(`{ task(id: "${id('Task', text)}") { id } }`)).toBeUndefined();
  });

  it('is no part of a cursor', async () => {
    expect(await codesOf(`{ tasks(after: "${id('tasks', text, text)}") { totalCount } }`)).toEqual(['BAD_CURSOR']);
  });
});

describe('a hostile document', () => {
  it('with a NUL in a text of its own is refused', async () => {
    expect(await codesOf('{ tasks(filter: { integrations: "a\\u0000b" }) { totalCount } }')).toEqual([
      'GRAPHQL_VALIDATION_FAILED',
    ]);
  });

  it('with a field called like a prototype is answered in full', async () => {
    const response = await post(JSON.stringify({ query: '{ __proto__: __typename constructor: __typename }' }));
    expect(await response.text()).toBe('{"data":{"__proto__":"Query","constructor":"Query"}}');
  });

  it('with an object for a text is told in the words of the schema', async () => {
    const query = 'query ($mail: EmailAddress!) { employee(by: { workEmail: $mail }) { id } }';
    const { errors } = await gateway.ask(query, { mail: { toString: 1 } });
    expect(errors?.[0]?.message).toMatch(/EmailAddress is written as a text\.$/);
  });
});

describe.each([
  'then',
  'constructor',
  '__proto__',
  'toString',
  'toJSON',
  'hasOwnProperty',
  'errors',
  'extensions',
  'incremental',
])('%s, which is a name like any other,', (name) => {
  /** As long, so that all else of the two answers is the same. */
  const plain = 'z'.repeat(name.length);
  const named = (text: string) => text.replaceAll(plain, name);
  const textOf = async (query: string, accept: string) => (await post(JSON.stringify({ query }), { accept })).text();

  it.each([
    ['of what introspection answers', `{ ${plain}: __schema { ${plain}: queryType { ${plain}: name } } }`],
    [
      'of objects, lists and leaves',
      `{ ${plain}: integrations { ${plain}: provider } skill(by: { name: "TypeScript" }) { ${plain}: name } }`,
    ],
    [
      'beside an error, and of the field that has it',
      `{ ${plain}: integrations { ${plain}: provider } employees { ${plain}: nodes { ${plain}: skills(first: 1000) { totalCount } } } }`,
    ],
    [
      'of what a write answers',
      `mutation { ${plain}: rateSkills(input: { validateOnly: true, items: { employee: { employeeNumber: "none" }, skill: { name: "C" }, proficiency: { level: 1 } } }) { ${plain}: userErrors { ${plain}: code } } }`,
    ],
    [
      'of what an event brings',
      `subscription { ${plain}: taskUpdated(id: "none") { ${plain}: id } }`,
      'text/event-stream',
    ],
  ])('may be the alias %s', async (_, query, accept = 'application/json') => {
    const expected = named(await textOf(query, accept));
    expect(expected).not.toContain('INTERNAL');
    // The second time the document is known.
    for (let time = 0; time < 2; time += 1) expect(await textOf(named(query), accept)).toBe(expected);
  });

  it('may name an operation, a fragment and a variable', async () => {
    const query = `query ${name}($${name}: String!, $no: Boolean = false) { skill(by: { name: $${name} }) { ...${name} } }
      fragment ${name} on Skill { name id @include(if: $no) }`;
    const body = `{"query":${JSON.stringify(query)},"variables":{${JSON.stringify(name)}:"TypeScript"}}`;
    expect(await (await post(body)).text()).toBe('{"data":{"skill":{"name":"TypeScript"}}}');
  });
});

describe('a hostile request', () => {
  it('that is no JSON is refused without a word of the parser and of itself', async () => {
    const response = await post('{"query": "canary');
    expect(await response.json()).toEqual({
      errors: [{ message: 'POST body sent invalid JSON.', extensions: { code: 'BAD_REQUEST' } }],
    });
  });

  it('for a media type that there is none of is answered with 406 and a code', async () => {
    const response = await post('{"query": "{ __typename }"}', { accept: 'image/png' });
    expect(response.status).toBe(406);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'NOT_ACCEPTABLE' } }] });
  });

  it('of a WebSocket that only a server sends closes it as the client’s mistake', async () => {
    const socket = await rawSocket(gateway.url);
    socket.send({ type: 'next', id: 'one', payload: { data: null } });
    expect(await socket.next()).toBe(4400);
  });
});
