import type { SimResponse } from '../../src/simulator/simulator.ts';
import { CATEGORIES, accountMembershipId, type SimSkill, type SimUser } from './simulator-data.ts';
import { envelope } from './simulator-envelope.ts';
import { applying, contains, kept, refuseUnsimulated, timeFilters } from './simulator-filters.ts';
import type { Query } from './simulator-query.ts';
import { notFound } from './simulator-refusals.ts';
import {
  accountMembershipView,
  categoryView,
  membershipView,
  skillView,
  userView,
  type World,
} from './simulator-views.ts';

/** GET /skills (sheet 7.1). No skill has an external reference here. */
export function listSkills(world: World, query: Query): SimResponse {
  const { skillsByName, membershipsByUser } = world.store;
  const only = query.ids('only');
  const categories = query.ids('skill_category_ids');
  const except = query.ids('except');
  const users = query.ids('for_users') ?? query.ids('unassigned_skills_for_user');
  const references = query.flag('has_external_references');
  const referenced = query.used([
    'external_reference_service_name',
    'external_reference_service_model',
    'external_reference_service_model_ref',
    'external_reference_service_model_refs',
  ]);
  refuseUnsimulated(query, [
    'unassigned_skills_for_workspace_resource',
    'unassigned_skills_for_estimate_scenario_resource',
    'unassigned_skills_for_project_template_assignment',
  ]);
  const items = kept(skillsByName, [
    ...applying<SimSkill>(
      only ? (skill) => only.includes(skill.id) : null,
      categories ? (skill) => categories.includes(skill.categoryId) : null,
      except ? (skill) => !except.includes(skill.id) : null,
      // The name misleads: skills that these users do not hold yet.
      users ? (skill) => !users.some((user) => membershipsByUser.get(user)?.has(skill.id)) : null,
      references === true || referenced.length > 0 ? () => false : null,
      contains(query.text('matching'), (skill) => skill.name),
    ),
    ...timeFilters<SimSkill>(query),
  ]);
  const order = query.order();
  const sorted = order?.name === 'alphabetical' && order.descending ? items.toReversed() : items;
  return envelope(
    { key: 'skills', query, items: sorted, whole: only !== null, show: showSkill(world, query) },
    world.switches,
  );
}

/** GET /skills/{id}. */
export function showSkillById(world: World, query: Query, id: number): SimResponse {
  const skill = world.store.skills.get(id);
  if (!skill) throw notFound();
  return envelope({ key: 'skills', query, items: [skill], show: showSkill(world, query) }, world.switches);
}

function showSkill(world: World, query: Query) {
  const includes = query.includes();
  return (skill: SimSkill, side: Parameters<Parameters<typeof envelope<SimSkill>>[0]['show']>[1]) => {
    const view = skillView(skill, world, includes.has('skill_category'));
    const category = CATEGORIES.find(({ id }) => id === skill.categoryId);
    if (includes.has('skill_category') && category) {
      side.add('skill_categories', category.id, () => categoryView(category));
    }
    if (!includes.has('external_references')) return view;
    side.open('external_references');
    return { ...view, external_reference_ids: [] };
  };
}

/** GET /skill_categories (sheet 7.3). */
export function listCategories(world: World, query: Query): SimResponse {
  const only = query.ids('only');
  const includes = query.includes();
  type Category = (typeof CATEGORIES)[number];
  const sorted = CATEGORIES.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const items = kept(
    query.order()?.descending ? sorted.toReversed() : sorted,
    applying<Category>(
      only ? ({ id }) => only.includes(id) : null,
      contains(query.text('matching'), ({ name }) => name),
    ),
  );
  return envelope<Category>(
    {
      key: 'skill_categories',
      query,
      items,
      whole: only !== null,
      show(category, side) {
        if (!includes.has('skills')) return categoryView(category);
        side.open('skills');
        const skills = world.store.skillsByName.filter((skill) => skill.categoryId === category.id);
        for (const skill of skills) side.add('skills', skill.id, () => skillView(skill, world));
        return { ...categoryView(category), skill_ids: skills.map(({ id }) => String(id)) };
      },
    },
    world.switches,
  );
}

/** GET /account_memberships and, with an id, /account_memberships/{id} (sheet 7.5); inactive ones are left out by default. */
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
  const includes = query.includes();
  return envelope<{ id: number; user: SimUser }>(
    {
      key: 'account_memberships',
      query,
      items,
      whole: only !== null,
      show({ user }, side) {
        const view = accountMembershipView(user, world);
        if (includes.has('user')) side.add('users', user.id, () => userView(user));
        if (!includes.has('skill_memberships')) return view;
        side.open('skill_memberships');
        const held = [...(store.membershipsByUser.get(user.id)?.values() ?? [])];
        for (const one of held) side.add('skill_memberships', one.id, () => membershipView(one, world));
        return { ...view, skill_membership_ids: held.map((one) => String(one.id)) };
      },
    },
    world.switches,
  );
}
