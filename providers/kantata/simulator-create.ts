import type { Handling, SimResponse } from '../../src/simulator/simulator.ts';
import { MOST_PER_BULK } from './raw.ts';
import { envelope } from './simulator-envelope.ts';
import { effectKey, KEY, newestFirst, refuseLocked, showMembership } from './simulator-memberships.ts';
import { Query } from './simulator-query.ts';
import { Refusal, system } from './simulator-refusals.ts';
import { validated } from './simulator-validation.ts';
import type { World } from './simulator-views.ts';

/** POST /skill_memberships: one, or up to 200 in bulk (sheet 7.2 and 11). */
export function createMemberships(world: World, handling: Handling, body: Record<string, unknown>): SimResponse {
  const { store, switches } = world;
  const objects = objectsOf(body);
  refuseLocked(
    world,
    objects.map((object) => Number((object as { user_id?: unknown } | null)?.user_id)),
  );
  const { valid, errors } = validated(world, objects);
  const created =
    errors.length > 0 && switches.bulkMode === 'atomic'
      ? []
      : valid.map(({ membership }) => {
          handling.effect({ kind: 'rating', key: effectKey(membership), change: 'created' });
          return store.addMembership(membership);
        });
  if (errors.length > 0) throw new Refusal(422, errors);
  const query = new Query(handling.request.query);
  const inRequestOrder = switches.bulkAnswer === 'requestOrder';
  return envelope(
    {
      key: KEY,
      query,
      items: inRequestOrder ? created : newestFirst(created),
      whole: inRequestOrder,
      show: showMembership(world, query),
    },
    switches,
  );
}

function objectsOf(body: Record<string, unknown>): unknown[] {
  const { skill_membership: single, skill_memberships: bulk } = body;
  if (Array.isArray(bulk)) {
    if (bulk.length === 0) throw tooMany('at least one is needed');
    if (bulk.length > MOST_PER_BULK) throw tooMany(`at most ${MOST_PER_BULK} at once`);
    return bulk;
  }
  if (typeof single !== 'object' || single === null) throw system(400, 'skill_membership is missing');
  return [single];
}

/** 422 of type `system` (sheet 9.3). */
function tooMany(message: string): Refusal {
  return new Refusal(422, [{ type: 'system', message }]);
}
