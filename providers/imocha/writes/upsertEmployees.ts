import type { EmployeeWrite, UpsertEmployeesPort } from '../../../src/domain/ports.ts';
import { OPERATIONS, type Client } from '../client.ts';
import { losesName, notSentAgain } from '../mappers/employment.ts';
import { fromEmployeeWrite } from '../mappers/mappers.ts';
import { refused, unconfirmed } from './outcomes.ts';
import { UPSERT_BATCH_SIZE } from '../raw.ts';
import { upsertRecords } from './upsertRecords.ts';

/**
 * Creates and updates employees in bulk. Whether the upsert keeps or clears what is left out is unknown
 * (imocha.md#upsert-rules), so a known record is sent again in full; what no read has shown of it is named in a
 * warning. The answer shows an id and an e-mail, never the record: `row` is null.
 */
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
      'exitDate',
      'employmentType',
      'grade',
      'band',
      'customFields',
    ],
    required: ['workEmail'],
    batchSize: UPSERT_BATCH_SIZE,
    repeat: 'safe',
    refuses: losesName,

    async run(items, call) {
      const sendable = items.filter((item) => losesName(item) === null);
      const upsert = { operation: OPERATIONS.upsert, items: sendable, recordOf: fromEmployeeWrite };
      const answers = await upsertRecords(client, upsert, call);
      return items.map((item) => {
        const reason = losesName(item);
        if (reason !== null) return refused({}, reason);
        const result = answers[sendable.indexOf(item)] ?? { state: 'unknown', error: unconfirmed() };
        return result.state === 'done' ? { ...result, warnings: [...result.warnings, ...warningsOf(item)] } : result;
      });
    },
  };
}

function warningsOf(write: EmployeeWrite): string[] {
  const unnamed = write.managerRemoteId !== undefined && write.managerEmail === undefined;
  const manager = unnamed ? 'The manager was not sent: this provider names managers by e-mail only.' : null;
  return [manager, notSentAgain(write)].filter((warning) => warning !== null);
}
