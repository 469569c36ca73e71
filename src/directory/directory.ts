import type { Link } from '../domain/links.ts';
import type { Placed } from '../domain/match.ts';
import type { EmployeeRow, SkillRow } from '../domain/records.ts';
import type { SkillMention } from '../domain/roles.ts';
import { EmployeeView } from './employees.ts';
import type { Integration } from './integration.ts';
import { Cached } from './cached.ts';
import { KeptRatings } from './keptRatings.ts';
import { completed, learntFrom, type LearntSkill } from './learntSkill.ts';
import { SkillView, unambiguousAliases } from './skills.ts';
import { same, takeOver } from './takeOver.ts';

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
  #links: readonly Link[] = [];

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
          this.#links,
        ),
      now,
    );
    this.#skills = new Cached(() => new SkillView(this.#place(skillsOf), names, this.#links), now);
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

  /** Takes all decisions of people about records, which win over every rule; in force at once. */
  setLinks(links: readonly Link[]): void {
    this.#links = links;
    this.#employees.stale({ now: true });
    this.#skills.stale({ now: true });
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
  learnSkills(integration: string, rows: readonly SkillMention[]): void {
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
