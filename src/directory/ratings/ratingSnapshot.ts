import type { RatingRow } from '../../domain/records.ts';
import { inSteps, type Steps } from '../../lib/steps.ts';
import type { DirectoryChange } from '../replication/directoryChange.ts';
import { RatingsBySkill } from './ratingsBySkill.ts';
import { sameRow } from '../views/sameRow.ts';

/** What a read of changes says of ratings. */
export interface RatingChanges {
  rows: readonly RatingRow[];
  /** Employees all of whose ratings are among the rows. */
  whole?: readonly string[];
  /** Keys of rows that are gone. */
  removed?: readonly string[];
}

/** A walk on its way in. */
interface Filling {
  /** `whole`: employees all of whose rows are among these; `total`: rows of the whole walk, where the provider tells. */
  take(rows: Iterable<RatingRow>, page?: { whole?: readonly string[]; total?: number | null }): void;
  /** Of these employees, of all where one is null, the walk could not read some: known rows that it has not stand as they were. */
  keepUnreadable(employeeIds: ReadonlySet<string | null>): void;
  /**
   * Known rows that the walk has not shown stand as they were, once: a list that changes while its pages are read may hide
   * a row that is there (see Census). Not those of employees who were shown whole, nor where nothing can have been hidden.
   */
  keepMissed(): void;
  /** `at`: when the walk began, and for how long it went on. */
  end(at: number, walkMs?: number): void;
  rows(): Iterable<RatingRow>;
}

const NO_ROWS: readonly RatingRow[] = [];

type RatingsChange = Extract<DirectoryChange, { kind: 'ratings' | 'anew' }>;

/** Of a change, what is other than before. */
interface Told {
  rows: RatingRow[];
  whole: string[];
  removed: string[];
}

/** A walk that brings other ratings of more employees than this has them all read anew elsewhere. */
const MAX_TOLD = 500;

/** All ratings of one integration as walks and reads of changes found them, by employee and by skill. */
export class RatingSnapshot {
  #byEmployee = new Map<string, RatingRow[]>();
  #bySkill = new RatingsBySkill();
  /** What the rows of a skill say alike: a million rows name some thousand skills. */
  readonly #shared = new Map<string, Shared>();
  readonly #onChange: (employeeIds: ReadonlySet<string>) => void;
  /** Hears what walks and reads of changes brought that is other than before; `anew` where that is too much to say. */
  onTaken: (change: RatingsChange) => void = () => {};
  /** When the last walk or read of changes began, in milliseconds; null before the first walk. */
  at: number | null = null;
  /** How long the last walk took: it is not to be made again as soon as it has ended. */
  #walkMs = 0;
  /** Keys of rows that the last walk did not show, and that stand until the next one does not show them either. */
  #missed: ReadonlySet<string> = new Set();

  /** `onChange` hears whose ratings are others than before, once for each walk and page of changes that shows some. */
  constructor(onChange: (employeeIds: ReadonlySet<string>) => void = () => {}) {
    this.#onChange = onChange;
  }

  /** Takes the rows of a whole walk; a row that came twice counts once, as it came last. */
  replace(rows: Iterable<RatingRow>, at: number): void {
    const filling = this.fill();
    filling.take(rows);
    filling.end(at);
  }

  /**
   * Takes a whole walk page by page; until its end, and where it has none, the last one's rows stand. Rows that say nothing
   * new are kept as they were, so that a second walk does not take the room of the first.
   */
  fill(): Filling {
    const filled = new Map<string, RatingRow[]>();
    const bySkill = new RatingsBySkill();
    const changed = new Set<string>();
    /** Employees with any row that is another object; `changed` are those that are rated otherwise. */
    const others = new Set<string>();
    const shownWhole = new Set<string>();
    const missed = new Set<string>();
    /** Rows of all pages as each of them told; undefined before the first, null where they disagree or do not tell. */
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
            // What says nothing new is the very row that stood there.
            if (found?.includes(row) === true || found?.some((other) => isSameRow(other, row)) === true) continue;
            keep(row);
          }
        }
      },
      take: (page, told = {}) => {
        total = total === undefined || total === told.total ? (told.total ?? null) : null;
        for (const id of told.whole ?? []) shownWhole.add(id);
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
          // As many as before, and none of them new to us: these are the same rows.
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
      end: (at, walkMs = 0) => {
        // What came otherwise is noted; what did not come at all leaves a shorter list.
        for (const [employeeId, { length }] of this.#byEmployee) {
          if ((filled.get(employeeId)?.length ?? 0) >= length) continue;
          changed.add(employeeId);
          others.add(employeeId);
        }
        const isFirst = this.at === null;
        this.#byEmployee = filled;
        this.#bySkill = bySkill;
        this.at = at;
        this.#walkMs = walkMs;
        this.#missed = missed;
        if (!isFirst) this.#tell(changed);
        if (isFirst || others.size > MAX_TOLD) this.onTaken({ kind: 'anew' });
        else if (others.size > 0) {
          const whole = [...others];
          this.onTaken({ kind: 'ratings', rows: whole.flatMap((id) => this.of(id)), whole, removed: [] });
        }
      },
      rows,
    };
  }

  /** Whether they were known so shortly before `now`, the walk's own time aside. */
  isFresh(now: number, freshMs: number): boolean {
    return this.at !== null && now - this.at <= freshMs + this.#walkMs;
  }

  /** Takes what a read of changes brought, each employee's rows in one step: nobody is shown a part of them. */
  *change({ rows, whole = [], removed = [] }: RatingChanges): Steps<void> {
    const brought = new Map<string, RatingRow[]>(whole.map((employeeId) => [employeeId, []]));
    yield* inSteps(rows, (row) => {
      const list = brought.get(row.employeeId);
      if (list) list.push(row);
      else brought.set(row.employeeId, [row]);
    });
    const isWhole = new Set(whole);
    const changed = new Set<string>();
    const told: Told = { rows: [], whole: [], removed: [] };
    yield* inSteps(brought, ([employeeId, list]) => {
      this.#take({ employeeId, rows: list, isWhole: isWhole.has(employeeId) }, changed, told);
    });
    if (removed.length > 0) {
      const gone = new Set(removed);
      yield* inSteps([...this.#byEmployee.keys()], (employeeId) => {
        const list = this.of(employeeId);
        const left = list.filter((row) => !gone.has(rowKey(row)));
        if (left.length === list.length) return;
        told.removed.push(...list.map(rowKey).filter((key) => gone.has(key)));
        this.#set(employeeId, left);
        changed.add(employeeId);
      });
    }
    this.#tell(changed);
    if (told.rows.length + told.whole.length + told.removed.length > 0) this.onTaken({ kind: 'ratings', ...told });
  }

  /** Takes rows of one employee, all of them where they are whole; puts what is other than before to what is told. */
  #take(
    { employeeId, rows, isWhole }: { employeeId: string; rows: readonly RatingRow[]; isWhole: boolean },
    changed: Set<string>,
    told: Told,
  ): void {
    const before = this.of(employeeId);
    // What was given out stays as it was: others know by the array that nothing has changed.
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
    told.rows.push(...(isWhole ? next : others));
    if (isWhole) told.whole.push(employeeId);
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

  /** Employees that are noted for finding rows by skill, once for each. */
  get noted(): number {
    return this.#bySkill.size;
  }

  #tell(changed: ReadonlySet<string>): void {
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

/** The parts with the ids that the row holds anyway. */
function shortParts({ parts, employeeId }: RatingRow, skillId: string): readonly string[] {
  return parts.map((part) => (part === employeeId ? employeeId : part === skillId ? skillId : part));
}

/**
 * Puts a row into its employee's list in place of the one with its key, which is answered as `stood`; as the object that
 * `before` has with that key, `old`, if it says the same. Where it rates otherwise, its employee is put to those that have
 * changed.
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

/** Whether the rows of somebody rate the same, in whatever order. */
export function allRateAlike(before: readonly RatingRow[], after: readonly RatingRow[]): boolean {
  if (before.length !== after.length) return false;
  return after.every((row) => before.some((old) => isSameRow(old, row) && ratesAlike(old, row)));
}

/** Whether two rows rate the same: a skill that got another name has changed nobody's ratings. */
function ratesAlike(a: RatingRow, b: RatingRow): boolean {
  return (
    a.source === b.source &&
    a.sourceLabel === b.sourceLabel &&
    a.changedAt === b.changedAt &&
    JSON.stringify(a.value) === JSON.stringify(b.value)
  );
}

/** By parts, not by keys: each row of a person is compared with all others. From the end, where they differ. */
function isSameRow({ parts: a }: RatingRow, { parts: b }: RatingRow): boolean {
  if (a.length !== b.length) return false;
  for (let at = a.length - 1; at >= 0; at -= 1) if (a[at] !== b[at]) return false;
  return true;
}

/** What identifies a row within its integration, as one string. */
export function rowKey({ parts }: RatingRow): string {
  return keyOfParts(parts);
}

/** The same of a row that is known by its parts alone. */
export function keyOfParts(parts: readonly string[]): string {
  return parts.length === 1 ? (parts[0] ?? '') : JSON.stringify(parts);
}
