/**
 * Redis: connections to one server, which reconnect by themselves, Lua scripts, and a check of how the server is set
 * up. Every failure to reach it is a RedisUnavailableError. What is stored under which key is not decided here.
 */
import { Redis, type RedisOptions } from 'ioredis';

/** Shaped like pino. */
export interface RedisLog {
  info(object: object, message: string): void;
  warn(object: object, message: string): void;
}

/** Connections to one Redis server. All of them reconnect by themselves. */
export interface RedisConnections {
  /** For commands, which reject after about a second while the server is away. */
  readonly commands: Redis;
  /** Opens a dedicated connection for subscriptions, which waits for the server without limit and subscribes again. */
  subscriber(): Redis;
  /** Opens a dedicated connection for blocking commands (BullMQ's workers), which wait for the server without limit. */
  waiting(): Redis;
  /** Closes all connections, after pending commands are answered where the server is reachable. */
  close(): Promise<void>;
}

/** The prefix of all keys, channels and queues: one hash tag, so that a cluster keeps them in one slot. */
export const REDIS_PREFIX = '{skills-gateway}:';

/** Waits between attempts to reconnect: 0.1, 0.2, … 1 s. */
const RETRY_STEP_MS = 100;
const MAX_RETRY_MS = 1000;
/** A command that waits for the connection fails after 0.1 + 0.2 + 0.3 s and the attempts themselves. */
const RETRIES_PER_COMMAND = 3;
/** For a server or network that does not answer at all. */
const CONNECT_MS = 2000;
const COMMAND_MS = 5000;
/** A little longer than the wait between two attempts. */
const CLOSE_MS = 1500;

/**
 * Waits between new connections to a server that is a replica: 1, 2, 4, 5 s, starting over after a minute without one.
 */
const MOVED_MS = 1000;
const MAX_MOVED_MS = 5000;
const CALM_MS = 60_000;

/**
 * Connects to `redis://` or `rediss://`, with the URL's user, password and database. Throws on any other URL, without
 * repeating it. A server that is away is logged, without its password.
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
 * Whether to reconnect after this error. A server that became a replica refuses writes, and after a failover its
 * address may lead to another server. The command itself fails at once; reconnecting is limited to a few times a
 * minute, because where the address stays with the replica, each command would otherwise cost a connection.
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

/** Scheme, host, port and database, without secrets. */
function addressOf(url: string): string {
  if (!URL.canParse(url) || !/^rediss?:$/.test(new URL(url).protocol)) {
    throw new Error('The Redis URL must be redis://host:port/database or rediss://…');
  }
  const { protocol, host, pathname } = new URL(url);
  if (!/^(?:\/\d*)?$/.test(pathname)) throw new Error('The path of the Redis URL must be a database number.');
  return `${protocol}//${host}${pathname}`;
}

/** Waits for pending commands, but only briefly for a server that is away. */
async function quit(redis: Redis): Promise<void> {
  if (redis.status === 'end') return;
  let timer: NodeJS.Timeout | undefined;
  const ended = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_MS);
    redis.once('end', resolve);
  });
  redis.once('ready', () => redis.disconnect());
  if (redis.status === 'ready') redis.quit().catch(() => undefined);
  // Between two attempts there is nothing to disconnect, and pending commands would never be answered: the next attempt
  // is the last.
  else if (redis.status !== 'reconnecting') redis.disconnect();
  await ended;
  clearTimeout(timer);
  redis.disconnect();
}
