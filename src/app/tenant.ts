import { createHash } from 'node:crypto';
import { redisCaches } from '../cache/redisCache.ts';
import type { CountsOf } from '../cache/cacheCounts.ts';
import { createContext, type GatewayContext, type RequestParts } from '../context.ts';
import { Directory } from '../directory/directory.ts';
import { SyncScheduler } from '../directory/sync/syncScheduler.ts';
import { ReplicatedDirectory } from '../directory/replication/replicatedDirectory.ts';
import { SkillSearch } from '../directory/search/skillSearch.ts';
import type { Log } from '../lib/log.ts';
import type { DriftNote, Ports } from '../domain/ports.ts';
import { RecordLinks } from '../links/links.ts';
import type { LinkStore } from '../links/linkStore.ts';
import { ConsensusPolicies } from '../loaders/consensusPolicies.ts';
import { WatchedRatings } from '../loaders/readers/watchedRatings.ts';
import { createReaders } from '../loaders/readers/readers.ts';
import { RoleReads } from '../loaders/readers/roleReader.ts';
import { RolesCatalogue } from '../loaders/rolesCatalogue.ts';
import type { IntegrationTracing } from '../observability/integrationTracing.ts';
import { guarded } from '../outbound/guarded.ts';
import type { CallRecord } from '../outbound/upstream.ts';
import type { Limits } from '../outbound/limits.ts';
import { connectIntegrations } from './integrations.ts';
import type { ConfiguredIntegration } from '../integrations/providerCard.ts';
import { REDIS_PREFIX, type RedisConnections } from '../redis/redis.ts';
import { afterWrite } from '../tasks/readYourWrites.ts';
import { SkillChanges } from '../tasks/skillChanges.ts';
import type { WrittenEvent } from '../tasks/task.ts';

export interface TenantOptions {
  name: string;
  /** In order of precedence. */
  integrations: readonly ConfiguredIntegration[];
  /** The policy by which ratings are blended unless a query names another. */
  consensusPolicy: string;
  /** False: nothing but the directory is kept between requests. */
  cache: boolean;
  /** False for a process that answers no questions: providers need no second reader. */
  serves: boolean;
  /** What replicas share the directory, the caches and the request rates through; null where there is one process. */
  redis: RedisConnections | null;
  /** Opened with the tasks, which takes seconds the first time. */
  links: Promise<LinkStore>;
  /** Over every card's limits. */
  limits?: Partial<Limits> | undefined;
  onCall?: ((record: CallRecord) => void) | undefined;
  /** Hears of each shape that could not be read. */
  onDrift?: ((integration: string, note: DriftNote) => void) | undefined;
  /** Where reads of copies are counted. */
  counts?: CountsOf | undefined;
  /** Follows questions and calls to providers. */
  tracing?: IntegrationTracing | undefined;
  log: Log;
}

/** One customer at work: its integrations, what is known of its people and skills, and how to read more of them. */
export interface Tenant {
  readonly name: string;
  readonly directory: Directory;
  /** Whether everything was read once, so that answers are whole. */
  readonly ready: boolean;
  /** The context of one request, or of one event of a subscription. */
  context(request: RequestParts): GatewayContext;
  /** The ports of an integration; null when there is none of this name. */
  ports(integration: string): Ports | null;
  /** Takes note of an item of its tasks that was stored. */
  written(event: WrittenEvent): void;
  /** Reads what people decided about records; rejects when the store does not open. */
  loadLinks(): Promise<void>;
  /** Begins to read the providers; resolves when the first walks have ended and can be searched. */
  start(): Promise<void>;
  /** Reads no more by itself; what requests and tasks ask still goes through. */
  stop(): Promise<void>;
  /** Ends what still watches it and reads, and lets go of the connections; writes get so long, a little while when left out. */
  close(graceMs?: number): Promise<void>;
}

/** Connects a tenant's integrations and puts together all that stands on them. Nothing is read before `start`. */
export function openTenant(options: TenantOptions): Tenant {
  const { name, integrations, consensusPolicy, cache, serves, redis, links, limits, onCall, counts, tracing } = options;
  const log = logOfTenant(options.log, name);
  const connected = connectIntegrations(integrations, {
    ...(limits ? { limits } : {}),
    ...(onCall ? { onCall } : {}),
    onDrift(integration, note, added) {
      options.onDrift?.(integration, note);
      if (added) log.warn({ integration, ...note, sample: added.sample }, 'answers of an unknown shape');
    },
    onThrow: (integration, hook, err) => log.error({ integration, hook, err }, 'an observer of provider calls threw'),
    tracing,
    ...(redis ? { redis: { client: redis.commands, prefix: `${REDIS_PREFIX}rates:${name}:` } } : {}),
  });
  // What replicas share of a tenant is that of the same accounts: under other ones equal ids are other people.
  const accounts = `${name}:${digestOf(integrations)}`;
  const directory = new Directory(connected.integrations);
  const skillSearch = new SkillSearch();
  const policies = new ConsensusPolicies({ integrations: connected.integrations, usual: consensusPolicy });
  const shared =
    cache && redis ? redisCaches({ redis: redis.commands, prefix: REDIS_PREFIX, tenant: accounts, log }) : undefined;
  const readers = createReaders({ directory, cache, shared, counts });
  const roleReads = new RoleReads({ directory, cache, shared, counts });
  const rolesCatalogue = new RolesCatalogue({ directory, roleReads });
  const refresh =
    serves && redis
      ? new ReplicatedDirectory({ redis, directory, log, tenant: accounts })
      : new SyncScheduler(directory, log);
  const skillChanges = new SkillChanges();
  directory.onRatingsChanged = guarded(
    'onRatingsChanged',
    (integration: string, employeeIds: ReadonlySet<string>) =>
      skillChanges.noted({ integration, employeeIds, taskId: null, at: new Date().toISOString() }),
    (hook, err) => log.error({ hook, err }, 'an observer of ratings threw'),
  );
  const watchedRatings = new WatchedRatings({ readers, watched: () => skillChanges.watched });
  // Without copies there is nothing to compare with.
  if (cache) skillChanges.onWatch = () => watchedRatings.begin();
  const recordLinks = new RecordLinks({ tenant: name, directory, store: links });
  const parts = {
    directory,
    readers,
    policies,
    skillSearch,
    rolesCatalogue,
    roleReads,
    links: recordLinks,
    skillChanges,
  };
  let stopping: Promise<void> | null = null;
  const stop = () => (stopping ??= Promise.resolve(refresh.stop()));
  return {
    name,
    directory,
    get ready() {
      return !serves || refresh.ready;
    },
    context: (request) => createContext(parts, request),
    ports: (integration) => directory.integration(integration)?.ports ?? null,
    written(event) {
      afterWrite(event, { directory, readers, employees: roleReads });
      skillChanges.written(event);
    },
    loadLinks: () => recordLinks.load(),
    async start() {
      if (!serves) return;
      await refresh.start();
      // With the index of skills, for which the first search would wait.
      await skillSearch.follow(directory.skills);
    },
    stop,
    async close(graceMs) {
      recordLinks.close();
      watchedRatings.close();
      skillChanges.close();
      directory.integrationChanges.close();
      await stop();
      await connected.close(graceMs);
    },
  };
}

/** 48 bits over names, addresses and credentials; gives nothing back of them. */
function digestOf(integrations: TenantOptions['integrations']): string {
  const text = JSON.stringify(integrations.map(({ card, name, settings }) => [card.name, name, settings]));
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** The same log with the tenant in each line: two tenants may call their integrations the same. */
function logOfTenant(log: Log, tenant: string): Log {
  return {
    debug: (fields, message) => log.debug({ tenant, ...fields }, message),
    info: (fields, message) => log.info({ tenant, ...fields }, message),
    warn: (fields, message) => log.warn({ tenant, ...fields }, message),
    error: (fields, message) => log.error({ tenant, ...fields }, message),
  };
}
