import type { Call, RatingRemoval } from '../../../src/domain/ports.ts';
import { readRows } from '../../../src/outbound/payload/payload.ts';
import { MEMBERSHIP_INCLUDES, type KantataClient } from '../client.ts';
import type { Envelope } from '../envelope.ts';
import { toMembership, type Membership } from './mappers.ts';
import { together } from '../../../src/outbound/allOrAbort.ts';
import { IDS_PER_CALL, ROUTES } from '../raw.ts';
import { filterIgnored, MEMBERSHIP_ORDER } from '../reads/ratings.ts';
import { chunked } from '../../../src/lib/chunk.ts';

/**
 * A user and a skill: what identifies a membership besides its id, since a pair exists once (kantata.md#validation).
 */
export type Pair = string;

export function pairOf({ employeeId, skillId }: RatingRemoval): Pair {
  return `${employeeId}|${skillId}`;
}

/**
 * Where `user_ids` is ignored the answer is a superset, which serves as well while `by_skill_ids` keeps it small. Above
 * so many rows (20 pages) reading back costs more than the write is worth, and it is refused as FILTER_IGNORED.
 */
const MAX_FOREIGN_ROWS = 4_000;

/** The memberships that exist among these pairs. Throws ProviderError, or the signal's reason. */
export async function readPairs(
  client: KantataClient,
  writes: readonly RatingRemoval[],
  call: Call,
): Promise<Map<Pair, Membership>> {
  const operation = 'membershipsOfPairs';
  const skillsByUser = new Map<string, Set<string>>();
  for (const { employeeId, skillId } of writes) {
    const skills = skillsByUser.get(employeeId);
    if (skills) skills.add(skillId);
    else skillsByUser.set(employeeId, new Set([skillId]));
  }
  const found = await together(call, chunked([...skillsByUser.keys()], IDS_PER_CALL), async (users, shared) => {
    const asked = new Set(users);
    const skills = new Set(users.flatMap((user) => [...(skillsByUser.get(user) ?? [])]));
    const query = {
      user_ids: users.join(','),
      by_skill_ids: [...skills].join(','),
      include: MEMBERSHIP_INCLUDES,
      order: MEMBERSHIP_ORDER,
    };
    const memberships: Membership[] = [];
    await client.readAll({ operation, route: ROUTES.skillMemberships, query }, shared, (page) => {
      const read = membershipsOf(page, operation, client);
      const foreign = read.some(({ row }) => !asked.has(row.employeeId));
      if (foreign && (page.count ?? Number.POSITIVE_INFINITY) > MAX_FOREIGN_ROWS)
        throw filterIgnored(operation, client);
      memberships.push(...read);
    });
    return memberships;
  });
  const wanted = new Set(writes.map(pairOf));
  return new Map(
    found
      .flat()
      .map((membership): [Pair, Membership] => [pairOf(membership.row), membership])
      .filter(([pair]) => wanted.has(pair)),
  );
}

export function membershipsOf(page: Envelope, operation: string, client: KantataClient): Membership[] {
  const context = { operation, path: 'skill_memberships', drift: client.drift };
  return readRows(page.records, (raw) => toMembership(raw, page), context);
}
