import type { Handling, SimResponse } from '../../../src/simulator/simulator.ts';
import type { SimUser } from './data.ts';
import { envelope } from './envelope.ts';
import { applying, contains, kept, referenceFilters, refuseUnsimulated, timeFilters } from './filters.ts';
import { Query } from './query.ts';
import { notFound, Refusal } from './refusals.ts';
import { showUser } from './userIncludes.ts';
import type { World } from './views.ts';

const KEY = 'users';
const UNSIMULATED = [
  'with_skills',
  'without_skills',
  'by_full_name_or_account_role',
  'account_role_ids',
  'belonging_to_orgs',
  'participant_in',
  'account_id',
  'external_reference_status',
  'external_reference_external_status',
  'external_reference_external_message',
];

/** GET /users (kantata.md#users). */
export function listUsers(world: World, query: Query): SimResponse {
  refuseUnsimulated(query, UNSIMULATED);
  const only = query.ids('only');
  const emails = query.texts('by_email_addresses') ?? query.texts('by_email_address');
  const withUsers = query.ids('with_users');
  const candidates = only ?? withUsers;
  const { users, usersByName, usersByEmail } = world.store;
  const narrowed = candidates
    ? byName(candidates.flatMap((id) => users.get(id) ?? []))
    : emails
      ? byName(emails.slice(0, 200).flatMap((email) => [...(usersByEmail.get(email.toLowerCase()) ?? [])]))
      : usersByName.items;
  const items = kept(narrowed, userFilters(world, query, { emails, withUsers }));
  const order = query.order();
  const sorted = order?.name === 'alphabetical' && order.descending ? items.toReversed() : items;
  return envelope(
    { key: KEY, query, items: sorted, whole: only !== null, show: showUser(world, query) },
    world.switches,
  );
}

/** GET /users/me. */
export function showMe(world: World, query: Query): SimResponse {
  return envelope({ key: KEY, query, items: [world.store.me], show: showUser(world, query) }, world.switches);
}

/** GET /users/{id}: default filters apply here too, so a hidden user is a missing one (kantata.md#users). */
export function showUserById(world: World, query: Query, id: number): SimResponse {
  const user = world.store.users.get(id);
  if (!user || !visible(world, query)(user)) throw notFound();
  return envelope({ key: KEY, query, items: [user], show: showUser(world, query) }, world.switches);
}

/** PUT /users/{id}: only sent attributes change. */
export function updateUser(world: World, handling: Handling, body: Record<string, unknown>, id: number): SimResponse {
  const { store, switches } = world;
  const user = store.users.get(id);
  if (!user) throw notFound();
  const sent = (typeof body.user === 'object' && body.user !== null ? body.user : null) as Record<
    string,
    unknown
  > | null;
  if (!sent) throw new Refusal(400, [{ type: 'system', message: 'user is missing' }]);
  const text = (field: string, current: string | null) => {
    const value = sent[field];
    if (value === undefined) return current;
    if (value === null || typeof value === 'string') return value;
    throw new Refusal(422, [{ type: 'validation', field, message: `${field} is invalid`, index: 0 }]);
  };
  const fullName = text('full_name', user.fullName)?.trim() ?? '';
  const email = text('email_address', user.email);
  const headline = text('headline', user.headline);
  if (fullName === '') throw invalid('full_name');
  if (email !== user.email && (email === null || !/^\S+@\S+$/.test(email))) throw invalid('email_address');
  const changed = fullName !== user.fullName || email !== user.email || headline !== user.headline;
  if (changed) store.changeUser(user, { fullName, email, headline });
  handling.effect({ kind: 'employee', key: String(id), change: changed ? 'updated' : 'unchanged' });
  const query = new Query(handling.request.query);
  return envelope({ key: KEY, query, items: [user], show: showUser(world, query) }, switches);
}

function invalid(field: string): Refusal {
  return new Refusal(422, [{ type: 'validation', field, message: `${field} is invalid`, index: 0 }]);
}

/** The default filters; null-free so that show routes can use them too. */
function visible({ store }: World, query: Query): (user: SimUser) => boolean {
  const everybody = query.flag('on_my_account') === true;
  const disabled = query.flag('show_disabled') === true;
  return (user) => (everybody || user.participant || user === store.me) && (disabled || user.disabledAt === null);
}

function userFilters(
  world: World,
  query: Query,
  { emails, withUsers }: { emails: string[] | null; withUsers: number[] | null },
) {
  const without = query.ids('without_users');
  const addresses = emails?.map((email) => email.toLowerCase());
  const managers = query.flag('managers') === true;
  const managing = managers ? new Set(world.store.usersByName.items.map((user) => user.managerId)) : null;
  const unfiltered = query.flag('on_my_account') === true && query.flag('show_disabled') === true;
  return [
    ...applying<SimUser>(
      unfiltered ? null : visible(world, query),
      addresses ? (user) => addresses.includes(user.email?.toLowerCase() ?? '') : null,
      withUsers ? (user) => withUsers.includes(user.id) : null,
      without ? (user) => !without.includes(user.id) : null,
      managing ? (user) => managing.has(user.id) : null,
      contains(query.text('by_full_name'), (user) => user.fullName),
      contains(query.text('matching') ?? query.text('search'), (user) => `${user.fullName} ${user.email ?? ''}`),
    ),
    ...timeFilters<SimUser>(query),
    ...referenceFilters<SimUser>(query, ({ employeeNumber }) =>
      employeeNumber === null
        ? []
        : [{ serviceName: 'hris', serviceModel: 'Employee', serviceModelRef: employeeNumber }],
    ),
  ];
}

function byName(users: SimUser[]): SimUser[] {
  return [...new Set(users)].toSorted((a, b) => {
    const [x, y] = [a.fullName.toLowerCase(), b.fullName.toLowerCase()];
    return x === y ? a.id - b.id : x < y ? -1 : 1;
  });
}
