import type { Call } from '../../../src/domain/ports.ts';
import type { SkillRow } from '../../../src/domain/records.ts';
import { carrying } from '../../../src/outbound/carrying.ts';
import { createInBulk } from './bulk.ts';
import type { KantataClient } from '../client.ts';
import type { SkillThere } from '../mappers/mappers.ts';
import { nameKey } from './skillCategories.ts';
import { findSkills, skillsOf } from './skillsThere.ts';
import { updateSkill } from './updateSkill.ts';
import { newSkill, shownSkill, type WantedSkill } from './wantedSkill.ts';

/**
 * Creates the skills in one bulk, and settles each item by what is there afterwards. Up to 200
 * (kantata.md#bulk-creates).
 */
export function createSkills(client: KantataClient, wanted: readonly WantedSkill[], call: Call): Promise<void> {
  return createInBulk<SkillRow, WantedSkill, SkillThere>(
    {
      async create(items, shared) {
        const own = carrying(
          shared,
          items.map(({ write }) => write),
        );
        const answer = await client.createSkills(items.map(newSkill), own);
        const created = answer ? skillsOf(answer, 'createSkills', client) : [];
        // A name exists once (kantata.md#validation), so the rows of the answer are found by it.
        const byName = new Map(created.map((there) => [nameKey(there.row.name ?? ''), there]));
        return new Map(
          items.flatMap((item): [WantedSkill, SkillThere][] => {
            const there = byName.get(nameKey(item.write.name));
            return there ? [[item, there]] : [];
          }),
        );
      },
      read: (items, shared) => findSkills(client, items, shared),
      shown: (item, there) => shownSkill(item, there),
      found: (item, there, shared) => updateSkill(client, item, there, shared, 'done'),
    },
    wanted,
    call,
  );
}
