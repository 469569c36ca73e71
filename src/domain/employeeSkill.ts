/**
 * Held skills and ratings as the graph shows them: plain properties, or getters for what most queries do not select.
 */
import type { Employee, Skill } from './entities.ts';
import { encodeId } from './ids.ts';
import type { Problem } from './problem.ts';
import { normalize, proficiencyOf, type Proficiency, type RatingSource, type Scale } from './rating.ts';
import type { RatingRow } from './records.ts';

/** One provider's statement on one employee's skill from one source, as the graph shows it. */
export class SkillRating<Integration extends { name: string }> {
  readonly kind = 'SkillRating';
  readonly employee: Employee;
  readonly skill: Skill;
  readonly integration: Integration;
  readonly proficiency: Proficiency | null;
  readonly source: RatingSource;
  readonly sourceLabel: string;
  readonly remoteId: string | null;
  readonly changedAt: string | null;
  readonly pending: boolean;
  readonly #parts: readonly string[];
  #id: string | null = null;
  #normalized: number | null | undefined;

  constructor(options: {
    employee: Employee;
    skill: Skill;
    integration: Integration;
    row: RatingRow;
    scale: Scale | null;
    pending: boolean;
  }) {
    const { employee, skill, integration, row, scale, pending } = options;
    this.employee = employee;
    this.skill = skill;
    this.integration = integration;
    this.proficiency = proficiencyOf(row.value, scale);
    this.source = row.source;
    this.sourceLabel = row.sourceLabel;
    this.remoteId = row.remoteId;
    this.changedAt = row.changedAt;
    this.pending = pending;
    this.#parts = row.parts;
  }

  get id(): string {
    return (this.#id ??= encodeId('SkillRating', this.integration.name, ...this.#parts));
  }

  get normalized(): number | null {
    return this.#normalized === undefined ? (this.#normalized = normalize(this.proficiency)) : this.#normalized;
  }
}

/** That one employee holds one skill, according to at least one integration. */
export interface EmployeeSkill<Integration extends { name: string }> {
  readonly employee: Employee;
  readonly skill: Skill;
  /** One row per integration and source; never empty. */
  readonly ratings: readonly SkillRating<Integration>[];
}

/** The state of an integration in an answer; the names are those of the graph. */
export const SOURCE_STATES = [
  'FRESH',
  'CACHED',
  'STALE',
  'PARTIAL',
  'UNREACHABLE',
  'UNSUPPORTED',
  'UNMATCHED',
] as const;
export type SourceState = (typeof SOURCE_STATES)[number];

/** How one integration took part in the field beside it. */
export interface SourceStatus<Integration> {
  readonly integration: Integration;
  readonly state: SourceState;
  readonly fetchedAt: string | null;
  readonly ageSeconds: number | null;
  readonly dataAsOf: string | null;
  readonly latencyMs: number | null;
  readonly problem: Problem | null;
}
