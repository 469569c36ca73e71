import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { startRedis, type TestRedis } from '../../test/support/redis.ts';
import { inspectRedis } from './inspect.ts';

describe('a look at how Redis is set up', () => {
  const ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });
  const started = async (...args: string[]): Promise<TestRedis> => {
    const server = await startRedis({ args });
    ends.push(() => server.stop());
    return server;
  };
  const connected = (url: string): Redis => {
    const redis = new Redis(url);
    ends.push(() => Promise.resolve(redis.disconnect()));
    return redis;
  };
  const dangers = async (...args: string[]) => (await inspectRedis(connected((await started(...args)).url))).dangers;

  it('finds nothing wrong with what the gateway wants', async () => {
    const { version, dangers: found } = await inspectRedis(connected((await started()).url));
    expect(version).toMatch(/^\d+\.\d+\.\d+/);
    expect(found).toEqual([]);
  });

  it.each([
    ['eviction', ['--maxmemory-policy', 'allkeys-lru', '--maxmemory', '100mb'], 'when its memory is full'],
    ['eviction without a limit', ['--maxmemory-policy', 'volatile-ttl'], 'once it is given a maxmemory'],
    ['no persistence', ['--appendonly', 'no'], 'nothing on disk'],
    ['snapshots only', ['--appendonly', 'no', '--save', '900 1 60 100'], 'up to 15 minutes'],
    ['no fsync', ['--appendfsync', 'no'], 'about 30 seconds'],
  ])('warns of %s', async (_, args, words) => {
    const found = await dangers(...args);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(words);
  });

  it('reports what it could not check where CONFIG is forbidden', async () => {
    const found = await dangers('--appendonly', 'no', '--rename-command', 'CONFIG', '');
    expect(found).toMatchObject([
      expect.stringContaining('if it makes any'),
      expect.stringContaining('could not be checked'),
    ]);
    expect(await dangers('--rename-command', 'CONFIG', '')).toMatchObject([expect.stringContaining('not be checked')]);
  });

  it('refuses a replica', async () => {
    const primary = await started();
    const replica = await started('--replicaof', '127.0.0.1', String(primary.port));
    await expect(inspectRedis(connected(replica.url))).rejects.toThrow('is a replica');
  });

  it.each(['6.0.16', '5.0.14'])('refuses version %s', async (version) => {
    const redis = connected((await started()).url);
    await redis.ping();
    redis.info = () => Promise.resolve(`# Server\r\nredis_version:${version}\r\nrole:master\r\n`);
    await expect(inspectRedis(redis)).rejects.toThrow(`6.2 or newer, and this is ${version}`);
  });

  it('fails without an answer', async () => {
    const server = await started();
    const redis = new Redis(server.url, { maxRetriesPerRequest: 0, retryStrategy: () => 10 });
    redis.on('error', () => undefined);
    ends.push(() => Promise.resolve(redis.disconnect()));
    await server.stop();
    await expect(inspectRedis(redis)).rejects.toMatchObject({ name: 'RedisUnavailableError' });
  });
});
