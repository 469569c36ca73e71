import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
} from 'graphql';
import type { Random } from '../../../src/simulator/random.ts';
import type { Known } from './known.ts';

/** Texts on which parsers, stores and comparisons have failed before. */
export const TEXTS = [
  '',
  ' ',
  'a',
  '\u0000',
  'before\u0000after',
  '\ud800',
  'x\udfffy',
  '\u202eevil',
  '👩‍👩‍👧‍👦',
  'Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A',
  '__proto__',
  'constructor',
  'toString',
  'null',
  '-0',
  "' or 1=1 --",
  '%00%n%s',
  '*',
  ':',
  '$1',
  '{{x}}',
  '../../../etc/passwd',
  'ﷺ'.repeat(40),
  'a'.repeat(5_000),
  '𝒳'.repeat(600),
  '\r\n\r\nHTTP/1.1 200 OK',
  '2026-02-30',
  '2026-01-01',
  '9999-12-31T23:59:60Z',
  '0000-00-00T00:00:00Z',
  '2026-03-02T10:15:00.500Z',
  '+275760-09-13T00:00:00.001Z',
  'a@b.example',
  '@',
  'WyJFbXBsb3llZSIsIiJd',
  'WyJUYXNrIiwieCJd',
  'bnVsbA',
  'W10',
  '=====',
] as const satisfies [string, ...string[]];

const NUMBERS = [
  0,
  -0,
  1,
  -1,
  2,
  0.5,
  0.1 + 0.2,
  1.0000001,
  100,
  101,
  1e3,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 53,
  1e21,
  1e308,
  5e-324,
  -1e308,
] as const;

/** Of no type that was asked for. */
export function rubbish(random: Random, depth = 0): unknown {
  switch (random.integer(0, depth > 4 ? 4 : 8)) {
    case 0:
      return null;
    case 1:
      return random.chance(0.5);
    case 2:
      return random.pick(NUMBERS);
    case 3:
    case 4:
      return random.pick(TEXTS);
    case 5:
      return [];
    case 6:
      return Array.from({ length: random.chance(0.03) ? 2_000 : random.integer(1, 4) }, () =>
        rubbish(random, depth + 5),
      );
    case 7:
      return nested(random.integer(1, 400));
    default:
      return object(
        Array.from({ length: random.chance(0.05) ? 300 : random.integer(0, 4) }, (_, index) => [
          random.chance(0.3) ? random.pick(TEXTS) : random.chance(0.3) ? '__proto__' : `key${index}`,
          rubbish(random, depth + 1),
        ]),
      );
  }
}

/** An object whose keys may be any, __proto__ too, as JSON gives it. */
function object(entries: [string, unknown][]): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const [key, value] of entries) {
    Object.defineProperty(made, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return made;
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

export interface ValueOptions {
  random: Random;
  known: Known;
  /** Share of values that are of another type, or hostile. */
  wrong: number;
  /** Share of inputs with `validateOnly` that really write. */
  writing: number;
}

/** A value for an argument or input field, as JSON; `name` is the field's, and says what a text is about. */
export function valueFor(type: GraphQLInputType, name: string, options: ValueOptions): unknown {
  const { random, wrong } = options;
  if (random.chance(wrong)) return rubbish(random);
  if (isNonNullType(type)) return valueFor(type.ofType, name, options);
  if (random.chance(0.04)) return null;
  if (isListType(type)) {
    const length = random.chance(0.01) ? random.integer(900, 1_100) : random.integer(random.chance(0.1) ? 0 : 1, 3);
    return Array.from({ length }, () => valueFor(type.ofType, name, options));
  }
  if (isInputObjectType(type)) return inputFor(type, options);
  if (isEnumType(type)) return random.pick(type.getValues().map((value) => value.name) as [string, ...string[]]);
  return scalarFor(getNamedType(type).name, name, options);
}

function inputFor(type: GraphQLInputObjectType, options: ValueOptions): Record<string, unknown> {
  const { random } = options;
  const fields = Object.values(type.getFields());
  if (type.isOneOf) {
    const count = random.chance(options.wrong) ? random.integer(0, 2) : 1;
    const chosen = Array.from({ length: count }, () => random.pick(fields as [(typeof fields)[number]]));
    return Object.fromEntries(chosen.map((field) => [field.name, valueFor(field.type, field.name, options)]));
  }
  return Object.fromEntries(
    fields.flatMap((field): [string, unknown][] => {
      if (field.name === 'validateOnly') return [[field.name, !random.chance(options.writing)]];
      const isRequired = isNonNullType(field.type) && field.defaultValue === undefined;
      const share = isRequired ? 1 - options.wrong / 4 : 0.35;
      return random.chance(share) ? [[field.name, valueFor(field.type, field.name, options)]] : [];
    }),
  );
}

function scalarFor(type: string, name: string, { random, known, wrong }: ValueOptions): unknown {
  const hostile = random.chance(0.15);
  switch (type) {
    case 'Int':
      return hostile ? random.pick([-1, 0, 100, 101, 200, 1_000, 2 ** 31 - 1]) : random.integer(1, 6);
    case 'Float':
      return hostile ? random.pick(NUMBERS) : random.integer(0, 10) / 10;
    case 'Boolean':
      return random.chance(0.5);
    case 'ID':
      return random.chance(0.2) ? bent(random.pick(known.ids), random) : random.pick(known.ids);
    case 'EmailAddress':
      return hostile ? random.pick(['a@b.example', 'A@B.EXAMPLE', 'no']) : random.pick(known.emails);
    case 'Date':
      return random.pick([
        '2026-03-02',
        '2024-02-29',
        '0001-01-01',
        '9999-12-31',
        ...(wrong > 0 ? ['2023-02-29'] : []),
      ]);
    case 'DateTime':
      return random.pick([
        '2026-03-02T10:15:00Z',
        '2026-03-02T10:15:00.500+14:00',
        '9999-12-31T23:59:59-12:00',
        '0001-01-01T00:00:00Z',
      ]);
    default:
      break;
  }
  if (name === 'after' || name === 'before') {
    return random.chance(0.3) ? bent(random.pick(known.cursors), random) : random.pick(known.cursors);
  }
  if (hostile) return random.pick(TEXTS);
  return random.pick(name.startsWith('integration') ? known.integrations : known.texts);
}

/** An id or cursor with something wrong in it: letters changed, or another content in the same wrapping. */
export function bent(text: string, random: Random): string {
  const place = random.integer(0, text.length - 1);
  switch (random.integer(0, 4)) {
    case 0:
      return text.slice(0, place);
    case 1:
      return text.slice(0, place) + random.pick(TEXTS) + text.slice(place + 1);
    case 2:
      return text + text;
    case 3:
      return wrapped([random.pick(TEXTS), ...unwrapped(text).slice(1)]);
    default:
      return wrapped([unwrapped(text)[0], ...Array.from({ length: random.integer(0, 6) }, () => rubbish(random, 5))]);
  }
}

function unwrapped(text: string): unknown[] {
  try {
    const value = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown;
    return Array.isArray(value) ? value : [value];
  } catch {
    return [];
  }
}

const wrapped = (parts: readonly unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
