import type { RatingRow } from '../../domain/records.ts';
import { inSteps, type Steps } from '../../lib/steps.ts';
import type { DirectoryChange } from '../replication/directoryChange.ts';
import { RatingsBySkill } from './ratingsBySkill.ts';
import { sameRow } from '../views/sameRow.ts';

/** Ratings as a delta sync reports them. */
export interface RatingChanges {
  rows: readonly RatingRow[];
  /** Employees whose ratings are all among the rows. */
  whole?: readonly string[];
  /** Keys of removed rows. */
  removed?: readonly string[];
}

/** A full sync in progress. */
interface Filling {
  /**
   * `whole`: employees whose rows are all among these; `total`: rows of the whole list, where the provider reports it.
   */
  take(rows: Iterable<RatingRow>, page?: { whole?: readonly string[]; total?: number | null }): void;
  /** Keeps the known rows of these employees, or of all where one is null, because some rows could not be read. */
  keepUnreadable(employeeIds: ReadonlySet<string | null>): void;
  /**
   * Keeps known rows that this sync has missed, once: a list that changes while its pages are read may hide an existing
   * row (see Census). Not for employees who were shown whole, nor where nothing can have been hidden.
   */
  keepMissed(): void;
  /** `at`: when the full sync began; `durationMs`: how long it took. */
  end(at: number, durationMs?: number): void;
  rows(): Iterable<RatingRow>;
}

const NO_ROWS: readonly RatingRow[] = [];

type RatingsChange = Extract<DirectoryChange, { kind: 'ratings' | 'anew' }>;

/** The actual differences of a change. */
interface Difference {
  rows: RatingRow[];
  whole: string[];
  removed: string[];
}

/** When a full sync changes the ratings of more employees than this, the other replicas resync. */
const MAX_PUBLISHED = 500;

/** All ratings of one integration as syncs found them, by employee and by skill. */
export class RatingSnapshot {
  #byEmployee = new Map<string, RatingRow[]>();
  #bySkill = new RatingsBySkill();
  /** What all rows of a skill share: a million rows name some thousand skills. */
  readonly #shared = new Map<string, Shared>();
  readonly #onChange: (employeeIds: ReadonlySet<string>) => void;
  /** Called with the differences that a sync brought; with `anew`, a resync, where there are too many. */
  onSynced: (change: RatingsChange) => void = () => {};
  /** When the last sync began, in milliseconds; null before the first full sync. */
  at: number | null = null;
  /** How long the last full sync took: ratings must not count as old as soon as it has ended. */
  #fullSyncMs = 0;
  /** Keys of rows that the last full sync missed; they are removed if the next one misses them too. */
  #missed: ReadonlySet<string> = new Set();

  /** `onChange` is called with the employees whose ratings changed, once per full sync and per page of a delta sync. */
  constructor(onChange: (employeeIds: ReadonlySet<string>) => void = () => {}) {
    this.#onChange = onChange;
  }

  /** Applies the rows of a full sync; of a row that came twice the last one counts. */
  replace(rows: Iterable<RatingRow>, at: number): void {
    const filling = this.fill();
    filling.take(rows);
    filling.end(at);
  }

  /**
   * Begins a full sync, page by page; the previous rows stay until its end, or for good where it fails. Unchanged rows
   * keep their objects, so that a second full sync does not double the memory.
   */
  fill(): Filling {
    const filled = new Map<string, RatingRow[]>();
    const bySkill = new RatingsBySkill();
    const changed = new Set<string>();
    /** Employees with a new row object; `changed` are those whose ratings differ. */
    const others = new Set<string>();
    const shownWhole = new Set<string>();
    const missed = new Set<string>();
    /** The total that every page reported; undefined before the first, null where pages disagree or report none. */
    let total: number | null | undefined;
    let count = 0;
    let hasNew = false;
    const rows = function* () {
      for (const list of filled.values()) yield* list;
    };
    const keep = (row: RatingRow) => {
      const found = filled.get(row.employeeId);
      if (found) found.push(row);
      else filled.set(row.employeeId, [row]);
      bySkill.add(row);
    };
    return {
      keepUnreadable: (of) => {
        const lists = of.has(null) ? this.#byEmployee.values() : [...of].map((id) => this.of(id ?? ''));
        for (const list of lists) {
          for (const row of list) {
            const found = filled.get(row.employeeId);
            // An unchanged row is the same object as before.
            if (found?.includes(row) === true || found?.some((other) => isSameRow(other, row)) === true) continue;
            keep(row);
          }
        }
      },
      take: (page, { whole = [], total: reported = null } = {}) => {
        total = total === undefined || total === reported ? reported : null;
        for (const id of whole) shownWhole.add(id);
        for (const row of page) {
          const compact = this.#compact(row);
          let list = filled.get(row.employeeId);
          if (!list) filled.set(row.employeeId, (list = []));
          const { kept, old, stood } = put(list, compact, this.of(row.employeeId), changed);
          if (kept === compact) others.add(row.employeeId);
          bySkill.add(kept, stood);
          if (!stood) count += 1;
          hasNew ||= !old;
        }
      },
      keepMissed: () => {
        if (total === count && !hasNew) return;
        for (const [employeeId, list] of this.#byEmployee) {
          if (shownWhole.has(employeeId)) continue;
          const found = filled.get(employeeId);
          // As many as before and none of them new, so these are the same rows.
          if (!hasNew && found?.length === list.length) continue;
          for (const row of list) {
            const key = rowKey(row);
            if (found?.some((other) => other === row || isSameRow(other, row)) === true || this.#missed.has(key))
              continue;
            missed.add(key);
            keep(row);
          }
        }
      },
      end: (at, durationMs = 0) => {
        // Changed rows are noted already; missing rows leave a shorter list.
        for (const [employeeId, { length }] of this.#byEmployee) {
          if ((filled.get(employeeId)?.length ?? 0) >= length) continue;
          changed.add(employeeId);
          others.add(employeeId);
        }
        const isFirst = this.at === null;
        this.#byEmployee = filled;
        this.#bySkill = bySkill;
        this.at = at;
        this.#fullSyncMs = durationMs;
        this.#missed = missed;
        if (!isFirst) this.#notify(changed);
        if (isFirst || others.size > MAX_PUBLISHED) this.onSynced({ kind: 'anew' });
        else if (others.size > 0) {
          const whole = [...others];
          this.onSynced({ kind: 'ratings', rows: whole.flatMap((id) => this.of(id)), whole, removed: [] });
        }
      },
      rows,
    };
  }

  /** Whether the ratings were read within `freshMs` before `now`, not counting the duration of the full sync. */
  isFresh(now: number, freshMs: number): boolean {
    return this.at !== null && now - this.at <= freshMs + this.#fullSyncMs;
  }

  /** Applies a page of a delta sync, each employee's rows in one step, so that readers never see some of them only. */
  *change({ rows, whole = [], removed = [] }: RatingChanges): Steps<void> {
    const brought = new Map<string, RatingRow[]>(whole.map((employeeId) => [employeeId, []]));
    yield* inSteps(rows, (row) => {
      const list = brought.get(row.employeeId);
      if (list) list.push(row);
      else brought.set(row.employeeId, [row]);
    });
    const isWhole = new Set(whole);
    const changed = new Set<string>();
    const difference: Difference = { rows: [], whole: [], removed: [] };
    yield* inSteps(brought, ([employeeId, list]) => {
      this.#apply({ employeeId, rows: list, isWhole: isWhole.has(employeeId) }, changed, difference);
    });
    if (removed.length > 0) {
      const gone = new Set(removed);
      yield* inSteps([...this.#byEmployee.keys()], (employeeId) => {
        const list = this.of(employeeId);
        const left = list.filter((row) => !gone.has(rowKey(row)));
        if (left.length === list.length) return;
        difference.removed.push(...list.map(rowKey).filter((key) => gone.has(key)));
        this.#set(employeeId, left);
        changed.add(employeeId);
      });
    }
    this.#notify(changed);
    if (difference.rows.length + difference.whole.length + difference.removed.length > 0)
      this.onSynced({ kind: 'ratings', ...difference });
  }

  /** Applies rows of one employee, all of them where `isWhole`, and records the difference. */
  #apply(
    { employeeId, rows, isWhole }: { employeeId: string; rows: readonly RatingRow[]; isWhole: boolean },
    changed: Set<string>,
    difference: Difference,
  ): void {
    const before = this.of(employeeId);
    // A list that was handed out never changes: readers take the same array as proof that nothing has changed.
    const next = isWhole ? [] : [...before];
    for (const row of rows) {
      const { kept, old, stood } = put(next, this.#compact(row), before, changed);
      this.#bySkill.add(kept, stood ?? old);
    }
    const known = new Set(before);
    const others = next.filter((row) => !known.has(row));
    if (next.length < before.length) changed.add(employeeId);
    else if (others.length === 0) return;
    this.#set(employeeId, next);
    difference.rows.push(...(isWhole ? next : others));
    if (isWhole) difference.whole.push(employeeId);
  }

  #set(employeeId: string, rows: RatingRow[]): void {
    if (rows.length > 0) this.#byEmployee.set(employeeId, rows);
    else this.#byEmployee.delete(employeeId);
  }

  /** The rows of all employees, a list for each. */
  lists(): Iterable<readonly RatingRow[]> {
    return this.#byEmployee.values();
  }

  /** The rows of one employee: the same array until one of them changes. */
  of(employeeId: string): readonly RatingRow[] {
    return this.#byEmployee.get(employeeId) ?? NO_ROWS;
  }

  /** Rows of the skills that are wanted; it is asked once for all rows that name their skill alike. */
  ofSkills(isWanted: (row: RatingRow) => boolean): RatingRow[] {
    return this.#bySkill.rows(isWanted, (employeeId) => this.of(employeeId));
  }

  /** The number of index entries by skill, one per employee and skill. */
  get noted(): number {
    return this.#bySkill.size;
  }

  #notify(changed: ReadonlySet<string>): void {
    if (changed.size > 0) this.#onChange(changed);
  }

  #compact(row: RatingRow): RatingRow {
    const known = this.#shared.get(row.skillId);
    if (known && sameRow(row as Shared, known)) return { ...row, ...known, parts: shortParts(row, known.skillId) };
    const { skillId, skillKeys, skillName, skillScale, skillClassification } = row;
    this.#shared.set(skillId, { skillId, skillKeys, skillName, skillScale, skillClassification });
    return row;
  }
}

type Shared = Pick<RatingRow, 'skillId' | 'skillKeys' | 'skillName' | 'skillScale' | 'skillClassification'>;

/** The parts, sharing the id strings that the row holds anyway. */
function shortParts({ parts, employeeId }: RatingRow, skillId: string): readonly string[] {
  return parts.map((part) => (part === employeeId ? employeeId : part === skillId ? skillId : part));
}

/**
 * Puts a row into its employee's list, replacing the one with its key (`stood`). If the row equals the one in `before`
 * (`old`), that object is kept. If the rating differs, the employee is added to `changed`.
 */
function put(
  list: RatingRow[],
  row: RatingRow,
  before: readonly RatingRow[],
  changed: Set<string>,
): { kept: RatingRow; old: RatingRow | undefined; stood: RatingRow | undefined } {
  const old = before.find((other) => isSameRow(other, row));
  const kept = old && sameRow(old, row) ? old : row;
  if (kept === row && !(old && ratesAlike(old, row))) changed.add(row.employeeId);
  const at = list.findIndex((other) => isSameRow(other, row));
  const stood = list[at];
  if (at < 0) list.push(kept);
  else list[at] = kept;
  return { kept, old, stood };
}

/** Whether two lists of a person's rows hold the same ratings, in any order. */
export function allRateAlike(before: readonly RatingRow[], after: readonly RatingRow[]): boolean {
  if (before.length !== after.length) return false;
  return after.every((row) => before.some((old) => isSameRow(old, row) && ratesAlike(old, row)));
}

/** Whether two rows hold the same rating: renaming a skill does not change anybody's ratings. */
function ratesAlike(a: RatingRow, b: RatingRow): boolean {
  return (
    a.source === b.source &&
    a.sourceLabel === b.sourceLabel &&
    a.changedAt === b.changedAt &&
    JSON.stringify(a.value) === JSON.stringify(b.value)
  );
}

/**
 * Compares parts instead of keys, since each row of a person is compared with all others; from the end, where they
 * differ.
 */
function isSameRow({ parts: a }: RatingRow, { parts: b }: RatingRow): boolean {
  if (a.length !== b.length) return false;
  for (let at = a.length - 1; at >= 0; at -= 1) if (a[at] !== b[at]) return false;
  return true;
}

/** What identifies a row within its integration, as one string. */
export function rowKey({ parts }: RatingRow): string {
  return keyOfParts(parts);
}

/** The same for a row of which only the parts are known. */
export function keyOfParts(parts: readonly string[]): string {
  return parts.length === 1 ? (parts[0] ?? '') : JSON.stringify(parts);
}
