import type { ExpectedSkill as ExpectedSkillShape } from '../../src/domain/roles.ts';
import type { Role } from '../../src/loaders/rolesCatalogue.ts';
import type { Sourced } from '../../src/loaders/rolesOfEmployee.ts';
import { needs } from '../access.ts';
import { builder } from '../builder.ts';
import { CALL, costs } from '../cost.ts';
import { IntegrationRef, SourceStatus, type Source } from '../integration/integration.ts';
import { Node } from '../node/node.ts';
import { Proficiency } from '../rating/proficiency.ts';
import { SkillRef } from '../skill/skill.ts';

export const JobProfileRef = builder.objectRef<Role>('JobProfile');
export const ExpectedSkill = builder.objectRef<ExpectedSkillShape>('ExpectedSkill');
const ExpectedSkillList = builder.objectRef<Sourced<ExpectedSkillShape>>('ExpectedSkillList');

JobProfileRef.implement({
  extensions: needs('skills:read'),
  description: 'A role with the skills it expects, from one integration.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The global id.' }),
    name: t.exposeString('name', {
      description: "The role's name; its remote id where the provider has no name.",
    }),
    kindLabel: t.exposeString('kindLabel', {
      description: 'What the provider calls such an object, e.g. job profile, position, requisition.',
    }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'What the role is, as plain text; null when not said.',
    }),
    integration: t.expose('integration', { type: IntegrationRef, description: 'Where it lives.' }),
    remoteId: t.exposeString('remoteId', { description: "The provider's own id." }),
    expectedSkills: t.field({
      type: ExpectedSkillList,
      extensions: costs({ asks: CALL }),
      description: 'The skills it expects, by name, at most 200. Asks the provider.',
      resolve: (role, _, { loaders }) => loaders.roles.expectedSkills(role),
    }),
  }),
});

ExpectedSkill.implement({
  extensions: needs('skills:read'),
  description: 'A skill that a role expects.',
  fields: (t) => ({
    skill: t.expose('skill', { type: SkillRef, description: 'The skill.' }),
    proficiency: t.expose('proficiency', {
      type: Proficiency,
      nullable: true,
      description: "The value expected, on the provider's scale; null when holding the skill is enough.",
    }),
    normalized: t.exposeFloat('normalized', {
      nullable: true,
      description: 'The same as a share of its scale, 0 to 1; null as in `SkillRating.normalized`.',
    }),
    priorityLabel: t.exposeString('priorityLabel', {
      nullable: true,
      description: "The provider's own word or number for its importance; null when it has none.",
    }),
  }),
});

ExpectedSkillList.implement({
  extensions: needs('skills:read'),
  description: 'Expected skills, in full.',
  fields: (t) => ({
    nodes: t.field({
      type: [ExpectedSkill],
      extensions: costs({ size: 200 }),
      description: 'The expected skills.',
      resolve: ({ nodes }) => nodes as ExpectedSkillShape[],
    }),
    sources: t.field({
      type: [SourceStatus],
      description: 'How the integration answered.',
      resolve: ({ sources }) => sources as Source[],
    }),
  }),
});
