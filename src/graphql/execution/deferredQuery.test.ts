import { buildSchema, execute, parse, specifiedRules, validate, type ExecutionResult } from 'graphql';
import { isAsyncIterable } from 'graphql-yoga';
import { describe, expect, it } from 'vitest';
import { mergedData, type SentPart } from '../../../test/support/merged.ts';
import { createQueryCompiler } from './compiledQuery.ts';
import { DEFER, withDefer } from './defer.ts';
import { createDeferredQuery } from './deferredQuery.ts';

const schema = withDefer(
  buildSchema(`
    interface Named { name: String }
    type Person implements Named { id: ID! name: String boss: Person friends: [Person!] team: Team strict: String! bad: String }
    type Team implements Named { name: String size: Int members: [Person!] }
    union Thing = Person | Team
    type Query { ada: Person team: Team things: [Thing!] named: [Named] nobody: Person list: [Person] }
  `),
);

for (const name of ['Named', 'Thing']) {
  Object.assign(schema.getType(name) ?? {}, { resolveType: (value: { kind: string }) => value.kind });
}

/** What is read: values, which compiled queries answer with, or methods, which they leave to the ordinary executor. */
function world(executor: string): object {
  const object = (values: object): object =>
    executor === 'compiled'
      ? values
      : Object.fromEntries(Object.entries(values).map(([key, value]) => [key, key === 'kind' ? value : () => value]));
  const failure = new Error('bad');
  const members: object[] = [];
  const team = object({ kind: 'Team', name: 'Core', size: 2, members });
  const person = { kind: 'Person', team, strict: 's', bad: failure, boss: null, friends: [] };
  const bob = object({ ...person, id: 'b', name: 'Bob' });
  const ada = object({
    ...person,
    id: 'a',
    name: 'Ada',
    strict: null,
    boss: Promise.resolve(bob),
    friends: [bob, bob],
  });
  members.push(ada, bob);
  const things = Promise.resolve([ada, team]);
  return object({ ada: Promise.resolve(ada), team, things, named: [team, null, bob], nobody: null, list: [ada, bob] });
}

const deferredQuery = createDeferredQuery({ schema, directive: DEFER, compiler: createQueryCompiler(schema) });

type Variables = Record<string, unknown>;

async function partsOf(query: string, variableValues: Variables = {}, executor = 'compiled'): Promise<SentPart[]> {
  const document = parse(query);
  expect(validate(schema, document, specifiedRules)).toEqual([]);
  const answer = await deferredQuery({ schema, document, rootValue: world(executor), variableValues });
  if (!isAsyncIterable(answer)) return [plain(answer)];
  const parts: SentPart[] = [];
  for await (const part of answer) parts.push(plain(part));
  return parts;
}

const plain = (part: ExecutionResult) => JSON.parse(JSON.stringify(part)) as SentPart;

const patchesOf = (parts: SentPart[]) => parts.flatMap(({ incremental = [] }) => incremental);

const dataOf = async (query: string, variableValues = {}) =>
  plain(await execute({ schema, document: parse(query), rootValue: world('compiled'), variableValues })).data;

describe('an answer in parts', () => {
  const fragments = 'fragment A on Person { ...G boss { name } } fragment G on Person { name }';
  it.each<[query: string, first: unknown, variables?: object]>([
    [`{ ada { ...A @defer ...G } } ${fragments}`, { ada: { name: 'Ada' } }],
    ['{ ...R @defer ...R } fragment R on Query { ada { id } }', { ada: { id: 'a' } }],
    ['{ ... @defer { ...R } ...R } fragment R on Query { ada { id } }', { ada: { id: 'a' } }],
    ['{ ...R ... @defer { ...R } } fragment R on Query { ada { id } }', { ada: { id: 'a' } }],
    ['{ ...R @defer(label: "x") ...R @defer(label: "y") } fragment R on Query { ada { id } }', {}],
    ['{ ada { ... @defer { boss { name } } } ada { boss { id } } }', { ada: { boss: { id: 'b' } } }],
    ['{ ada { friends { ... @defer { name } id } } }', { ada: { friends: [{ id: 'b' }, { id: 'b' }] } }],
    ['{ things { ...P @defer ...on Team { size } } } fragment P on Person { id }', { things: [{}, { size: 2 }] }],
    ['{ named { ... on Named @defer { name } ... on Team { size } } }', { named: [{ size: 2 }, null, {}] }],
    ['{ nobody { ... @defer { name } } ada { id } }', { nobody: null, ada: { id: 'a' } }],
    ['{ ada { ... @defer { name ... @defer { boss { id ... @defer { name } } } } } }', { ada: {} }],
    [
      '{ ada { ...X @defer ...Y @defer } } fragment X on Person { ...Z boss { ...Z @defer } } fragment Y on Person { boss { ...Z @defer id } } fragment Z on Person { name }',
      { ada: {} },
    ],
    ['query ($on: Boolean!) { ada { id ... @defer(if: $on) { name } } }', { ada: { id: 'a' } }, { on: true }],
    [
      'query ($on: Boolean!) { ada { id ... @defer(if: $on) { name } } }',
      { ada: { id: 'a', name: 'Ada' } },
      { on: false },
    ],
    ['query ($on: Boolean) { ada { id ... @defer(if: $on) { name } } }', { ada: { id: 'a' } }],
    ['query ($on: Boolean!) { ada { id ... @defer @skip(if: $on) { name } } }', { ada: { id: 'a' } }, { on: true }],
    ['query ($on: Boolean!) { ada { id ... @defer { name @skip(if: $on) id } } }', { ada: { id: 'a' } }, { on: true }],
    [
      '{ ada { then: boss { ... @defer { then: name } } __proto__: id ... @defer { __proto__: id } } }',
      JSON.parse('{"ada":{"then":{},"__proto__":"a"}}'),
    ],
    [
      '{ __schema { queryType { ... @defer { name } } } ... @defer { __typename __type(name: "Team") { name } } }',
      { __schema: { queryType: {} } },
    ],
  ])(
    'of %s begins with all that is not deferred, and is the whole in the end',
    async (query, first, variables = {}) => {
      const parts = await partsOf(query, variables as Record<string, unknown>);
      expect(parts[0]?.data).toEqual(first);
      expect(mergedData(parts)).toEqual(await dataOf(query, variables));
      expect(parts.map(({ hasNext }) => hasNext)).toEqual(
        parts.length > 1 ? [...parts.slice(1).map(() => true), false] : [undefined],
      );
    },
  );

  it('has every part whole, though other parts have the same fields', async () => {
    const query = `{ ada { ...G ...A @defer(label: "A") ...G @defer(label: "G") } } ${fragments}`;
    const patches = patchesOf(await partsOf(query));
    expect(patches.toSorted((a, b) => (a.label ?? '').localeCompare(b.label ?? ''))).toEqual([
      { label: 'A', path: ['ada'], data: { name: 'Ada', boss: { name: 'Bob' } } },
      { label: 'G', path: ['ada'], data: { name: 'Ada' } },
    ]);
  });

  it('fills a hole once that several parts have', async () => {
    const nested = Array.from(
      { length: 30 },
      (_, at) => `fragment F${at} on Person { ... @defer { ...F${at + 1} } ... @defer { id ...F${at + 1} } }`,
    );
    const parts = await partsOf(`{ ada { ...F0 } } ${nested.join(' ')} fragment F30 on Person { name }`);
    expect(mergedData(parts)).toEqual({ ada: { id: 'a', name: 'Ada' } });
    expect(patchesOf(parts)).toHaveLength(60);
  });

  it('is whole in the end though a part of it has an error', async () => {
    const parts = await partsOf('{ ada { id bad } ... @defer { team { name } } }');
    expect(parts[0]).toMatchObject({ data: { ada: { id: 'a', bad: null } }, errors: [{ path: ['ada', 'bad'] }] });
    expect(mergedData(parts)).toEqual({ ada: { id: 'a', bad: null }, team: { name: 'Core' } });
  });

  it('says with its path from the root what failed in a part', async () => {
    const parts = await partsOf('{ team { members { ... @defer { boss { bad } } } } }');
    expect(patchesOf(parts).find(({ errors }) => errors)).toEqual({
      path: ['team', 'members', 0],
      data: { boss: { bad: null } },
      errors: [{ message: 'bad', locations: [{ line: 1, column: 40 }], path: ['team', 'members', 0, 'boss', 'bad'] }],
    });
  });

  it('has no part below one that failed, and none below what became null', async () => {
    const failed = await partsOf(
      '{ list { id ... @defer(label: "out") { strict ... @defer(label: "in") { name } } } }',
    );
    const sent = patchesOf(failed).map(({ label, path }) => `${label} ${path.join('.')}`);
    expect(new Set(sent)).toEqual(new Set(['out list.0', 'out list.1', 'in list.1']));
    expect(sent).toHaveLength(3);
    const nulled = await partsOf(
      '{ ... @defer(label: "out") { ada { strict ... @defer(label: "in") { name } } } team { name } }',
    );
    expect(patchesOf(nulled)).toMatchObject([{ label: 'out', data: { ada: null } }]);
  });

  it('is whole where all that was deferred went with a null', async () => {
    const [whole, ...more] = await partsOf('{ ada { strict ... @defer { name } } }');
    expect(more).toEqual([]);
    expect(whole).toMatchObject({ data: { ada: null }, errors: [{ path: ['ada', 'strict'] }] });
    expect(whole).not.toHaveProperty('hasNext');
  });

  it('is refused where its condition turns out null', async () => {
    const parts = await partsOf('query ($on: Boolean = true) { ada { ... @defer(if: $on) { name } } }', { on: null });
    expect(parts).toMatchObject([{ data: null, errors: [{ message: expect.stringContaining('"if"') as string }] }]);
  });
});
