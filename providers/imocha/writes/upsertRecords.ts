/**
 * One upsert for employees and for their status (imocha.md#upsert-request). Outcomes carry an e-mail and an id, never
 * the record.
 */
import { foldedKey } from '../../../src/domain/matching/letters.ts';
import type { Call, WriteResult } from '../../../src/domain/ports.ts';
import { carrying } from '../../../src/outbound/carrying.ts';
import { providerText } from '../../../src/outbound/payload/providerText.ts';
import { isObject, optionalEmail, optionalId } from '../../../src/outbound/payload/payload.ts';
import type { Client, UpsertOutcomes } from '../client.ts';
import { failureResult, refused, unconfirmed } from './outcomes.ts';
import type { RawUpsertEmployee } from '../raw.ts';

type Result = WriteResult<never>;

/**
 * One result an item, in their order; one whose record is in neither list of the answer is unknown. Throws only before
 * anything was sent.
 */
export async function upsertRecords<Item extends object>(
  client: Client,
  {
    operation,
    items,
    recordOf,
  }: { operation: string; items: readonly Item[]; recordOf(item: Item): RawUpsertEmployee },
  call: Call,
): Promise<Result[]> {
  call.signal?.throwIfAborted();
  const entries = items.map((item, index): Entry => ({ item, record: recordOf(item), index }));
  const results: (Result | undefined)[] = entries.map(({ record }) =>
    optionalEmail(record.email) === null ? refused({ code: 'INVALID_EMAIL' }) : undefined,
  );
  const open = entries.filter(({ index }) => results[index] === undefined);
  for (const wave of wavesByEmail(open)) {
    const answers = await send(client, operation, wave, call);
    wave.forEach(({ index }, position) => {
      results[index] = answers[position];
    });
  }
  return results.map((result) => result ?? { state: 'unknown', error: unconfirmed() });
}

interface Entry {
  item: object;
  record: RawUpsertEmployee;
  index: number;
}

/**
 * E-mail is all that an outcome is recognised by (imocha.md#upsert-outcomes): records of one e-mail go out one after
 * the other.
 */
function wavesByEmail(entries: readonly Entry[]): Entry[][] {
  const waves: Entry[][] = [];
  const counts = new Map<string, number>();
  for (const entry of entries) {
    const key = emailKey(entry.record.email);
    const wave = counts.get(key) ?? 0;
    counts.set(key, wave + 1);
    (waves[wave] ??= []).push(entry);
  }
  return waves;
}

async function send(client: Client, operation: string, wave: readonly Entry[], call: Call): Promise<Result[]> {
  try {
    const records = wave.map(({ record }) => record);
    const own = carrying(
      call,
      wave.map(({ item }) => item),
    );
    const byEmail = resultsByEmail(await client.upsert(records, own, operation));
    return records.map(({ email }) => byEmail.get(emailKey(email)) ?? { state: 'unknown', error: unconfirmed() });
  } catch (error) {
    const result = failureResult(error, call);
    return wave.map(() => result);
  }
}

function resultsByEmail({ successful, failed }: UpsertOutcomes): Map<string, Result> {
  const results = new Map<string, Result>();
  for (const outcome of successful) {
    if (!isObject(outcome)) continue;
    const id = optionalId(outcome['employeeId']);
    const remarks = providerText(outcome['errors']);
    const warnings = remarks === null ? [] : [`The provider stored the record with remarks of its own: ${remarks}`];
    // 0 stands for no id (imocha.md#upsert-outcomes).
    results.set(emailKey(outcome['email']), { state: 'done', row: null, remoteId: id === '0' ? null : id, warnings });
  }
  for (const outcome of failed) {
    // `errors` is one text; a list of texts and null are tolerated (imocha.md#upsert-outcomes).
    if (isObject(outcome))
      results.set(emailKey(outcome['email']), refused({ reason: providerText(outcome['errors']) }));
  }
  return results;
}

function emailKey(email: unknown): string {
  return typeof email === 'string' ? foldedKey(email) : '';
}
