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
  readonly #written = new Map<string, Map<string, { row: RatingRow; at: number }>>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  put(row: RatingRow): void {
    const rows = this.#written.get(row.employeeId) ?? new Map<string, { row: RatingRow; at: number }>();
    rows.set(rowKey(row), { row, at: this.#now() });
    this.#written.set(row.employeeId, rows);
  }

  /** The rows of one employee as read, with written ones in their place. Forgets those that the read has caught up with. */
  over(employeeId: string, read: readonly RatingRow[]): readonly OverlaidRow[] {
    const written = this.#written.get(employeeId);
    if (!written) return read.map((row) => ({ row, pending: false }));
    const byKey = new Map(read.map((row) => [rowKey(row), { row, pending: false }]));
    for (const [key, { row, at }] of written) {
      const shown = byKey.get(key)?.row;
      if (this.#now() - at > KEEP_MS || (shown && caughtUp(shown, row))) written.delete(key);
      else byKey.set(key, { row, pending: true });
    }
    if (written.size === 0) this.#written.delete(employeeId);
    return [...byKey.values()];
  }
}

function caughtUp(shown: RatingRow, written: RatingRow): boolean {
  if (shown.changedAt !== null && written.changedAt !== null && shown.changedAt >= written.changedAt) return true;
  return JSON.stringify(shown.value) === JSON.stringify(written.value);
}
