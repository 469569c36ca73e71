import type { SimResponse } from '../../../src/simulator/simulator.ts';
import { CATEGORIES } from './data.ts';
import { envelope } from './envelope.ts';
import { applying, contains, kept } from './filters.ts';
import type { Query } from './query.ts';
import { categoryView, skillView, type World } from './views.ts';

/** GET /skill_categories (kantata.md#skill-categories). */
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
        const skills = world.store.skillsByName.items.filter((skill) => skill.categoryId === category.id);
        for (const skill of skills) side.add('skills', skill.id, () => skillView(skill, world));
        return { ...categoryView(category), skill_ids: skills.map(({ id }) => String(id)) };
      },
    },
    world.switches,
  );
}
