import { buildSchema, GraphQLError, type GraphQLObjectType, type GraphQLScalarType, type GraphQLSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { EVERYBODY } from '../auth/authenticator.ts';
import { createEngine } from '../graphql/engine.ts';
import { createJsonAnswer } from './jsonRoute.ts';
import type { Log } from '../lib/log.ts';
import type { ResultType } from '../graphql/mediaTypes.ts';

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function toySchema(): GraphQLSchema {
  const schema = buildSchema(`
    scalar Odd
    type Query {
      one: String
      list: [Item!]!
      echo(text: String! = "none", odd: Odd): String
      mine: String
      fails: String
      failsHard: String!
      refused: String
      leaks: Odd
      late: String
    }
    type Item { id: ID! name: String }
    type Mutation { add(by: Int!): Int! }
    type Subscription { ticks: Int! }
  `);
  const resolvers: Record<string, Record<string, (source: unknown, args: never, context: never) => unknown>> = {
    Query: {
      one: () => 'one ünï',
      list: () => [
        { id: '1', name: 'a' },
        { id: '2', name: null },
      ],
      echo: (_, { text, odd }: { text: string; odd?: number }) => (odd === undefined ? text : `${text} ${odd}`),
      mine: (_, __, context: { name: string }) => context.name,
      fails: () => {
        throw new Error('secret of the database');
      },
      failsHard: () => null,
      refused: () => {
        throw new GraphQLError('Not yours.', { extensions: { code: 'FORBIDDEN', scope: 'ratings:read' } });
      },
      leaks: () => 2,
      late: async () => Promise.resolve('late'),
    },
    Mutation: { add: (_, { by }: { by: number }) => by + 1 },
  };
  for (const [type, fields] of Object.entries(resolvers)) {
    for (const [name, resolve] of Object.entries(fields)) {
      const { [name]: field } = (schema.getType(type) as GraphQLObjectType).getFields();
      Object.assign(field ?? {}, { resolve });
    }
  }
  const odd = (value: unknown): number => {
    if (typeof value === 'number' && value % 2 === 1) return value;
    throw new TypeError(`not odd: ${String(value)}`);
  };
  Object.assign(schema.getType('Odd') as GraphQLScalarType, {
    parseValue: odd,
    serialize: (value: unknown) => {
      if (value === 2) throw new GraphQLError(`cannot write ${value}`);
      return odd(value);
    },
  });
  return schema;
}

/** The context has a getter that nobody may read on the way. */
const resolverContext = () => ({
  name: 'me',
  get trap(): never {
    throw new Error('the context was copied');
  },
});

const TYPES: ResultType[] = ['application/json', 'application/graphql-response+json'];

const SAME: [name: string, body: Record<string, unknown>][] = [
  ['a field', { query: '{ one }' }],
  ['a list', { query: '{ list { id name } }' }],
  ['a promise', { query: '{ late one }' }],
  ['the context', { query: '{ mine }' }],
  ['variables', { query: 'query ($t: String!) { echo(text: $t) }', variables: { t: 'hi' } }],
  ['null for variables', { query: '{ echo }', variables: null, operationName: null, extensions: null }],
  ['an operation by name', { query: 'query A { one } query B { echo }', operationName: 'B' }],
  ['extensions that nobody reads', { query: '{ one }', extensions: { persisted: true } }],
  ['members that it does not know', { query: '{ one }', id: 1, doc_id: 'x', queryId: null }],
  ['a mutation', { query: 'mutation ($by: Int!) { add(by: $by) }', variables: { by: 0 } }],
  ['introspection', { query: '{ __schema { queryType { name } } }' }],
  ['an unexpected error', { query: '{ one fails }' }],
  ['an unexpected error that takes the data', { query: '{ one failsHard }' }],
  ['a refusal', { query: '{ one refused }' }],
  ['a value that cannot be written', { query: '{ one leaks }' }],
  ['a missing variable', { query: 'query ($t: String!) { echo(text: $t) }', variables: {} }],
  ['a variable of the wrong type', { query: 'query ($t: String!) { echo(text: $t) }', variables: { t: 1 } }],
  ['a variable that its scalar refuses', { query: 'query ($o: Odd) { echo(odd: $o) }', variables: { o: 4 } }],
  ['null for a required argument', { query: 'query ($t: String = "x") { echo(text: $t) }', variables: { t: null } }],
];

const LEFT_TO_YOGA: [name: string, body: string][] = [
  ['broken JSON', '{'],
  ['no object', '"text"'],
  ['a batch', '[{"query":"{ one }"}]'],
  ['no query', '{}'],
  ['a query that is no text', '{"query":1}'],
  ['variables that are no object', '{"query":"{ one }","variables":[]}'],
  ['a document that does not parse', '{"query":"{ one"}'],
  ['an invalid document', '{"query":"{ two }"}'],
  ['an unknown operation', '{"query":"query A { one }","operationName":"B"}'],
  ['several operations and no name', '{"query":"query A { one } query B { echo }"}'],
  ['a subscription', '{"query":"subscription { ticks }"}'],
];

function start() {
  const engine = createEngine(toySchema(), silent);
  const answerJson = createJsonAnswer(engine);
  const scope = () => ({
    signal: new AbortController().signal,
    viewer: EVERYBODY,
    resolverContext: resolverContext(),
    newContext: resolverContext,
    receipt: null,
    requestId: 'a-request',
    takesEvents: false,
    takesParts: false,
    inParts: false,
  });
  const byYoga = async (body: string, accept: ResultType) => {
    const response = await engine.yoga.handleRequest(
      new engine.yoga.fetchAPI.Request('http://gateway/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept },
        body,
      }),
      { scope: scope() },
    );
    return comparable(response.status, response.headers.get('content-type'), await response.text());
  };
  const short = async (body: string, type: ResultType) => {
    const answer = await answerJson(body, type, scope());
    if (!answer) return null;
    const headers = new Headers(answer.headers);
    return comparable(answer.status, headers.get('content-type'), answer.body);
  };
  return { byYoga, short };
}

function comparable(status: number, type: string | null, body: string) {
  return { status, type, body: body.replace(/"correlationId":"[0-9a-f-]{36}"/g, '"correlationId":"*"') };
}

describe('the short way', () => {
  it.each(SAME)('answers as yoga does: %s', async (_, params) => {
    const { byYoga, short } = start();
    const body = JSON.stringify(params);
    for (const type of TYPES) {
      const expected = await byYoga(body, type);
      expect(await short(body, type)).toEqual(expected);
    }
  });

  it.each(LEFT_TO_YOGA)('is not taken for %s', async (_, body) => {
    const { byYoga, short } = start();
    await byYoga(body, 'application/json');
    expect(await short(body, 'application/json')).toBeNull();
  });

  it('is not taken for a document that nobody has sent before', async () => {
    expect(await start().short('{"query":"{ one }"}', 'application/json')).toBeNull();
  });

  it('shows nothing of an unexpected error and names refusals', async () => {
    const { byYoga, short } = start();
    const ask = async (query: string, variables?: object) => {
      const body = JSON.stringify({ query, variables });
      await byYoga(body, 'application/graphql-response+json');
      const answer = await short(body, 'application/graphql-response+json');
      const { errors } = JSON.parse(answer?.body ?? '') as { errors: { message: string; extensions: object }[] };
      return { status: answer?.status, ...errors[0]?.extensions, message: errors[0]?.message };
    };
    const internal = {
      status: 200,
      code: 'INTERNAL',
      correlationId: '*',
      message: 'The gateway failed to answer this.',
    };
    expect(await ask('{ fails }')).toEqual(internal);
    expect(await ask('{ leaks }')).toEqual(internal);
    expect(await ask('{ refused }')).toEqual({
      status: 200,
      code: 'FORBIDDEN',
      scope: 'ratings:read',
      message: 'Not yours.',
    });
    const missing = await ask('query ($t: String!) { echo(text: $t) }');
    expect(missing).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' });
    const refusedByScalar = await ask('query ($o: Odd) { echo(odd: $o) }', { o: 4 });
    expect(refusedByScalar).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' });
  });
});
