import type { CareerPath as CareerPathShape, Sourced } from '../../src/loaders/rolesOfEmployee.ts';
import { mayReadRatings, needs, ownAllowed } from '../access.ts';
import { builder } from '../builder.ts';
import { CALL, costs } from '../cost.ts';
import { EmployeeRef } from '../employee/employee.ts';
import { SourceStatus, type Source } from '../integration/integration.ts';
import { JobProfileRef } from './jobProfile.ts';
import { SkillGap, type Gap } from './skillGap.ts';

const CareerPath = builder.objectRef<CareerPathShape>('CareerPath');
CareerPath.implement({
  extensions: needs('ratings:read'),
  description: 'A role suggested as a next step.',
  fields: (t) => ({
    jobProfile: t.expose('jobProfile', { type: JobProfileRef, description: 'The role.' }),
    kindLabel: t.exposeString('kindLabel', {
      description: "The provider's own word for the direction, e.g. Horizontal.",
    }),
    match: t.exposeFloat('match', {
      nullable: true,
      description: 'How well the employee fits it already, 0 to 1; null when the provider does not say.',
    }),
    gaps: t.field({
      type: [SkillGap],
      extensions: costs({ size: 20 }),
      description: 'What is missing for it, the widest gap first.',
      resolve: async (path, _, { loaders }) => (await loaders.roles.gapsOfPath(path)) as Gap[],
    }),
  }),
});

const CareerPathList = builder.objectRef<Sourced<CareerPathShape>>('CareerPathList');
CareerPathList.implement({
  extensions: needs('ratings:read'),
  description: 'Career paths, in full.',
  fields: (t) => ({
    nodes: t.field({
      type: [CareerPath],
      extensions: costs({ size: 50 }),
      description: 'The paths.',
      resolve: ({ nodes }) => nodes as CareerPathShape[],
    }),
    sources: t.field({
      type: [SourceStatus],
      description: 'How each integration answered.',
      resolve: ({ sources }) => sources as Source[],
    }),
  }),
});

builder.objectField(EmployeeRef, 'careerPaths', (t) =>
  t.field({
    type: CareerPathList,
    extensions: { ...ownAllowed, ...costs({ asks: CALL }) },
    description: 'Roles suggested as next steps, the best match first, at most 50.',
    resolve: (employee, _, { directory, loaders, viewer }) => {
      mayReadRatings(employee, { viewer, directory });
      return loaders.roles.careerPaths(employee);
    },
  }),
);
