import type { Handling, SimResponse } from '../../../src/simulator/simulator.ts';
import { objectsOf } from './body.ts';
import { envelope } from './envelope.ts';
import { effectKey, KEY, newestFirst, refuseLocked, showMembership } from './memberships.ts';
import { Query } from './query.ts';
import { Refusal } from './refusals.ts';
import { validated } from './validation.ts';
import type { World } from './views.ts';

/** POST /skill_memberships: one, or up to 200 in bulk (kantata.md#skill-memberships, kantata.md#bulk-creates). */
export function createMemberships(world: World, handling: Handling, body: Record<string, unknown>): SimResponse {
  const { store, switches } = world;
  const objects = objectsOf(body, 'skill_membership', 'skill_memberships');
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
