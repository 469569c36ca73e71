import type { Integration } from '../../src/integrations/integration.ts';
import type { Expert as ExpertShape } from '../../src/domain/experts.ts';
import type { EmployeeSkill as HeldSkill } from '../../src/domain/employeeSkill.ts';
import { needs } from '../access.ts';
import { builder } from '../builder.ts';
import { UnknownValue, type UnknownValueShape } from '../unknownValues.ts';
import { PageInfo, type Edge, type SourcedConnection } from '../connection.ts';
import { EmployeeRef } from '../employee/employee.ts';
import { SourceStatus, type Source } from '../integration/integration.ts';
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
      description: 'What they hold of what was asked, in the order asked.',
      resolve: ({ evidence }) => evidence as HeldSkill<Integration>[],
    }),
  }),
});

const ExpertEdge = builder.objectRef<Edge<Found>>('ExpertEdge');
ExpertEdge.implement({
  extensions: needs('ratings:read'),
  description: 'An expert on a page.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: 'Opaque position, stable while ratings change.' }),
    node: t.expose('node', { type: Expert, description: 'The expert.' }),
  }),
});

export const ExpertConnection = builder.objectRef<SourcedConnection<Found, Source>>('ExpertConnection');
ExpertConnection.implement({
  extensions: needs('ratings:read'),
  description: 'Experts, paged.',
  fields: (t) => ({
    edges: t.expose('edges', { type: [ExpertEdge], description: "The page's entries with their cursors." }),
    nodes: t.field({
      type: [Expert],
      description: "The page's experts.",
      resolve: ({ nodes }) => nodes as Found[],
    }),
    pageInfo: t.expose('pageInfo', { type: PageInfo, description: 'Where the page stands.' }),
    totalCount: t.exposeInt('totalCount', {
      description: 'Experts on all pages, counting only the integrations that answered.',
    }),
    unknown: t.field({
      type: [UnknownValue],
      description:
        'Skills asked for, and values of the filter, that name nothing known; nobody matches them. Empty when all are known.',
      resolve: ({ unknown }) => unknown as UnknownValueShape[],
    }),
    sources: t.field({
      type: [SourceStatus],
      description: 'How each integration answered.',
      resolve: ({ sources }) => sources as Source[],
    }),
  }),
});
