/** A provider's own words, as text for people: bounded, on one line, without markup and secrets. */
import { visible } from '../../domain/matching/letters.ts';
import { isObject } from './payload.ts';

/** Longest text that is passed on, in characters: a few sentences. */
const LONGEST = 500;
/** Texts of one answer that are passed on: a refused batch may name each of its records. */
const MOST = 5;

/**
 * The words in these values, which are texts, lists of them or objects of fields to them (`{"email": ["is taken"]}`), one
 * after the other; null where there are none. Pages of HTML are none.
 */
export function providerText(...values: readonly unknown[]): string | null {
  const texts = [...new Set(values.flatMap((value) => textsOf(value, 0)))].slice(0, MOST);
  if (texts.length === 0) return null;
  const characters = Array.from(texts.join(' '));
  return characters.length > LONGEST
    ? `${characters
        .slice(0, LONGEST - 1)
        .join('')
        .trimEnd()}…`
    : characters.join('');
}

/** How deep words are looked for: in lists of fields. */
const DEEPEST = 2;

function textsOf(value: unknown, depth: number): string[] {
  if (typeof value === 'string') {
    const text = lineOf(value);
    return text === '' || text.startsWith('<') ? [] : [text];
  }
  if (depth >= DEEPEST) return [];
  if (Array.isArray(value)) return value.slice(0, MOST).flatMap((item) => textsOf(item, depth + 1));
  if (!isObject(value)) return [];
  return Object.entries(value)
    .slice(0, MOST)
    .flatMap(([field, texts]) =>
      textsOf(texts, depth + 1).map((text) => (FIELD.test(field) ? `${field}: ${text}` : text)),
    );
}

/** The name of a field, and not of `$`, the whole. */
const FIELD = /^[\w.[\]-]{1,60}$/;

/** Enough of a long text to fill the bound whatever is left out. */
const READ = 10 * LONGEST;

function lineOf(text: string): string {
  return visible(text.slice(0, READ))
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}

/** The words in the body of a refusal that is plain text (4xx); what a failing server writes is for its own people. */
export function plainReason(text: string, status: number): string | null {
  return status < 400 || status >= 500 || /^\s*[{[<]/.test(text) ? null : providerText(text);
}

/** Tokens by their form: bearer tokens and JWTs. */
const TOKENS = /\b(?:Bearer|Basic) +[\w.~+/=-]+|\beyJ[\w-]+\.[\w-]+\.[\w-]+/gi;
/** Shorter values of headers are words that may well occur in a sentence. */
const SHORTEST_SECRET = 6;

/** The text without tokens, and without what was sent as credentials in these headers. */
export function withoutCredentials(text: string, headers: Readonly<Record<string, string>>): string {
  const secrets = Object.values(headers)
    .flatMap((value) => [value, ...value.split(' ')])
    .filter((value) => value.length >= SHORTEST_SECRET)
    .toSorted((a, b) => b.length - a.length);
  return secrets.reduce(
    (cleaned, secret) => cleaned.replaceAll(secret, '[redacted]'),
    text.replace(TOKENS, '[redacted]'),
  );
}
