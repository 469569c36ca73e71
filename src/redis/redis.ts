import { Redis, type RedisOptions } from 'ioredis';

/** Shaped like pino. */
export interface RedisLog {
  info(object: object, message: string): void;
  warn(object: object, message: string): void;
}

/** Connections to one Redis server. All come back by themselves when the server does. */
export interface RedisConnections {
  /** For commands: while the server is away they reject after about a second. */
  readonly commands: Redis;
  /** A connection of its own for subscriptions: waits for the server as long as it takes and subscribes again. */
  subscriber(): Redis;
  /** A connection of its own for what waits inside Redis (BullMQ's workers): its commands wait as long as it takes. */
  waiting(): Redis;
  /** Closes all of them; what is under way is answered first where the server is there. */
  close(): Promise<void>;
}

/** Before all keys, channels and queues of the gateway: one hash tag, so that a cluster keeps them in one slot. */
export const REDIS_PREFIX = '{skills-gateway}:';

/** A lost server is tried again after 0.1, 0.2, … 1 s. */
const RETRY_STEP_MS = 100;
const MAX_RETRY_MS = 1000;
/** 0.1 + 0.2 + 0.3 s and the tries themselves, then a command that waits for the connection is given up. */
const RETRIES_PER_COMMAND = 3;
/** For a server or a network that says nothing at all. */
const CONNECT_MS = 2000;
const COMMAND_MS = 5000;
/** A little more than between two tries. */
const CLOSE_MS = 1500;

/** Between two new connections to a server that is a replica: 1, 2, 4, 5 s, and from the start after a minute without one. */
const MOVED_MS = 1000;
const MAX_MOVED_MS = 5000;
const CALM_MS = 60_000;

/**
 * Connects to `redis://` or `rediss://`, with user, password and database where the URL names them. Throws on another URL,
 * without repeating it; a server that is away is only logged, and never with its password.
 */
export function connectRedis(url: string, { log, name }: { log: RedisLog; name: string }): RedisConnections {
  const where = addressOf(url);
  const opened = new Set<Redis>();
  let closing = false;
  const open = (role: string, options: RedisOptions): Redis => {
    const redis = new Redis(url, {
      connectTimeout: CONNECT_MS,
      reconnectOnError: reconnectsToPrimary(),
      ...options,
      retryStrategy: (times) => (closing ? null : Math.min(times * RETRY_STEP_MS, MAX_RETRY_MS)),
      connectionName: `${name}-${role}`,
    });
    let away = false;
    redis.on('error', (error: Error) => {
      if (away) return;
      away = true;
      log.warn({ err: error, redis: where, role }, 'Redis is away; trying again.');
    });
    redis.on('ready', () => {
      if (away) log.info({ redis: where, role }, 'Redis is back.');
      away = false;
    });
    opened.add(redis);
    redis.once('end', () => opened.delete(redis));
    return redis;
  };
  return {
    commands: open('commands', { maxRetriesPerRequest: RETRIES_PER_COMMAND, commandTimeout: COMMAND_MS }),
    subscriber: () => open('subscriber', { maxRetriesPerRequest: null }),
    waiting: () => open('waiting', { maxRetriesPerRequest: null }),
    close: async () => {
      closing = true;
      await Promise.all([...opened].map(quit));
    },
  };
}

/**
 * Whether to connect again after this error. A server that became a replica refuses writes, and another one may be behind its
 * address by now (failover). The command itself is answered at once, and the connection tried again a few times a minute only:
 * where the address stays with the replica, each command would otherwise cost a connection.
 */
export function reconnectsToPrimary(now: () => number = Date.now): (error: Error) => boolean {
  let last = -Infinity;
  let wait = MOVED_MS;
  return (error) => {
    if (!/(?:^|: -)READONLY /.test(error.message)) return false;
    const since = now() - last;
    if (since < wait) return false;
    wait = since > CALM_MS ? MOVED_MS : Math.min(2 * wait, MAX_MOVED_MS);
    last = now();
    return true;
  };
}

/** Scheme, host, port and database; nothing secret. */
function addressOf(url: string): string {
  if (!URL.canParse(url) || !/^rediss?:$/.test(new URL(url).protocol)) {
    throw new Error('The Redis URL must be redis://host:port/database or rediss://…');
  }
  const { protocol, host, pathname } = new URL(url);
  if (!/^(?:\/\d*)?$/.test(pathname)) throw new Error('The path of the Redis URL must be a database number.');
  return `${protocol}//${host}${pathname}`;
}

/** Waits for what is under way, but hardly for a server that is away. */
async function quit(redis: Redis): Promise<void> {
  if (redis.status === 'end') return;
  let timer: NodeJS.Timeout | undefined;
  const ended = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_MS);
    redis.once('end', resolve);
  });
  redis.once('ready', () => redis.disconnect());
  if (redis.status === 'ready') redis.quit().catch(() => undefined);
  // Between two tries it has nothing to disconnect and would forget its commands, unanswered: the next try is the last one.
  else if (redis.status !== 'reconnecting') redis.disconnect();
  await ended;
  clearTimeout(timer);
  redis.disconnect();
}
