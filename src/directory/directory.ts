import type { Placed } from '../domain/match.ts';
import type { EmployeeRow, RatingRow, SkillRow } from '../domain/records.ts';
import { EmployeeView } from './employees.ts';
import type { Integration } from './integration.ts';
import { KeptRatings } from './keptRatings.ts';
import { completed, learntFrom, type LearntSkill } from './learntSkill.ts';
import { SkillView, unambiguousAliases } from './skills.ts';

/** What is known of one integration's records. */
interface Holdings {
  employees: Map<string, EmployeeRow>;
  skills: Map<string, SkillRow>;
  /** Skills seen only in rating rows, until a catalogue has them. */
  learnt: Map<string, LearntSkill>;
  ratings: KeptRatings;
  /** Employees that writes stored and walks may not show yet. */
  written: Map<string, { row: EmployeeRow; at: number; created: boolean }>;
}

/** Shortest time between two rebuilds of a view while a walk brings page after page. */
const REBUILD_EVERY_MS = 1000;
/** And at most this share of the time goes into rebuilding: 100,000 people take some 4 s, in which nothing else runs. */
const REBUILD_SHARE = 0.1;
/** How long a created employee is kept that no walk shows: a provider that is a mirror may sync once a day (DESIGN: Reading). */
const CREATED_MS = 24 * 60 * 60_000;

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
  readonly #now: () => number;

  constructor(integrations: readonly Integration[], now: () => number = Date.now) {
    this.integrations = integrations;
    this.#now = now;
    this.#byName = new Map(integrations.map((integration) => [integration.name, integration]));
    this.#holdings = new Map(
      integrations.map(({ name }) => [
        name,
        { employees: new Map(), skills: new Map(), learnt: new Map(), ratings: new KeptRatings(), written: new Map() },
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
    return skillsOf(this.#of(integration)).length;
  }

  /** Takes a page of a walk that began then. What a write has stored since is newer than the page. */
  putEmployees(integration: string, rows: readonly EmployeeRow[], walkBegan = Infinity): void {
    const { employees, written } = this.#of(integration);
    let news = false;
    for (const row of rows) {
      if ((written.get(row.remoteId)?.at ?? -Infinity) >= walkBegan || same(employees.get(row.remoteId), row)) continue;
      employees.set(row.remoteId, row);
      news = true;
    }
    if (news) this.#employees.stale();
  }

  /** Takes the employees of a whole walk that began then: records that it did not find are gone. */
  replaceEmployees(integration: string, rows: ReadonlyMap<string, EmployeeRow>, walkBegan = Infinity): void {
    const holdings = this.#of(integration);
    const next = new Map(rows);
    for (const [id, { row, at, created }] of holdings.written) {
      if (at >= walkBegan || (created && !next.has(id) && this.#now() - at < CREATED_MS)) next.set(id, row);
      else holdings.written.delete(id);
    }
    const news = takeOver(holdings.employees, next);
    holdings.employees = next;
    this.#employees.complete(news);
  }

  /** Takes what a write stored; read at once, although walks may not show it for hours. */
  writeEmployee(integration: string, row: EmployeeRow): void {
    const { employees, written } = this.#of(integration);
    const created = !employees.has(row.remoteId) || written.get(row.remoteId)?.created === true;
    written.set(row.remoteId, { row, at: this.#now(), created });
    employees.set(row.remoteId, row);
    this.#employees.stale({ now: true });
  }

  putSkills(integration: string, rows: readonly SkillRow[]): void {
    const { skills } = this.#of(integration);
    let news = false;
    for (const row of rows) {
      if (same(skills.get(row.remoteId), row)) continue;
      skills.set(row.remoteId, row);
      news = true;
    }
    if (news) this.#skills.stale();
  }

  replaceSkills(integration: string, rows: ReadonlyMap<string, SkillRow>): void {
    const holdings = this.#of(integration);
    const next = new Map(rows);
    const news = takeOver(holdings.skills, next);
    holdings.skills = next;
    this.#skills.complete(news);
  }

  /** Makes sure that every rating row has a skill, learning those that no catalogue lists. */
  learnSkills(integration: string, rows: readonly RatingRow[]): void {
    const { learnt } = this.#of(integration);
    const view = this.skills;
    let news = false;
    for (const row of rows) {
      const known = learnt.get(row.skillId);
      const better = known ? completed(known, row) : view.ofRating(integration, row) ? null : learntFrom(row);
      if (better === null) continue;
      learnt.set(row.skillId, better);
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

/** A catalogue's skill covers the one learnt under its id, or under a key that joins ratings to it. */
function skillsOf({ skills, learnt }: Holdings): SkillRow[] {
  const rows = [...skills.values()];
  if (learnt.size === 0) return rows;
  const joined = unambiguousAliases(rows);
  const uncovered = [...learnt.values()].filter(
    ({ row, keys }) => !skills.has(row.remoteId) && !keys?.some((key) => joined.has(key)),
  );
  return [...rows, ...uncovered.map(({ row }) => row)];
}

/** Makes the rows of `next` that say nothing new the very same objects; whether anything is new. */
function takeOver<Row extends object>(before: ReadonlyMap<string, Row>, next: Map<string, Row>): boolean {
  let news = before.size !== next.size;
  for (const [id, row] of next) {
    const old = before.get(id);
    if (old && same(old, row)) next.set(id, old);
    else news = true;
  }
  return news;
}

/** Most walks find what is known already; telling that costs far less than matching everybody anew. */
function same<Row extends object>(a: Row | undefined, b: Row): boolean {
  if (a === undefined || a === b) return a === b;
  for (const key in b) {
    const [old, now] = [a[key], b[key]];
    if (old !== now && !(typeof now === 'object' && JSON.stringify(old) === JSON.stringify(now))) return false;
  }
  return true;
}

/** A value rebuilt when read after it went stale: at once where told so, else no more often than the rates above allow. */
class Cached<T> {
  readonly #build: () => T;
  readonly #now: () => number;
  #built: { value: T; at: number; tookMs: number } | null = null;
  #stale: 'no' | 'soon' | 'now' = 'no';

  constructor(build: () => T, now: () => number) {
    this.#build = build;
    this.#now = now;
  }

  stale(options: { now?: boolean } = {}): void {
    if (options.now === true) this.#stale = 'now';
    else if (this.#stale === 'no') this.#stale = 'soon';
  }

  /** A walk has ended: what it brought is shown at once, be it new now or since its pages came. */
  complete(news: boolean): void {
    if (news || this.#stale === 'soon') this.#stale = 'now';
  }

  get value(): T {
    if (this.#built === null || this.#due(this.#built)) {
      const began = this.#now();
      const value = this.#build();
      const at = this.#now();
      this.#built = { value, at, tookMs: at - began };
      this.#stale = 'no';
    }
    return this.#built.value;
  }

  #due({ at, tookMs }: { at: number; tookMs: number }): boolean {
    if (this.#stale !== 'soon') return this.#stale === 'now';
    return this.#now() - at >= Math.max(REBUILD_EVERY_MS, tookMs / REBUILD_SHARE);
  }
}
