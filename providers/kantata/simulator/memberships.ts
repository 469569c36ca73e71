import type { Handling, SimResponse } from '../../../src/simulator/simulator.ts';
import type { SimMembership } from './data.ts';
import { envelope, type SideLoad } from './envelope.ts';
import { applying, contains, kept, refuseUnsimulated, timeFilters } from './filters.ts';
import { Query } from './query.ts';
import { notFound, system } from './refusals.ts';
import { membershipView, skillView, userView, type World } from './views.ts';
import { levelOf } from './validation.ts';

export const KEY = 'skill_memberships';

/** GET /skill_memberships (kantata.md#skill-memberships). */
export function listMemberships(world: World, query: Query): SimResponse {
  refuseUnsimulated(query, ['workspace_id']);
  const { store, switches } = world;
  const only = query.ids('only');
  const userIds = switches.userIdsFilter === 'ignored' ? null : query.ids('user_ids');
  const skillIds =
    switches.skillIdsFilter === 'ignored' ? null : (query.ids('by_skill_ids') ?? query.ids('by_skill_id'));
  const activeOnly = query.flag('active_account_members_only') === true;
  const fullNameOf = (membership: SimMembership) => store.users.get(membership.userId)?.fullName ?? '';
  const skillNameOf = (membership: SimMembership) => store.skills.get(membership.skillId)?.name ?? '';
  const filters = [
    ...applying<SimMembership>(
      userIds && switches.userIdsFilter === 'empty' ? () => false : null,
      skillIds && switches.skillIdsFilter === 'empty' ? () => false : null,
      only && userIds ? ({ userId }) => userIds.includes(userId) : null,
      only && skillIds ? ({ skillId }) => skillIds.includes(skillId) : null,
      activeOnly ? ({ userId }) => store.users.get(userId)?.disabledAt === null : null,
      contains(query.text('by_user_name'), fullNameOf),
      contains(query.text('by_skill_name'), skillNameOf),
    ),
    ...timeFilters<SimMembership>(query),
  ];
  const items = kept(
    only ? inOrder(only.flatMap((id) => store.memberships.get(id) ?? [])) : candidates(world, userIds, skillIds),
    filters,
  );
  const order = query.order();
  const sorted =
    order?.name === 'full_name'
      ? byText(items, fullNameOf, order.descending)
      : order?.name === 'skill_name'
        ? byText(items, skillNameOf, order.descending)
        : order?.name === 'created_at' && !order.descending
          ? items
          : newestFirst(items);
  return envelope(
    { key: KEY, query, items: sorted, whole: only !== null, show: showMembership(world, query) },
    switches,
  );
}

/** GET /skill_memberships/{id}. */
export function showMembershipById(world: World, query: Query, id: number): SimResponse {
  const membership = world.store.memberships.get(id);
  if (!membership) throw notFound();
  return envelope({ key: KEY, query, items: [membership], show: showMembership(world, query) }, world.switches);
}

/** PUT /skill_memberships/{id}: the level and nothing else; `skill_id` and `user_id` are ignored. */
export function updateMembership(
  world: World,
  handling: Handling,
  body: Record<string, unknown>,
  id: number,
): SimResponse {
  const { store, switches } = world;
  const membership = store.memberships.get(id);
  if (!membership) throw notFound();
  refuseLocked(world, [membership.userId]);
  const sent = body.skill_membership;
  if (typeof sent !== 'object' || sent === null) throw system(400, 'skill_membership is missing');
  const skill = store.skills.get(membership.skillId);
  const given = 'level' in sent ? sent.level : undefined;
  const level = given === undefined ? membership.level : levelOf(given, skill?.maxLevel ?? 5, 0);
  const changed = level !== membership.level;
  if (changed) Object.assign(membership, { level, updatedAt: store.now() });
  handling.effect({ kind: 'rating', key: effectKey(membership), change: changed ? 'updated' : 'unchanged' });
  const query = new Query(handling.request.query);
  return envelope({ key: KEY, query, items: [membership], show: showMembership(world, query) }, switches);
}

/** DELETE /skill_memberships/{id}: 204 and nothing more. */
export function deleteMembership(world: World, handling: Handling, id: number): SimResponse {
  const membership = world.store.memberships.get(id);
  if (!membership) throw notFound();
  refuseLocked(world, [membership.userId]);
  world.store.removeMembership(membership);
  handling.effect({ kind: 'rating', key: effectKey(membership), change: 'deleted' });
  return { status: 204, headers: {}, body: '' };
}

export function effectKey({ userId, skillId }: Pick<SimMembership, 'userId' | 'skillId'>): string {
  return `${userId}|${skillId}`;
}

export function refuseLocked({ switches }: World, userIds: readonly number[]): void {
  if (switches.lockedUsers.some((locked) => userIds.includes(Number(locked)))) throw system(403);
}

/** Descending by creation; ties, which SortedList keeps in ascending id, stay ascending (kantata.md#paging). */
export function newestFirst(items: readonly SimMembership[]): SimMembership[] {
  return items.toSorted((a, b) => b.createdAt - a.createdAt || a.id - b.id);
}

/** The record; creator and holder share the map `users` (kantata.md#skill-memberships). */
export function showMembership(world: World, query: Query): (membership: SimMembership, side: SideLoad) => unknown {
  const { store } = world;
  const includes = query.includes();
  return (membership, side) => {
    if (includes.has('skill')) side.open('skills');
    if (includes.has('user') || includes.has('creator')) side.open('users');
    const skill = includes.has('skill') ? store.skills.get(membership.skillId) : undefined;
    if (skill) side.add('skills', skill.id, () => skillView(skill, world));
    const user = includes.has('user') ? store.users.get(membership.userId) : undefined;
    if (user) side.add('users', user.id, () => userView(user));
    const creator = includes.has('creator') ? store.users.get(membership.creatorId ?? 0) : undefined;
    if (creator) side.add('users', creator.id, () => userView(creator));
    return membershipView(membership, world, includes);
  };
}

/** The rows of these users and skills in order of creation, by index: never through all rows. */
function candidates(
  { store }: World,
  userIds: readonly number[] | null,
  skillIds: readonly number[] | null,
): readonly SimMembership[] {
  if (userIds) {
    return inOrder(
      userIds.flatMap((userId) => {
        const held = store.membershipsByUser.get(userId);
        if (!held) return [];
        return skillIds ? skillIds.flatMap((skillId) => held.get(skillId) ?? []) : [...held.values()];
      }),
    );
  }
  if (skillIds) return inOrder(skillIds.flatMap((skillId) => [...(store.membershipsBySkill.get(skillId) ?? [])]));
  return store.membershipsInOrder.items;
}

function inOrder(memberships: SimMembership[]): SimMembership[] {
  return memberships.toSorted((a, b) => a.id - b.id);
}

function byText(items: readonly SimMembership[], textOf: (item: SimMembership) => string, descending: boolean) {
  const direction = descending ? -1 : 1;
  return items.toSorted((a, b) => {
    const [x, y] = [textOf(a).toLowerCase(), textOf(b).toLowerCase()];
    return x === y ? a.id - b.id : (x < y ? -1 : 1) * direction;
  });
}
