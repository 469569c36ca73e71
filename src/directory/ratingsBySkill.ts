import type { RatingRow } from '../domain/records.ts';

/** Who is rated in a skill that rows name alike. Somebody may stand there who no longer is: the rows decide. */
interface Alike {
  first: RatingRow;
  employees: string[];
}

/** Finds kept ratings by skill: the employees are noted, eight bytes each, and the rows are read from theirs. */
export class RatingsBySkill {
  readonly #groups = new Map<string, Alike[]>();

  add(row: RatingRow): void {
    const alike = this.#groups.get(row.skillId);
    const group = alike?.find(({ first }) => sameKeys(first.skillKeys, row.skillKeys));
    // Rows of one employee mostly come one after the other.
    if (group) {
      if (group.employees.at(-1) !== row.employeeId) group.employees.push(row.employeeId);
    } else {
      const own = { first: row, employees: [row.employeeId] };
      if (alike) alike.push(own);
      else this.#groups.set(row.skillId, [own]);
    }
  }

  rows(isWanted: (row: RatingRow) => boolean, rowsOf: (employeeId: string) => readonly RatingRow[]): RatingRow[] {
    const rows: RatingRow[] = [];
    for (const alike of this.#groups.values()) {
      for (const { first, employees } of alike) {
        if (!isWanted(first)) continue;
        for (const employeeId of new Set(employees)) {
          for (const row of rowsOf(employeeId)) {
            if (row.skillId === first.skillId && sameKeys(row.skillKeys, first.skillKeys)) rows.push(row);
          }
        }
      }
    }
    return rows;
  }
}

function sameKeys(a: RatingRow['skillKeys'], b: RatingRow['skillKeys']): boolean {
  if (a === b || a === null || b === null) return a === b;
  return a.length === b.length && a.every((key, index) => key === b[index]);
}
