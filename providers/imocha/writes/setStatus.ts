/**
 * The activation state, by the upsert that is documented (imocha.md#upsert-rules), or by the PATCH of which the name
 * alone is (imocha.md#employee-status).
 */
import type { EmployeeWrite, SetStatusPort, StatusWrite } from '../../../src/domain/ports.ts';
import { carrying } from '../../../src/outbound/carrying.ts';
import { OPERATIONS, type Client } from '../client.ts';
import { losesName, notSentAgain } from '../mappers/employment.ts';
import { fromStatusWrite, statusWord } from '../mappers/mappers.ts';
import { failureResult, refused, unconfirmed } from './outcomes.ts';
import { UPSERT_BATCH_SIZE } from '../raw.ts';
import { upsertRecords } from './upsertRecords.ts';
import type { WritesClient } from './writesClient.ts';

/**
 * Whether the upsert keeps or clears what is left out is unknown (imocha.md#upsert-rules), so each record is sent again
 * as the directory knows it, and one of which something is known that cannot be sent again is refused.
 */
export function upsertStatus(client: Client): SetStatusPort {
  return {
    activates: true,
    deactivates: true,
    batchSize: UPSERT_BATCH_SIZE,
    repeat: 'safe',
    refuses,
    async run(items, call) {
      call.signal?.throwIfAborted();
      const sendable = items.filter((item) => refuses(item) === null);
      const upsert = { operation: OPERATIONS.setStatus, items: sendable, recordOf: fromStatusWrite };
      const answers = sendable.length === 0 ? [] : await upsertRecords(client, upsert, call);
      return items.map((item) => {
        const reason = refuses(item);
        if (reason !== null) return refused({}, reason);
        const result = answers[sendable.indexOf(item)] ?? { state: 'unknown', error: unconfirmed() };
        if (result.state !== 'done') return result;
        if (result.remoteId !== null && result.remoteId !== item.employeeId) {
          const message = 'The provider set the status of another record than the one that was meant.';
          return { state: 'unknown', error: unconfirmed(message) };
        }
        const unsent = notSentAgain(resent(item));
        return unsent === null ? result : { ...result, warnings: [...result.warnings, unsent] };
      });
    },
  };
}

/** Why the upsert would lose or miss a record; null when it does neither. */
function refuses({ existing }: StatusWrite): string | null {
  const { workEmail, employeeNumber } = existing;
  if (workEmail === null) return 'The record has no e-mail address, by which the provider finds it.';
  // Whether the e-mail alone finds it, or makes a second record, is not said (imocha.md#upsert-rules).
  if (employeeNumber === null) return 'The record has no external id, without which it may be entered a second time.';
  return losesName(resent({ existing }));
}

/** The upsert of a record as it is known. */
function resent({ existing }: Pick<StatusWrite, 'existing'>): EmployeeWrite {
  return { workEmail: existing.workEmail ?? '', existing };
}

/** One employee a call. Nothing else of the record is touched. */
export function patchStatus(client: WritesClient): SetStatusPort {
  return {
    activates: true,
    deactivates: true,
    batchSize: 1,
    repeat: 'safe',
    async run(items, call) {
      call.signal?.throwIfAborted();
      return Promise.all(
        items.map(async (item) => {
          try {
            await client.setStatus(item.employeeId, statusWord(item.active), carrying(call, [item]));
            return { state: 'done', row: null, remoteId: item.employeeId, warnings: [] } as const;
          } catch (error) {
            return failureResult(error, call);
          }
        }),
      );
    },
  };
}
