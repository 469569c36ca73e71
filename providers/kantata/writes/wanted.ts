import type { RatingWrite, WriteResult } from '../../../src/domain/ports.ts';
import type { RatingRow } from '../../../src/domain/records.ts';
import type { Settling } from './bulk.ts';
import type { Membership } from '../mappers/mappers.ts';

/** One item of a batch of writes with what it comes to here. */
export interface Wanted extends Settling<RatingRow> {
  write: RatingWrite;
  /** Null: a bare tag, to which any level will do. */
  level: number | null;
}

/** Whether a membership is as wanted. On an unlevelled skill the stored 0 or 1 carries nothing (kantata.md#levels). */
export function satisfies(membership: Membership, { level }: Wanted): boolean {
  return level === null || membership.level === level || (membership.maxLevel === 1 && level <= 1);
}

/** The result for a membership that the provider shows after a write. */
export function shown(membership: Membership, wanted: Wanted): WriteResult<RatingRow> {
  const { row } = membership;
  const warnings = satisfies(membership, wanted) ? [] : ['The provider stored another level than was sent.'];
  return { state: 'done', row, remoteId: row.remoteId, warnings };
}
