import { mergedData, type SentPart } from '../merged.ts';
import type { FuzzCase } from './cases.ts';
import { partsOf } from './oracle.ts';
import type { Heard } from './send.ts';

/** `@defer` as documents.ts writes it, in a body. */
const DEFER = /@defer(?:\(label: \\"\w+\\"\))?/g;

/**
 * What is missing in an answer in parts, beside the same answer in one piece, and in its first part beside the answer without
 * what is deferred; null: nothing, or there are errors, by which they may differ. Values are not compared: ages go on, and
 * providers fail at random.
 */
export async function missingInParts(
  fuzzCase: FuzzCase,
  heard: Heard,
  resend: (candidate: FuzzCase) => Promise<Heard>,
): Promise<string | null> {
  const parts = heard.status === 200 ? (partsOf(heard) as SentPart[] | null) : null;
  if (!parts || parts[0]?.hasNext !== true || hasErrors(parts)) return null;
  if (parts.at(-1)?.hasNext !== false) return 'the last part says that more follow';
  const inOne = { ...fuzzCase, headers: { ...fuzzCase.headers, accept: 'application/json' } };
  const whole = dataOf(await resend(inOne));
  const body = Buffer.from(fuzzCase.body.toString().replace(DEFER, '@skip(if: true)'));
  // In a URL it stands otherwise.
  const beginning = body.equals(fuzzCase.body) ? null : dataOf(await resend({ ...inOne, body }));
  try {
    const missing = whole && difference(mergedData(parts), whole.data, []);
    if (missing !== null) return missing;
  } catch (error) {
    return String(error);
  }
  const missing = beginning && difference(parts[0].data, beginning.data, []);
  return missing === null ? null : `first: ${missing}`;
}

/** The one part of an answer; null where it has errors. */
function dataOf(heard: Heard): SentPart | null {
  const parts = heard.status === 200 ? (partsOf(heard) as SentPart[] | null) : null;
  return !parts || hasErrors(parts) ? null : (parts[0] ?? null);
}

function hasErrors(parts: readonly SentPart[]): boolean {
  return parts.some(({ errors, incremental = [] }) => errors ?? incremental.some((patch) => patch.errors));
}

/** The first place at which one of two answers has a field that the other has not. */
function difference(merged: unknown, whole: unknown, path: readonly string[]): string | null {
  if (typeof merged !== 'object' || typeof whole !== 'object' || merged === null || whole === null) return null;
  const [left, right] = [merged, whole] as Record<string, unknown>[];
  if (!left || !right) return null;
  const isList = Array.isArray(merged) || Array.isArray(whole);
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const both = Object.hasOwn(left, key) && Object.hasOwn(right, key);
    if (!both && !isList)
      return `${Object.hasOwn(left, key) ? 'more' : 'less'} in parts at ${[...path, key].join('.')}`;
    const inner = both ? difference(left[key], right[key], [...path, key]) : null;
    if (inner !== null) return inner;
  }
  return null;
}
