import type { Employee, Skill } from '../../src/domain/entities.ts';
import type { LinkAnswer } from '../../src/links/links.ts';
import { builder } from '../builder.ts';
import { EmployeeRef } from '../employee/employee.ts';
import { SkillRef } from '../skill/skill.ts';
import { UserError } from '../task/payload.ts';

const LinkResult = builder.unionType('LinkResult', {
  description: 'What records can be linked into.',
  types: [EmployeeRef, SkillRef],
  resolveType: (value: Employee | Skill) => value.kind,
});

export const LinkPayload = builder.objectRef<LinkAnswer>('LinkPayload');
LinkPayload.implement({
  description: 'What came of linking or unlinking.',
  fields: (t) => ({
    results: t.expose('results', {
      type: [LinkResult],
      description:
        'The objects the records now belong to: one after linking, one per record after unlinking; empty when there are `userErrors`.',
    }),
    userErrors: t.expose('userErrors', { type: [UserError], description: 'What to correct; empty when done.' }),
  }),
});
