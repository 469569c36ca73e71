import { rowKey } from '../directory/keptRatings.ts';
import type { RatingRow } from '../domain/records.ts';

/** Longest time a written row is laid over reads: Kombo's own sync may be a day away (its sheet, 8.1). */
const KEEP_MS = 24 * 60 * 60_000;

export interface OverlaidRow {
  row: RatingRow;
  /** True while the row comes from a write and the provider's reads do not show it yet. */
  pending: boolean;
}

/** Rows that writes returned, laid over what the provider reads until a read shows them or something later. */
export class Overlay {
  /** By employee, those written to least recently first. */
  readonly #written = new Map<string, { rows: Map<string, { row: RatingRow; at: number }>; latest: number }>();
  /** What is shown of rows with nothing written over them: the same array for the same rows, which tells that nothing changed. */
  readonly #plain = new WeakMap<readonly RatingRow[], readonly OverlaidRow[]>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  put(row: RatingRow): void {
    const at = this.#now();
    this.#dropOld(at);
    const { rows } = this.#written.get(row.employeeId) ?? { rows: new Map<string, { row: RatingRow; at: number }>() };
    rows.set(rowKey(row), { row, at });
    this.#written.delete(row.employeeId);
    this.#written.set(row.employeeId, { rows, latest: at });
  }

  /** Whether a row of this employee was written at that time or later: a read that began then may not show it. */
  wroteSince(employeeId: string, at: number): boolean {
    return (this.#written.get(employeeId)?.latest ?? -Infinity) >= at;
  }

  /**
   * The rows of one employee as read, with written ones in their place. Forgets those that the read has caught up with,
   * unless told not to: a read of a single row says nothing of the copies that answer the next question.
   */
  over(
    employeeId: string,
    read: readonly RatingRow[],
    options: { forget: boolean } = { forget: true },
  ): readonly OverlaidRow[] {
    const written = this.#written.get(employeeId)?.rows;
    if (!written) return this.#asRead(read);
    const byKey = new Map(read.map((row) => [rowKey(row), { row, pending: false }]));
    for (const [key, { row, at }] of written) {
      const shown = byKey.get(key)?.row;
      if (this.#now() - at <= KEEP_MS && !(shown && caughtUp(shown, row))) byKey.set(key, { row, pending: true });
      else if (options.forget) written.delete(key);
    }
    if (written.size === 0) this.#written.delete(employeeId);
    return [...byKey.values()];
  }

  /**
   * The same for the rows of one skill, of whoever holds it. Forgets nothing: it does not see all that was written of an
   * employee.
   */
  overSkill(read: readonly RatingRow[], isOfSkill: (row: RatingRow) => boolean): readonly OverlaidRow[] {
    const written = [...this.#written.values()].flatMap(({ rows }) =>
      [...rows.values()].filter(({ row, at }) => this.#now() - at <= KEEP_MS && isOfSkill(row)),
    );
    if (written.length === 0) return this.#asRead(read);
    const byKey = new Map(read.map((row) => [rowKey(row), { row, pending: false }]));
    for (const { row } of written) {
      const shown = byKey.get(rowKey(row))?.row;
      if (!(shown && caughtUp(shown, row))) byKey.set(rowKey(row), { row, pending: true });
    }
    return [...byKey.values()];
  }

  #asRead(read: readonly RatingRow[]): readonly OverlaidRow[] {
    const known = this.#plain.get(read);
    if (known) return known;
    const rows = read.map((row) => ({ row, pending: false }));
    this.#plain.set(read, rows);
    return rows;
  }

  /** Employees whose ratings nobody reads again would be kept for good. */
  #dropOld(now: number): void {
    for (const [employeeId, { latest }] of this.#written) {
      if (now - latest <= KEEP_MS) return;
      this.#written.delete(employeeId);
    }
  }
}

function caughtUp(shown: RatingRow, written: RatingRow): boolean {
  if (shown.changedAt !== null && written.changedAt !== null && shown.changedAt >= written.changedAt) return true;
  const [a, b] = [shown.value, written.value];
  if (a === null || b === null) return a === b;
  // The scale may stand in one of the rows only.
  if (a.kind === 'number') return b.kind === 'number' && a.value === b.value;
  if (b.kind === 'number') return false;
  return a.optionId === null || b.optionId === null ? a.name === b.name : a.optionId === b.optionId;
}
