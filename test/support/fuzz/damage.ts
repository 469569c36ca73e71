/** What is done to documents and bodies that were good. */
import type { Random } from '../../../src/simulator/random.ts';
import type { Question } from './documents.ts';
import { rubbish, TEXTS } from './values.ts';

/** Words, names with their sigils, texts, and everything else one by one. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[$@]?\w+|\.\.\.|\s+|[^\s\w]/gu;

/** The text with one to three of its tokens dropped, doubled, swapped or replaced. */
export function damageText(text: string, random: Random): string {
  const tokens = text.match(TOKEN) ?? [text];
  for (let times = random.integer(1, 3); times > 0; times -= 1) damageTokens(tokens, random);
  return tokens.join('');
}

function damageTokens(tokens: string[], random: Random): void {
  const place = random.integer(0, Math.max(0, tokens.length - 1));
  const other = random.integer(0, Math.max(0, tokens.length - 1));
  const token = tokens[place] ?? '';
  switch (random.integer(0, 9)) {
    case 0:
      tokens.splice(place, 1);
      break;
    case 1:
      tokens.splice(place, 0, token);
      break;
    case 2:
      tokens[place] = tokens[other] ?? '';
      tokens[other] = token;
      break;
    case 3:
      tokens[place] = random.pick(TEXTS);
      break;
    case 4:
      tokens[place] = random.pick(NUMBERS);
      break;
    case 5:
      tokens.splice(place, 0, random.pick(PIECES));
      break;
    case 6:
      tokens[place] = random.pick(NAMES);
      break;
    case 7:
      tokens.splice(place, 0, 'n'.repeat(random.integer(200, 3_000)));
      break;
    case 8:
      tokens.splice(place, random.integer(1, 12));
      break;
    default:
      tokens[place] = token.slice(0, -1) + String.fromCodePoint(random.integer(0, 0x2ff));
  }
}

const NUMBERS = [
  '2147483648',
  '-2147483649',
  '1e400',
  '0.1e-400',
  '00',
  '-',
  '1.',
  '9'.repeat(400),
  '0x1f',
  'NaN',
  '-0',
] as const;

const PIECES = [
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  '!',
  '=',
  '|',
  '&',
  ':',
  '@',
  '$',
  '...',
  '"',
  '"""',
  '#',
  '\\',
  '\u0000',
  '\ufeff',
  '\r',
  '@skip(if: true)',
  '@include(if: $no)',
  '@defer',
  '@defer(if: 1)',
  '@stream',
  '@deprecated',
  '@oneOf',
  '@specifiedBy(url: "x")',
  '__typename',
  '__schema { types { name fields { name } } }',
  '__type(name: "Query") { name }',
  '...Part1',
  '...on Query',
  'query Other { __typename }',
  'mutation { cancelTask(input: {taskId: ""}) { replayed } }',
  'subscription { integrationUpdated { id } }',
  'fragment Part1 on Query { ...Part1 }',
  'fragment F on Node { id }',
  'type Query { a: Int }',
  'schema { query: Query }',
  'null',
  'true',
] as const;

const NAMES = [
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  'prototype',
  '__schema',
  '__typename',
  'Query',
  'on',
  'employee',
  'nodes',
  'id',
  '_',
] as const;

/** Some bytes of it changed, dropped or added: no UTF-8, or no JSON. */
export function damageBytes(body: Buffer, random: Random): Buffer {
  const bytes = [...body];
  for (let times = random.integer(1, 4); times > 0; times -= 1) {
    const place = random.integer(0, Math.max(0, bytes.length - 1));
    const what = random.integer(0, 3);
    if (what < 2) bytes[place] = random.integer(0, 255);
    else if (what === 2) bytes.splice(place, random.integer(1, 20));
    else bytes.splice(place, 0, random.integer(0, 255), random.integer(0, 255));
  }
  return Buffer.from(bytes);
}

/** A request whose parameters are of other types than a request's. */
export function misshapen(question: Question, random: Random): Question {
  const key = random.pick(['query', 'variables', 'operationName', 'extensions', 'more']);
  return { ...question, [key]: rubbish(random) };
}

const repeated = (text: string, times: number) => text.repeat(times);

/** Documents whose size or shape is the attack. */
export function extreme(random: Random): Question {
  const many = random.pick([50, 500, 3_000, 20_000]);
  switch (random.integer(0, 13)) {
    case 0:
      return {
        query: `{ employees(first: 1) { nodes ${repeated('{ manager ', many)}{ id }${repeated(' }', many)} } }`,
      };
    case 1:
      return { query: `{ skill(by: { name: ${repeated('[', many)}${repeated(']', many)} }) { id } }` };
    case 2:
      return { query: `query($a: ${repeated('[', many)}Int${repeated(']', many)}) { __typename }` };
    case 3:
      return { query: `{ ${Array.from({ length: many }, (_, index) => `a${index}: __typename`).join(' ')} }` };
    case 4:
      return { query: `{ ${repeated('__typename ', many)} }` };
    case 5:
      return { query: `{ __typename ${repeated('@skip(if: false) ', Math.min(many, 3_000))} }` };
    case 6: {
      const depth = Math.min(many, 500);
      const fragments = Array.from(
        { length: depth },
        (_, index) => `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`,
      );
      return { query: `{ ...F0 } ${fragments.join(' ')} fragment F${depth} on Query { __typename }` };
    }
    case 7:
      return {
        query: `{ ...A } fragment A on Query { ...B } fragment B on Query { ...A ${repeated('...B ', Math.min(many, 500))} }`,
      };
    case 8:
      return {
        query: `query(${Array.from({ length: many }, (_, index) => `$v${index}: Int`).join(' ')}) { __typename }`,
      };
    case 9:
      return {
        query: 'mutation($input: RateSkillsInput!) { rateSkills(input: $input) { userErrors { code field message } } }',
        variables: {
          input: { validateOnly: true, items: Array.from({ length: Math.min(many, 3_000) }, () => rubbish(random, 3)) },
        },
      };
    case 10:
      // Each unknown key is complained of with the whole object it stands in.
      return {
        query: 'mutation($input: RateSkillsInput!) { rateSkills(input: $input) { replayed } }',
        variables: {
          input: Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`k${index}`, repeated('y', many / 2)])),
        },
      };
    case 11:
      return {
        query: `query($after: String) { employees(first: 2, after: $after) { totalCount } }`,
        variables: { after: repeated('W1', many * 10) },
      };
    case 12:
      return { query: 'query($id: ID!) { node(id: $id) { id } }', variables: { id: deep(many) } };
    default:
      return { query: `{ a: skills(first: 1, text: "${repeated('zq ', many)}") { totalCount } }` };
  }
}

function deep(levels: number): unknown {
  // Not deeper than JSON.stringify itself can go.
  return JSON.parse(`${'['.repeat(Math.min(levels, 3_000))}${']'.repeat(Math.min(levels, 3_000))}`);
}
