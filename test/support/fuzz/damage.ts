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
