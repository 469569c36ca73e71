import { once } from 'node:events';
import { buildSchema, GraphQLError, type GraphQLObjectType } from 'graphql';
import {
  createGatewayServer,
  type GatewayServer,
  type GatewayServerOptions,
  type RequestInfo,
} from '../../../src/http/server.ts';
import { localEvents } from '../../../src/tasks/engine/events.ts';
import { watchTask } from '../../../src/tasks/engine/watch.ts';
import { isFinalTask } from '../../../src/tasks/stateMachine.ts';
import type { Task } from '../../../src/tasks/task.ts';
import { gate } from './fakeProvider.ts';
import { runLog } from '../runLogs.ts';
import { SERVER_CONFIG } from '../serverConfig.ts';

export interface WatchServer {
  url: string;
  server: GatewayServer;
  /** One for each operation, and for each event of a subscription. */
  requests: RequestInfo[];
  log: { level: string; message: string; fields: Record<string, unknown> }[];
  /** Stores a state of a task and publishes it. */
  publish(id: string, revision: number, state?: Task['state']): void;
  /** Watchers of tasks that listen now. */
  readonly listening: number;
  /** Resolves when so many listen. */
  listeners(count: number): Promise<void>;
  /** Resolves when the field `slow` runs; it answers after `release`, or when its request is aborted. */
  slowRuns: Promise<void>;
  release: () => void;
}

/** The server with a graph that watches tasks as the engine does, and no database behind it. */
export async function startWatchServer(
  config: Partial<GatewayServerOptions['config']> = {},
  more: Partial<GatewayServerOptions> = {},
): Promise<WatchServer> {
  const schema = buildSchema(`
    type Query { hello(name: String): String! slow: String! fails: String client: String requestId: String }
    type Mutation { set: Boolean }
    type Subscription { task(id: ID!, after: Int, padding: Int): Step! broken: Int }
    type Step { revision: Int! state: String! padding: String! }
  `);
  const events = localEvents();
  const tasks = new Map<string, Task>();
  const requests: RequestInfo[] = [];
  const log: WatchServer['log'] = [];
  const slow = gate();
  const released = gate();
  const waiting: { count: number; open: () => void }[] = [];
  const counted = () => {
    for (const { count, open } of waiting) if (events.size === count) open();
  };
  type Resolve = (source: never, args: never, context: RequestInfo) => unknown;
  const set = (type: string, field: string, key: 'resolve' | 'subscribe', resolve: Resolve) =>
    Object.assign((schema.getType(type) as GraphQLObjectType).getFields()[field] ?? {}, { [key]: resolve });
  set('Query', 'hello', 'resolve', (_, { name }: { name?: string }) => `hello ${name ?? 'world'}`);
  set('Query', 'slow', 'resolve', async (_, __, { deadline: { signal } }) => {
    slow.open();
    await Promise.race([released.passed, once(signal, 'abort')]);
    return 'done';
  });
  set('Query', 'fails', 'resolve', () => {
    throw new Error('the database said no to alice@example.test');
  });
  set('Query', 'client', 'resolve', (_, __, { client }) => client);
  set('Query', 'requestId', 'resolve', (_, __, { requestId }) => requestId);
  set('Mutation', 'set', 'resolve', () => true);
  set('Subscription', 'broken', 'resolve', () => {
    throw new Error('the database said no to alice@example.test');
  });
  set('Subscription', 'broken', 'subscribe', async function* () {
    yield await Promise.resolve(1);
  });
  const subscribe = async (
    _: never,
    { id, after, padding = 0 }: { id: string; after?: number; padding?: number },
    { deadline: { signal } }: RequestInfo,
  ) => {
    const options = { events, taskId: id, read: () => Promise.resolve(tasks.get(id) ?? null), signal };
    const watching = watchTask({ ...options, ...(after === undefined ? {} : { afterRevision: after }) }, () =>
      setImmediate(counted),
    );
    counted();
    const watcher = await watching;
    if (!watcher) throw new GraphQLError('There is no such task.', { extensions: { code: 'NOT_FOUND' } });
    return {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          const { done, value } = await watcher.next();
          return done === true ? { done, value } : { done: false, value: { ...value, padding: 'x'.repeat(padding) } };
        },
        return: () => watcher.return?.() ?? Promise.resolve({ done: true, value: undefined }),
      }),
    };
  };
  set('Subscription', 'task', 'resolve', (step) => step);
  set('Subscription', 'task', 'subscribe', subscribe);
  const write = (level: string) => (fields: object, message: string) =>
    void log.push({ level, message, fields: { ...fields } });
  const server = createGatewayServer({
    config: { ...SERVER_CONFIG, ...config },
    schema,
    context: (info) => {
      requests.push(info);
      return info;
    },
    ready: () => ({ ready: true, detail: {} }),
    log: runLog({ debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }),
    graphiql: false,
    ...more,
  });
  const { url } = await server.listen();
  return {
    url,
    server,
    requests,
    log,
    publish(id, revision, state = 'RUNNING') {
      const task = { id, revision, state } as Task;
      tasks.set(id, task);
      events.publish(task);
      if (isFinalTask(state)) setImmediate(counted);
    },
    get listening() {
      return events.size;
    },
    async listeners(count) {
      if (events.size === count) return;
      const { open, passed } = gate();
      waiting.push({ count, open });
      await passed;
    },
    slowRuns: slow.passed,
    release: released.open,
  };
}
