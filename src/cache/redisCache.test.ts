import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startRedis, type TestRedis } from '../../test/support/redis.ts';
import { connectRedis, type RedisConnections } from '../redis/redis.ts';
import type { Copy } from './cacheEntry.ts';
import { redisCaches } from './redisCache.ts';
import type { SharedCache } from './sharedCache.ts';

const QUIET = { info: () => {}, warn: () => {} };
const HOUR = 60 * 60_000;

let server: TestRedis;
let connections: RedisConnections[] = [];

beforeAll(async () => {
  server = await startRedis();
}, 30_000);

afterAll(() => server.stop());

afterEach(async () => {
  await connections[0]?.commands.flushall();
  await Promise.all(connections.map((each) => each.close()));
  connections = [];
});

/** What one replica shares, over a connection of its own. */
async function replica(options: { tenant?: string; integration?: string; now?: () => number; waitMs?: number } = {}) {
  const { tenant = 'default', integration = 'hr', now, waitMs = 10_000 } = options;
  const connection = connectRedis(server.url, { log: QUIET, name: 'test' });
  connections.push(connection);
  const log = { warn: vi.fn<(details: object, message: string) => void>() };
  const redis = connection.commands;
  const caches = redisCaches({ redis, prefix: '{test}:', tenant, log, now, waitMs });
  await redis.ping();
  const cache = caches(integration);
  /** Looks, as each read does, and puts what it then read. */
  const read = async (id: string, copy: Copy<unknown>) => put(cache, id, copy, await look(cache, id));
  return { redis, cache, log, read };
}

const look = async (cache: SharedCache, id: string) => {
  const found = (await cache.get('things', [id]))?.get(id);
  if (!found) throw new Error('Redis was not asked');
  return found;
};
const put = (cache: SharedCache, id: string, copy: Copy<unknown>, { mark }: { mark: string }) =>
  cache.put('things', [{ id, copy, mark }], HOUR);
const copyOf = (value: unknown, began = Date.now()): Copy<unknown> => ({ value, began, at: began + 10 });

describe('copies in Redis', () => {
  it('are those that another replica put, value by value, until their time is over', async () => {
    const [one, other] = [await replica(), await replica()];
    const copy = copyOf([{ name: 'C++: "größer"\nand more', none: null }]);
    await one.read('a:b', copy);
    await expect.poll(() => look(other.cache, 'a:b')).toEqual({ copy, mark: '' });
    expect(await other.cache.get('things', ['x', 'a:b'])).toEqual(
      new Map([
        ['x', { copy: null, mark: '' }],
        ['a:b', { copy, mark: '' }],
      ]),
    );
    const [key = ''] = await one.redis.keys('*');
    expect(key).toBe('{test}:cache:default:hr:things:a:b');
    expect(await one.redis.pttl(key)).toBeGreaterThan(HOUR - 60_000);
  });

  it('are never those of another tenant, integration or kind', async () => {
    const one = await replica();
    await one.read('a', copyOf('mine'));
    await expect.poll(async () => (await look(one.cache, 'a')).copy?.value).toBe('mine');
    const others = [
      await replica({ tenant: 'other' }),
      await replica({ integration: 'talent' }),
      await replica({ tenant: 'default:hr', integration: 'things' }),
    ];
    for (const { cache } of others) expect((await look(cache, 'a')).copy).toBeNull();
    expect((await one.cache.get('others', ['a']))?.get('a')?.copy).toBeNull();
  });

  it('are gone after a write, and no read that began before puts its rows back', async () => {
    const [one, other] = [await replica(), await replica()];
    await one.read('a', copyOf('old'));
    const seen = await look(one.cache, 'a');
    const slow = copyOf('old');
    const at = Date.now();

    other.cache.drop('things', ['a'], at);
    await expect.poll(() => look(one.cache, 'a')).toEqual({ copy: null, mark: String(at) });
    put(one.cache, 'a', slow, seen);
    expect((await look(one.cache, 'a')).copy).toBeNull();

    await other.read('a', copyOf('new'));
    await expect.poll(async () => (await look(one.cache, 'a')).copy?.value).toBe('new');
  });

  it('stay when a write is told of again, by whatever replica and however late', async () => {
    const one = await replica();
    const at = Date.now() - HOUR;
    await one.read('read since', copyOf('new'));
    one.cache.drop('things', ['read since', 'never read'], at);
    expect((await look(one.cache, 'read since')).copy?.value).toBe('new');
    expect(await one.redis.keys('*never read')).toEqual([]);

    const again = Date.now();
    one.cache.drop('things', ['a'], again);
    await one.read('a', copyOf('new'));
    one.cache.drop('things', ['a'], again);
    expect((await look(one.cache, 'a')).copy?.value).toBe('new');
  });

  it('of a form that is not known count as none', async () => {
    const { redis, cache } = await replica();
    await redis.set('{test}:cache:default:hr:things:a', 'nonsense');
    await redis.set('{test}:cache:default:hr:things:b', ':1:2:{');
    expect(await look(cache, 'a')).toEqual({ copy: null, mark: '' });
    expect(await look(cache, 'b')).toEqual({ copy: null, mark: '' });
  });
});

describe('a Redis that does not answer', () => {
  it('is waited for a moment, then left alone for a second, with one line a minute', async () => {
    const clock = { ahead: 0 };
    const { redis, cache, log, read } = await replica({ now: () => Date.now() + clock.ahead, waitMs: 100 });
    await read('a', copyOf('there'));
    await expect.poll(async () => (await look(cache, 'a')).copy?.value).toBe('there');
    process.kill(server.pid(), 'SIGSTOP');
    try {
      const sent = vi.spyOn(redis, 'mget');
      expect(await cache.get('things', ['a'])).toBeNull();
      expect(await cache.get('things', ['a'])).toBeNull();
      expect(sent).toHaveBeenCalledTimes(1);
      clock.ahead = 1_100;
      expect(await cache.get('things', ['a'])).toBeNull();
      expect(sent).toHaveBeenCalledTimes(2);
      expect(log.warn).toHaveBeenCalledTimes(1);
    } finally {
      process.kill(server.pid(), 'SIGCONT');
    }
    clock.ahead = 61_100;
    await expect.poll(async () => (await cache.get('things', ['a']))?.get('a')?.copy?.value).toBe('there');
  });

  it('hears of writes when it is back, before it is asked', async () => {
    const clock = { ahead: 0 };
    const { cache, read } = await replica({ now: () => Date.now() + clock.ahead, waitMs: 100 });
    await read('a', copyOf('old'));
    await expect.poll(async () => (await look(cache, 'a')).copy?.value).toBe('old');
    process.kill(server.pid(), 'SIGSTOP');
    try {
      expect(await cache.get('things', ['a'])).toBeNull();
      cache.drop('things', ['a'], Date.now());
    } finally {
      process.kill(server.pid(), 'SIGCONT');
    }
    clock.ahead = 1_100;
    await expect.poll(() => cache.get('things', ['a'])).not.toBeNull();
    expect((await look(cache, 'a')).copy).toBeNull();
  });
});
