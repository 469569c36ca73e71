import { Redis } from 'ioredis';
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRedis, type TestRedis } from '../../../test/support/redis.ts';
import { done, finished, newTask, port, quiet } from './contractBench.ts';
import type { OpenEngine } from './engine.ts';
import { openRedisEngine } from './redis.ts';

let folder: string;
let server: TestRedis;
let admin: Redis;
let engine: OpenEngine;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redis-'));
  // What it cannot replace with its next snapshot.
  await mkdir(join(folder, 'dump.rdb'));
  server = await startRedis({ dir: folder });
  admin = new Redis(server.url);
  engine = await openRedisEngine({
    url: server.url,
    ports: () => ({ rate: port(() => Promise.resolve([done])) }),
    log: quiet,
  });
});

afterAll(async () => {
  await engine.close();
  admin.disconnect();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const config = (name: string, value: string) => admin.config('SET', name, value);

/** Ways in which a server that is there takes no writes: how it comes to that, how it ends, and what is told. */
const REFUSALS: readonly [string, () => Promise<unknown>, () => Promise<unknown>, string][] = [
  [
    'has no memory left',
    () => config('maxmemory', '1'),
    () => config('maxmemory', '0'),
    'its memory is full (maxmemory)',
  ],
  ['is a replica', () => admin.replicaof('127.0.0.1', '1'), () => admin.replicaof('NO', 'ONE'), 'it is a replica'],
  [
    'has lost its replicas',
    () => config('min-replicas-to-write', '1'),
    () => config('min-replicas-to-write', '0'),
    'too few replicas follow it (min-replicas-to-write)',
  ],
  [
    'cannot save',
    async () => {
      await config('save', '3600 1');
      await admin.bgsave();
      await expect.poll(() => admin.info('persistence')).toContain('rdb_last_bgsave_status:err');
    },
    () => config('save', ''),
    'it cannot write to its disk (stop-writes-on-bgsave-error)',
  ],
  [
    'has withdrawn a permission',
    () => admin.call('ACL', 'SETUSER', 'default', '-@write'),
    () => admin.call('ACL', 'SETUSER', 'default', '+@write'),
    'the user of REDIS_URL lacks a permission',
  ],
];

describe('a Redis that', () => {
  it.each(REFUSALS)('%s refuses tasks at once, says so, and goes on by itself', async (_, refuse, accept, reason) => {
    await refuse();
    try {
      const before = await connectionsMade();
      for (let time = 0; time < 20; time += 1) {
        await expect(engine.start(newTask())).rejects.toMatchObject({
          name: 'RedisUnavailableError',
          refused: true,
          message: `Redis does not serve: ${reason}.`,
        });
      }
      // One for each connection that commands are sent on, not one for each command.
      expect((await connectionsMade()) - before).toBeLessThanOrEqual(8);
      await expect
        .poll(() => engine.status(), { timeout: 10_000 })
        .toMatchObject({
          store: 'refusing',
          dangers: [`The task store takes no writes. Redis does not serve: ${reason}.`],
        });
    } finally {
      await accept();
    }
    await expect.poll(async () => (await engine.status()).store, { timeout: 20_000 }).toBe('open');
    expect(await finished(engine, newTask())).toMatchObject({ state: 'SUCCEEDED' });
  });

  it('asks for a password from now on is told of as such, and goes on once it has the old one', async () => {
    await config('requirepass', 'another');
    try {
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      // Until it has been refused once, the server is only away.
      const answer = () => engine.start(newTask()).catch((error: unknown) => error);
      await expect.poll(answer, { timeout: 20_000 }).toMatchObject({
        refused: true,
        message: 'Redis does not serve: it asks for a password, and REDIS_URL has none.',
      });
      await expect.poll(async () => (await engine.status()).store, { timeout: 10_000 }).toBe('refusing');
    } finally {
      await config('requirepass', '');
    }
    await expect.poll(async () => (await engine.status()).store, { timeout: 20_000 }).toBe('open');
    expect(await finished(engine, newTask())).toMatchObject({ state: 'SUCCEEDED' });
  });
});

async function connectionsMade(): Promise<number> {
  return Number(/total_connections_received:(\d+)/.exec(await admin.info('stats'))?.[1]);
}
