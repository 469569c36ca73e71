import type { Integration } from '../../src/integrations/integration.ts';
import { SkillRating as Rating } from '../../src/domain/employeeSkill.ts';
import { RATING_SOURCES } from '../../src/domain/rating.ts';
import { needs } from '../access.ts';
import { builder } from '../builder.ts';
import { described } from '../described.ts';
import { EmployeeRef } from '../employee/employee.ts';
import { IntegrationRef } from '../integration/integration.ts';
import { Node } from '../node/node.ts';
import { SkillRef } from '../skill/skill.ts';
import { Proficiency } from './proficiency.ts';

export const RatingSourceEnum = builder.enumType('RatingSource', {
  description: 'Who or what a rating comes from.',
  values: described(RATING_SOURCES, {
    SELF: 'The employee.',
    MANAGER: "The employee's manager.",
    PEER: 'Colleagues, also several together.',
    ASSESSMENT: 'A test.',
    INFERRED: "A model's inference, e.g. from a résumé.",
    EXTERNAL: 'A system outside the provider, such as a write through this API.',
    COMBINED: "The provider's own blend of its sources. Counts in a consensus only where none of its parts is there.",
    OTHER: 'Anything else, or not said; see `sourceLabel`.',
  }),
});

export type RatingShape = Rating<Integration>;

export const SkillRating = builder.objectRef<RatingShape>('SkillRating');
SkillRating.implement({
  extensions: needs('ratings:read'),
  description: "One provider's statement on one employee's skill from one source, as the provider has it.",
  interfaces: [Node],
  fields: (t) => ({
    id: t.exposeID('id', {
      description: 'The global id; stays when the provider replaces the value in place.',
    }),
    employee: t.expose('employee', { type: EmployeeRef, description: 'Who is rated.' }),
    skill: t.expose('skill', { type: SkillRef, description: 'What is rated.' }),
    proficiency: t.expose('proficiency', {
      type: Proficiency,
      nullable: true,
      description: "The value on the provider's scale; null for a bare tag: held, not rated (not the same as zero).",
    }),
    normalized: t.exposeFloat('normalized', {
      nullable: true,
      description:
        'The value as a share of its scale, 0 to 1, derived here; null for a bare tag, an open or unknown scale, or a value outside its scale.',
    }),
    source: t.expose('source', { type: RatingSourceEnum, description: 'Who or what rated.' }),
    sourceLabel: t.exposeString('sourceLabel', { description: "The provider's own word for the source." }),
    integration: t.expose('integration', { type: IntegrationRef, description: 'Whose statement it is.' }),
    remoteId: t.exposeString('remoteId', {
      nullable: true,
      description: "The provider's own id of the row; null where its rows have none.",
    }),
    changedAt: t.expose('changedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the provider last changed it; null when it does not say.',
    }),
    pending: t.exposeBoolean('pending', {
      description: "True while this is the row that a write returned and the provider's reads do not show it yet.",
    }),
  }),
});
