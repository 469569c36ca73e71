import type { RatingRow } from '../domain/records.ts';

/** All ratings of one integration as a walk found them, by employee and by skill. */
export class KeptRatings {
  #byEmployee = new Map<string, RatingRow[]>();
  /** Rows that name their skill alike, by that id; made when first asked for. */
  #bySkill: Map<string, RatingRow[][]> | null = null;
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
    this.#bySkill = null;
    this.at = at;
  }

  /** Rows of the skills that are wanted; it is asked once for all rows that name their skill alike. */
  ofSkills(isWanted: (row: RatingRow) => boolean): RatingRow[] {
    const rows: RatingRow[] = [];
    for (const alike of (this.#bySkill ??= groupedBySkill(this.#byEmployee.values())).values()) {
      for (const group of alike) {
        const [first] = group;
        if (first && isWanted(first)) for (const row of group) rows.push(row);
      }
    }
    return rows;
  }

  of(employeeId: string): readonly RatingRow[] {
    return this.#byEmployee.get(employeeId) ?? [];
  }
}

function groupedBySkill(lists: Iterable<readonly RatingRow[]>): Map<string, RatingRow[][]> {
  const groups = new Map<string, RatingRow[][]>();
  for (const rows of lists) {
    for (const row of rows) {
      const alike = groups.get(row.skillId);
      const group = alike?.find(([first]) => first && sameKeys(first.skillKeys, row.skillKeys));
      if (group) group.push(row);
      else if (alike) alike.push([row]);
      else groups.set(row.skillId, [[row]]);
    }
  }
  return groups;
}

function sameKeys(a: RatingRow['skillKeys'], b: RatingRow['skillKeys']): boolean {
  if (a === b || a === null || b === null) return a === b;
  return a.length === b.length && a.every((key, index) => key === b[index]);
}

/** What identifies a row within its integration, as one string. */
export function rowKey(row: RatingRow): string {
  return row.parts.length === 1 ? (row.parts[0] ?? '') : JSON.stringify(row.parts);
}
