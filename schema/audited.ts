import { GraphQLError, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import { signature, type AuditOutcome } from '../src/domain/audit.ts';
import { encodeId } from '../src/domain/ids.ts';
import { WRITE_SCOPES } from '../src/domain/operations.ts';
import type { GatewayContext } from '../src/context.ts';
import type { NewTask, Task } from '../src/tasks/task.ts';
import { demand } from './access.ts';

/** What mutations answer, as far as an audit looks at it. */
interface Payload {
  task?: Pick<Task, 'id'> | null;
  results?: readonly unknown[];
  delivery?: { taskId: string } | null;
  replayed?: boolean;
  userErrors: readonly unknown[];
}

type Input = { input?: { items?: unknown; records?: unknown } | null };

/**
 * Puts every mutation under audit, here once instead of in each resolver: who asked for what, and what became of it. The
 * engine that resolvers are given refuses to start, repeat or cancel a task of a kind that the viewer may not write, which
 * the document of `retryTask` and `cancelTask` does not tell.
 */
export function audited(schema: GraphQLSchema): GraphQLSchema {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const { name, resolve } = field;
    if (resolve) field.resolve = auditedField(name, resolve);
  }
  return schema;
}

type Resolve = GraphQLFieldResolver<unknown, GatewayContext>;

function auditedField(mutation: string, resolve: Resolve): Resolve {
  return async (source, args: Input, context, info) => {
    const { viewer, audit, requestId } = context;
    const seen: Seen = { integrations: new Set(), cancelled: false };
    const note = (outcome: AuditOutcome, taskId?: string) =>
      audit?.note({
        ...signature(viewer, requestId ?? null),
        mutation,
        outcome,
        task: taskId === undefined ? null : encodeId('Task', taskId),
        items: itemsOf(args),
        integrations: [...seen.integrations].toSorted(),
      });
    try {
      const payload = (await resolve(source, args, { ...context, tasks: guarded(context, seen) }, info)) as Payload;
      note(outcomeOf(payload, seen), payload.task?.id ?? payload.delivery?.taskId);
      return payload;
    } catch (error) {
      note(error instanceof GraphQLError && error.extensions['code'] === 'FORBIDDEN' ? 'forbidden' : 'failed');
      throw error;
    }
  };
}

/** What the engine was asked for meanwhile. */
interface Seen {
  integrations: Set<string>;
  cancelled: boolean;
}

function guarded({ tasks, viewer }: GatewayContext, seen: Seen): GatewayContext['tasks'] {
  const get: GatewayContext['tasks']['get'] = async (tenant, id) => {
    const task = await tasks.get(tenant, id);
    if (task) demand(viewer, WRITE_SCOPES[task.kind]);
    return task;
  };
  const own: Partial<GatewayContext['tasks']> = {
    start: (task: NewTask) => {
      demand(viewer, WRITE_SCOPES[task.kind]);
      for (const { integration } of task.items) seen.integrations.add(integration);
      return tasks.start(task);
    },
    get,
    cancel: async (tenant, id) => {
      if ((await get(tenant, id)) === null) return null;
      seen.cancelled = true;
      return tasks.cancel(tenant, id);
    },
  };
  return Object.assign(Object.create(tasks) as GatewayContext['tasks'], own);
}

function outcomeOf({ task, results, delivery, replayed, userErrors }: Payload, { cancelled }: Seen): AuditOutcome {
  if (userErrors.length > 0) return 'userErrors';
  if (results) return 'linked';
  if (delivery) return 'redelivered';
  if (!task) return 'checked';
  if (cancelled) return 'cancelled';
  return replayed === true ? 'replayed' : 'started';
}

/** Items, or records to link. A lone one needs no brackets and counts as one. */
function itemsOf({ input }: Input): number | null {
  const { items, records } = input ?? {};
  if (Array.isArray(items)) return items.length;
  if (typeof records !== 'object' || records === null) return null;
  return Object.values(records).flat().length;
}
