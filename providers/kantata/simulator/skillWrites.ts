import type { Handling, SimResponse } from '../../../src/simulator/simulator.ts';
import { envelope } from './envelope.ts';
import { objectsOf } from './body.ts';
import { Query } from './query.ts';
import { notFound, Refusal, system } from './refusals.ts';
import { KEY, showSkill } from './skills.ts';
import { skillFieldsOf, validatedSkills } from './skillValidation.ts';
import type { World } from './views.ts';

/** POST /skills: one, or up to 200 in bulk (kantata.md#skills, kantata.md#bulk-creates). */
export function createSkills(world: World, handling: Handling, body: Record<string, unknown>): SimResponse {
  const { store, switches } = world;
  if (switches.skillsLocked) throw system(403);
  const { valid, errors } = validatedSkills(world, objectsOf(body, 'skill', 'skills'));
  const created =
    errors.length > 0 && switches.bulkMode === 'atomic'
      ? []
      : valid.map((fields) => {
          const skill = store.addSkill(fields);
          handling.effect({ kind: 'skill', key: String(skill.id), change: 'created' });
          return skill;
        });
  if (errors.length > 0) throw new Refusal(422, errors);
  const query = new Query(handling.request.query);
  const inRequestOrder = switches.bulkAnswer === 'requestOrder';
  // The default order is that of names (kantata.md#skills).
  const items = inRequestOrder ? created : created.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return envelope({ key: KEY, query, items, whole: inRequestOrder, show: showSkill(world, query) }, switches);
}

/** PUT /skills/{id}: only sent attributes change. */
export function updateSkill(world: World, handling: Handling, body: Record<string, unknown>, id: number): SimResponse {
  const { store, switches } = world;
  const skill = store.skills.get(id);
  if (!skill) throw notFound();
  if (switches.skillsLocked) throw system(403);
  const sent = body.skill;
  if (typeof sent !== 'object' || sent === null) throw system(400, 'skill is missing');
  const changed = store.changeSkill(skill, skillFieldsOf(world, sent as Record<string, unknown>, 0, skill));
  handling.effect({ kind: 'skill', key: String(id), change: changed ? 'updated' : 'unchanged' });
  const query = new Query(handling.request.query);
  return envelope({ key: KEY, query, items: [skill], show: showSkill(world, query) }, switches);
}
