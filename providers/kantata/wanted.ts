import type { Call, RatingWrite, WriteResult } from '../../src/domain/ports.ts';
import type { RatingRow } from '../../src/domain/records.ts';
import type { KantataClient } from './client.ts';
import type { Membership } from './mappers.ts';
import { problemOfWrite } from './outcome.ts';
import { readPairs, type Pair } from './pairs.ts';

/** One item of a batch of writes with what it comes to here. */
export interface Wanted {
  write: RatingWrite;
  /** Null: a bare tag, to which any level will do. */
  level: number | null;
  settle: (result: WriteResult<RatingRow>) => void;
}

/** Whether a membership is as wanted. On an unlevelled skill the stored 0 or 1 carries nothing (sheet 10.1). */
export function satisfies(membership: Membership, { level }: Wanted): boolean {
  return level === null || membership.level === level || (membership.maxLevel === 1 && level <= 1);
}

/** The result for a membership that the provider shows after a write. */
export function shown(membership: Membership, wanted: Wanted): WriteResult<RatingRow> {
  const { row } = membership;
  const warnings = satisfies(membership, wanted) ? [] : ['The provider stored another level than was sent.'];
  return { state: 'done', row, remoteId: row.remoteId, warnings };
}

/** What is there after a write whose answer does not tell; null when that cannot be read either. */
export async function readBack(
  client: KantataClient,
  wanted: readonly Wanted[],
  call: Call,
): Promise<Map<Pair, Membership> | null> {
  const writes = wanted.map(({ write }) => write);
  try {
    return await readPairs(client, writes, call);
  } catch (error) {
    problemOfWrite(error, call);
    return null;
  }
}
