import type { EmployeeWrite, UpsertEmployeesPort } from '../../../src/domain/ports.ts';
import { ProviderError } from '../../../src/domain/problem.ts';
import type { EmployeeRow } from '../../../src/domain/records.ts';
import type { Upstream } from '../../../src/outbound/upstream.ts';
import { submit, type Submission } from '../client.ts';
import { fromEmployee, toEmployee } from '../mappers/mappers.ts';
import { PATHS } from '../raw.ts';
import { readStored, runEach } from './results.ts';

const OPERATION = 'upsertEmployees';

/**
 * Creates, and updates only where it is said that the connected system takes it: three payroll systems do
 * (kombo.md#employee-writes). A repeated creation makes a second person.
 */
export function upsertEmployeesPort(upstream: Upstream, { updates }: { updates: boolean }): UpsertEmployeesPort {
  return {
    batchSize: 1,
    repeat: 'never',
    creates: true,
    updates,
    fields: ['workEmail', 'givenName', 'familyName', 'jobTitle', 'startDate'],
    required: ['givenName', 'familyName'],
    run: (items, call) =>
      runEach(items, call, async (item, own) => {
        if (item.existing !== null && !updates) {
          throw new ProviderError('NOT_OFFERED', 'The provider creates employees and does not update them.');
        }
        const { data, warnings } = await submit(upstream, submissionOf(item), own);
        const stored = readStored(upstream, OPERATION, data, toEmployee);
        const row = item.existing === null ? stored : withRelations(stored, item.existing);
        return { state: 'done', row, remoteId: row.remoteId, warnings };
      }),
  };
}

function submissionOf(item: EmployeeWrite): Submission {
  const body = fromEmployee(item);
  if (item.existing === null) return { operation: OPERATION, path: PATHS.employees, body, repeatable: false };
  // The same values once more change nothing.
  return {
    operation: OPERATION,
    method: 'PATCH',
    path: PATHS.employee(item.existing.remoteId),
    body,
    repeatable: true,
  };
}

/**
 * The answer shows an employee without relations (kombo.md#employee-writes); an update does not touch them, so they are
 * as they were.
 */
function withRelations(stored: EmployeeRow, { department, location, managerEmail }: EmployeeRow): EmployeeRow {
  return {
    ...stored,
    department: stored.department ?? department,
    location: stored.location ?? location,
    managerEmail: stored.managerEmail ?? managerEmail,
  };
}
