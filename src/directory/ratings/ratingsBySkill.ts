import type { RatingRow } from '../../domain/records.ts';

/** The employees rated in a skill that rows name alike. Some may be stale or listed twice: the rows decide. */
interface SkillGroup {
  first: RatingRow;
  employees: string[];
}

/** Finds ratings by skill: it stores employee ids, eight bytes each, and reads the rows from the employees' lists. */
export class RatingsBySkill {
  readonly #groups = new Map<string, SkillGroup[]>();

  /** `stood`: the row that this one replaces, if any; where it has the same skill, the employee is indexed already. */
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
        // Employees who lost a rating and got it again are listed twice: lookups clean that up.
        if (employees.length < group.employees.length) group.employees = employees;
      }
    }
    return rows;
  }

  /** The number of entries. */
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
