import type { Viewer as ViewerShape } from '../../src/domain/access.ts';
import { builder } from '../builder.ts';
import { RateLimit } from '../integration/integration.ts';

const Viewer = builder.objectRef<ViewerShape>('Viewer');
Viewer.implement({
  description: 'Who a request acts for.',
  fields: (t) => ({
    tenant: t.exposeString('tenant', {
      description: 'The tenant whose integrations, employees and tasks are visible.',
    }),
    client: t.exposeString('client', {
      nullable: true,
      description: "The API client or the token's subject; null while access control is off.",
    }),
    scopes: t.stringList({
      description: 'What the client may do, e.g. `ratings:write`.',
      resolve: ({ scopes }) => [...scopes].toSorted(),
    }),
    simulated: t.boolean({
      description:
        'Whether providers of this tenant are simulated (a sandbox): people, skills and ratings are then invented.',
      resolve: (_, __, { directory }) => directory.integrations.some(({ simulated }) => simulated),
    }),
    budget: t.field({
      type: RateLimit,
      nullable: true,
      description: 'What is left to spend in the current window; null while no limit is configured.',
      resolve: (_, __, { budget }) => budget?.() ?? null,
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: Viewer,
    description: 'Who this request acts for, what it may do and what it has left to spend.',
    resolve: (_, __, { viewer }) => viewer,
  }),
);
