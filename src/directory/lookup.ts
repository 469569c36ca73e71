import type { Employee, Skill } from '../domain/entities.ts';
import type { Directory } from './directory.ts';

/** A provider's own record, as inputs name it. */
export interface RecordLookup {
  integration: string;
  remoteId: string;
}

/** Exactly one of these is given. */
export interface EmployeeLookup {
  id?: string | null | undefined;
  workEmail?: string | null | undefined;
  employeeNumber?: string | null | undefined;
  record?: RecordLookup | null | undefined;
}

/** Exactly one of these is given. */
export interface SkillLookup {
  id?: string | null | undefined;
  name?: string | null | undefined;
  record?: RecordLookup | null | undefined;
}

/** The result of a lookup: one entity, none, or several that match equally. */
export type LookupResult<T> = { state: 'found'; value: T } | { state: 'none' } | { state: 'several'; candidates: T[] };

export function findEmployee(directory: Directory, lookup: EmployeeLookup): LookupResult<Employee> {
  const view = directory.employees;
  if (typeof lookup.id === 'string') return oneOf([view.byId(lookup.id)]);
  if (typeof lookup.workEmail === 'string') return oneOf(view.byEmail(lookup.workEmail));
  if (typeof lookup.employeeNumber === 'string') return oneOf(view.byNumber(lookup.employeeNumber));
  return oneOf([lookup.record ? view.byRecord(lookup.record.integration, lookup.record.remoteId) : null]);
}

/** The longest name to look up, far longer than any skill's: bringing a name into its comparable form takes time. */
const LONGEST_NAME = 2_000;

export function findSkill(directory: Directory, lookup: SkillLookup): LookupResult<Skill> {
  const view = directory.skills;
  if (typeof lookup.id === 'string') return oneOf([view.byId(lookup.id)]);
  if (typeof lookup.name === 'string') {
    return lookup.name.length > LONGEST_NAME ? { state: 'none' } : oneOf(view.byName(lookup.name));
  }
  const { record } = lookup;
  return oneOf([record ? (view.byRecord(record.integration, record.remoteId)?.skill ?? null) : null]);
}

function oneOf<T>(candidates: readonly (T | null)[]): LookupResult<T> {
  const found = candidates.filter((candidate) => candidate !== null);
  const [value] = found;
  if (value === undefined) return { state: 'none' };
  return found.length === 1 ? { state: 'found', value } : { state: 'several', candidates: found };
}
