import { schema } from '../schema/index.ts';
import { ConfigError, type Config } from './config.ts';
import type { Directory } from './directory/directory.ts';
import { createAuditLog, type AuditLog } from './http/auditLog.ts';
import { readGraphiqlTabs } from './http/graphiqlTabs.ts';
import type { Log } from './http/log.ts';
import { readRequestLimits } from './http/requestLimits.ts';
import type { CallRecord, Limits } from './outbound/upstream.ts';
import { simulatedIntegrations, startSimulators, type RunningSimulator } from './providers.ts';
import { openTasks } from './openTasks.ts';
import { connectRedis, REDIS_PREFIX } from './redis/connection.ts';
import { createGatewayServer } from './server.ts';
import { deferredEngine } from './tasks/deferredEngine.ts';
import { deferredWebhooks } from './tasks/webhooks/deferredWebhooks.ts';
import { openWebhooks } from './tasks/webhooks/openWebhooks.ts';
import { openTenant, type Tenant } from './tenant.ts';

export interface GatewayOptions {
  config: Config;
  log: Log;
  /** Over every card's limits; for benches and tests. */
  limits?: Partial<Limits>;
  /** Hears of every call to a provider. */
  onCall?: (record: CallRecord) => void;
  /** Called when the task store is lost for good: the process can only be started anew. */
  onFailure?: (error: Error) => void;
  /** Milliseconds that idle connections stay open after `close`, for what is on its way on them; none when left out. */
  lingerMs?: number;
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
  const audit = openAudit(log, config.auditLog);
  const simulators = config.sandbox ? await startSimulators(config.simulator) : [];
  for (const { card, origin } of simulators) {
    log.info(
      { provider: card.name, origin },
      'no provider is configured: simulating this one, its data is kept in memory',
    );
  }
  const tenants = new Map<string, Tenant>();
  const tenantOf = (name: string): Tenant => {
    const tenant = tenants.get(name);
    if (!tenant) throw new Error(`There is no tenant ${name}.`);
    return tenant;
  };
  const { redisUrl, roles } = config;
  const redis = redisUrl === null ? null : connectRedis(redisUrl, { log, name: 'skills-gateway-reads' });
  const limits = await readRequestLimits(config, redis && { client: redis.commands, prefix: REDIS_PREFIX }).catch(
    async (error: unknown) => {
      await Promise.all([redis?.close(), ...simulators.map((simulator) => simulator.close())]);
      throw new ConfigError([error instanceof Error ? error.message : String(error)]);
    },
  );
  let store: 'opening' | 'open' | 'lost' = 'opening';
  const lost = (error: Error) => {
    store = 'lost';
    log.error({ err: error }, 'the task store is lost');
    options.onFailure?.(error);
  };
  const stop = new AbortController();
  const opening = openTasks({
    config,
    ports: (tenant, integration) => tenants.get(tenant)?.ports(integration) ?? null,
    log,
    onFailure: lost,
    signal: stop.signal,
  });
  const telling = opening.then((engine) =>
    roles.work ? openWebhooks({ ...config.webhooks, store: engine.webhooks, engine, log }) : null,
  );
  const tasks = deferredEngine(opening);
  // Simulators without rate limits are for measuring: the gateway then keeps to none either.
  const unlimited = config.sandbox && config.simulator.limits === 'none' ? { requestsPerSecond: null } : {};
  const tenant = openTenant({
    name: TENANT,
    integrations: config.sandbox ? simulatedIntegrations(simulators) : config.integrations,
    consensusPolicy: config.consensusPolicy,
    cache: config.cache,
    serves: roles.serve,
    redis,
    links: opening.then((engine) => engine.links),
    limits: { ...unlimited, ...options.limits },
    onCall: options.onCall,
    log,
  });
  tenants.set(tenant.name, tenant);
  // What providers were told within the last day may still be missing from their reads.
  const following = roles.serve
    ? tasks.follow(Date.now() - DAY_MS, (event) => tenants.get(event.tenant)?.written(event))
    : null;
  // Heard from here on: a directory that another gateway holds is refused before the next await is over.
  const opened = Promise.all([tenant.loadLinks(), following, telling]).then(
    () => {
      store = 'open';
    },
    (error: unknown) => {
      if (!stop.signal.aborted) lost(error instanceof Error ? error : new Error(String(error)));
    },
  );
  const webhooks = deferredWebhooks(opening);
  const server = createGatewayServer({
    config,
    schema,
    context: ({ signal, viewer, requestId, deadlineMs, receipt, budget }) =>
      tenantOf(viewer.tenant).context({
        viewer,
        audit,
        requestId,
        budget,
        tasks,
        webhooks,
        signal,
        deadlineMs,
        receipt: receipt ?? undefined,
      }),
    lingerMs: options.lingerMs ?? 0,
    ready: async () => {
      const status = store === 'open' ? await (await opening).status() : { store, dangers: [] };
      return {
        ready: status.store === 'open' && tenant.ready,
        detail: {
          ...status,
          integrations: Object.fromEntries(
            tenant.directory.integrations.map(({ name, state, sync }) => [name, { state, sync: sync.state }]),
          ),
        },
      };
    },
    serves: roles.serve,
    audit,
    limits,
    log,
    graphiql: config.graphiql,
    graphiqlTabs: config.graphiql ? await readGraphiqlTabs() : [],
  });
  const walked = tenant.start();
  const { url } = await server.listen();
  return {
    url,
    directory: tenant.directory,
    simulators,
    ready: Promise.all([walked, opened]).then(() => {}),
    async close() {
      stop.abort(new Error('the gateway stops'));
      const stopped = tenant.stop();
      await server.close();
      await telling.then(
        (deliverer) => deliverer?.close(),
        () => {},
      );
      await opening.then(
        (engine) => engine.close(),
        // An engine that never opened has nothing to close, and its failure was reported.
        () => {},
      );
      await stopped;
      await tenant.close();
      audit.close();
      await Promise.all([redis?.close(), ...simulators.map((simulator) => simulator.close())]);
    },
  };
}

function openAudit(log: Log, path: string | null): AuditLog {
  try {
    return createAuditLog(log, path);
  } catch (error) {
    throw new ConfigError([
      `AUDIT_LOG cannot be appended to: ${error instanceof Error ? error.message : String(error)}`,
    ]);
  }
}
