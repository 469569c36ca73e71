/** Documents whose size or shape is the attack. */
import type { Random } from '../../../src/simulator/random.ts';
import type { Question } from './documents.ts';
import { rubbish } from './values.ts';

/** One of them, in one of several sizes. */
export function extreme(random: Random): Question {
  return random.pick(EXTREMES)(random.pick([50, 500, 3_000, 20_000]), random);
}

type Extreme = (many: number, random: Random) => Question;

/** As many texts, each made of its number. */
const times = (many: number, text: (index: number) => string) =>
  Array.from({ length: many }, (_, index) => text(index));
const upTo = (most: number, many: number) => Math.min(most, many);

const EXTREMES: readonly [Extreme, ...Extreme[]] = [
  // Nested, repeated and long.
  (many) => ({
    query: `{ employees(first: 1) { nodes ${'{ manager '.repeat(many)}{ id }${' }'.repeat(many)} } }`,
  }),
  (many) => ({ query: `{ skill(by: { name: ${'['.repeat(many)}${']'.repeat(many)} }) { id } }` }),
  (many) => ({ query: `query($a: ${'['.repeat(many)}Int${']'.repeat(many)}) { __typename }` }),
  (many) => ({ query: `{ ${times(many, (index) => `a${index}: __typename`).join(' ')} }` }),
  (many) => ({ query: `{ ${'__typename '.repeat(many)} }` }),
  (many) => ({ query: `{ __typename ${'@skip(if: false) '.repeat(upTo(3_000, many))} }` }),
  (many) => ({ query: `query(${times(many, (index) => `$v${index}: Int`).join(' ')}) { __typename }` }),
  (many) => ({ query: 'query($id: ID!) { node(id: $id) { id } }', variables: { id: deep(many) } }),
  // Fragments that double, and in rings.
  (many) => {
    const depth = upTo(500, many);
    const fragments = times(depth, (index) => `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`);
    return { query: `{ ...F0 } ${fragments.join(' ')} fragment F${depth} on Query { __typename }` };
  },
  (many) => ({
    query: `{ ...A } fragment A on Query { ...B } fragment B on Query { ...A ${'...B '.repeat(upTo(500, many))} }`,
  }),
  (many) => {
    const ring = upTo(700, many);
    const fragments = times(ring, (index) => `fragment F${index} on Query { ...F${(index + 1) % ring} ...F0 }`);
    return { query: `{ ...F0 } ${fragments.join(' ')}` };
  },
  // Much said of each of many things that are wrong.
  (many, random) => ({
    query: 'mutation($input: RateSkillsInput!) { rateSkills(input: $input) { userErrors { code field message } } }',
    variables: {
      input: { validateOnly: true, items: Array.from({ length: upTo(3_000, many) }, () => rubbish(random, 3)) },
    },
  }),
  // Each unknown key is complained of with the whole object it stands in.
  (many) => ({
    query: 'mutation($input: RateSkillsInput!) { rateSkills(input: $input) { replayed } }',
    variables: {
      input: Object.fromEntries(times(60, (index) => `k${index}`).map((key) => [key, 'y'.repeat(many / 2)])),
    },
  }),
  // And each of a hundred errors names the operation.
  (many) => ({
    query: `query ${'N'.repeat(many * 10)} { ${times(100, (index) => `a${index}: skills(first: $v${index}) { totalCount }`).join(' ')} }`,
  }),
  (many) => ({ query: `{ employees(first: "<${"' Did you mean '".repeat(many)}") { totalCount } }` }),
  // A text without an end, in which each quote could be the beginning of one.
  (many) => ({ query: `"${'\\"'.repeat(many * 10)}` }),
  (many) => ({ query: `{ skill(by: { name: """${'\\""" '.repeat(many * 5)} }) { id } }` }),
  // Looked for in every name, once for each of its words.
  (many) => searches('zq '.repeat(many)),
  (many) => searches(times(many, (index) => `w${index}`).join(' ')),
  (many) => ({
    query:
      'query($after: String) { employees(first: 100) { nodes { skills(first: 1, after: $after) { totalCount } } } }',
    variables: { after: 'W1'.repeat(many * 10) },
  }),
  // Looked through for each of a hundred people.
  (many) => ({
    query: `query($skills: [SkillLookup!]) { employees(first: 100) { nodes {
      ${times(5, (index) => `a${index}: skills(first: 1, filter: { skills: $skills }) { totalCount }`).join(' ')}
    } } }`,
    variables: { skills: Array.from({ length: many }, () => ({ name: 'TypeScript' })) },
  }),
  (many) => ({
    query: `query($names: [String!]) { employees(filter: { department: $names }) { totalCount nodes {
      ${times(20, (index) => `a${index}: skills(first: 1, filter: { integrations: $names }) { totalCount }`).join(' ')}
    } } }`,
    variables: { names: times(many, (index) => `n${index}`) },
  }),
  // Under names that every object has.
  (many, random) => {
    const name = random.pick(['constructor', 'toString', '__proto__']);
    const ids = times(upTo(100, many), (index) => `"${index}"`).join(' ');
    return {
      query: `query($${name}: [ID!]! = [${ids}]) { ${name}: nodes(ids: $${name}) { __proto__: __typename id } }`,
    };
  },
  (many) => ({
    query: `{ __schema { types { ${times(upTo(1_000, many), (index) => `a${index}: fields { name type { name } }`).join(' ')} } } }`,
  }),
];

function searches(text: string): Question {
  return {
    query:
      'query($text: String) { employees(filter: { text: $text }) { totalCount } jobProfiles(search: $text) { totalCount } skills(search: $text) { totalCount } }',
    variables: { text },
  };
}

function deep(levels: number): unknown {
  // Not deeper than JSON.stringify itself can go.
  return JSON.parse(`${'['.repeat(upTo(3_000, levels))}${']'.repeat(upTo(3_000, levels))}`);
}
