import type { Call, RatingRemoval, WritePort, WriteResult } from '../../../src/domain/ports.ts';
import { ProviderError } from '../../../src/domain/problem.ts';
import type { RatingRow } from '../../../src/domain/records.ts';
import { carrying } from '../../../src/outbound/carrying.ts';
import { readBack } from './bulk.ts';
import type { KantataClient } from '../client.ts';
import { lost, problemOfWrite } from './outcome.ts';
import { pairOf, readPairs, type Pair } from '../mappers/pairs.ts';
import { ID_PATTERN, IDS_PER_CALL } from '../raw.ts';

type Result = WriteResult<RatingRow>;

/**
 * Takes skills away by deleting memberships, each by its id, since there is no bulk (kantata.md#bulk-creates). The
 * pairs are read first: what is not held is skipped. A delete that does not tell is settled by reading the pairs again.
 */
export function removeMemberships(client: KantataClient): WritePort<RatingRemoval, RatingRow> {
  return {
    // One read finds all of them; their deletes take ten seconds at ten a second.
    batchSize: IDS_PER_CALL,
    repeat: 'safe',
    async run(items, call) {
      call.signal?.throwIfAborted();
      const removals = new Map(items.filter(hasIds).map((item) => [pairOf(item), item]));
      const held = await readPairs(client, [...removals.values()], call);
      const results = new Map<Pair, Result>();
      await Promise.all(
        [...removals].map(async ([pair, removal]) => {
          const id = held.get(pair)?.row.remoteId;
          results.set(pair, typeof id === 'string' ? await remove(client, id, carrying(call, [removal])) : NOT_HELD);
        }),
      );
      await settleDoubts(client, removals, results, call);
      return items.map((item) => results.get(pairOf(item)) ?? lost(noId()));
    },
  };
}

const GONE: Result = { state: 'done', row: null, remoteId: null, warnings: [] };
const NOT_HELD: Result = { state: 'skipped', row: null, remoteId: null, warnings: [] };

async function remove(client: KantataClient, id: string, call: Call): Promise<Result> {
  try {
    await client.deleteMembership(id, call);
    return GONE;
  } catch (error) {
    return lost(problemOfWrite(error, call));
  }
}

/**
 * What is no longer shown is gone, whoever took it away: a repeated delete answers 404, and so does a hidden record
 * (kantata.md#status-codes).
 */
async function settleDoubts(
  client: KantataClient,
  removals: ReadonlyMap<Pair, RatingRemoval>,
  results: Map<Pair, Result>,
  call: Call,
): Promise<void> {
  const doubtful = [...removals].filter(([pair]) => {
    const result = results.get(pair);
    return result?.state === 'unknown' || (result?.state === 'failed' && result.error.code === 'NOT_FOUND');
  });
  if (doubtful.length === 0) return;
  const removed = doubtful.map(([, removal]) => removal);
  const present = await readBack(() => readPairs(client, removed, call), call);
  for (const [pair] of doubtful) if (present && !present.has(pair)) results.set(pair, GONE);
}

function hasIds({ employeeId, skillId }: RatingRemoval): boolean {
  return ID_PATTERN.test(employeeId) && ID_PATTERN.test(skillId);
}

function noId(): ProviderError {
  return new ProviderError('NOT_FOUND', 'This is no id of the provider.');
}
