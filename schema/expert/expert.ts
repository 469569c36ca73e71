import type { Integration } from '../../src/integrations/integration.ts';
import type { Expert as ExpertShape } from '../../src/domain/experts.ts';
import type { EmployeeSkill as HeldSkill } from '../../src/domain/employeeSkill.ts';
import { needs } from '../access.ts';
import { builder } from '../builder.ts';
import { costs } from '../cost.ts';
import type { SourcedConnection } from '../connection.ts';
import { connectionType } from '../connectionType.ts';
import { EmployeeRef } from '../employee/employee.ts';
import type { Source } from '../integration/integration.ts';
import { EmployeeSkill } from '../rating/employeeSkills.ts';

type Found = ExpertShape<Integration>;

const Expert = builder.objectRef<Found>('Expert');
Expert.implement({
  extensions: needs('ratings:read'),
  description: 'An employee who holds all the skills asked for.',
  fields: (t) => ({
    employee: t.expose('employee', { type: EmployeeRef, description: 'The employee.' }),
    score: t.exposeFloat('score', {
      description: 'Mean of the default consensus over the skills asked for, 0 to 1, an unrated one counting 0.',
    }),
    evidence: t.field({
      type: [EmployeeSkill],
      extensions: costs({ size: 3 }),
      description: 'What they hold of what was asked, in the order asked.',
      resolve: ({ evidence }) => evidence as HeldSkill<Integration>[],
    }),
  }),
});

export const { connection: ExpertConnection } = connectionType<SourcedConnection<Found, Source>>(
  'Expert',
  Expert,
  'ratings:read',
  {
    connection: 'Experts, paged.',
    edge: 'An expert on a page.',
    cursor: 'Opaque position, stable while ratings change.',
    node: 'The expert.',
    nodes: "The page's experts.",
    totalCount: 'Experts on all pages, counting only the integrations that answered.',
    sources: 'How each integration answered.',
    unknown:
      'Skills asked for, and values of the filter, that name nothing known; nobody matches them. Empty when all are known.',
  },
);
