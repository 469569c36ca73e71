import type { GraphQLSchema } from 'graphql';
import type { GatewayContext } from '../../src/context.ts';
import type { AccessExtensions } from '../../src/domain/access.ts';
import { decodeId } from '../../src/domain/ids.ts';
import { checkedByType, demand } from '../access.ts';
import { builder } from '../builder.ts';
import { ALONE, CALL, costs } from '../cost.ts';
import { providerError, requestError } from '../errors.ts';
import { Node } from './node.ts';

/** Ids that `nodes` takes at most. */
const MAX_NODES = 100;

async function nodeOf(id: string, context: GatewayContext, graph: GraphQLSchema): Promise<object | null> {
  const { directory, loaders, tasks, viewer } = context;
  const decoded = decodeId(id);
  if (decoded) demandType(decoded.type, viewer, graph);
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

/** A document that asks for nothing but ids names no type, so that nobody else has asked. Before the look: an unknown id tells as little. */
function demandType(name: string, viewer: GatewayContext['viewer'], graph: GraphQLSchema): void {
  const { scopes = [] } = (graph.getType(name)?.extensions ?? {}) as AccessExtensions;
  for (const scope of scopes) demand(viewer, scope);
}

builder.queryField('node', (t) =>
  t.field({
    type: Node,
    extensions: { ...checkedByType, ...costs({ asks: CALL, alone: ALONE, by: ['id'] }) },
    nullable: true,
    description:
      "The object behind any global id; null when it is unknown, gone or not the viewer's. The id of any matched record answers the unified object, whose own id may differ. A rating is read from its provider again: where that does not answer, the error's code is PROVIDER_SILENT.",
    args: { id: t.arg.id({ required: true, description: 'A global id.' }) },
    resolve: (_, { id }, context, { schema }) => nodeOf(id, context, schema),
  }),
);

builder.queryField('nodes', (t) =>
  t.field({
    type: [Node],
    extensions: { ...checkedByType, ...costs({ asks: CALL, alone: ALONE, by: ['ids'] }) },
    // What is refused here leaves the other fields of the request standing.
    nullable: { list: true, items: true },
    description: 'As `node`, for up to 100 ids, in the order asked, with null where `node` would be null.',
    args: { ids: t.arg.idList({ required: true, description: 'Global ids, 1 to 100.' }) },
    resolve: (_, { ids }, context, { schema }) => {
      if (ids.length < 1) throw requestError('BAD_USER_INPUT', '`ids` must name at least one id.', 'ids');
      if (ids.length > MAX_NODES) throw requestError('PAGE_TOO_LARGE', `\`ids\` takes at most ${MAX_NODES}.`, 'ids');
      // Each on its own: one that is refused, or whose provider is silent, is an error at its place in the list.
      return ids.map((id) => nodeOf(id, context, schema));
    },
  }),
);
