import { pageOf } from '../../src/domain/paging.ts';
import { jobProfilePosition, searchRoles } from '../../src/domain/roles.ts';
import type { Role } from '../../src/loaders/rolesCatalogue.ts';
import { needs } from '../access.ts';
import { builder } from '../builder.ts';
import { cursorsOf, pageArgs, PageInfo, SourcedConnection, type Edge } from '../connection.ts';
import { SourceStatus, type Source } from '../integration/integration.ts';
import { searchOf } from '../search.ts';
import { JobProfileRef } from './jobProfile.ts';

const JobProfileEdge = builder.objectRef<Edge<Role>>('JobProfileEdge');
JobProfileEdge.implement({
  extensions: needs('skills:read'),
  description: 'A job profile on a page.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: 'Opaque position, stable while profiles change.' }),
    node: t.expose('node', { type: JobProfileRef, description: 'The job profile.' }),
  }),
});

const JobProfileConnection = builder.objectRef<SourcedConnection<Role, Source>>('JobProfileConnection');
JobProfileConnection.implement({
  extensions: needs('skills:read'),
  description: 'Job profiles, paged.',
  fields: (t) => ({
    edges: t.expose('edges', { type: [JobProfileEdge], description: "The page's entries with their cursors." }),
    nodes: t.field({
      type: [JobProfileRef],
      description: "The page's job profiles.",
      resolve: ({ nodes }) => nodes as Role[],
    }),
    pageInfo: t.expose('pageInfo', { type: PageInfo, description: 'Where the page stands.' }),
    totalCount: t.exposeInt('totalCount', {
      description: 'Job profiles on all pages, counting only the integrations that answered.',
    }),
    sources: t.field({
      type: [SourceStatus],
      description: 'How each integration answered.',
      resolve: ({ sources }) => sources as Source[],
    }),
  }),
});

builder.queryField('jobProfiles', (t) =>
  t.field({
    type: JobProfileConnection,
    // What is refused here leaves the other fields of the request standing.
    nullable: true,
    description:
      'Job profiles and staffing entities with the skills they expect, by name or, when searched, by relevance.',
    args: {
      first: t.arg.int({ defaultValue: 25, description: 'How many, 1 to 100.' }),
      after: t.arg.string({ description: 'Only what follows this cursor.' }),
      search: t.arg.string({
        description: 'Words or their beginnings over names. At most 200 characters; blank as if not given.',
      }),
    },
    resolve: async (_, { search, ...args }, { loaders }) => {
      // Relevance belongs to one search: a cursor of another has no place in its order.
      const text = searchOf(search, 'search') || null;
      const list = text === null ? 'job profiles' : `job profiles ${text}`;
      const asked = pageArgs(args, { list, usual: 25, most: 100 });
      const { roles, sources } = await loaders.roles.all();
      const found = searchRoles(roles, text);
      const positionOf = jobProfilePosition(text);
      const page = pageOf(found, positionOf, asked);
      return new SourcedConnection(page, found.length, cursorsOf(list, positionOf), sources);
    },
  }),
);
