/** Roles: what they expect, and what of it an employee has not reached. Pure, and independent of vendors. */
import { SkillRating } from './employeeSkill.ts';
import type { Employee, Skill } from './entities.ts';
import { encodeId } from './ids.ts';
import { withoutAccents } from './matching/letters.ts';
import { comparePositions, type Position } from './paging.ts';
import {
  normalize,
  proficiencyOf,
  type Proficiency,
  type RatingSource,
  type RatingValue,
  type Scale,
} from './rating.ts';
import type { RatingRow } from './records.ts';

/** How a row names a skill: the same keys as a rating's, so that roles and ratings join alike. */
export type SkillMention = Pick<
  RatingRow,
  'skillId' | 'skillKeys' | 'skillName' | 'skillScale' | 'skillClassification'
>;

/** A skill that a role expects, translated. */
export interface ExpectedSkillRow extends SkillMention {
  /** Null: holding the skill is enough. */
  value: RatingValue | null;
  /** The provider's own word or number for its importance. */
  priorityLabel: string | null;
  /** The provider's own figure for an employee's gap in percent; null for a role alone, or where it gives none. */
  reportedPercent: number | null;
}

/** A role as a provider has it: job profile, position, requisition. */
export interface JobProfileRow {
  remoteId: string;
  name: string | null;
  /** What the provider calls such an object, e.g. job profile. */
  kindLabel: string;
  /** Plain text. */
  description: string | null;
  /**
   * Keys under which the provider's employees name their role (`EmployeeRow.roleKeys`). One that two roles share joins
   * nothing.
   */
  aliases: readonly string[];
  /** Null where the answer does not carry them; then the role is read separately. */
  expectedSkills: readonly ExpectedSkillRow[] | null;
}

/** What an employee's role expects, beside all ratings that the same answer carried. */
export interface EmployeeExpectationsRow {
  employeeId: string;
  expected: readonly ExpectedSkillRow[];
  ratings: readonly RatingRow[];
}

/** A role suggested to an employee as a next step. */
export interface CareerPathRow {
  /** As far as the answer describes it. */
  jobProfile: JobProfileRow;
  /** The provider's own word for the direction. */
  kindLabel: string;
  /** 0 to 1; null when the provider does not say. */
  match: number | null;
  /** Null where the answer does not list them; then those of the role are used. */
  expectedSkills: readonly ExpectedSkillRow[] | null;
}

/** The weight of a source's ratings. Only ratios matter. */
export interface SourceWeight {
  source: RatingSource;
  /** 0 or more. */
  weight: number;
}

/** Expected skills, gaps and paths of a role are shown up to this many (the schema says so). */
export const MAX_EXPECTED_SKILLS = 200;
export const MAX_GAPS = 200;
export const MAX_CAREER_PATHS = 50;

/** A role as the graph shows it. */
export class JobProfile<Integration extends { name: string }> {
  readonly kind = 'JobProfile';
  readonly id: string;
  readonly name: string;
  readonly kindLabel: string;
  readonly description: string | null;
  readonly integration: Integration;
  readonly remoteId: string;
  /** The role's row, possibly without its expected skills. */
  readonly row: JobProfileRow;
  /** When the row was read from the provider, in milliseconds since 1970. */
  readonly fetchedAt: number;

  constructor(integration: Integration, row: JobProfileRow, fetchedAt: number) {
    this.id = encodeId('JobProfile', integration.name, row.remoteId);
    this.name = row.name ?? row.remoteId;
    this.kindLabel = row.kindLabel;
    this.description = row.description;
    this.integration = integration;
    this.remoteId = row.remoteId;
    this.row = row;
    this.fetchedAt = fetchedAt;
  }
}

/** An expected skill as the graph shows it. */
export interface ExpectedSkill {
  readonly skill: Skill;
  readonly proficiency: Proficiency | null;
  readonly normalized: number | null;
  readonly priorityLabel: string | null;
}

/** What a role expects compared with what an employee has. */
export interface SkillGap<Integration extends { name: string }> {
  readonly expected: ExpectedSkill;
  readonly held: SkillRating<Integration> | null;
  readonly gap: number | null;
  readonly reportedPercent: number | null;
  readonly integration: Integration;
}

/** A skill of the directory with the scale of the record that a row refers to. */
export interface SkillWithScale {
  skill: Skill;
  scale: Scale | null;
}

export function expectedSkillOf(row: ExpectedSkillRow, { skill, scale }: SkillWithScale): ExpectedSkill {
  const proficiency = proficiencyOf(row.value, row.skillScale ?? scale);
  return { skill, proficiency, normalized: normalize(proficiency), priorityLabel: row.priorityLabel };
}

/** Which of a provider's ratings of one skill is compared: its own blend, otherwise the one with the best evidence. */
const COMPARED: readonly RatingSource[] = [
  'COMBINED',
  'ASSESSMENT',
  'MANAGER',
  'PEER',
  'EXTERNAL',
  'INFERRED',
  'SELF',
  'OTHER',
];

/** The rating to compare; null when there is none with a value. */
export function comparedRating(ratings: readonly RatingRow[]): RatingRow | null {
  const rated = ratings.filter((rating) => rating.value !== null);
  for (const source of COMPARED) {
    const found = rated.find((rating) => rating.source === source);
    if (found) return found;
  }
  return null;
}

/**
 * Expected minus held, both normalised, held counting 0 where there is no rating; negative for a surplus. Null when
 * either cannot be normalised.
 */
export function gapBetween(expected: Proficiency | null, held: Proficiency | null): number | null {
  const wanted = normalize(expected);
  const has = held === null ? 0 : normalize(held);
  // Ten digits: 0.8 - 0.5 is 0.30000000000000004 in floating point.
  return wanted === null || has === null ? null : Number((wanted - has).toFixed(10));
}

export interface GapsOptions<Integration extends { name: string }> {
  employee: Employee;
  integration: Integration;
  expected: readonly ExpectedSkillRow[];
  /** The employee's ratings there; null when they could not be read, so that nothing is known of any gap. */
  ratings: readonly RatingRow[] | null;
  /** The directory's skill of a row; null when it has none. */
  skillOf: (row: SkillMention) => SkillWithScale | null;
}

/**
 * Expectations that are not met, the widest gap first, unknown gaps last; at most 200. Where no value is expected,
 * holding the skill is enough: while it is not held, the gap is of unknown width.
 */
export function gapsOf<Integration extends { name: string }>(
  options: GapsOptions<Integration>,
): SkillGap<Integration>[] {
  const { employee, integration, expected, ratings, skillOf } = options;
  const heldBySkill = new Map<Skill, RatingRow[]>();
  for (const rating of ratings ?? []) {
    const skill = skillOf(rating)?.skill;
    const held = skill && heldBySkill.get(skill);
    if (held) held.push(rating);
    else if (skill) heldBySkill.set(skill, [rating]);
  }
  const gaps: SkillGap<Integration>[] = [];
  const seen = new Set<Skill>();
  for (const row of expected) {
    const found = skillOf(row);
    if (!found || seen.has(found.skill)) continue;
    seen.add(found.skill);
    const wanted = expectedSkillOf(row, found);
    const held = heldBySkill.get(found.skill) ?? [];
    const compared = comparedRating(held);
    const rating =
      compared &&
      new SkillRating({ employee, integration, row: compared, skill: found.skill, scale: found.scale, pending: false });
    const gap = ratings === null ? null : gapBetween(wanted.proficiency, rating?.proficiency ?? null);
    const isReached = gap === null ? wanted.proficiency === null && held.length > 0 : gap <= 0;
    if (!isReached)
      gaps.push({ expected: wanted, held: rating, gap, reportedPercent: row.reportedPercent, integration });
  }
  return widestFirst(gaps).slice(0, MAX_GAPS);
}

/** The widest gap first, unknown ones last, equal ones by the skill's name. */
export function widestFirst<Gap extends { gap: number | null; expected: { skill: Skill } }>(
  gaps: readonly Gap[],
): Gap[] {
  return gaps.toSorted(
    (a, b) => (b.gap ?? -1) - (a.gap ?? -1) || a.expected.skill.name.localeCompare(b.expected.skill.name, 'en'),
  );
}

/** Words of a name for a search, each once, without case and accents. */
function wordsOf(text: string): string[] {
  const words = withoutAccents(text).split(/[^\p{L}\p{N}\p{M}+#]+/u);
  return [...new Set(words)].filter((word) => word !== '');
}

/**
 * Ranks how well a name matches a search, lower being better: 0 for the same words, 1 for whole words, 2 for prefixes.
 * Null when a word of the search is no prefix of any word of the name. A search without words matches everything.
 */
export function searchRank(search: string): (name: string) => 0 | 1 | 2 | null {
  const wanted = wordsOf(search);
  return (name) => {
    const words = wordsOf(name);
    if (!wanted.every((part) => words.some((word) => word.startsWith(part)))) return null;
    if (!wanted.every((part) => words.includes(part))) return 2;
    return wanted.length === words.length ? 0 : 1;
  };
}

/** The position of a role in a list: by name, or by relevance and then by name. */
export function jobProfilePosition(search: string | null) {
  const rankOf = search === null ? null : searchRank(search);
  return ({ name, id }: { name: string; id: string }): Position => ({
    key: rankOf === null ? name : `${rankOf(name) ?? 3} ${name}`,
    id,
  });
}

/** The roles whose names match a search, the best first; without a search all of them, in their order. */
export function searchRoles<Role extends { name: string; id: string }>(
  roles: readonly Role[],
  search: string | null,
): readonly Role[] {
  if (search === null) return roles;
  const rankOf = searchRank(search);
  const positionOf = jobProfilePosition(search);
  return roles
    .filter(({ name }) => rankOf(name) !== null)
    .map((role) => ({ role, position: positionOf(role) }))
    .toSorted((a, b) => comparePositions(a.position, b.position))
    .map(({ role }) => role);
}
