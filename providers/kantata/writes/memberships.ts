import type { Call, RatingWrite, WritePort, WriteResult } from '../../../src/domain/ports.ts';
import { ProviderError } from '../../../src/domain/problem.ts';
import type { RatingRow } from '../../../src/domain/records.ts';
import type { KantataClient } from '../client.ts';
import { createMemberships } from './createMemberships.ts';
import type { Membership } from '../mappers/mappers.ts';
import { lost, problemOfWrite } from './outcome.ts';
import { pairOf, readPairs, type Pair } from '../mappers/pairs.ts';
import { ID_PATTERN, MAX_PER_BULK } from '../raw.ts';
import { roundsOf } from './rounds.ts';
import { updateMembership } from './updateMembership.ts';
import { satisfies, type Wanted } from './wanted.ts';

type Result = WriteResult<RatingRow>;

/**
 * Writes ratings and bare tags as memberships. There is no upsert and no idempotency key (kantata.md#repeats), so
 * it reads the pairs first: held at this level is skipped, held at another is changed by PUT, missing is created, in
 * bulk. Items of one pair go in turn.
 */
export function writeMemberships(client: KantataClient): WritePort<RatingWrite, RatingRow> {
  return {
    batchSize: MAX_PER_BULK,
    repeat: 'afterReadBack',
    async run(items, call) {
      call.signal?.throwIfAborted();
      const results: (Result | undefined)[] = items.map((item) => refusalOf(item));
      const open = items.flatMap((write, position): Wanted[] => {
        if (results[position]) return [];
        const settle = (result: Result) => {
          results[position] = result;
        };
        return [{ write, level: write.value?.kind === 'number' ? write.value.value : null, settle }];
      });
      for (const [number, round] of roundsOf(open, ({ write }) => pairOf(write)).entries()) {
        await writeRound(client, round, number === 0, call);
      }
      return results.map((result) => result ?? lost(unsettled()));
    },
  };
}

async function writeRound(client: KantataClient, round: readonly Wanted[], first: boolean, call: Call): Promise<void> {
  const writes = round.map(({ write }) => write);
  let held: Map<Pair, Membership>;
  try {
    held = await readPairs(client, writes, call);
  } catch (error) {
    if (first) throw error;
    const { code, message } = problemOfWrite(error, call);
    // Nothing of this round was sent.
    for (const { settle } of round) settle(lost(new ProviderError(code, message, { retryable: true, cause: error })));
    return;
  }
  const missing = round.filter(({ write }) => !held.has(pairOf(write)));
  const updates = round.map(async (wanted) => {
    const membership = held.get(pairOf(wanted.write));
    if (!membership) return;
    if (!satisfies(membership, wanted)) return updateMembership(client, wanted, membership, call);
    const { row } = membership;
    wanted.settle({ state: 'skipped', row, remoteId: row.remoteId, warnings: [] });
  });
  await Promise.all([...updates, createMemberships(client, missing, call)]);
}

function refusalOf({ employeeId, skillId, value }: RatingWrite): Result | undefined {
  if (!ID_PATTERN.test(employeeId) || !ID_PATTERN.test(skillId)) {
    return lost(new ProviderError('NOT_FOUND', 'This is no id of the provider.'));
  }
  return value?.kind === 'option'
    ? lost(new ProviderError('REJECTED', 'The provider takes levels as numbers only.'))
    : undefined;
}

function unsettled(): ProviderError {
  return new ProviderError('INTERNAL', 'The gateway lost track of this item.', { mayHaveApplied: true });
}
