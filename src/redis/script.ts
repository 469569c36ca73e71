import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { fromRedis } from './unavailable.ts';

/** Runs a Lua script with this key prefix as its only key; throws RedisUnavailableError while the server is away. */
export type RunScript = (redis: Redis, prefix: string, args: readonly (string | number | Buffer)[]) => Promise<unknown>;

/**
 * A Lua script, called by its digest, and sent in full only where the server does not have it cached. All keys that it
 * uses begin with the one key that it declares, whose hash tag puts them into one slot of a cluster.
 */
export function luaScript(lua: string): RunScript {
  const digest = createHash('sha1').update(lua).digest('hex');
  return async (redis, prefix, args) => {
    try {
      return await redis.evalsha(digest, 1, prefix, ...args);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw fromRedis(error);
    }
    return redis.eval(lua, 1, prefix, ...args).catch((error: unknown) => Promise.reject(fromRedis(error) as Error));
  };
}
