import type { Call } from '../../../src/domain/ports.ts';
import type { RatingRow } from '../../../src/domain/records.ts';
import { carrying } from '../../../src/outbound/carrying.ts';
import { createInBulk } from './bulk.ts';
import type { KantataClient } from '../client.ts';
import type { Membership } from '../mappers/mappers.ts';
import { membershipsOf, pairOf, readPairs, type Pair } from '../mappers/pairs.ts';
import type { RawNewMembership } from '../raw.ts';
import { updateMembership } from './updateMembership.ts';
import { satisfies, shown, type Wanted } from './wanted.ts';

/**
 * Creates the memberships in one bulk, and settles each item by what is there afterwards. Up to 200
 * (kantata.md#bulk-creates).
 */
export function createMemberships(client: KantataClient, wanted: readonly Wanted[], call: Call): Promise<void> {
  return createInBulk<RatingRow, Wanted, Membership>(
    {
      async create(items, shared) {
        const own = carrying(
          shared,
          items.map(({ write }) => write),
        );
        const answer = await client.createMemberships(items.map(fromWanted), own);
        const created = answer ? membershipsOf(answer, 'createMemberships', client) : [];
        return ofItems(items, new Map(created.map((membership) => [pairOf(membership.row), membership])));
      },
      async read(items, shared) {
        const writes = items.map(({ write }) => write);
        return ofItems(items, await readPairs(client, writes, shared));
      },
      shown: (item, membership) => shown(membership, item),
      async found(item, membership, shared) {
        if (satisfies(membership, item)) item.settle(shown(membership, item));
        // Somebody else created it meanwhile at another level; this write is the later one.
        else await updateMembership(client, item, membership, shared);
      },
    },
    wanted,
    call,
  );
}

/** Ids go out as JSON integers, the documented type; a bare tag sends no level (kantata.md#levels). */
function fromWanted({ write, level }: Wanted): RawNewMembership {
  const ids = { skill_id: Number(write.skillId), user_id: Number(write.employeeId) };
  return level === null ? ids : { ...ids, level };
}

function ofItems(items: readonly Wanted[], memberships: ReadonlyMap<Pair, Membership>): Map<Wanted, Membership> {
  return new Map(
    items.flatMap((item): [Wanted, Membership][] => {
      const membership = memberships.get(pairOf(item.write));
      return membership ? [[item, membership]] : [];
    }),
  );
}
