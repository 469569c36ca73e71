/**
 * Decides which skill records are one skill: by equal normalized names, then by a name that is another's synonym. A
 * name that one integration uses twice is no evidence.
 */
import { APOSTROPHES, foldedKey } from './letters.ts';
import type { Link } from '../links.ts';
import { addTo, Grouping, repeated, type Group, type Placed } from './grouping.ts';
import { isPlaceholder } from './placeholders.ts';
import type { SkillRow } from '../records.ts';
import { inSteps, runSteps, type Steps } from '../../lib/steps.ts';

/** Spacing, hyphens and quotes. */
const IGNORED = /[\s\p{Pd}\u2212_"“”„«»‹›]/gu;

/**
 * A skill name, normalized: Unicode form, case, spacing, hyphens, quotes, apostrophes and invisible characters are
 * ignored. Other signs count, so that C, C++ and C#, and NET and .NET stay apart. Null when nothing is left.
 */
export function skillNameKey(name: string | null): string | null {
  if (name === null) return null;
  // Before Unicode normalization, which turns some apostrophes into a space and an accent.
  const key = foldedKey(name.replace(APOSTROPHES, '')).replace(IGNORED, '').replaceAll('♯', '#');
  return key === '' ? null : key;
}

/** The key by which names are matched; null for a placeholder, which is no evidence. */
function matchedKey(name: string | null): string | null {
  return name === null || isPlaceholder(name) ? null : skillNameKey(name);
}

/** Pure. `placed` is in order of integration precedence, which also decides the anchor of a group. */
export function matchSkills(
  placed: readonly Placed<SkillRow>[],
  integrations: readonly string[],
  links: readonly Link[] = [],
): Group<SkillRow>[] {
  return runSteps(matchSkillsInSteps(placed, integrations, links));
}

/**
 * The same, with pauses. Two records can be joined only when a chain of equal names, synonyms or links connects them.
 */
export function* matchSkillsInSteps(
  placed: readonly Placed<SkillRow>[],
  integrations: readonly string[],
  links: readonly Link[],
): Steps<Group<SkillRow>[]> {
  const decisions = links.filter(({ kind }) => kind === 'skill');
  const groups = yield* Grouping.begin(placed, integrations, decisions);
  const byName = yield* groups.sharing(({ name }) => matchedKey(name));
  yield* inSteps(byName, (records) => joinByName(groups, records));
  const bySynonym = yield* sharingSynonyms(groups, placed);
  yield* inSteps(bySynonym, (records) => joinBySynonym(groups, records));
  return yield* groups.all();
}

function joinByName(groups: Grouping<SkillRow>, records: readonly Placed<SkillRow>[]): void {
  const ambiguous = repeated(records);
  groups.partAll(records, ambiguous, 'AMBIGUOUS_NAME');
  const others = records.filter((record) => !ambiguous.has(record.integration));
  // Every pair: a decision may part the first from the second while both match the third.
  others.forEach((a, index) => {
    for (const b of others.slice(index + 1)) {
      if (groups.of(a) === groups.of(b)) continue;
      if (groups.isParted(a, b)) groups.part(a, b, 'UNLINKED');
      else if (groups.wouldClash(a, b)) groups.part(a, b, 'KEYS_DISAGREE');
      else groups.join(a, b, 'NAME');
    }
  });
}

/** The records of each name that is also another's synonym, in an order independent of the providers' pages. */
function* sharingSynonyms(
  groups: Grouping<SkillRow>,
  placed: readonly Placed<SkillRow>[],
): Steps<readonly Placed<SkillRow>[][]> {
  const synonyms = new Map<string, Placed<SkillRow>[]>();
  const keysOf = ({ row }: Placed<SkillRow>) => [...new Set(row.synonyms.map(matchedKey))];
  yield* inSteps(placed, (record) => {
    for (const key of keysOf(record)) addTo(synonyms, key, record);
  });
  const together = new Map<string, Placed<SkillRow>[]>();
  yield* inSteps(placed, (record) => {
    const key = matchedKey(record.row.name);
    if (key !== null && synonyms.has(key)) addTo(together, key, record);
  });
  for (const [key, records] of together) {
    const named = new Set(records);
    records.push(...(synonyms.get(key) ?? []).filter((record) => !named.has(record)));
  }
  const ordered = yield* groups.ordered(together);
  return ordered.map(({ records }) => records);
}

/** A synonym joins only when it can mean one other skill; a word for several skills is no evidence. */
function joinBySynonym(groups: Grouping<SkillRow>, records: readonly Placed<SkillRow>[]): void {
  const [first, ...rest] = new Map(records.map((record) => [groups.of(record), record])).values();
  const [second, ...others] = rest;
  if (!first || !second) return;
  if (others.length > 0 || groups.wouldClash(first, second)) {
    groups.partAll(records, new Set(records.map(({ integration }) => integration)), 'AMBIGUOUS_NAME');
  } else if (groups.isParted(first, second)) groups.part(first, second, 'UNLINKED');
  else groups.join(first, second, 'SYNONYM');
}
