import { foldedKey } from '../../../src/domain/matching/letters.ts';
import type { Call, EmployeeWrite, UpsertEmployeesPort, WriteResult } from '../../../src/domain/ports.ts';
import { ProviderError } from '../../../src/domain/problem.ts';
import type { EmployeeRow } from '../../../src/domain/records.ts';
import { carrying } from '../../../src/outbound/carrying.ts';
import { readRowsOrNull } from '../../../src/outbound/payload/payload.ts';
import type { KantataClient } from '../client.ts';
import type { Envelope } from '../envelope.ts';
import { toEmployee, type EmployeeOptions } from '../mappers/mappers.ts';
import { lost, problemOfWrite } from './outcome.ts';
import { ID_PATTERN, type RawUserChange } from '../raw.ts';

/**
 * Changes users by PUT. People are created by invitation only (kantata.md#users), which is no upsert, so it creates
 * nobody.
 */
export function updateEmployees(client: KantataClient, options: EmployeeOptions): UpsertEmployeesPort {
  return {
    batchSize: 1,
    repeat: 'safe',
    creates: false,
    updates: true,
    fields: ['workEmail', 'givenName', 'familyName', 'jobTitle'],
    required: [],
    async run(items, call) {
      call.signal?.throwIfAborted();
      const results: WriteResult<EmployeeRow>[] = [];
      for (const item of items) results.push(await update(client, options, item, carrying(call, [item])));
      return results;
    },
  };
}

async function update(
  client: KantataClient,
  options: EmployeeOptions,
  item: EmployeeWrite,
  call: Call,
): Promise<WriteResult<EmployeeRow>> {
  const { existing } = item;
  if (existing === null) {
    return { state: 'failed', error: new ProviderError('NOT_OFFERED', 'The provider cannot create employees.') };
  }
  if (!ID_PATTERN.test(existing.remoteId)) {
    return { state: 'failed', error: new ProviderError('NOT_FOUND', 'This is no id of the provider.') };
  }
  const change = fromEmployee(item);
  const warnings = warningsOf(item);
  const { remoteId } = existing;
  if (Object.keys(change).length === 0) return { state: 'skipped', row: existing, remoteId, warnings };
  try {
    const answer = await client.updateUser(remoteId, change, call);
    return { state: 'done', row: rowOf(answer, remoteId, client, options), remoteId, warnings };
  } catch (error) {
    return lost(problemOfWrite(error, call));
  }
}

/** What is sent. An e-mail equal but for case stays out: a changed one has to be verified again (kantata.md#users). */
export function fromEmployee({ existing, ...item }: EmployeeWrite): RawUserChange {
  const sameEmail = foldedKey(existing?.workEmail ?? '') === foldedKey(item.workEmail);
  const wholeName = item.givenName !== undefined && item.familyName !== undefined;
  return {
    ...(wholeName ? { full_name: `${item.givenName} ${item.familyName}` } : {}),
    ...(item.jobTitle === undefined ? {} : { headline: item.jobTitle }),
    ...(sameEmail ? {} : { email_address: item.workEmail }),
  };
}

function warningsOf(item: EmployeeWrite): string[] {
  const half = (item.givenName === undefined) !== (item.familyName === undefined);
  return half ? ['The provider stores one full name: it is changed only when both names are given.'] : [];
}

/** The user that the answer shows; its map may also hold the manager. */
function rowOf(
  answer: Envelope | null,
  remoteId: string,
  client: KantataClient,
  options: EmployeeOptions,
): EmployeeRow | null {
  if (answer === null) return null;
  const context = { operation: 'upsertEmployees', path: 'users', drift: client.drift };
  const rows = readRowsOrNull(answer.records, (raw) => toEmployee(raw, answer, options), context);
  return rows?.find((row) => row.remoteId === remoteId) ?? null;
}
