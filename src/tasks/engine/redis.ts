import { createRedisBackend } from 'bullmq';
import type { Redis } from 'ioredis';
import { redisLinkStore } from '../../links/redisLinkStore.ts';
import { connectRedis, REDIS_PREFIX, type RedisConnections } from '../../redis/redis.ts';
import { inspectRedis } from '../../redis/inspect.ts';
import { fromRedis, RedisUnavailableError } from '../../redis/unavailable.ts';
import { redisStore } from '../store/redis/store.ts';
import { redisWebhookStore } from '../store/outbox/redisOutbox.ts';
import { assembleEngine, type EngineParts } from './createEngine.ts';
import { bullQueue } from './bullQueue.ts';
import type { EngineOptions, EngineStatus, OpenEngine } from './engine.ts';
import { onceASecond } from './onceASecond.ts';
import { openRedisEvents } from './redisEvents.ts';

export interface RedisOptions extends EngineOptions {
  /** `redis://` or `rediss://`, with user, password and database where needed. */
  url: string;
  /** Before all keys and channels, with a hash tag. */
  prefix?: string;
}

const CONCURRENCY = 50;
/**
 * A process that is starved of its processor for some seconds must not lose its jobs to another
 * replica, which would then write the same a second time. Work of a killed process is taken up within 16 s.
 */
const LOCK_MS = 10_000;
const STALLED_CHECK_MS = 3000;
/** The key that readiness writes is dropped after. */
const PROBE_KEPT_MS = 60_000;

/**
 * The engine on a Redis server, shared by any number of processes: what one starts another works on, and watchers hear of it
 * anywhere. While the server is away calls reject within about two seconds; work and watchers go on when it is back.
 * Rejects where the server is away at first, or too old.
 */
export async function openRedisEngine(options: RedisOptions): Promise<OpenEngine> {
  const { url, prefix = REDIS_PREFIX, log, retentionMs } = options;
  const connections = connectRedis(url, { log, name: 'skills-gateway' });
  try {
    const { dangers } = await inspectRedis(connections.commands);
    const parts = await openParts(connections, { prefix, log, ...(retentionMs === undefined ? {} : { retentionMs }) });
    const status = onceASecond(() => statusOf(connections.commands, prefix, dangers));
    return await assembleEngine({ ...parts, status }, options);
  } catch (error) {
    await connections.close();
    throw error;
  }
}

async function openParts(
  connections: RedisConnections,
  { prefix, log, ...retention }: { prefix: string; retentionMs?: number } & Pick<EngineOptions, 'log'>,
): Promise<Omit<EngineParts, 'status'>> {
  const { commands } = connections;
  const events = await openRedisEvents({ subscriber: connections.subscriber(), prefix, log });
  return {
    store: redisStore(commands, { prefix, ...retention }),
    links: redisLinkStore({ redis: commands, subscriber: () => connections.subscriber(), prefix }),
    webhooks: redisWebhookStore(commands, prefix),
    queue: bullQueue({
      connection: commands,
      workerConnection: () => waiting(connections),
      backend: createRedisBackend,
      prefix: `${prefix}bull`,
      concurrency: CONCURRENCY,
      lockMs: LOCK_MS,
      stalledCheckMs: STALLED_CHECK_MS,
      log,
    }),
    events,
    shared: true,
    // A server that is away comes back, or another in its place.
    onLost: () => {},
    release: async () => {
      events.close();
      await connections.close();
    },
  };
}

/** BullMQ duplicates a worker's connection and closes the copy politely, for ever where the server is away: ours are closed for it. */
function waiting(connections: RedisConnections): Redis {
  return Object.assign(connections.waiting(), { duplicate: () => connections.waiting() });
}

/** By a write: a server that is full, or a replica, or that has lost its own disk or replicas, answers a PING all the same. */
async function statusOf(redis: Redis, prefix: string, dangers: string[]): Promise<EngineStatus> {
  try {
    await redis.set(`${prefix}probe`, '1', 'PX', PROBE_KEPT_MS);
    return { store: 'open', dangers };
  } catch (error) {
    const thrown = fromRedis(error);
    if (thrown instanceof RedisUnavailableError && !thrown.refused) return { store: 'away', dangers };
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    return { store: 'refusing', dangers: [`The task store takes no writes. ${reason}`, ...dangers] };
  }
}
