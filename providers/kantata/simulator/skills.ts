import type { SimResponse } from '../../../src/simulator/simulator.ts';
import { CATEGORIES, type SimSkill } from './data.ts';
import { envelope } from './envelope.ts';
import { applying, contains, kept, referenceFilters, refuseUnsimulated, timeFilters } from './filters.ts';
import type { Query } from './query.ts';
import { notFound } from './refusals.ts';
import { categoryView, referenceView, skillView, type World } from './views.ts';

export const KEY = 'skills';

/** GET /skills (kantata.md#skills). */
export function listSkills(world: World, query: Query): SimResponse {
  const { skillsByName, membershipsByUser } = world.store;
  const only = query.ids('only');
  const categories = query.ids('skill_category_ids');
  const except = query.ids('except');
  const users = query.ids('for_users') ?? query.ids('unassigned_skills_for_user');
  refuseUnsimulated(query, [
    'external_reference_status',
    'external_reference_external_status',
    'external_reference_external_message',
    'unassigned_skills_for_workspace_resource',
    'unassigned_skills_for_estimate_scenario_resource',
    'unassigned_skills_for_project_template_assignment',
  ]);
  const items = kept(skillsByName.items, [
    ...applying<SimSkill>(
      only ? (skill) => only.includes(skill.id) : null,
      categories ? (skill) => categories.includes(skill.categoryId) : null,
      except ? (skill) => !except.includes(skill.id) : null,
      // The name misleads: skills that these users do not hold yet.
      users ? (skill) => !users.some((user) => membershipsByUser.get(user)?.has(skill.id)) : null,
      contains(query.text('matching'), (skill) => skill.name),
    ),
    ...timeFilters<SimSkill>(query),
    ...referenceFilters<SimSkill>(query, ({ references }) => references),
  ]);
  const order = query.order();
  const sorted = order?.name === 'alphabetical' && order.descending ? items.toReversed() : items;
  return envelope(
    { key: KEY, query, items: sorted, whole: only !== null, show: showSkill(world, query) },
    world.switches,
  );
}

/** GET /skills/{id}. */
export function showSkillById(world: World, query: Query, id: number): SimResponse {
  const skill = world.store.skills.get(id);
  if (!skill) throw notFound();
  return envelope({ key: KEY, query, items: [skill], show: showSkill(world, query) }, world.switches);
}

/** The record with its includes. */
export function showSkill(world: World, query: Query) {
  const includes = query.includes();
  return (skill: SimSkill, side: Parameters<Parameters<typeof envelope<SimSkill>>[0]['show']>[1]) => {
    const view = skillView(skill, world, includes.has('skill_category'));
    const category = CATEGORIES.find(({ id }) => id === skill.categoryId);
    if (includes.has('skill_category') && category) {
      side.add('skill_categories', category.id, () => categoryView(category));
    }
    if (!includes.has('external_references')) return view;
    side.open('external_references');
    for (const reference of skill.references) {
      side.add('external_references', reference.id, () => referenceView(reference, { type: 'Skill', id: skill.id }));
    }
    return { ...view, external_reference_ids: skill.references.map(({ id }) => String(id)) };
  };
}
