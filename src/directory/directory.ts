import type { Link } from '../domain/links.ts';
import type { Placed } from '../domain/matching/grouping.ts';
import type { EmployeeRow, SkillRow } from '../domain/records.ts';
import type { SkillMention } from '../domain/roles.ts';
import { runSteps, type Steps } from '../lib/steps.ts';
import type { DirectoryChange, RecordsSnapshot, RecordsSnapshotSource } from './replication/directoryChange.ts';
import { EmployeeRecords } from './employees/employeeRecords.ts';
import { EmployeeView } from './employees/employeeView.ts';
import { IncrementalView } from './views/incrementalView.ts';
import { runInSlices } from '../lib/runInSlices.ts';
import type { Integration } from '../integrations/integration.ts';
import { RatingSnapshot } from './ratings/ratingSnapshot.ts';
import { LinkIndex } from './views/rematch.ts';
import { SkillRecords } from './skills/skillRecords.ts';
import { SkillView } from './skills/skillView.ts';
import { IntegrationChanges } from '../integrations/integrationChanges.ts';
import type { WriteStamp } from './views/pendingWrites.ts';

/** What is known of one integration's records. */
interface IntegrationRecords {
  employees: EmployeeRecords;
  skills: SkillRecords;
  ratings: RatingSnapshot;
}

/** When a write was stored, now where nobody says, and whether the record is new by it: one that is not known, likewise. */
export type Written = Partial<WriteStamp>;

/**
 * Employees and skills of every integration, in memory, matched into unified objects. Answers lists, lookups and matching
 * without a provider call. Filled by walks and reads of changes. A few changes are seen by the next reader; what a page of
 * thousands brings is taken in beside other work, and `settled` tells when.
 */
export class Directory {
  /** In order of precedence. */
  readonly integrations: readonly Integration[];
  readonly integrationChanges: IntegrationChanges;
  readonly #holdings: ReadonlyMap<string, IntegrationRecords>;
  readonly #byName: ReadonlyMap<string, Integration>;
  readonly #employees: IncrementalView<EmployeeView>;
  readonly #skills: IncrementalView<SkillView>;
  readonly #now: () => number;
  #links = new LinkIndex([]);
  /** Called when a walk or a read of changes brings other ratings of these employees than were kept; not by the first walk. */
  onRatingsChanged: (integration: string, employeeIds: ReadonlySet<string>) => void = () => {};

  /** Called with what reading providers changes here, for replicas that follow. */
  onChange: (integration: string, change: DirectoryChange) => void = () => {};

  constructor(integrations: readonly Integration[], now: () => number = Date.now) {
    this.integrations = integrations;
    this.integrationChanges = new IntegrationChanges(integrations);
    this.#now = now;
    this.#byName = new Map(integrations.map((integration) => [integration.name, integration]));
    this.#holdings = new Map(
      integrations.map(({ name }) => [
        name,
        {
          employees: new EmployeeRecords(),
          skills: new SkillRecords(),
          ratings: new RatingSnapshot((employeeIds) => this.onRatingsChanged(name, employeeIds)),
        },
      ]),
    );
    for (const [name, { ratings }] of this.#holdings) ratings.onTaken = (change) => this.onChange(name, change);
    const names = integrations.map(({ name }) => name);
    const total = (sizeOf: (holdings: IntegrationRecords) => number) =>
      [...this.#holdings.values()].reduce((sum, holdings) => sum + sizeOf(holdings), 0);
    this.#employees = new IncrementalView<EmployeeView>({
      build: () =>
        EmployeeView.inSteps(
          this.#place((holdings) => holdings.employees.rows()),
          names,
          this.#links.all,
        ),
      patch: (view, changed) =>
        view.patched(
          changed.map((name) => ({ ...name, row: this.#of(name.integration).employees.rowOf(name.remoteId) })),
          this.#links,
        ),
      size: () => total(({ employees }) => employees.size),
    });
    this.#skills = new IncrementalView<SkillView>({
      build: () =>
        SkillView.inSteps(
          this.#place((holdings) => holdings.skills.rows()),
          names,
          this.#links.all,
        ),
      patch: (view, changed) =>
        view.patched(
          changed.map((name) => ({ ...name, row: this.#of(name.integration).skills.rowOf(name.remoteId) })),
          this.#links,
        ),
      size: () => total(({ skills }) => skills.size),
    });
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

  /** Resolves when readers see everything that was put here. */
  async settled(): Promise<void> {
    await Promise.all([this.#employees.settled(), this.#skills.settled()]);
  }

  /** Takes all decisions of people about records, which win over every rule; in force at once. */
  setLinks(links: readonly Link[]): void {
    const before = this.#links.all;
    this.#links = new LinkIndex(links);
    const kept = new Set(before.filter((link) => links.includes(link)));
    for (const link of [...before, ...links]) {
      if (kept.has(link)) continue;
      const follower = link.kind === 'employee' ? this.#employees : this.#skills;
      for (const name of [link.a, link.b]) if (this.#holdings.has(name.integration)) follower.changed(name);
    }
  }

  /** The ratings kept of one integration by its walk. */
  ratings(integration: string): RatingSnapshot {
    return this.#of(integration).ratings;
  }

  /** Whether a record of an employee is known. */
  hasEmployee(integration: string, id: string): boolean {
    return this.#of(integration).employees.rowOf(id) !== null;
  }

  /** Whether a catalogue has shown a record of a skill, or a write has stored it. */
  hasSkill(integration: string, id: string): boolean {
    return this.#of(integration).skills.isListed(id);
  }

  employeeCount(integration: string): number {
    return this.#of(integration).employees.size;
  }

  skillCount(integration: string): number {
    return this.#of(integration).skills.size;
  }

  /** Takes a page of a read that began then. What a write has stored since is newer than the page. */
  putEmployees(integration: string, rows: readonly EmployeeRow[], began = Infinity): void {
    const { employees } = this.#of(integration);
    const ids = employees.put(rows, began);
    this.#changed(this.#employees, integration, ids);
    const others = ids.flatMap((id) => employees.rowOf(id) ?? []);
    if (others.length > 0) this.onChange(integration, { kind: 'employees', rows: others, began });
  }

  /** Forgets records that a read of changes, begun then, says are gone. */
  removeEmployees(integration: string, ids: readonly string[], began = Infinity): void {
    const gone = this.#of(integration).employees.remove(ids, began);
    this.#changed(this.#employees, integration, gone);
    if (gone.length > 0) this.onChange(integration, { kind: 'employeesGone', ids: gone, began });
  }

  /** After a whole walk that began then: records whose ids it did not find are gone. */
  *retainEmployees(integration: string, found: { has(id: string): boolean }, began = Infinity): Steps<void> {
    const { employees } = this.#of(integration);
    const now = this.#now();
    const gone = yield* employees.retain(found, began, now);
    this.#changed(this.#employees, integration, gone);
    if (gone.length > 0) this.onChange(integration, { kind: 'employeesGone', ids: gone, began });
    if (employees.settled.length > 0) this.onChange(integration, { kind: 'employees', rows: employees.settled, began });
    this.onChange(integration, { kind: 'employeesWalked', began, now });
  }

  /** Takes the employees of a whole walk that began then. */
  replaceEmployees(integration: string, rows: ReadonlyMap<string, EmployeeRow>, began = Infinity): void {
    this.putEmployees(integration, [...rows.values()], began);
    runSteps(this.retainEmployees(integration, rows, began));
  }

  /** Takes what a write stored; read at once, although walks may not show it for hours. */
  writeEmployee(integration: string, row: EmployeeRow, written: Written = {}): void {
    const { at = this.#now(), created } = written;
    this.#changed(this.#employees, integration, this.#of(integration).employees.write(row, { at, created }));
  }

  /** Takes a page of a read that began then. What a write has stored since is newer than the page. */
  putSkills(integration: string, rows: readonly SkillRow[], began = Infinity): void {
    const { skills } = this.#of(integration);
    const others: SkillRow[] = [];
    for (const row of rows) {
      const ids = skills.put(row, began);
      this.#changed(this.#skills, integration, ids);
      if (ids.length > 0) others.push(row);
    }
    if (others.length > 0) this.onChange(integration, { kind: 'skills', rows: others, began });
  }

  /** Forgets records of the catalogue that a read of changes, begun then, says are gone. */
  removeSkills(integration: string, ids: Iterable<string>, began = Infinity): void {
    const { skills } = this.#of(integration);
    const gone: string[] = [];
    for (const id of ids) {
      const changed = skills.remove(id, began);
      this.#changed(this.#skills, integration, changed);
      if (changed.length > 0) gone.push(id);
    }
    if (gone.length > 0) this.onChange(integration, { kind: 'skillsGone', ids: gone, began });
  }

  /** After a whole walk that began then: records of the catalogue whose ids it did not find are gone. */
  retainSkills(integration: string, found: { has(id: string): boolean }, began = Infinity): void {
    const { skills } = this.#of(integration);
    const now = this.#now();
    const gone = skills.retain(found, began, now);
    this.#changed(this.#skills, integration, gone);
    // Learnt skills that appear in place of a listed one are among these, and nothing is listed under their ids.
    if (gone.length > 0) this.onChange(integration, { kind: 'skillsGone', ids: gone, began });
    if (skills.settled.length > 0) this.onChange(integration, { kind: 'skills', rows: skills.settled, began });
    this.onChange(integration, { kind: 'skillsWalked', began, now });
  }

  /** A whole walk of another process has ended, whose rows and removals were put here. */
  syncedElsewhere(
    integration: string,
    kind: 'employees' | 'skills',
    { began, now }: { began: number; now: number },
  ): void {
    this.#of(integration)[kind].syncedElsewhere(began, now);
  }

  /** Takes the catalogue of a whole walk. */
  replaceSkills(integration: string, rows: ReadonlyMap<string, SkillRow>): void {
    this.putSkills(integration, [...rows.values()]);
    this.retainSkills(integration, rows);
  }

  /** Takes a skill that a write stored; it can be used at once. */
  writeSkill(integration: string, row: SkillRow, written: Written = {}): void {
    const { at = this.#now(), created } = written;
    this.#changed(this.#skills, integration, this.#of(integration).skills.write(row, { at, created }));
  }

  /** Makes sure that every rating row has a skill, learning those that no catalogue lists. */
  learnSkills(integration: string, rows: Iterable<SkillMention>): void {
    const { skills } = this.#of(integration);
    const mentions: SkillMention[] = [];
    for (const row of rows) {
      const ids = skills.learn(row);
      if (ids.length === 0) continue;
      this.#changed(this.#skills, integration, ids);
      const { skillId, skillKeys, skillName, skillScale, skillClassification } = row;
      mentions.push({ skillId, skillKeys, skillName, skillScale, skillClassification });
    }
    if (mentions.length > 0) this.onChange(integration, { kind: 'learnt', mentions });
  }

  /** All that is held of an integration as it is now; takes some 10 ms for 100,000 employees with ratings. */
  copy(integration: string): RecordsSnapshot {
    const { employees, skills, ratings } = this.#of(integration);
    return {
      employees: [...employees.rows()],
      employeesWritten: employees.written,
      skills: [...skills.listed()],
      skillsWritten: skills.written,
      learnt: [...skills.learnt()],
      ratings: ratings.at === null ? null : [...ratings.lists()],
      ratingsAt: ratings.at,
    };
  }

  /**
   * Takes another process's copy in place of what is held, but for writes that the copy does not know yet and skills learnt
   * here. Readers see what was or, when it resolves, the copy.
   */
  async restore(integration: string, copy: RecordsSnapshotSource): Promise<void> {
    const holdings = this.#of(integration);
    const employees = new EmployeeRecords();
    const skills = new SkillRecords();
    await runInSlices(employees.restore(copy.employees, copy.employeesWritten));
    await runInSlices(skills.restore(copy.skills, copy.learnt, copy.skillsWritten));
    const filling = copy.ratings && copy.ratingsAt !== null ? holdings.ratings.fill() : null;
    // Each part takes some milliseconds, and the next one comes when others had their turn.
    if (filling) for await (const rows of copy.ratings ?? []) filling.take(rows);
    employees.adoptWritesOf(holdings.employees, copy.employeesWritten);
    skills.takeOver(holdings.skills, copy.skillsWritten);
    Object.assign(holdings, { employees, skills });
    filling?.end(copy.ratingsAt ?? 0);
    this.#employees.replaced();
    this.#skills.replaced();
    await this.settled();
  }

  #changed<View>(follower: IncrementalView<View>, integration: string, ids: readonly string[]): void {
    for (const remoteId of ids) follower.changed({ integration, remoteId });
  }

  #of(integration: string): IntegrationRecords {
    const holdings = this.#holdings.get(integration);
    if (!holdings) throw new Error(`no integration ${integration}`);
    return holdings;
  }

  #place<Row>(rowsOf: (holdings: IntegrationRecords) => Iterable<Row>): Placed<Row>[] {
    return this.integrations.flatMap(({ name }) =>
      Array.from(rowsOf(this.#of(name)), (row) => ({ integration: name, row })),
    );
  }
}
