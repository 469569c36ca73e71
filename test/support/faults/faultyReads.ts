/** Reading from a provider under faults, as a request does, on virtual time. */
import { Directory } from '../../../src/directory/directory.ts';
import type { Integration } from '../../../src/integrations/integration.ts';
import type { Employee } from '../../../src/domain/entities.ts';
import type { SourceStatus } from '../../../src/domain/employeeSkill.ts';
import type { EmployeeRow } from '../../../src/domain/records.ts';
import { RatingReader } from '../../../src/loaders/readers/employeeRatingReader.ts';
import { createSkillsOfEmployee } from '../../../src/loaders/skillsOfEmployee.ts';
import { callOf } from '../callOf.ts';
import { Deadline } from '../../../src/domain/deadline.ts';
import { onVirtualTime, type Patient } from './faults.ts';

/** A deadline as the gateway has it when nobody says another. */
export const DEADLINE_MS = 10_000;

/** What one question for an employee's skills came to. */
export interface Reading {
  source: SourceStatus<Integration>;
  ratings: number;
  attempts: number;
  milliseconds: number;
}

/** Reads one employee's skills through the loader, as a request does. */
export async function readerOf(patient: Patient): Promise<() => Promise<Reading>> {
  const { integration, wire } = patient;
  const directory = new Directory([integration]);
  const rows: EmployeeRow[] = [];
  for await (const page of integration.ports.employees?.walk({ purpose: 'request' }) ?? []) rows.push(...page.rows);
  directory.putEmployees(integration.name, rows);
  // Skills are learnt from ratings here.
  integration.firstSkills.end();
  await directory.settled();
  const employee = await someRatedEmployee(patient, directory, rows);
  const readers = new Map([[integration.name, new RatingReader({ directory, integration, cache: true })]]);
  return async () => {
    const before = wire.sent.length;
    const began = Date.now();
    const gone = new AbortController();
    const call = callOf(Deadline.after(DEADLINE_MS, gone.signal));
    const loader = createSkillsOfEmployee({ directory, readers, call });
    const held = await onVirtualTime(loader.load({ employee, integrations: null }));
    const milliseconds = Date.now() - began;
    const attempts = wire.sent.length - before;
    gone.abort();
    const [source] = held.sources;
    if (!source) throw new Error('no source');
    return { source, ratings: held.skills.flatMap(({ ratings }) => ratings).length, attempts, milliseconds };
  };
}

async function someRatedEmployee(
  { integration }: Patient,
  directory: Directory,
  rows: readonly EmployeeRow[],
): Promise<Employee> {
  for (const { remoteId } of rows) {
    const ratings = await integration.ports.ratingsByEmployees?.read([remoteId], { purpose: 'request' });
    const employee = directory.employees.byRecord(integration.name, remoteId);
    const [only, ...others] = employee?.records ?? [];
    if (employee && only && others.length === 0 && ratings && ratings.length > 0) return employee;
  }
  throw new Error(`nobody is rated in ${integration.name}`);
}
