import type { RatingRow } from '../domain/records.ts';
import { inSteps, type Steps } from '../domain/steps.ts';
import { RatingsBySkill } from './ratingsBySkill.ts';
import { same } from './takeOver.ts';

/** What a read of changes says of ratings. */
export interface RatingChanges {
  rows: readonly RatingRow[];
  /** Employees all of whose ratings are among the rows. */
  whole?: readonly string[];
  /** Keys of rows that are gone. */
  removed?: readonly string[];
}

/** All ratings of one integration as walks and reads of changes found them, by employee and by skill. */
export class KeptRatings {
  #byEmployee = new Map<string, RatingRow[]>();
  #bySkill = new RatingsBySkill();
  /** What the rows of a skill say alike: a million rows name some thousand skills. */
  readonly #shared = new Map<string, Shared>();
  /** When the last read began or walk ended, in milliseconds; null before the first walk. */
  at: number | null = null;

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
  fill(): { take(rows: Iterable<RatingRow>): void; end(at: number): void; rows(): Iterable<RatingRow> } {
    const filled = new Map<string, RatingRow[]>();
    const bySkill = new RatingsBySkill();
    const rows = function* () {
      for (const list of filled.values()) yield* list;
    };
    return {
      take: (page) => {
        for (const row of page) bySkill.add(put(filled, this.#compact(row), this.of(row.employeeId)));
      },
      end: (at) => {
        this.#byEmployee = filled;
        this.#bySkill = bySkill;
        this.at = at;
      },
      rows,
    };
  }

  /** Takes what a read of changes brought. */
  *change({ rows, whole = [], removed = [] }: RatingChanges): Steps<void> {
    const before = new Map<string, readonly RatingRow[]>();
    for (const employeeId of whole) {
      before.set(employeeId, this.of(employeeId));
      this.#byEmployee.delete(employeeId);
    }
    yield* inSteps(rows, (row) => {
      const known = before.get(row.employeeId) ?? this.of(row.employeeId);
      this.#bySkill.add(put(this.#byEmployee, this.#compact(row), known));
    });
    if (removed.length === 0) return;
    const gone = new Set(removed);
    yield* inSteps([...this.#byEmployee], ([employeeId, list]) => {
      const left = list.filter((row) => !gone.has(rowKey(row)));
      if (left.length < list.length) this.#byEmployee.set(employeeId, left);
    });
  }

  of(employeeId: string): readonly RatingRow[] {
    return this.#byEmployee.get(employeeId) ?? [];
  }

  /** Rows of the skills that are wanted; it is asked once for all rows that name their skill alike. */
  ofSkills(isWanted: (row: RatingRow) => boolean): RatingRow[] {
    return this.#bySkill.rows(isWanted, (employeeId) => this.of(employeeId));
  }

  #compact(row: RatingRow): RatingRow {
    const known = this.#shared.get(row.skillId);
    if (known && same(row as Shared, known)) return { ...row, ...known, parts: shortParts(row, known.skillId) };
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

/** Puts a row under its employee in place of the one with its key; as the object that stood there before, if it says the same. */
function put(byEmployee: Map<string, RatingRow[]>, row: RatingRow, before: readonly RatingRow[]): RatingRow {
  const old = before.find((other) => isSameRow(other, row));
  const kept = old && same(old, row) ? old : row;
  const list = byEmployee.get(row.employeeId);
  if (!list) byEmployee.set(row.employeeId, [kept]);
  else {
    const at = list.findIndex((other) => isSameRow(other, row));
    if (at < 0) list.push(kept);
    else list[at] = kept;
  }
  return kept;
}

/** By parts, not by keys: each row of a person is compared with all others. From the end, where they differ. */
function isSameRow({ parts: a }: RatingRow, { parts: b }: RatingRow): boolean {
  if (a.length !== b.length) return false;
  for (let at = a.length - 1; at >= 0; at -= 1) if (a[at] !== b[at]) return false;
  return true;
}

/** What identifies a row within its integration, as one string. */
export function rowKey(row: RatingRow): string {
  return row.parts.length === 1 ? (row.parts[0] ?? '') : JSON.stringify(row.parts);
}
