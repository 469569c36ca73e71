/** Which skill records are one skill: equal normalised names. A name that one integration uses twice decides nothing. */
import { Grouping, repeated, type Group, type Placed } from './match.ts';
import type { SkillRow } from './records.ts';

/**
 * A skill name as it is compared: Unicode form, case, spacing, hyphens and quotes ignored. Other signs count, so that
 * C, C++ and C#, and NET and .NET stay apart. Null when nothing is left.
 */
export function skillNameKey(name: string | null): string | null {
  if (name === null) return null;
  const key = name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s\p{Pd}_'’"“”]/gu, '');
  return key === '' ? null : key;
}

/** Pure. `placed` comes in order of integration precedence, which also decides the anchor of a group. */
export function matchSkills(placed: readonly Placed<SkillRow>[], integrations: readonly string[]): Group<SkillRow>[] {
  const groups = new Grouping(placed, integrations);
  for (const records of groups.sharing((row) => skillNameKey(row.name))) {
    const ambiguous = repeated(records);
    groups.partAll(records, ambiguous, 'AMBIGUOUS_NAME');
    const [first, ...rest] = records.filter((record) => !ambiguous.has(record.integration));
    if (first) for (const record of rest) groups.join(first, record, 'NAME');
  }
  return groups.all();
}
