import type { Redis } from 'ioredis';
import type { Link } from '../domain/links.ts';
import { REDIS_PREFIX } from '../redis/redis.ts';
import { fromRedis } from '../redis/unavailable.ts';
import type { LinkStore } from './linkStore.ts';
import { inOrder, pairKey } from './pair.ts';

export interface RedisLinkStoreOptions {
  redis: Redis;
  /** Opens a dedicated connection for a follower. */
  subscriber: () => Redis;
  prefix?: string;
}

/**
 * Stores decisions in Redis: a list for each tenant, in the order in which they were made, so that one push stores all
 * decisions of a call or none. Nothing is overwritten; people decide one by one, so reading the whole history is cheap.
 */
export function redisLinkStore({ redis, subscriber, prefix = REDIS_PREFIX }: RedisLinkStoreOptions): LinkStore {
  const key = (tenant: string): string => `${prefix}links:${tenant}`;
  /** The channel of a tenant's changes, named like the key: keys and channels have separate namespaces. */
  const channel = key;
  return {
    async load(tenant) {
      const texts = await asked(redis.lrange(key(tenant), 0, -1));
      const latest = new Map<string, Link>();
      for (const text of texts) {
        const link = JSON.parse(text) as Link;
        // Deleted first, so that it moves to the end: maps keep the order of insertion.
        latest.delete(pairKey(link));
        latest.set(pairKey(link), link);
      }
      return [...latest.values()];
    },

    async save(tenant, links) {
      if (links.length === 0) return;
      const texts = links.map((link) => JSON.stringify(normal(link)));
      // In one transaction, so that a process that dies has done neither or both.
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

    async follow(tenant, onChange) {
      const connection = subscriber();
      connection.on('message', () => onChange());
      await asked(connection.subscribe(channel(tenant)));
      // After a reconnect, with which the client has subscribed again: changes may have been missed.
      connection.on('ready', onChange);
      return () => connection.disconnect();
    },
  };
}

/** The link with its pair in canonical order and its instant in canonical form. */
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
