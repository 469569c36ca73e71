import type { Integration } from '../../src/integrations/integration.ts';
import type { EmployeeSkill as HeldSkill } from '../../src/domain/employeeSkill.ts';
import { pageOf, type Position } from '../../src/domain/paging.ts';
import { mayReadRatings, needs, ownAllowed } from '../access.ts';
import { builder } from '../builder.ts';
import { CALL, costs } from '../cost.ts';
import { cursorsOf, pageArgs, SourcedConnection } from '../connection.ts';
import { connectionType } from '../connectionType.ts';
import { EmployeeRef } from '../employee/employee.ts';
import type { Source } from '../integration/integration.ts';
import { SkillRef } from '../skill/skill.ts';
import { EmployeeSkillFilter, heldChoiceOf } from './heldFilter.ts';
import { RatingSourceEnum, SkillRating, type RatingShape } from './rating.ts';

type Held = HeldSkill<Integration>;

export const EmployeeSkill = builder.objectRef<Held>('EmployeeSkill');
EmployeeSkill.implement({
  extensions: needs('ratings:read'),
  description: 'That one employee holds one skill, according to at least one integration.',
  fields: (t) => ({
    employee: t.expose('employee', { type: EmployeeRef, description: 'Who holds it.' }),
    skill: t.expose('skill', { type: SkillRef, description: 'What is held.' }),
    ratings: t.field({
      type: [SkillRating],
      extensions: costs({ size: 3 }),
      description:
        'What each provider says, one row per integration and source. An integration that holds the skill without a value gives one row without proficiency, so the rows also say where it is held.',
      args: {
        sources: t.arg({ type: [RatingSourceEnum], description: 'Only from these sources; all when null.' }),
      },
      resolve: ({ ratings }, { sources }) =>
        (sources ? ratings.filter((rating) => sources.includes(rating.source)) : ratings) as RatingShape[],
    }),
  }),
});

export const { connection: EmployeeSkillConnection } = connectionType<SourcedConnection<Held, Source>>(
  'EmployeeSkill',
  EmployeeSkill,
  'ratings:read',
  {
    connection: 'Held skills, paged.',
    edge: 'A held skill on a page.',
    cursor: 'Opaque position, stable while ratings change.',
    node: 'The held skill.',
    nodes: "The page's held skills.",
    totalCount: 'Held skills on all pages, counting only the integrations that answered.',
    sources: 'How each integration answered.',
    unknown: 'Values of the filter that name nothing known; they match nothing. Empty when all are known.',
  },
);

const SKILLS_HELD = { list: 'held skills', usual: 50, most: 200 };

function heldPosition({ skill }: Held): Position {
  return { key: skill.name, id: skill.id };
}

builder.objectField(EmployeeRef, 'skills', (t) =>
  t.field({
    type: EmployeeSkillConnection,
    extensions: { ...ownAllowed, ...costs({ asks: CALL }) },
    description:
      'Skills held in any integration, by name, with every rating. Asks providers; `sources` says how each of them answered.',
    args: {
      first: t.arg.int({ defaultValue: 50, description: 'How many, 1 to 200.' }),
      after: t.arg.string({ description: 'Only what follows this cursor.' }),
      filter: t.arg({
        type: EmployeeSkillFilter,
        description: 'Only skills that meet all of these conditions.',
      }),
    },
    resolve: async (employee, { filter, ...args }, { directory, loaders, viewer }) => {
      mayReadRatings(employee, { viewer, directory });
      const asked = pageArgs(args, SKILLS_HELD);
      const { meets, integrations, unknown } = heldChoiceOf(filter, directory);
      const held = await loaders.skillsOfEmployee.load({ employee, integrations });
      const policy = filter ? await loaders.policies.usual() : null;
      const skills = policy ? held.skills.filter((each) => meets(each, policy)) : held.skills;
      const page = pageOf(skills, heldPosition, asked);
      const cursorOf = cursorsOf(SKILLS_HELD.list, heldPosition);
      return new SourcedConnection(page, skills.length, cursorOf, held.sources, unknown);
    },
  }),
);
