import type { Placed } from '../domain/match.ts';
import type { EmployeeRow, RatingRow, SkillRow } from '../domain/records.ts';
import { EmployeeView } from './employees.ts';
import type { Integration } from './integration.ts';
import { KeptRatings } from './keptRatings.ts';
import { SkillView } from './skills.ts';

/** What is known of one integration's records. */
interface Holdings {
  employees: Map<string, EmployeeRow>;
  skills: Map<string, SkillRow>;
  /** Skills seen only in rating rows; a record of the same id in `skills` covers them. */
  learnt: Map<string, SkillRow>;
  ratings: KeptRatings;
}

/** Shortest time between two rebuilds of a view while a walk brings page after page. */
const REBUILD_EVERY_MS = 1000;

/**
 * Employees and skills of every integration, in memory, matched into unified objects. Answers lists, lookups and matching
 * without a provider call. Filled by `walkIntegration`; views are rebuilt when read after a change.
 */
export class Directory {
  /** In order of precedence. */
  readonly integrations: readonly Integration[];
  readonly #holdings: ReadonlyMap<string, Holdings>;
  readonly #byName: ReadonlyMap<string, Integration>;
  readonly #employees: Cached<EmployeeView>;
  readonly #skills: Cached<SkillView>;

  constructor(integrations: readonly Integration[], now: () => number = Date.now) {
    this.integrations = integrations;
    this.#byName = new Map(integrations.map((integration) => [integration.name, integration]));
    this.#holdings = new Map(
      integrations.map(({ name }) => [
        name,
        { employees: new Map(), skills: new Map(), learnt: new Map(), ratings: new KeptRatings() },
      ]),
    );
    const names = integrations.map(({ name }) => name);
    this.#employees = new Cached(
      () =>
        new EmployeeView(
          this.#place((h) => h.employees.values()),
          names,
        ),
      now,
    );
    this.#skills = new Cached(() => new SkillView(this.#place(skillsOf), names), now);
  }

  integration(name: string): Integration | null {
    return this.#byName.get(name) ?? null;
  }

  get employees(): EmployeeView {
    return this.#employees.value;
  }

  get skills(): SkillView {
    return this.#skills.value;
  }

  /** The ratings kept of one integration by its walk. */
  ratings(integration: string): KeptRatings {
    return this.#of(integration).ratings;
  }

  employeeCount(integration: string): number {
    return this.#of(integration).employees.size;
  }

  skillCount(integration: string): number {
    const { skills, learnt } = this.#of(integration);
    return skills.size + [...learnt.keys()].filter((id) => !skills.has(id)).length;
  }

  /** Adds or replaces employee records, e.g. a page of a walk still under way or what a write stored. */
  putEmployees(integration: string, rows: readonly EmployeeRow[]): void {
    const { employees } = this.#of(integration);
    for (const row of rows) employees.set(row.remoteId, row);
    if (rows.length > 0) this.#employees.stale();
  }

  /** Takes the employees of a whole walk: records that it did not find are gone. */
  replaceEmployees(integration: string, rows: ReadonlyMap<string, EmployeeRow>): void {
    this.#of(integration).employees = new Map(rows);
    this.#employees.stale({ now: true });
  }

  putSkills(integration: string, rows: readonly SkillRow[]): void {
    const { skills } = this.#of(integration);
    for (const row of rows) skills.set(row.remoteId, row);
    if (rows.length > 0) this.#skills.stale();
  }

  replaceSkills(integration: string, rows: ReadonlyMap<string, SkillRow>): void {
    this.#of(integration).skills = new Map(rows);
    this.#skills.stale({ now: true });
  }

  /** Makes sure that every rating row has a skill, learning those that no catalogue lists. */
  learnSkills(integration: string, rows: readonly RatingRow[]): void {
    const { learnt } = this.#of(integration);
    let news = false;
    for (const row of rows) {
      if (this.skills.ofRating(integration, row) !== null || learnt.has(row.skillId)) continue;
      learnt.set(row.skillId, skillFromRating(row));
      news = true;
    }
    if (news) this.#skills.stale({ now: true });
  }

  #of(integration: string): Holdings {
    const holdings = this.#holdings.get(integration);
    if (!holdings) throw new Error(`no integration ${integration}`);
    return holdings;
  }

  #place<Row>(rowsOf: (holdings: Holdings) => Iterable<Row>): Placed<Row>[] {
    return this.integrations.flatMap(({ name }) =>
      [...rowsOf(this.#of(name))].map((row) => ({ integration: name, row })),
    );
  }
}

function skillsOf({ skills, learnt }: Holdings): SkillRow[] {
  return [...skills.values(), ...[...learnt.values()].filter((row) => !skills.has(row.remoteId))];
}

function skillFromRating(row: RatingRow): SkillRow {
  return {
    remoteId: row.skillId,
    sourceId: null,
    name: row.skillName,
    description: null,
    synonyms: [],
    scale: row.skillScale,
    classification: row.skillClassification,
    url: null,
    changedAt: null,
    aliases: [],
  };
}

/** A value rebuilt when read after it went stale, but not more often than REBUILD_EVERY_MS unless told to at once. */
class Cached<T> {
  readonly #build: () => T;
  readonly #now: () => number;
  #built: { value: T; at: number } | null = null;
  #stale: 'no' | 'soon' | 'now' = 'no';

  constructor(build: () => T, now: () => number) {
    this.#build = build;
    this.#now = now;
  }

  stale(options: { now?: boolean } = {}): void {
    if (options.now === true) this.#stale = 'now';
    else if (this.#stale === 'no') this.#stale = 'soon';
  }

  get value(): T {
    const due =
      this.#built === null ||
      this.#stale === 'now' ||
      (this.#stale === 'soon' && this.#now() - this.#built.at >= REBUILD_EVERY_MS);
    if (due || this.#built === null) {
      this.#built = { value: this.#build(), at: this.#now() };
      this.#stale = 'no';
    }
    return this.#built.value;
  }
}
