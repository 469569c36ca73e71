import {
  execute,
  GraphQLBoolean,
  GraphQLEnumType,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLInterfaceType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  GraphQLUnionType,
  parse,
  validate,
  type ExecutionArgs,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { createQueryCompiler } from './compiledQuery.ts';

const Level = new GraphQLEnumType({ name: 'Level', values: { LOW: { value: 0 }, HIGH: { value: 1 } } });

const Named = new GraphQLInterfaceType({
  name: 'Named',
  fields: { name: { type: new GraphQLNonNull(GraphQLString) } },
  resolveType: (value: { kind: string }) => value.kind,
});

interface Source {
  name: string;
  nick?: string;
  boss?: unknown;
}

const Person: GraphQLObjectType<Source> = new GraphQLObjectType<Source>({
  name: 'Person',
  interfaces: [Named],
  fields: () => ({
    id: { type: GraphQLID },
    name: { type: new GraphQLNonNull(GraphQLString) },
    age: { type: GraphQLInt },
    share: { type: GraphQLFloat },
    isActive: { type: GraphQLBoolean },
    level: { type: Level },
    boss: { type: Person, resolve: ({ boss }) => Promise.resolve(boss) },
    friends: { type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(Person))) },
    matrix: { type: new GraphQLList(new GraphQLList(GraphQLInt)) },
    greeting: {
      type: GraphQLString,
      args: { word: { type: new GraphQLNonNull(GraphQLString), defaultValue: 'Hello' } },
      resolve: ({ name }, { word }: { word: string }) => `${word} ${name}`,
    },
    strict: { type: new GraphQLNonNull(GraphQLString), resolve: ({ nick }) => nick },
    broken: {
      type: GraphQLString,
      resolve: () => {
        throw new Error('broken');
      },
    },
    rejected: { type: GraphQLString, resolve: () => Promise.reject(new Error('rejected')) },
    failure: { type: GraphQLString, resolve: () => new Error('failure') },
    method: { type: GraphQLString },
    path: { type: GraphQLString, resolve: (_, __, ___, info) => String(info.path.key) },
    field: { type: GraphQLString, resolve: (_, __, ___, info) => `${info.parentType.name}.${info.fieldName}` },
  }),
});

const Team = new GraphQLObjectType({
  name: 'Team',
  interfaces: [Named],
  fields: { name: { type: new GraphQLNonNull(GraphQLString) }, size: { type: GraphQLInt } },
});

const Anything = new GraphQLUnionType({
  name: 'Anything',
  types: [Person, Team],
  resolveType: Named.resolveType ?? null,
});

const ada = {
  kind: 'Person',
  id: 7,
  name: 'Ada "the" Löv\u2028e',
  age: 36,
  share: 0.5,
  isActive: false,
  level: 1,
  friends: [] as unknown[],
  matrix: [[1, null], null, [2]],
  method: () => 'called',
  boss: null as unknown,
};
const bob = { ...ada, id: 'b', name: 'Bob', level: 9, share: Number.NaN, matrix: 'no list', boss: ada };
ada.friends = [bob, Promise.resolve(ada)];

const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: 'Query',
    fields: {
      ada: { type: Person, resolve: () => ada },
      bob: { type: Person, resolve: () => bob },
      nobody: { type: Person, resolve: () => null },
      stranger: { type: Anything, resolve: () => ({ kind: 'Query' }) },
      all: {
        type: new GraphQLList(Anything),
        args: { kind: { type: GraphQLString } },
        resolve: (_, { kind }: { kind?: string }) =>
          [ada, { kind: 'Team', name: 'Core', size: 2 }, null].filter((item) => !kind || item?.kind === kind),
      },
      named: { type: Named, resolve: () => Promise.resolve({ kind: 'Team', name: 'Core', size: 2 }) },
      viewer: { type: GraphQLString, resolve: (_, __, context: { viewer: string }) => context.viewer },
    },
  }),
  mutation: new GraphQLObjectType({ name: 'Mutation', fields: { noop: { type: GraphQLString } } }),
  types: [Person, Team],
});

const compiler = createQueryCompiler(schema);

type Asked = [query: string, variables?: Record<string, unknown>, operationName?: string];

function argsOf([query, variableValues, operationName]: Asked): ExecutionArgs {
  const document = parse(query);
  expect(validate(schema, document)).toEqual([]);
  return { schema, document, variableValues: variableValues ?? {}, operationName, contextValue: { viewer: 'me' } };
}

describe('a compiled query', () => {
  it.each<Asked>([
    ['{ ada { id name age share isActive level __typename } }'],
    ['{ a: ada { n: name } b: ada { age } nobody { name } viewer }'],
    ['{ ada { name friends { name } friends { boss { name } age: id } matrix } }'],
    ['{ ada { boss { name } } bob { boss { name boss { name } } } }'],
    [
      '{ all { __typename ... on Person { name age } ... on Team { size } ... on Named { title: name } } named { name } }',
    ],
    ['query ($kind: String) { all(kind: $kind) { ... on Named { name } } }', { kind: 'Team' }],
    ['query ($kind: String = "Person") { all(kind: $kind) { ... on Named { name } } }'],
    ['query ($word: String! = "Hi") { ada { greeting h: greeting(word: $word) l: greeting(word: "Ho") } }'],
    ['{ ...everybody } fragment everybody on Query { ada { ...who ...who } } fragment who on Person { name field }'],
    ['query a { ada { name } } query b { ada { age } }', {}, 'b'],
    [
      'query ($yes: Boolean!) { ada { name @include(if: $yes) age @skip(if: $yes) id @skip(if: false) } }',
      { yes: true },
    ],
    [
      'query ($yes: Boolean!) { ada { name @include(if: $yes) age @skip(if: $yes) id @include(if: false) } }',
      { yes: false },
    ],
    [
      'query ($yes: Boolean!) { ada { name } ...rest @include(if: $yes) } fragment rest on Query { viewer }',
      { yes: false },
    ],
  ])('answers %s as the executor does', async (...asked) => {
    const args = argsOf(asked);
    const answer = await compiler.execute(args);
    expect(answer).not.toBeNull();
    expect(JSON.stringify(answer)).toBe(JSON.stringify(await execute(args)));
  });

  it('keeps apart what conditions make of one document', async () => {
    const document = parse('query ($yes: Boolean!) { ada { name @include(if: $yes) age } }');
    const ask = async (yes: boolean) => compiler.execute({ schema, document, variableValues: { yes } });
    expect(await ask(true)).toEqual({ data: { ada: { name: ada.name, age: 36 } } });
    expect(await ask(false)).toEqual({ data: { ada: { age: 36 } } });
    expect(await ask(true)).toEqual({ data: { ada: { name: ada.name, age: 36 } } });
  });

  it.each<Asked>([
    ['{ ada { strict } }'],
    ['{ ada { broken } }'],
    ['{ ada { boss { name } rejected broken } }'],
    ['{ ada { rejected } }'],
    ['{ ada { failure } }'],
    ['{ ada { method } }'],
    ['{ ada { path } }'],
    ['{ __proto__: __typename a: __typename }'],
    ['{ ada { __proto__: boss { name } } }'],
    ['{ bob { level } }'],
    ['{ bob { share } }'],
    ['{ bob { matrix } }'],
    ['{ ada { friends { level } } }'],
    ['{ stranger { __typename } }'],
    ['{ __schema { queryType { name } } }'],
    ['query ($word: String!) { ada { greeting(word: $word) } }', {}],
    ['mutation { noop }'],
    ['query a { viewer } query b { viewer }'],
    ['query a { viewer } query b { viewer }', {}, 'c'],
  ])('leaves %s to the executor', async (...asked) => {
    expect(await compiler.execute(argsOf(asked))).toBeNull();
  });
});
