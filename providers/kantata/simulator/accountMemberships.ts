import type { Handling, SimResponse } from '../../../src/simulator/simulator.ts';
import { accountMembershipId, userOfAccountMembership, type SimUser } from './data.ts';
import { envelope, type SideLoad } from './envelope.ts';
import { applying, contains, kept, refuseUnsimulated, timeFilters } from './filters.ts';
import { Query } from './query.ts';
import { notFound, system } from './refusals.ts';
import { accountMembershipView, membershipView, userView, type World } from './views.ts';

const KEY = 'account_memberships';

interface Item {
  id: number;
  user: SimUser;
}

/**
 * GET /account_memberships and, with an id, /account_memberships/{id} (kantata.md#account-memberships); inactive ones
 * are left out by default.
 */
export function listAccountMemberships(world: World, query: Query, id?: number): SimResponse {
  refuseUnsimulated(query, ['with_skills', 'can_log_in']);
  const userIds = query.ids('by_user_id') ?? query.ids('with_user_ids');
  const only = id === undefined ? query.ids('only') : [id];
  const inactive = query.flag('only_inactive') === true;
  const { store } = world;
  const users = userIds ? userIds.flatMap((userId) => store.users.get(userId) ?? []) : store.usersByName.items;
  const matches = kept(users, [
    ...applying<SimUser>(
      (user) => (user.disabledAt !== null) === inactive,
      only ? (user) => only.includes(accountMembershipId(user.id)) : null,
      contains(query.text('by_full_name') ?? query.text('search'), (user) => user.fullName),
    ),
    ...timeFilters<SimUser>(query),
  ]);
  if (id !== undefined && matches.length === 0) throw notFound();
  const order = query.order();
  const direction = order && !order.descending ? 1 : -1;
  const fullName = order?.name === 'full_name';
  const keyOf = (user: SimUser) => (order?.name === 'updated_at' ? user.updatedAt : user.createdAt);
  const items = matches
    .toSorted((a, b) => {
      const difference = fullName
        ? a.fullName < b.fullName
          ? -1
          : Number(a.fullName > b.fullName)
        : keyOf(a) - keyOf(b);
      return difference * direction || a.id - b.id;
    })
    .map((user) => ({ id: accountMembershipId(user.id), user }));
  return envelope<Item>(
    { key: KEY, query, items, whole: only !== null, show: showMembership(world, query) },
    world.switches,
  );
}

/**
 * PUT /account_memberships/{id}/disable: an inactive one is hidden, hence missing (kantata.md#account-memberships). The
 * owner stays active, which is assumed.
 */
export function disableAccountMembership(world: World, handling: Handling, id: number): SimResponse {
  const { store, switches } = world;
  const user = store.users.get(userOfAccountMembership(id));
  if (!user || user.disabledAt !== null) throw notFound();
  if (user === store.me) throw system(403);
  store.disableUser(user);
  handling.effect({ kind: 'employee', key: String(user.id), change: 'updated' });
  const query = new Query(handling.request.query);
  return envelope<Item>({ key: KEY, query, items: [{ id, user }], show: showMembership(world, query) }, switches);
}

function showMembership(world: World, query: Query) {
  const { store } = world;
  const includes = query.includes();
  return ({ user }: Item, side: SideLoad) => {
    const view = accountMembershipView(user, world);
    if (includes.has('user')) side.add('users', user.id, () => userView(user));
    if (!includes.has('skill_memberships')) return view;
    side.open('skill_memberships');
    const held = [...(store.membershipsByUser.get(user.id)?.values() ?? [])];
    for (const one of held) side.add('skill_memberships', one.id, () => membershipView(one, world));
    return { ...view, skill_membership_ids: held.map((one) => String(one.id)) };
  };
}
