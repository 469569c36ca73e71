import { boolean, nat, record, sample, tuple } from 'fast-check';
import type { Redis } from 'ioredis';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRedis, type TestRedis } from '../../../../test/support/redis.ts';
import { connectRedis, REDIS_PREFIX, type RedisConnections } from '../../../redis/redis.ts';
import { receiverKey } from '../outbox/receiverKey.ts';
import { redisWebhookStore } from '../outbox/redisOutbox.ts';
import { taskStoreContract } from '../contract/contract.ts';
import { change, DAY, NOW, rating, ratings, SENT, StoreBench } from '../contract/contractBench.ts';
import { parseTaskMessage, taskChannel, writtenChannel } from './channels.ts';
import { redisStore } from './store.ts';
import { STATE_RULE } from './sharedLua.ts';
import { taskStateOf } from '../../stateMachine.ts';

const log = { info: () => undefined, warn: () => undefined };

describe('the Redis task store', () => {
  let server: TestRedis;
  let connections: RedisConnections;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedis();
    connections = connectRedis(server.url, { log, name: 'store' });
    redis = connections.commands;
  });
  afterAll(async () => {
    await connections.close();
    await server.stop();
  });

  taskStoreContract((options) =>
    Promise.resolve({ store: redisStore(redis, options), close: () => Promise.resolve() }),
  );

  describe('beyond what every store does', () => {
    const prefix = '{own}:';
    const bench = new StoreBench().use(() =>
      Promise.resolve({ store: redisStore(redis, { prefix }), close: () => Promise.resolve() }),
    );

    it('announces each change as it is stored, and that items were written', async () => {
      const stored = bench.task([rating('s1', 1)]);
      const subscriber = connections.subscriber();
      await subscriber.subscribe(taskChannel(prefix, stored.id), writtenChannel(prefix));
      const heard: [string, string][] = [];
      subscriber.on('message', (channel: string, text: string) => void heard.push([channel, text]));
      const { task } = await bench.start(stored);
      const sent = await bench.set(stored.id, SENT);
      const cancelled = await bench.store.cancel(bench.tenant, stored.id, NOW);
      const done = await bench.finish(stored.id, 'SUCCEEDED');
      // Answered after all that was published before.
      await subscriber.ping();
      const tasks = heard.filter(([channel]) => channel !== writtenChannel(prefix)).map(([, text]) => text);
      expect(tasks.map(parseTaskMessage)).toEqual([task, sent?.task, cancelled?.task, done?.task]);
      expect(heard.filter(([channel]) => channel === writtenChannel(prefix))).toHaveLength(1);
    });

    it('does once what is sent twice because the connection broke before the answer', async () => {
      const twice = new Proxy(redis, {
        get(target, name) {
          if (name !== 'evalsha' && name !== 'eval') return Reflect.get(target, name) as unknown;
          return async (...args: Parameters<Redis['evalsha']>) => {
            await target[name](...args);
            return target[name](...args);
          };
        },
      });
      const store = redisStore(twice, { prefix });
      const early = await bench.start(bench.task([rating('s0', 1)]));
      const task = bench.task(ratings(2), { batches: [0, 0], idempotency: { key: 'k', bodyHash: 'b' } });
      expect(await store.start(task, NOW)).toMatchObject({ outcome: 'started', task: { id: task.id, revision: 1 } });
      expect(await bench.store.task(bench.tenant, early.task.id)).toMatchObject({ state: 'CANCELLED', revision: 2 });
      const open = await store.open({ taskId: task.id, batch: 0 });
      const since = { since: NOW + DAY };
      const done = await store.apply(
        task.id,
        open.map((item) => change(item, { state: 'SUCCEEDED' })),
        NOW + DAY,
      );
      expect(done).toMatchObject({ changed: [0, 1], task: { revision: 2, counts: { succeeded: 2 } } });
      expect((await store.written(since, 9)).events).toHaveLength(2);
      expect((await store.list(bench.tenant, {}, { after: null, limit: 9 })).total).toBe(2);
    });

    it('leaves nothing of a task behind', async () => {
      const own = redisStore(redis, { prefix: '{gone}:' });
      const webhooks = redisWebhookStore(redis, '{gone}:');
      await webhooks.receivers([receiverKey(bench.tenant, 'r')]);
      for (const id of ['a', 'b', 'c']) await own.start({ ...bench.task(ratings(3)), id }, NOW);
      const open = await own.open({ taskId: 'c', batch: 0 });
      await own.apply(
        'c',
        open.map((item) => change(item, { state: 'SUCCEEDED' })),
        NOW,
      );
      await own.cancel(bench.tenant, 'c', NOW);
      expect(await own.expire(NOW + 7 * DAY)).toHaveLength(3);
      await own.expire(NOW + 37 * DAY);
      const counters = ['accepted', 'deliveries', 'receivers', 'written', 'written.last'].map(
        (name) => `{gone}:${name}`,
      );
      expect((await redis.keys('{gone}:*')).toSorted()).toEqual(counters);
      expect(await redis.xlen('{gone}:written')).toBe(0);
    });

    it('touches no key without the prefix, so that a cluster keeps all in one slot', async () => {
      const found = await redis.keys('*');
      expect(found.filter((key) => !/^\{(?:skills-gateway|own|gone)\}:/.test(key))).toEqual([]);
      expect(REDIS_PREFIX).toMatch(/^\{skills-gateway\}:$/);
    });

    it('lists tasks under the very state that they show', async () => {
      const number = nat(2);
      const counts = record({
        pending: number,
        running: number,
        succeeded: number,
        failed: number,
        unknown: number,
        skipped: number,
        cancelled: number,
      });
      const facts = record({
        started: boolean(),
        expired: boolean(),
        cancelRequested: boolean(),
        stopped: boolean(),
      });
      const cases = sample(tuple(counts, facts), 3000);
      const lua = `${STATE_RULE}
        local states = {}
        for i, t in ipairs(cjson.decode(ARGV[1])) do states[i] = stateOf(t) end
        return states`;
      const raw = cases.map(([columns, { started, ...others }]) => ({ ...columns, ...others, startedAt: started }));
      expect(await redis.eval(lua, 0, JSON.stringify(raw))).toEqual(
        cases.map(([columns, others]) => taskStateOf({ ...columns, total: 0 }, others)),
      );
    });
  });
});

describe('Redis killed in the middle of many starts', () => {
  it('has every task that was acknowledged', async () => {
    const server = await startRedis();
    const connections = connectRedis(server.url, { log, name: 'killed' });
    const store = redisStore(connections.commands);
    const bench = new StoreBench();
    bench.tenant = 'acme';
    const acknowledged: string[] = [];
    const ready = once(connections.commands, 'ready');
    await ready;
    const killed: Promise<void>[] = [];
    const starts = Array.from({ length: 2000 }, async (_, index) => {
      const task = bench.task([rating(`s${index}`, 1), rating(`t${index}`, 1)]);
      const result = await store.start(task, NOW);
      if (result.outcome === 'started') acknowledged.push(task.id);
      if (acknowledged.length === 500) killed.push(server.stop('SIGKILL'));
    });
    const results = await Promise.allSettled(starts);
    expect(killed).toHaveLength(1);
    await Promise.all(killed);
    // Some were cut off: their callers were told so.
    expect(results.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0);
    const back = once(connections.commands, 'ready');
    await server.restart();
    await back;
    const found = await Promise.all(acknowledged.map((id) => store.task('acme', id)));
    expect(acknowledged.length).toBeGreaterThanOrEqual(500);
    expect(found.map((task) => task?.id)).toEqual(acknowledged);
    const open = await Promise.all(acknowledged.map((taskId) => store.open({ taskId, batch: 1 })));
    expect(open.map((items) => items.length)).toEqual(acknowledged.map(() => 1));
    await connections.close();
    await server.stop();
  });
});
