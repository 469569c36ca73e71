import type { EmployeeRow, RatingRow, SkillRow } from './records.ts';

/** What the provider says it stored; nothing after a removal and for a certificate. */
export type ItemOutcome =
  | { kind: 'rating'; row: RatingRow }
  | { kind: 'employee'; remoteId: string; row: EmployeeRow | null }
  | { kind: 'skill'; remoteId: string; row: SkillRow | null };

export function ratingOutcome(row: RatingRow | null): ItemOutcome | null {
  return row === null ? null : { kind: 'rating', row };
}

export function employeeOutcome(row: EmployeeRow | null, id: string | null): ItemOutcome | null {
  const remoteId = id ?? row?.remoteId ?? null;
  return remoteId === null ? null : { kind: 'employee', remoteId, row };
}

export function skillOutcome(row: SkillRow | null, id: string | null): ItemOutcome | null {
  const remoteId = id ?? row?.remoteId ?? null;
  return remoteId === null ? null : { kind: 'skill', remoteId, row };
}

/** What is gone shows no row, and a certificate has none. */
export function noOutcome(): null {
  return null;
}
