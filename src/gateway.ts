import { schema } from '../schema/index.ts';
import type { Config } from './config.ts';
import { redisCaches } from './cache/redisCache.ts';
import { createContext } from './context.ts';
import { Directory } from './directory/directory.ts';
import { DirectoryRefresh } from './directory/refresh.ts';
import { SharedDirectory } from './directory/sharedDirectory.ts';
import { SkillSearch } from './directory/skillSearch.ts';
import { readGraphiqlTabs } from './http/graphiqlTabs.ts';
import type { Log } from './http/log.ts';
import { RecordLinks } from './links/recordLinks.ts';
import { ConsensusPolicies } from './loaders/consensusPolicies.ts';
import { createReaders } from './loaders/readers.ts';
import { RoleReads } from './loaders/roleReads.ts';
import { RolesCatalogue } from './loaders/rolesCatalogue.ts';
import type { CallRecord, Limits } from './outbound/upstream.ts';
import { connectIntegrations, startSimulators, type RunningSimulator } from './providers.ts';
import { openTasks } from './openTasks.ts';
import { connectRedis, REDIS_PREFIX } from './redis/connection.ts';
import { createGatewayServer } from './server.ts';
import { afterWrite } from './tasks/afterWrite.ts';
import { deferredEngine } from './tasks/deferredEngine.ts';
import { SkillChanges } from './tasks/skillChanges.ts';
import { deferredWebhooks } from './tasks/webhooks/deferredWebhooks.ts';
import { openWebhooks } from './tasks/webhooks/openWebhooks.ts';

export interface GatewayOptions {
  config: Config;
  log: Log;
  /** Over every card's limits; for benches and tests. */
  limits?: Partial<Limits>;
  /** Hears of every call to a provider. */
  onCall?: (record: CallRecord) => void;
  /** Called when the task store is lost for good: the process can only be started anew. */
  onFailure?: (error: Error) => void;
}

export interface Gateway {
  /** Without a path. */
  url: string;
  directory: Directory;
  /** The simulators it started; empty with configured providers. */
  simulators: readonly RunningSimulator[];
  /** Resolves when every integration's first walk has ended and the task store is open. */
  ready: Promise<void>;
  /** Stops: no more requests, streams ended, tasks handed back, connections closed. */
  close(): Promise<void>;
}

/** The single tenant that the environment describes (DESIGN: Words). */
const TENANT = 'default';

const DAY_MS = 24 * 60 * 60_000;

/** Puts everything together and listens at once; walks and the task store follow while requests are answered already. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, log } = options;
  const simulators = config.sandbox ? await startSimulators(config.simulator) : [];
  for (const { card, origin } of simulators) {
    log.info(
      { provider: card.name, origin },
      'no provider is configured: simulating this one, its data is kept in memory',
    );
  }
  const connected = connectIntegrations(config, {
    simulators,
    ...(options.limits ? { limits: options.limits } : {}),
    ...(options.onCall ? { onCall: options.onCall } : {}),
  });
  const directory = new Directory(connected.integrations);
  const skillSearch = new SkillSearch();
  const rolesCatalogue = new RolesCatalogue(directory);
  const policies = new ConsensusPolicies({
    integrations: connected.integrations,
    usual: config.consensusPolicy,
  });
  const { cache, redisUrl } = config;
  // For the directory and the caches, which a process that only works does without.
  const redis =
    config.roles.serve && redisUrl !== null ? connectRedis(redisUrl, { log, name: 'skills-gateway-reads' }) : null;
  const refresh = redis
    ? new SharedDirectory({ redis, directory, log, tenant: TENANT })
    : new DirectoryRefresh(directory, log);
  const shared =
    cache && redis ? redisCaches({ redis: redis.commands, prefix: REDIS_PREFIX, tenant: TENANT, log }) : undefined;
  const readers = createReaders({ directory, cache, shared });
  const roleReads = new RoleReads({ directory, cache, shared });
  let store: 'opening' | 'open' | 'lost' = 'opening';
  const lost = (error: Error) => {
    store = 'lost';
    log.error({ err: error }, 'the task store is lost');
    options.onFailure?.(error);
  };
  const stop = new AbortController();
  const opening = openTasks({ config, directory, log, onFailure: lost, signal: stop.signal });
  const telling = opening.then((engine) =>
    config.roles.work ? openWebhooks({ ...config.webhooks, store: engine.webhooks, engine, log }) : null,
  );
  const tasks = deferredEngine(opening);
  const skillChanges = new SkillChanges();
  directory.onRatingsChanged = (integration, employeeIds) =>
    skillChanges.noted({ integration, employeeIds, taskId: null, at: new Date().toISOString() });
  // What providers were told within the last day may still be missing from their reads.
  const following = config.roles.serve
    ? tasks.follow(Date.now() - DAY_MS, (event) => {
        afterWrite(event, { directory, readers, employees: roleReads });
        skillChanges.written(event);
      })
    : null;
  const links = new RecordLinks({ tenant: TENANT, directory, store: opening.then((engine) => engine.links) });
  // Heard from here on: a directory that another gateway holds is refused before the next await is over.
  const opened = Promise.all([links.load(), following, telling]).then(
    () => {
      store = 'open';
    },
    (error: unknown) => {
      if (!stop.signal.aborted) lost(error instanceof Error ? error : new Error(String(error)));
    },
  );
  const server = createGatewayServer({
    config,
    schema,
    context: ({ signal, client, deadlineMs, receipt }) =>
      createContext({
        viewer: { tenant: TENANT, client },
        directory,
        readers,
        policies,
        skillSearch,
        rolesCatalogue,
        roleReads,
        tasks,
        webhooks: deferredWebhooks(opening),
        links,
        skillChanges,
        signal,
        deadlineMs,
        receipt: receipt ?? undefined,
      }),
    ready: async () => {
      const status = store === 'open' ? await (await opening).status() : { store, dangers: [] };
      return {
        ready: status.store === 'open' && (!config.roles.serve || refresh.ready),
        detail: {
          ...status,
          integrations: Object.fromEntries(
            directory.integrations.map(({ name, state, sync }) => [name, { state, sync: sync.state }]),
          ),
        },
      };
    },
    serves: config.roles.serve,
    log,
    graphiql: config.sandbox,
    graphiqlTabs: config.sandbox ? await readGraphiqlTabs() : [],
  });
  // A process that only works answers no questions, and providers need no second reader.
  const walks = config.roles.serve ? refresh.start() : Promise.resolve();
  const { url } = await server.listen();
  return {
    url,
    directory,
    simulators,
    // With the index of skills, for which the first search would wait.
    ready: Promise.all([walks.then(() => skillSearch.follow(directory.skills)), opened]).then(() => {}),
    async close() {
      stop.abort(new Error('the gateway stops'));
      const refreshed = refresh.stop();
      await server.close();
      await telling.then(
        (webhooks) => webhooks?.close(),
        () => {},
      );
      await opening.then(
        (engine) => engine.close(),
        // An engine that never opened has nothing to close, and its failure was reported.
        () => {},
      );
      await refreshed;
      await Promise.all([connected.close(), redis?.close()]);
    },
  };
}
