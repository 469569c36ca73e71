import type { Employee } from '../entities.ts';
import { CONFLICT_REASONS, type ConflictReason } from './grouping.ts';

/** How many records became how many employees, and why records that may be one person stayed apart. */
export interface MatchSummary {
  records: number;
  employees: number;
  /** Employees with a conflict of each reason that occurs, in the order of the reasons; one may have several. */
  apart: readonly { reason: ConflictReason; employees: number }[];
}

const summaries = new WeakMap<readonly Employee[], MatchSummary>();

/** The summary of a view's employees, computed once per array. */
export function matchSummaryOf(employees: readonly Employee[]): MatchSummary {
  const known = summaries.get(employees);
  if (known) return known;
  const counts = new Map<ConflictReason, number>();
  let records = 0;
  for (const employee of employees) {
    records += employee.records.length;
    for (const reason of new Set(employee.conflicts.map((conflict) => conflict.reason))) {
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
  }
  const apart = CONFLICT_REASONS.flatMap((reason) => {
    const count = counts.get(reason);
    return count === undefined ? [] : [{ reason, employees: count }];
  });
  const summary = { records, employees: employees.length, apart };
  summaries.set(employees, summary);
  return summary;
}
