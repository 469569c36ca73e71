import type { Integration } from '../../src/integrations/integration.ts';
import type { SkillGap as SkillGapShape } from '../../src/domain/roles.ts';
import type { Sourced } from '../../src/loaders/rolesOfEmployee.ts';
import { mayReadRatings, needs, ownAllowed } from '../access.ts';
import { builder } from '../builder.ts';
import { CALL, costs } from '../cost.ts';
import { EmployeeRef } from '../employee/employee.ts';
import { IntegrationRef, SourceStatus, type Source } from '../integration/integration.ts';
import { SkillRating } from '../rating/rating.ts';
import { ExpectedSkill } from './jobProfile.ts';

export type Gap = SkillGapShape<Integration>;

export const SkillGap = builder.objectRef<Gap>('SkillGap');
SkillGap.implement({
  extensions: needs('ratings:read'),
  description: 'What a role expects beside what an employee has.',
  fields: (t) => ({
    expected: t.expose('expected', { type: ExpectedSkill, description: 'What is expected.' }),
    held: t.expose('held', {
      type: SkillRating,
      nullable: true,
      description:
        "The rating compared, of `integration` alone and the provider's combined one where it has one; null when the skill is not held or not rated there.",
    }),
    gap: t.exposeFloat('gap', {
      nullable: true,
      description:
        'Expected minus held, both normalised, above 0 to 1, held counting 0 when it is null; null when either cannot be normalised.',
    }),
    reportedPercent: t.exposeFloat('reportedPercent', {
      nullable: true,
      description: "The provider's own figure in percent, passed through; null when it gives none.",
    }),
    integration: t.expose('integration', { type: IntegrationRef, description: 'Whose expectation it is.' }),
  }),
});

const SkillGapList = builder.objectRef<Sourced<Gap>>('SkillGapList');
SkillGapList.implement({
  extensions: needs('ratings:read'),
  description: 'Skill gaps, in full.',
  fields: (t) => ({
    nodes: t.field({
      type: [SkillGap],
      extensions: costs({ size: 200 }),
      description: 'The gaps.',
      resolve: ({ nodes }) => nodes as Gap[],
    }),
    sources: t.field({
      type: [SourceStatus],
      description: 'How each integration answered.',
      resolve: ({ sources }) => sources as Source[],
    }),
  }),
});

builder.objectField(EmployeeRef, 'skillGaps', (t) =>
  t.field({
    type: SkillGapList,
    extensions: { ...ownAllowed, ...costs({ asks: CALL }) },
    description: 'What the role expects and the employee has not reached, the widest gap first, at most 200.',
    resolve: (employee, _, { directory, loaders, viewer }) => {
      mayReadRatings(employee, { viewer, directory });
      return loaders.roles.skillGaps(employee);
    },
  }),
);
