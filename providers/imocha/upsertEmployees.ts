import type { EmployeeWrite, UpsertEmployeesPort } from '../../src/domain/ports.ts';
import { OPERATIONS, type Client } from './client.ts';
import { fromEmployeeWrite } from './mappers.ts';
import { UPSERT_BATCH_SIZE } from './raw.ts';
import { upsertRecords } from './upsertRecords.ts';

/** Creates and updates employees in bulk. The answer shows an id and an e-mail, never the record: `row` is null. */
export function upsertEmployees(client: Client): UpsertEmployeesPort {
  return {
    creates: true,
    updates: true,
    fields: [
      'workEmail',
      'employeeNumber',
      'givenName',
      'familyName',
      'jobCode',
      'department',
      'location',
      'manager',
      'startDate',
    ],
    required: ['workEmail'],
    batchSize: UPSERT_BATCH_SIZE,
    repeat: 'safe',

    async run(items, call) {
      const results = await upsertRecords(
        client,
        { operation: OPERATIONS.upsert, items, recordOf: fromEmployeeWrite },
        call,
      );
      return results.map((result, index) => {
        const warnings = warningsOf(items[index]);
        return result.state === 'done' ? { ...result, warnings: [...result.warnings, ...warnings] } : result;
      });
    },
  };
}

function warningsOf({ managerRemoteId, managerEmail }: Partial<EmployeeWrite> = {}): string[] {
  const unnamed = managerRemoteId !== undefined && managerEmail === undefined;
  return unnamed ? ['The manager was not sent: this provider names managers by e-mail only.'] : [];
}
