import type { Redis } from 'ioredis';
import type { Link } from '../domain/links.ts';
import { REDIS_PREFIX } from '../redis/redis.ts';
import { fromRedis } from '../redis/unavailable.ts';
import type { LinkStore } from './linkStore.ts';
import { inOrder, pairKey } from './pair.ts';

export interface RedisLinkStoreOptions {
  redis: Redis;
  /** A connection for nothing else, opened when somebody follows. */
  subscriber: () => Redis;
  prefix?: string;
}

/**
 * Decisions in Redis, a tenant's in one list, in the order they were made: one push stores all of a call or nothing. Nothing
 * is overwritten; people make them one by one, so that reading the whole history is cheap.
 */
export function redisLinkStore({ redis, subscriber, prefix = REDIS_PREFIX }: RedisLinkStoreOptions): LinkStore {
  const key = (tenant: string): string => `${prefix}links:${tenant}`;
  /** The channel of a tenant's news; its key's name, as keys and channels do not mix. */
  const channel = key;
  return {
    async load(tenant) {
      const texts = await asked(redis.lrange(key(tenant), 0, -1));
      const latest = new Map<string, Link>();
      for (const text of texts) {
        const link = JSON.parse(text) as Link;
        // Deleted first, so that it moves to the end: maps keep the order of the first entry.
        latest.delete(pairKey(link));
        latest.set(pairKey(link), link);
      }
      return [...latest.values()];
    },

    async save(tenant, links) {
      if (links.length === 0) return;
      const texts = links.map((link) => JSON.stringify(normal(link)));
      // In one step, so that a process that dies has either done neither or both.
      const answers = await asked(
        redis
          .multi()
          .rpush(key(tenant), ...texts)
          .publish(channel(tenant), '')
          .exec(),
      );
      const failure = answers?.find(([error]) => error !== null)?.[0];
      if (failure) throw fromRedis(failure);
    },

    async follow(tenant, hear) {
      const connection = subscriber();
      connection.on('message', () => hear());
      await asked(connection.subscribe(channel(tenant)));
      // After a gap: the client has subscribed again by itself.
      connection.on('ready', hear);
      return () => connection.disconnect();
    },
  };
}

/** The pair in its one order, and the instant in its one spelling. */
function normal(link: Link): Link {
  const [a, b] = inOrder(link.a, link.b);
  const at = new Date(link.at);
  if (Number.isNaN(at.getTime())) throw new RangeError(`A decision was made at no instant: ${link.at}`);
  return { ...link, a, b, at: at.toISOString() };
}

async function asked<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    throw fromRedis(error);
  }
}
