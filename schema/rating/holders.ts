import { holderPosition, rankHolders } from '../../src/domain/experts.ts';
import { pageOf } from '../../src/domain/paging.ts';
import { builder } from '../builder.ts';
import { ALL_HOLDERS, costs } from '../cost.ts';
import { cursorsOf, pageArgs, SourcedConnection } from '../connection.ts';
import { SkillRef } from '../skill/skill.ts';
import { EmployeeSkillConnection } from './employeeSkills.ts';
import { EmployeeSkillFilter, heldChoiceOf } from './heldFilter.ts';

const HOLDERS = { list: 'holders', usual: 25, most: 100 };

builder.objectField(SkillRef, 'holders', (t) =>
  t.field({
    type: EmployeeSkillConnection,
    extensions: costs({ asks: ALL_HOLDERS }),
    description: 'Employees who hold it, the strongest default consensus first, unrated holders last. Asks providers.',
    args: {
      first: t.arg.int({ defaultValue: 25, description: 'How many, 1 to 100.' }),
      after: t.arg.string({ description: 'Only what follows this cursor.' }),
      filter: t.arg({
        type: EmployeeSkillFilter,
        description: 'Only holdings that meet all of these conditions.',
      }),
    },
    resolve: async (skill, { filter, ...args }, { directory, loaders }) => {
      const asked = pageArgs(args, HOLDERS);
      const { meets, integrations, unknown } = heldChoiceOf(filter, directory);
      const [policy, { holders, sources }] = await Promise.all([
        loaders.policies.usual(),
        loaders.holdersOfSkill.load({ skill, integrations }),
      ]);
      const ranked = rankHolders(
        holders.filter((held) => meets(held, policy)),
        policy,
      );
      const positionOf = holderPosition(policy);
      const page = pageOf(ranked, positionOf, asked, 'DESC');
      return new SourcedConnection(page, ranked.length, cursorsOf(HOLDERS.list, positionOf), sources, unknown);
    },
  }),
);
