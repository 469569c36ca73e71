import type { Directory } from '../directory/directory.ts';
import type { RatingRow } from '../domain/records.ts';
import { employeeAsWritten, employeeWithStatus, skillAsWritten } from './storedRows.ts';
import type { WrittenEvent } from './task.ts';

/** Who takes note of ratings that were written or taken away, and when: the readers are a neighbour's, and given. */
export interface RatingListener {
  written(row: RatingRow, at: number): void;
  /** Both ids are those of the records there. */
  removed(employeeId: string, skillId: string, at: number): void;
  /** That one was sent, and nobody knows whether it took effect. */
  doubted(employeeId: string, skillId: string, at: number): void;
}

/** Who takes note that something of an employee was written, and when; the id is that of the record there. */
export interface EmployeeListener {
  written(integration: string, employeeId: string, at: number): void;
}

interface Listeners {
  directory: Directory;
  readers: ReadonlyMap<string, RatingListener>;
  employees?: EmployeeListener | undefined;
}

/**
 * Makes reads show what a task item stored, or ask anew where nobody knows whether it did, although the provider's own reads may lag behind. May hear of writes of the
 * last day: they count as of when they were stored.
 */
export function afterWrite({ at, item }: WrittenEvent, { directory, readers, employees }: Listeners): void {
  const { integration, outcome, work } = item;
  if (!directory.integration(integration)) return;
  const reader = readers.get(integration);
  if ('employeeId' in work.write) employees?.written(integration, work.write.employeeId, at);
  else if (outcome?.kind === 'employee') employees?.written(integration, outcome.remoteId, at);
  if (item.state === 'OUTCOME_UNKNOWN') {
    // People and skills are in the directory, which reads their changes anyway.
    if ('skillId' in work.write) reader?.doubted(work.write.employeeId, work.write.skillId, at);
    return;
  }
  if (work.operation === 'remove') reader?.removed(work.write.employeeId, work.write.skillId, at);
  if (outcome?.kind === 'rating') reader?.written(outcome.row, at);
  if (outcome?.kind === 'employee' && work.operation === 'upsertEmployees') {
    const { remoteId, row } = outcome;
    const created = work.write.existing === null;
    directory.writeEmployee(integration, row ?? employeeAsWritten(remoteId, work.write), { at, created });
  }
  if (work.operation === 'setStatus') {
    const { employeeId, existing } = work.write;
    const shown = outcome?.kind === 'employee' ? outcome.row : null;
    const known = directory.employees.rowOf(integration, employeeId) ?? existing;
    directory.writeEmployee(integration, shown ?? employeeWithStatus(known, work.write), { at, created: false });
  }
  if (outcome?.kind === 'skill' && work.operation === 'upsertSkills') {
    const { remoteId, row } = outcome;
    const created = work.write.existing === null;
    directory.writeSkill(integration, row ?? skillAsWritten(remoteId, work.write), { at, created });
  }
}
