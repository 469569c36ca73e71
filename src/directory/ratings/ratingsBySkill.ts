import type { RatingRow } from '../../domain/records.ts';

/** Who is rated in a skill that rows name alike. Somebody may stand there who no longer is, or twice: the rows decide. */
interface Alike {
  first: RatingRow;
  employees: string[];
}

/** Finds kept ratings by skill: the employees are noted, eight bytes each, and the rows are read from theirs. */
export class RatingsBySkill {
  readonly #groups = new Map<string, Alike[]>();

  /** `stood`: the row in whose place it comes, if any; under the same skill its employee is noted already. */
  add(row: RatingRow, stood?: RatingRow): void {
    if (stood && isAlike(stood, row)) return;
    const alike = this.#groups.get(row.skillId);
    const group = alike?.find(({ first }) => isAlike(first, row));
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
      for (const group of alike) {
        if (!isWanted(group.first)) continue;
        const employees: string[] = [];
        for (const employeeId of new Set(group.employees)) {
          const found = rows.length;
          for (const row of rowsOf(employeeId)) if (isAlike(row, group.first)) rows.push(row);
          if (rows.length > found) employees.push(employeeId);
        }
        // Whoever lost a rating and got it again is noted anew: those that ask put that in order.
        if (employees.length < group.employees.length) group.employees = employees;
      }
    }
    return rows;
  }

  /** Employees that are noted. */
  get size(): number {
    return [...this.#groups.values()].flat().reduce((sum, { employees }) => sum + employees.length, 0);
  }
}

/** Whether two rows name their skill alike. */
function isAlike(a: RatingRow, b: RatingRow): boolean {
  return a.skillId === b.skillId && sameKeys(a.skillKeys, b.skillKeys);
}

function sameKeys(a: RatingRow['skillKeys'], b: RatingRow['skillKeys']): boolean {
  if (a === b || a === null || b === null) return a === b;
  return a.length === b.length && a.every((key, index) => key === b[index]);
}
