import type { Call } from '../../../src/domain/ports.ts';
import { carrying } from '../../../src/outbound/carrying.ts';
import { readBack } from './bulk.ts';
import type { KantataClient } from '../client.ts';
import type { Membership } from '../mappers/mappers.ts';
import { lost, notApplied, problemOfWrite } from './outcome.ts';
import { membershipsOf, pairOf, readPairs } from '../mappers/pairs.ts';
import { satisfies, shown, type Wanted } from './wanted.ts';

/**
 * Changes the level of a membership that is held, and settles the item. Levels are all that PUT changes
 * (kantata.md#skill-memberships).
 */
export async function updateMembership(
  client: KantataClient,
  wanted: Wanted,
  held: Membership,
  call: Call,
): Promise<void> {
  const { remoteId } = held.row;
  if (wanted.level === null || remoteId === null) return wanted.settle(shown(held, wanted));
  try {
    const answer = await client.updateMembership(remoteId, wanted.level, carrying(call, [wanted.write]));
    const stored = answer && membershipsOf(answer, 'updateMembership', client).find((m) => m.row.remoteId === remoteId);
    wanted.settle(stored ? shown(stored, wanted) : { state: 'done', row: null, remoteId, warnings: [] });
  } catch (thrown) {
    const error = problemOfWrite(thrown, call);
    if (!error.mayHaveApplied) return wanted.settle(lost(error));
    const present = await readBack(() => readPairs(client, [wanted.write], call), call);
    const stored = present?.get(pairOf(wanted.write));
    if (stored && satisfies(stored, wanted)) wanted.settle(shown(stored, wanted));
    else wanted.settle(present ? notApplied(error) : lost(error));
  }
}
