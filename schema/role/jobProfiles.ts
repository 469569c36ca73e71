import { pageOf } from '../../src/domain/paging.ts';
import { jobProfilePosition, searchRoles } from '../../src/domain/roles.ts';
import type { Role } from '../../src/loaders/rolesCatalogue.ts';
import { builder } from '../builder.ts';
import { CALL, costs } from '../cost.ts';
import { cursorsOf, pageArgs, SourcedConnection } from '../connection.ts';
import { connectionType } from '../connectionType.ts';
import type { Source } from '../integration/integration.ts';
import { searchOf } from '../search.ts';
import { JobProfileRef } from './jobProfile.ts';

const { connection: JobProfileConnection } = connectionType<SourcedConnection<Role, Source>>(
  'JobProfile',
  JobProfileRef,
  'skills:read',
  {
    connection: 'Job profiles, paged.',
    edge: 'A job profile on a page.',
    cursor: 'Opaque position, stable while profiles change.',
    node: 'The job profile.',
    nodes: "The page's job profiles.",
    totalCount: 'Job profiles on all pages, counting only the integrations that answered.',
    sources: 'How each integration answered.',
  },
);

builder.queryField('jobProfiles', (t) =>
  t.field({
    type: JobProfileConnection,
    extensions: costs({ asks: CALL }),
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
