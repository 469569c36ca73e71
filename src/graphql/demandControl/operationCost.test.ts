import { getOperationAST, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from '../../../schema/index.ts';
import { encodeId } from '../../domain/ids.ts';
import { createOperationMeter } from './operationMeter.ts';

const meter = createOperationMeter(schema);

function operationOf(text: string) {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  return { document, operation };
}

function cost(text: string, variables: Record<string, unknown> = {}): number {
  const { document, operation } = operationOf(text);
  return meter.cost(document, operation, variables);
}

const RATING = encodeId('SkillRating', 'hr', 'r1');
const ROLE = encodeId('JobProfile', 'hr', 'p1');
const PERSON = encodeId('Employee', 'hr', 'e1');

describe('what an operation costs', () => {
  it('follows the ids in variables, also of a document that is known', () => {
    const many = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
    const one = 'query ($id: ID!) { node(id: $id) { id } }';
    const document = operationOf(many);
    const costs = [
      [RATING, RATING],
      [PERSON, PERSON],
      [PERSON, RATING],
      [RATING, RATING],
    ].map((ids) => meter.cost(document.document, document.operation, { ids }));
    expect(costs).toEqual([202, 22, 112, 202]);
    expect([cost(one, { id: RATING }), cost(one, { id: PERSON }), cost(one, { id: ROLE })]).toEqual([101, 11, 101]);
  });

  it.each([
    ['values nothing', '{ __typename }', 0],
    ['an object one', '{ employee(by: { employeeNumber: "1" }) { id displayName } }', 1],
    ['an object within it one more', '{ employee(by: { employeeNumber: "1" }) { manager { id } } }', 2],
    ['a page one, and one for each node', '{ employees(first: 7) { nodes { id } } }', 8],
    ['a page without a size as many as the usual page', '{ employees { nodes { id } } }', 26],
    ['a page by its default in the schema', '{ employee(by: { id: "1" }) { reports { nodes { id } } } }', 27],
    ['a page from its end', '{ employees(last: 9) { nodes { id } } }', 10],
    ['edges and nodes both', '{ employees(first: 7) { nodes { id } edges { node { id } } } }', 22],
    ['what a page has once, once', '{ employees(first: 7) { totalCount pageInfo { hasNextPage } nodes { id } } }', 9],
    [
      'a page within a page its product',
      '{ employees(first: 7) { nodes { reports(first: 3) { nodes { id } } } } }',
      36,
    ],
    [
      'held skills ten more, for the provider',
      '{ employee(by: { id: "1" }) { skills(first: 4) { nodes { skill { id } } } } }',
      20,
    ],
    [
      'a list without a page its usual size',
      '{ employee(by: { id: "1" }) { careerPaths { nodes { jobProfile { id } } } } }',
      112,
    ],
    [
      'experts a hundred for each skill',
      '{ experts(skills: [{skill: {name: "a"}}, {skill: {name: "b"}}]) { totalCount } }',
      201,
    ],
    ['ids each an object that is asked for', '{ nodes(ids: ["1", "2", "3"]) { id } }', 33],
    ['an id of a rating a call of its own', `{ node(id: "${RATING}") { id } }`, 101],
    ['ids each by what it names', `{ nodes(ids: ["${RATING}", "${ROLE}", "${PERSON}", "?"]) { id } }`, 224],
    ['a page larger than any is one that is refused', '{ employees(first: 2000000000) { nodes { id } } }', 201],
    ['a page below nothing nothing', '{ employees(first: -5) { nodes { id } } }', 1],
    ['introspection what it selects', '{ __schema { types { name } } }', 151],
    ['introspection of a type', '{ __type(name: "Skill") { fields { args { name } } } }', 11],
  ])('is for %s', (_, text, expected) => {
    expect(cost(text)).toBe(expected);
  });

  it('counts each field under another name', () => {
    expect(cost('{ a: employees(first: 7) { nodes { id } } b: employees(first: 7) { nodes { id } } }')).toBe(16);
  });

  it('counts a fragment at each of its uses, also within another one', () => {
    const text = `{ a: employees(first: 7) { ...Page } b: employees(first: 3) { ...Page } }
      fragment Page on EmployeeConnection { ... { nodes { ...Person } } }
      fragment Person on Employee { manager { id } }`;
    expect(cost(text)).toBe(1 + 7 * 2 + 1 + 3 * 2);
  });

  it('takes the dearest of the types that an object may be of', () => {
    const text = `{ node(id: "1") { id ... on Employee { manager { manager { id } } } ... on Skill { identity { confidence: __typename } } } }`;
    expect(cost(text)).toBe(10 + 1 + 2);
  });

  it('changes with the variables', () => {
    const text = `query ($n: Int! = 5, $ids: [ID!]!, $with: Boolean!) {
      employees(first: $n) { nodes { manager @include(if: $with) { id } } }
      nodes(ids: $ids) { id }
    }`;
    const { document, operation } = operationOf(text);
    const of = (variables: Record<string, unknown>) => meter.cost(document, operation, variables);
    expect(of({ ids: [], with: false })).toBe(6);
    expect(of({ ids: [], with: true })).toBe(11);
    expect(of({ ids: ['1', '2'], with: true })).toBe(33);
    expect(of({ n: 9, ids: '1', with: false })).toBe(21);
    // Said before, and kept.
    expect(of({ ids: [], with: false })).toBe(6);
  });

  it.each(['constructor', 'toString', 'hasOwnProperty', '__proto__'])(
    'reads the variable $%s as any other, though every object has a member of its name',
    (name) => {
      const { document, operation } = operationOf(
        `query ($${name}: [ID!]! = ["1", "2", "3"]) { nodes(ids: $${name}) { id } }`,
      );
      const of = (variables: string) =>
        meter.cost(document, operation, JSON.parse(variables) as Record<string, unknown>);
      expect(of('{}')).toBe(33);
      expect(of(`{ "${name}": ["1"] }`)).toBe(11);
      expect(of('{}')).toBe(33);
    },
  );

  it('takes null for a page of the usual size', () => {
    expect(cost('query ($n: Int) { skills(first: $n) { nodes { id } } }', { n: null })).toBe(36);
  });

  it('counts the items of a write', () => {
    const text = 'mutation ($input: RateSkillsInput!) { rateSkills(input: $input) { task { id } } }';
    const { document, operation } = operationOf(text);
    const of = (items: unknown) => meter.cost(document, operation, { input: { items, idempotencyKey: 'k' } });
    expect(of([{}, {}, {}])).toBe(32);
    expect(of([{}])).toBe(12);
    expect(of({})).toBe(12);
    expect(
      cost(
        'mutation ($item: RateSkillItem!) { rateSkills(input: { idempotencyKey: "k", items: [$item, $item] }) { task { id } } }',
      ),
    ).toBe(22);
  });

  it('counts a bomb exactly as far as numbers go', () => {
    const nested = (levels: number): string =>
      levels === 0 ? 'id' : `reports(first: 100) { nodes { ${nested(levels - 1)} } }`;
    expect(cost(`{ employees(first: 100) { nodes { ${nested(5)} } } }`)).toBe(
      // Each level is a hundred times the one above, with a page for each of its people.
      [1, 2, 3, 4, 5, 6].reduce((sum, level) => sum + 100 ** level + 100 ** (level - 1), 0),
    );
    expect(cost(`{ employees(first: 100) { nodes { ${nested(60)} } } }`)).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('walks fragments that double at each step once', () => {
    const fragments = Array.from(
      { length: 200 },
      (_, index) =>
        `fragment F${index} on Employee { a: manager { ...F${index + 1} } b: manager { ...F${index + 1} } }`,
    );
    const document = parse(
      `{ employee(by: { id: "1" }) { ...F0 } } ${fragments.join('\n')} fragment F200 on Employee { id }`,
    );
    const operation = getOperationAST(document);
    if (!operation) throw new Error('no operation');
    // 2^200 steps if each were entered each time it is named: the test would not end.
    expect(meter.cost(document, operation, {})).toBe(Number.MAX_SAFE_INTEGER);
    expect(meter.shape(document, operation)).toEqual({ depth: 202, aliases: Number.MAX_SAFE_INTEGER, rootFields: 1 });
  });
});

/** Employees with skills, in as many fragments on one person as asked for. */
const page = (fragments: number): string => {
  const names = Array.from({ length: fragments }, (_, index) => `F${index}`);
  const skills = 'skills(first: 200) { nodes { skill { id } ratings { integration { id } } } }';
  return `{ employees(first: 50) { nodes { ${names.map((name) => `...${name}`).join(' ')} } } }
    ${names.map((name) => `fragment ${name} on Employee { ${skills} }`).join(' ')}`;
};

describe('fields that merge', () => {
  it('cost once what is done once, however many fragments name it', () => {
    expect(cost(page(1))).toBe(80_601);
    expect(cost(page(6))).toBe(80_601);
  });

  it.each([
    [
      'at each level',
      `{ employees(first: 7) { nodes { manager { id } } nodes { manager { displayName reports(first: 2) { nodes { id } } } } } ...X }
       fragment X on Query { employees(first: 7) { nodes { ... { manager { reports(first: 2) { totalCount } } } } } }`,
      1 + 7 * (1 + 1 + 1 + 2),
    ],
    [
      'by their names in the answer',
      `{ employees(first: 7) { nodes { a: manager { id } ...X } } } fragment X on Employee { a: manager { manager { id } } b: manager { id } }`,
      1 + 7 * (1 + 2 + 1),
    ],
    [
      'for each type by itself',
      `{ node(id: "1") { ... on Employee { x: manager { id } } ... on Employee { x: manager { manager { id } } } ... on Skill { y: identity { __typename } } } }`,
      10 + 1 + 2,
    ],
    [
      'with what a provider is asked',
      '{ employee(by: { id: "1" }) { ...A ...B } } fragment A on Employee { skills { totalCount } } fragment B on Employee { skills { totalCount } }',
      12,
    ],
  ])('do so %s', (_, text, expected) => {
    expect(cost(text)).toBe(expected);
  });

  it('leave out what @skip and @include leave out, wherever else it stands', () => {
    const text = `query ($s: Boolean!) { employees(first: 7) { nodes { ...X @skip(if: $s) manager { id } ...X @include(if: $s) } } }
      fragment X on Employee { manager { manager @skip(if: $s) { id } } }`;
    expect(cost(text, { s: true })).toBe(15);
    expect(cost(text, { s: false })).toBe(22);
  });

  it('are fields of their own in deferred fragments, which are executed by themselves', () => {
    const document =
      parse(`query ($d: Boolean!) { employees(first: 7) { nodes { ...P ... @defer { ...P ...P } ...P @defer(label: "x", if: $d) } } }
      fragment P on Employee { p: manager { id } }`);
    const operation = getOperationAST(document);
    if (!operation) throw new Error('no operation');
    expect(meter.cost(document, operation, { d: true })).toBe(1 + 7 * 4);
    expect(meter.cost(document, operation, { d: false })).toBe(1 + 7 * 3);
    expect(meter.shape(document, operation).aliases).toBe(3);
  });

  /** Merges into a group for each path: as many as two to the power of its levels. */
  const automaton = (levels: number): string => {
    const spread = (level: number, ...states: number[]) =>
      level < levels ? states.map((state) => `...Q${state}_${level}`).join(' ') : 'id';
    const state = (name: string, a: string, b: string) =>
      `fragment ${name} on Employee { a: manager { ${a} } b: manager { ${b} } }`;
    const fragments = Array.from({ length: levels }, (_, level) => [
      state(`Q0_${level}`, spread(level + 1, 0, 1), spread(level + 1, 0)),
      ...Array.from({ length: level }, (__, at) => {
        const next = spread(level + 1, at + 2);
        return state(`Q${at + 1}_${level}`, next, next);
      }),
    ]);
    return `{ employee(by: { id: "1" }) { ...Q0_0 } } ${fragments.flat().join(' ')}`;
  };

  it('are counted exactly in a document of few, and never below what runs in one of too many', () => {
    const exact = (levels: number) => 2 ** (levels + 1) - 1;
    for (const levels of [1, 4, 8]) expect(cost(automaton(levels))).toBe(exact(levels));
    const document = parse(automaton(30));
    const operation = getOperationAST(document);
    if (!operation) throw new Error('no operation');
    // 2^30 groups: without a bound the test would not end.
    expect(meter.cost(document, operation, {})).toBeGreaterThanOrEqual(exact(30));
    expect(meter.shape(document, operation).aliases).toBeGreaterThanOrEqual(exact(30) - 1);
  });
});

describe('the shape of an operation', () => {
  it.each([
    ['fields', '{ employee(by: { id: "1" }) { manager { manager { id } } } }', { depth: 4, aliases: 0, rootFields: 1 }],
    [
      'fields that merge once',
      `{ employee(by: { id: "1" }) { ...A ...B } ...R }
       fragment A on Employee { x: displayName m: manager { y: displayName } }
       fragment B on Employee { x: displayName m: manager { y: displayName z: displayName } }
       fragment R on Query { employee(by: { id: "1" }) { x: displayName } }`,
      { depth: 3, aliases: 4, rootFields: 1 },
    ],
    ['aliases, of values too', '{ a: __typename b: __typename __typename }', { depth: 1, aliases: 2, rootFields: 3 }],
    [
      'fragments at each use by another field',
      `{ x: employee(by: { id: "1" }) { ...P } employee(by: { id: "1" }) { ...P } ... { ...R } }
       fragment P on Employee { n: displayName manager { m: displayName } }
       fragment R on Query { integrations { name } y: integrations { name } }`,
      { depth: 3, aliases: 6, rootFields: 4 },
    ],
    [
      'introspection as one field, with its aliases',
      '{ __schema { types { a: fields { name } ...T } } } fragment T on __Type { b: fields { c: name } }',
      { depth: 1, aliases: 3, rootFields: 1 },
    ],
  ])('counts %s', (_, text, expected) => {
    const { document, operation } = operationOf(text);
    expect(meter.shape(document, operation)).toEqual(expected);
  });
});
