import { schema } from '../../schema/index.ts';
import { ConfigError, type Config } from '../config/environment.ts';
import { tenancyOfEnvironment, type Tenancy } from '../config/tenancy.ts';
import { Deliveries } from './webhookSupervisor.ts';
import type { Directory } from '../directory/directory.ts';
import { DEFAULT_TENANT } from '../domain/tenant.ts';
import { runInSlices } from '../lib/runInSlices.ts';
import { createAuditLog, type AuditLog } from '../auth/auditLog.ts';
import type { Viewer } from '../domain/access.ts';
import { createClients, type AccessRules } from '../auth/authenticator.ts';
import { withDefer } from '../graphql/execution/defer.ts';
import { readGraphiqlTabs } from '../http/pages/graphiqlTabs.ts';
import { guardedObserver } from '../graphql/guardedObserver.ts';
import type { Log } from '../lib/log.ts';
import { addressProblem } from '../lib/addressProblem.ts';
import { withTimeout } from '../lib/timeout.ts';
import { invalidDocuments } from '../graphql/persistedDocuments.ts';
import { HttpError } from '../domain/httpError.ts';
import { readRequestLimits } from '../graphql/demandControl/requestLimits.ts';
import { integrationSpans } from '../observability/integrationTracing.ts';
import { Metrics } from '../observability/metrics.ts';
import { clientTraces, requestSpans } from '../observability/requestTraces.ts';
import { taskSpans } from '../observability/taskTraces.ts';
import { traceFields } from '../observability/tracedFields.ts';
import { flushTraces, registeredTracer } from '../observability/tracing.ts';
import type { CallRecord } from '../outbound/upstream.ts';
import type { Limits } from '../outbound/limits.ts';
import type { RunningSimulator } from './simulators.ts';
import { openTasks } from './openTaskEngine.ts';
import { connectRedis, REDIS_PREFIX } from '../redis/redis.ts';
import { createGatewayServer } from '../http/server.ts';
import { deferredEngine } from '../tasks/deferredEngine.ts';
import type { EngineStatus } from '../tasks/engine/engine.ts';
import { deferredWebhooks } from '../webhooks/deferredWebhooks.ts';
import { receiversOf } from '../webhooks/openWebhooks.ts';
import type { Tenant } from './tenant.ts';
import { Tenants } from './tenants.ts';

export interface GatewayOptions {
  config: Config;
  /** Whom it serves; left out: the tenant that the environment describes. */
  tenancy?: Tenancy;
  log: Log;
  /** Over every card's limits; for benches and tests. */
  limits?: Partial<Limits>;
  /** Hears of every call to a provider. */
  onCall?: (record: CallRecord) => void;
  /** Called when the task store is lost for good: the process can only be started anew. */
  onFailure?: (error: Error) => void;
  /** Milliseconds that former tenants stay open for requests under way; 30 s when left out. */
  retireMs?: number;
  /** Milliseconds that idle connections stay open after `close`, for what is on its way on them; none when left out. */
  lingerMs?: number;
}

export interface Gateway {
  /** Without a path. */
  url: string;
  /** Of the tenant `default`, or of the first one. */
  directory: Directory;
  /** The simulators it started; empty with configured providers. */
  simulators: readonly RunningSimulator[];
  /**
   * Resolves when every integration's first walk has ended and the task store is open; rejects where the store cannot be had, or
   * is not had before the stop.
   */
  ready: Promise<void>;
  /** Serves these tenants and clients from now on, without cutting requests short. One at a time; a rejection changed nothing. */
  reload(tenancy: Tenancy): Promise<void>;
  /** Stops: no more requests, streams ended, tasks handed back, connections closed. */
  close(): Promise<void>;
}

/** Whoever asks for health gives up after two seconds, and a Redis that is frozen answers after five. */
const STATUS_MS = 1_000;

/** Puts everything together and listens at once; walks and the task store follow while requests are answered already. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, log, tenancy = tenancyOfEnvironment(config) } = options;
  const audit = openAudit(log, config.auditLog);
  // Loaded here, so that a gateway of configured providers holds no simulator's code in memory.
  const sandbox = config.sandbox ? await import('./simulators.ts') : null;
  const simulators = sandbox ? await sandbox.startSimulators(config.simulator) : [];
  if (sandbox) {
    log.warn(
      { simulated: Object.fromEntries(simulators.map(({ card, origin }) => [card.name, origin])) },
      'this is a sandbox: no provider is configured, so all of them are simulated, and every person, skill and rating is invented',
    );
  }
  const tracer = registeredTracer();
  if (tracer) traceFields(schema);
  const tracing = tracer ? integrationSpans(tracer, config.tracePropagation) : undefined;
  // Kept where nobody may read them, too: what watches requests for them follows their traces and gives the log its trace ids.
  const metrics = new Metrics(tracer ? requestSpans(tracer) : clientTraces);
  const { redisUrl, roles } = config;
  const redis = redisUrl === null ? null : connectRedis(redisUrl, { log, name: 'skills-gateway-reads' });
  const limits = await readRequestLimits(
    { ...config, limits: { ...config.limits, ...tenancy.limits } },
    redis && { client: redis.commands, prefix: REDIS_PREFIX },
  ).catch(async (error: unknown) => {
    await Promise.all([redis?.close(), ...simulators.map((simulator) => simulator.close())]);
    throw new ConfigError([error instanceof Error ? error.message : String(error)]);
  });
  let store: 'opening' | 'open' | 'lost' = 'opening';
  const lost = (error: Error) => {
    store = 'lost';
    if (options.onFailure) options.onFailure(error);
    else log.error({ err: error }, 'the task store is lost');
  };
  const stop = new AbortController();
  const opening = openTasks({
    config,
    ports: (tenant, integration) => tenants.get(tenant)?.ports(integration) ?? null,
    webhookReceivers: receiversOf(new Map(tenancy.tenants.map(({ name, webhooks }) => [name, webhooks]))),
    log,
    onFailure: lost,
    meter: metrics.tasks,
    traces: tracer ? taskSpans(tracer) : undefined,
    signal: stop.signal,
  });
  const tasks = deferredEngine(opening);
  // Simulators without rate limits are for measuring: the gateway then keeps to none either.
  const unlimited = config.sandbox && config.simulator.limits === 'none' ? { requestsPerSecond: null } : {};
  // A store that is opening or away is left out: a scrape does not wait for it.
  const openedEngine = () => (store === 'open' ? opening : Promise.resolve(null));
  metrics.tasks.backlog = async () => (await openedEngine())?.backlog() ?? null;
  metrics.tasks.takesWrites = async () => (await (await openedEngine())?.status())?.store === 'open';
  const tenants = new Tenants({
    cache: config.cache,
    serves: roles.serve,
    redis,
    links: opening.then((engine) => engine.links),
    limits: { ...unlimited, ...options.limits },
    tracing,
    tasks,
    own: (name) => ({
      onCall: (record) => {
        metrics.upstream.called(name, record);
        options.onCall?.(record);
      },
      onDrift: (integration, { operation }) => metrics.upstream.drifted(name, integration, operation),
      counts: metrics.tenants.countsOf(name),
    }),
    onOpen: (tenant) =>
      metrics.tenants.watch(tenant.name, {
        directory: tenant.directory,
        webhooks: async () => (await openedEngine())?.webhooks ?? null,
      }),
    retireMs: options.retireMs,
    log,
  });
  const { known, walked } = tenants.start(
    sandbox
      ? tenancy.tenants.map((tenant) => ({ ...tenant, integrations: sandbox.simulatedIntegrations(simulators) }))
      : tenancy.tenants,
  );
  const deliveries = new Deliveries({ opening, works: roles.work, log });
  const clients = createClients(rulesOf(tenancy), log);
  // Heard from here on: a directory that another gateway holds is refused before the next await is over.
  const opened = Promise.all([known, deliveries.tell(tenancy.tenants)]).then(
    () => {
      store = 'open';
    },
    (error: unknown) => {
      if (!stop.signal.aborted) lost(error instanceof Error ? error : new Error(String(error)));
      throw error;
    },
  );
  const prepared = Promise.all([walked, opened]).then(() => {});
  // Was told above, also where nobody waits for it.
  prepared.catch(() => {});
  const webhooks = deferredWebhooks(opening);
  const server = createGatewayServer({
    config,
    schema,
    context: ({ viewer, requestId, deadline, receipt, budget }) =>
      tenantOf(tenants, viewer).context({
        viewer,
        audit,
        requestId,
        budget,
        tasks,
        webhooks,
        deadline,
        receipt: receipt ?? undefined,
      }),
    lingerMs: options.lingerMs ?? 0,
    ready: async () => {
      const away = (): EngineStatus => ({ store: 'away', dangers: [] });
      const status =
        store === 'open' ? await withTimeout(STATUS_MS, (await opening).status(), away) : { store, dangers: [] };
      // Whoever serves goes on reading without its store, and all replicas lose it at once.
      const goesOn =
        status.store === 'open' || ((status.store === 'away' || status.store === 'refusing') && roles.serve);
      return {
        ready: goesOn && tenants.all.every(({ ready }) => ready),
        detail: { simulated: config.sandbox, ...status, ...shownOf(tenants.all) },
      };
    },
    clients,
    serves: roles.serve,
    simulated: config.sandbox,
    simulators: config.sandbox
      ? simulators.map(({ card, simulator }) => ({ integration: card.defaultIntegration, simulator }))
      : null,
    audit,
    limits,
    observer: guardedObserver(metrics.requests, (hook, err) =>
      log.error({ hook, err }, 'an observer of requests threw'),
    ),
    metrics: { metrics, access: config.metrics },
    log,
    graphiql: config.graphiql,
    graphiqlTabs: config.graphiql ? await readGraphiqlTabs() : [],
  });
  const exchange = async (next: Tenancy): Promise<void> => {
    const changed = await tenants.replace(next.tenants, () => {
      clients.replace(rulesOf(next));
      Object.assign(limits.operation, config.limits, next.limits);
    });
    await deliveries.change(next.tenants);
    log.info(changed, 'the configuration is exchanged');
  };
  let reloading: Promise<void> = Promise.resolve();
  const gateway: Gateway = {
    url: '',
    get directory() {
      return (tenants.get(DEFAULT_TENANT) ?? tenants.all[0])?.directory ?? refuse('There is no tenant.');
    },
    simulators,
    ready: prepared,
    reload(next) {
      const before = reloading;
      const turn = (async () => {
        await before;
        await exchange(next);
      })();
      reloading = turn.catch(() => {});
      return turn;
    },
    async close() {
      stop.abort(new Error('the gateway stops'));
      const stopped = tenants.stop();
      await server.close();
      await deliveries.close();
      await opening.then(
        (engine) => engine.close(),
        // An engine that never opened has nothing to close, and its failure was reported.
        () => {},
      );
      await stopped;
      await tenants.close();
      audit.close();
      await Promise.all([redis?.close(), ...simulators.map((simulator) => simulator.close())]);
      if (tracer) await flushTraces();
    },
  };
  try {
    ({ url: gateway.url } = await server.listen());
  } catch (error) {
    await gateway.close();
    const problem = addressProblem(error, { port: 'PORT', host: 'HOST' });
    throw problem === null ? error : new ConfigError([problem]);
  }
  // Old ones may be in the file for clients that are gone, so this refuses nothing.
  for (const invalid of limits.persisted
    ? await runInSlices(invalidDocuments(limits.persisted, withDefer(schema)))
    : []) {
    log.warn(invalid, 'a persisted document is not valid and will be refused');
  }
  return gateway;
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

function rulesOf({ tenants, clients, issuers }: Tenancy): AccessRules {
  const names = new Set(tenants.map(({ name }) => name));
  return { clients, issuers, isTenant: (name) => names.has(name) };
}

/** A connection may outlive its tenant. */
function tenantOf(tenants: Tenants, { tenant }: Viewer): Tenant {
  return tenants.get(tenant) ?? refuse('The tenant is served no more.');
}

function refuse(message: string): never {
  throw new HttpError(401, 'UNAUTHENTICATED', message);
}

/** What health shows, which anybody may ask for: no names where there are several tenants. */
function shownOf(tenants: readonly Tenant[]): object {
  const [tenant, ...others] = tenants;
  if (!tenant || others.length > 0) {
    return { tenants: { open: tenants.length, ready: tenants.filter(({ ready }) => ready).length } };
  }
  const { integrations } = tenant.directory;
  return {
    integrations: Object.fromEntries(integrations.map(({ name, state, sync }) => [name, { state, sync: sync.state }])),
  };
}
