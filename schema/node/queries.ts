import type { GatewayContext } from '../../src/context.ts';
import { decodeId } from '../../src/domain/ids.ts';
import { builder } from '../builder.ts';
import { providerError, requestError } from '../errors.ts';
import { Node } from './node.ts';

/** Ids that `nodes` takes at most. */
const MOST_NODES = 100;

async function nodeOf(id: string, { directory, loaders, tasks, viewer }: GatewayContext): Promise<object | null> {
  const decoded = decodeId(id);
  const [first = '', second = '', ...rest] = decoded?.parts ?? [];
  switch (decoded?.type) {
    case 'Employee':
      return directory.employees.byId(id);
    case 'Skill':
      return directory.skills.byId(id);
    case 'JobProfile':
      return decoded.parts.length === 2 ? loaders.roles.byId(first, second) : null;
    case 'Integration':
      return decoded.parts.length === 1 ? directory.integration(first) : null;
    case 'SkillRating':
      return loaders.ratingById(first, [second, ...rest]).catch((error: unknown) => {
        throw providerError(error, first);
      });
    case 'Task':
      return decoded.parts.length === 1 ? tasks.get(viewer.tenant, first) : null;
    case 'TaskItem':
      return /^\d{1,9}$/.test(second) && rest.length === 0 ? tasks.item(viewer.tenant, first, Number(second)) : null;
    default:
      return null;
  }
}

builder.queryField('node', (t) =>
  t.field({
    type: Node,
    nullable: true,
    description:
      "The object behind any global id; null when it is unknown, gone or not the viewer's. The id of any matched record answers the unified object, whose own id may differ. A rating is read from its provider again: where that does not answer, the error's code is PROVIDER_SILENT.",
    args: { id: t.arg.id({ required: true, description: 'A global id.' }) },
    resolve: (_, { id }, context) => nodeOf(id, context),
  }),
);

builder.queryField('nodes', (t) =>
  t.field({
    type: [Node],
    nullable: { list: false, items: true },
    description: 'As `node`, for up to 100 ids, in the order asked, with null where `node` would be null.',
    args: { ids: t.arg.idList({ required: true, description: 'Global ids, 1 to 100.' }) },
    resolve: (_, { ids }, context) => {
      if (ids.length < 1) throw requestError('BAD_USER_INPUT', '`ids` must name at least one id.', 'ids');
      if (ids.length > MOST_NODES) throw requestError('PAGE_TOO_LARGE', `\`ids\` takes at most ${MOST_NODES}.`, 'ids');
      return Promise.all(ids.map((id) => nodeOf(id, context)));
    },
  }),
);
