import type { Call, EmployeeWrite, UpsertEmployeesPort, WriteResult } from '../../src/domain/ports.ts';
import { ProviderError } from '../../src/domain/problem.ts';
import type { EmployeeRow } from '../../src/domain/records.ts';
import { isObject, optionalEmail, optionalId, optionalText } from '../../src/outbound/shape.ts';
import type { Client, UpsertOutcomes } from './client.ts';
import { fromEmployeeWrite } from './mappers.ts';
import { UPSERT_BATCH_SIZE } from './raw.ts';

type Result = WriteResult<EmployeeRow>;

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
      call.signal?.throwIfAborted();
      const results: (Result | undefined)[] = items.map(({ workEmail }) =>
        optionalEmail(workEmail) === null ? refused('INVALID_EMAIL') : undefined,
      );
      const open = items.flatMap((item, index) => (results[index] === undefined ? [{ item, index }] : []));
      for (const wave of wavesByEmail(open)) {
        const answers = await send(client, wave, call);
        wave.forEach(({ index }, position) => {
          results[index] = answers[position];
        });
      }
      return results.map((result) => result ?? { state: 'unknown', error: unconfirmed() });
    },
  };
}

interface Entry {
  item: EmployeeWrite;
  index: number;
}

/** E-mail is all that an outcome is recognised by (5.3): items of one e-mail go out one after the other. */
function wavesByEmail(entries: readonly Entry[]): Entry[][] {
  const waves: Entry[][] = [];
  const counts = new Map<string, number>();
  for (const entry of entries) {
    const key = emailKey(entry.item.workEmail);
    const wave = counts.get(key) ?? 0;
    counts.set(key, wave + 1);
    (waves[wave] ??= []).push(entry);
  }
  return waves;
}

async function send(client: Client, wave: readonly Entry[], call: Call): Promise<Result[]> {
  try {
    const outcomes = await client.upsert(
      wave.map(({ item }) => fromEmployeeWrite(item)),
      call,
    );
    const byEmail = resultsByEmail(outcomes);
    return wave.map(({ item }) => {
      const result = byEmail.get(emailKey(item.workEmail));
      if (result === undefined) return { state: 'unknown', error: unconfirmed() };
      return result.state === 'done' ? { ...result, warnings: [...result.warnings, ...warningsOf(item)] } : result;
    });
  } catch (error) {
    // Cut off after it may have gone out: nothing says what became of it.
    if (!(error instanceof ProviderError) && call.signal?.aborted !== true) throw error;
    const failure = error instanceof ProviderError ? error : unconfirmed();
    return wave.map(() =>
      failure.mayHaveApplied ? { state: 'unknown', error: failure } : { state: 'failed', error: failure },
    );
  }
}

function resultsByEmail({ successful, failed }: UpsertOutcomes): Map<string, Result> {
  const results = new Map<string, Result>();
  for (const outcome of successful) {
    if (!isObject(outcome)) continue;
    const id = optionalId(outcome['employeeId']);
    const warnings = hasText(outcome['errors']) ? ['The provider stored the record with remarks of its own.'] : [];
    // 0 stands for no id (5.3).
    results.set(emailKey(outcome['email']), { state: 'done', row: null, remoteId: id === '0' ? null : id, warnings });
  }
  for (const outcome of failed) if (isObject(outcome)) results.set(emailKey(outcome['email']), refused(null));
  return results;
}

/** `errors` is one text; a list of texts and null are tolerated (5.3). */
function hasText(errors: unknown): boolean {
  return Array.isArray(errors) ? errors.some(hasText) : optionalText(errors) !== null;
}

function emailKey(email: unknown): string {
  return optionalText(email)?.toLowerCase() ?? '';
}

function warningsOf({ managerRemoteId, managerEmail }: EmployeeWrite): string[] {
  const unnamed = managerRemoteId !== undefined && managerEmail === undefined;
  return unnamed ? ['The manager was not sent: this provider names managers by e-mail only.'] : [];
}

function refused(providerCode: string | null): Result {
  return {
    state: 'failed',
    error: new ProviderError('REJECTED', 'The provider refused this record.', { providerCode }),
  };
}

function unconfirmed(): ProviderError {
  return new ProviderError('OUTCOME_UNKNOWN', 'The provider did not say what became of this record.', {
    mayHaveApplied: true,
  });
}
