import type { RatingRow } from '../domain/records.ts';

/** All ratings of one integration as a walk found them, by employee. */
export class KeptRatings {
  #byEmployee = new Map<string, RatingRow[]>();
  /** When the walk ended, in milliseconds; null before the first. */
  at: number | null = null;

  /** Takes the rows of a whole walk; a row that came twice counts once, as it came last. */
  replace(rows: Iterable<RatingRow>, at: number): void {
    const latest = new Map<string, RatingRow>();
    for (const row of rows) latest.set(rowKey(row), row);
    const byEmployee = new Map<string, RatingRow[]>();
    for (const row of latest.values()) {
      const list = byEmployee.get(row.employeeId);
      if (list) list.push(row);
      else byEmployee.set(row.employeeId, [row]);
    }
    this.#byEmployee = byEmployee;
    this.at = at;
  }

  of(employeeId: string): readonly RatingRow[] {
    return this.#byEmployee.get(employeeId) ?? [];
  }
}

/** What identifies a row within its integration, as one string. */
export function rowKey(row: RatingRow): string {
  return row.parts.length === 1 ? (row.parts[0] ?? '') : JSON.stringify(row.parts);
}
