import { mergedData, type SentPart } from '../merged.ts';
import type { FuzzCase } from './cases.ts';
import { partsOf } from './oracle.ts';
import type { Heard } from './send.ts';

/**
 * What is missing in an answer in parts, beside the same answer in one piece; null: nothing, or there are errors, by which the
 * two may differ. Values are not compared: ages go on, and providers fail at random.
 */
export async function missingInParts(
  fuzzCase: FuzzCase,
  heard: Heard,
  resend: (candidate: FuzzCase) => Promise<Heard>,
): Promise<string | null> {
  const parts = heard.status === 200 ? (partsOf(heard) as SentPart[] | null) : null;
  if (!parts || parts[0]?.hasNext !== true || hasErrors(parts)) return null;
  const again = await resend({ ...fuzzCase, headers: { ...fuzzCase.headers, accept: 'application/json' } });
  const whole = partsOf(again) as SentPart[] | null;
  if (again.status !== 200 || !whole || hasErrors(whole)) return null;
  if (parts.at(-1)?.hasNext !== false) return 'the last part says that more follow';
  try {
    return difference(mergedData(parts), whole[0]?.data, []);
  } catch (error) {
    return String(error);
  }
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
