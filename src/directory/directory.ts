/**
 * The directory: who and what the integrations of one tenant know, as employees and skills matched across integrations.
 * It promises that lists, lookups, search and matching need no provider call, and that readers see a write as soon as
 * it is stored. Around it: `sync/` fills it from the providers, `replication/` shares it between replicas, `views/` are
 * kept up incrementally. It does not decide what matches (`src/domain/matching`), nor does it read ratings for a
 * request (`src/loaders`).
 */
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
import type { WriteStamp } from './views/pendingWritesState.ts';

/** The records of one integration. */
interface IntegrationRecords {
  employees: EmployeeRecords;
  skills: SkillRecords;
  ratings: RatingSnapshot;
}

/** Write timestamp (default: now) and whether it created the record (default: unknown records count as created). */
export type Written = Partial<WriteStamp>;

/**
 * Employees and skills of every integration, in memory, matched into unified objects. Filled by full and delta syncs.
 * The next reader sees a few changes at once; thousands are applied in the background, and `settled` resolves when that
 * is done.
 */
export class Directory {
  /** In order of precedence. */
  readonly integrations: readonly Integration[];
  readonly integrationChanges: IntegrationChanges;
  readonly #records: ReadonlyMap<string, IntegrationRecords>;
  readonly #byName: ReadonlyMap<string, Integration>;
  readonly #employees: IncrementalView<EmployeeView>;
  readonly #skills: IncrementalView<SkillView>;
  readonly #now: () => number;
  #links = new LinkIndex([]);
  /** Called when a sync brings ratings of these employees that differ from the snapshot; not by the first full sync. */
  onRatingsChanged: (integration: string, employeeIds: ReadonlySet<string>) => void = () => {};

  /** Called with what a sync changes here, for the other replicas. */
  onChange: (integration: string, change: DirectoryChange) => void = () => {};

  constructor(integrations: readonly Integration[], now: () => number = Date.now) {
    this.integrations = integrations;
    this.integrationChanges = new IntegrationChanges(integrations);
    this.#now = now;
    this.#byName = new Map(integrations.map((integration) => [integration.name, integration]));
    this.#records = new Map(
      integrations.map(({ name }) => [
        name,
        {
          employees: new EmployeeRecords(),
          skills: new SkillRecords(),
          ratings: new RatingSnapshot((employeeIds) => this.onRatingsChanged(name, employeeIds)),
        },
      ]),
    );
    for (const [name, { ratings }] of this.#records) ratings.onSynced = (change) => this.onChange(name, change);
    const names = integrations.map(({ name }) => name);
    const total = (sizeOf: (records: IntegrationRecords) => number) =>
      [...this.#records.values()].reduce((sum, records) => sum + sizeOf(records), 0);
    this.#employees = new IncrementalView<EmployeeView>({
      build: () =>
        EmployeeView.inSteps(
          this.#place((records) => records.employees.rows()),
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
          this.#place((records) => records.skills.rows()),
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

  /** Resolves when readers see everything that was applied before. */
  async settled(): Promise<void> {
    await Promise.all([this.#employees.settled(), this.#skills.settled()]);
  }

  /** Replaces people's decisions about records, which win over every matching rule; in force at once. */
  setLinks(links: readonly Link[]): void {
    const before = this.#links.all;
    this.#links = new LinkIndex(links);
    const kept = new Set(before.filter((link) => links.includes(link)));
    for (const link of [...before, ...links]) {
      if (kept.has(link)) continue;
      const view = link.kind === 'employee' ? this.#employees : this.#skills;
      for (const name of [link.a, link.b]) if (this.#records.has(name.integration)) view.changed(name);
    }
  }

  /** The rating snapshot of one integration. */
  ratings(integration: string): RatingSnapshot {
    return this.#of(integration).ratings;
  }

  /** Whether the employee record is known. */
  hasEmployee(integration: string, id: string): boolean {
    return this.#of(integration).employees.rowOf(id) !== null;
  }

  /** Whether a catalogue lists the skill record, or a write has stored it. */
  hasSkill(integration: string, id: string): boolean {
    return this.#of(integration).skills.isListed(id);
  }

  employeeCount(integration: string): number {
    return this.#of(integration).employees.size;
  }

  skillCount(integration: string): number {
    return this.#of(integration).skills.size;
  }

  /** Applies a page of a sync that began then. Records written since are newer than the page. */
  putEmployees(integration: string, rows: readonly EmployeeRow[], began = Infinity): void {
    const { employees } = this.#of(integration);
    const ids = employees.put(rows, began);
    this.#changed(this.#employees, integration, ids);
    const others = ids.flatMap((id) => employees.rowOf(id) ?? []);
    if (others.length > 0) this.onChange(integration, { kind: 'employees', rows: others, began });
  }

  /** Removes records that a delta sync, begun then, reports as removed. */
  removeEmployees(integration: string, ids: readonly string[], began = Infinity): void {
    const gone = this.#of(integration).employees.remove(ids, began);
    this.#changed(this.#employees, integration, gone);
    if (gone.length > 0) this.onChange(integration, { kind: 'employeesGone', ids: gone, began });
  }

  /** After a full sync that began then: removes records that it did not find. */
  *retainEmployees(integration: string, found: { has(id: string): boolean }, began = Infinity): Steps<void> {
    const { employees } = this.#of(integration);
    const now = this.#now();
    const gone = yield* employees.retain(found, began, now);
    this.#changed(this.#employees, integration, gone);
    if (gone.length > 0) this.onChange(integration, { kind: 'employeesGone', ids: gone, began });
    if (employees.settled.length > 0) this.onChange(integration, { kind: 'employees', rows: employees.settled, began });
    this.onChange(integration, { kind: 'employeesWalked', began, now });
  }

  /** Applies all employees of a full sync that began then. */
  replaceEmployees(integration: string, rows: ReadonlyMap<string, EmployeeRow>, began = Infinity): void {
    this.putEmployees(integration, [...rows.values()], began);
    runSteps(this.retainEmployees(integration, rows, began));
  }

  /** Applies a written employee. Readers see it at once, although syncs may not show it for hours. */
  writeEmployee(integration: string, row: EmployeeRow, written: Written = {}): void {
    const { at = this.#now(), created } = written;
    this.#changed(this.#employees, integration, this.#of(integration).employees.write(row, { at, created }));
  }

  /** Applies a page of a sync that began then. Records written since are newer than the page. */
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

  /** Removes catalogue records that a delta sync, begun then, reports as removed. */
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

  /** After a full sync that began then: removes catalogue records that it did not find. */
  retainSkills(integration: string, found: { has(id: string): boolean }, began = Infinity): void {
    const { skills } = this.#of(integration);
    const now = this.#now();
    const gone = skills.retain(found, began, now);
    this.#changed(this.#skills, integration, gone);
    // Includes learnt skills that replace a listed one; nothing is listed under their ids.
    if (gone.length > 0) this.onChange(integration, { kind: 'skillsGone', ids: gone, began });
    if (skills.settled.length > 0) this.onChange(integration, { kind: 'skills', rows: skills.settled, began });
    this.onChange(integration, { kind: 'skillsWalked', began, now });
  }

  /** A full sync of another process has ended, whose rows and removals were applied here. */
  syncedElsewhere(
    integration: string,
    kind: 'employees' | 'skills',
    { began, now }: { began: number; now: number },
  ): void {
    this.#of(integration)[kind].syncedElsewhere(began, now);
  }

  /** Applies the catalogue of a full sync. */
  replaceSkills(integration: string, rows: ReadonlyMap<string, SkillRow>): void {
    this.putSkills(integration, [...rows.values()]);
    this.retainSkills(integration, rows);
  }

  /** Applies a written skill, which can be used at once. */
  writeSkill(integration: string, row: SkillRow, written: Written = {}): void {
    const { at = this.#now(), created } = written;
    this.#changed(this.#skills, integration, this.#of(integration).skills.write(row, { at, created }));
  }

  /** Makes sure that every rating row has a skill, by learning those that no catalogue lists. */
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

  /** All records of an integration as they are now; takes some 10 ms for 100,000 employees with ratings. */
  snapshot(integration: string): RecordsSnapshot {
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
   * Replaces the records by another process's snapshot, except writes that the snapshot lacks and skills learnt here.
   * Readers see the old records until it resolves, then the new ones.
   */
  async restore(integration: string, snapshot: RecordsSnapshotSource): Promise<void> {
    const records = this.#of(integration);
    const employees = new EmployeeRecords();
    const skills = new SkillRecords();
    await runInSlices(employees.restore(snapshot.employees, snapshot.employeesWritten));
    await runInSlices(skills.restore(snapshot.skills, snapshot.learnt, snapshot.skillsWritten));
    const filling = snapshot.ratings && snapshot.ratingsAt !== null ? records.ratings.fill() : null;
    // Each chunk takes some milliseconds; other work runs between chunks.
    if (filling) for await (const rows of snapshot.ratings ?? []) filling.take(rows);
    employees.adoptWritesOf(records.employees, snapshot.employeesWritten);
    skills.takeOver(records.skills, snapshot.skillsWritten);
    Object.assign(records, { employees, skills });
    filling?.end(snapshot.ratingsAt ?? 0);
    this.#employees.replaced();
    this.#skills.replaced();
    await this.settled();
  }

  #changed<View>(view: IncrementalView<View>, integration: string, ids: readonly string[]): void {
    for (const remoteId of ids) view.changed({ integration, remoteId });
  }

  #of(integration: string): IntegrationRecords {
    const records = this.#records.get(integration);
    if (!records) throw new Error(`no integration ${integration}`);
    return records;
  }

  #place<Row>(rowsOf: (records: IntegrationRecords) => Iterable<Row>): Placed<Row>[] {
    return this.integrations.flatMap(({ name }) =>
      Array.from(rowsOf(this.#of(name)), (row) => ({ integration: name, row })),
    );
  }
}
