import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startRedis, type TestRedis } from '../../../test/support/redis.ts';
import type { Ports } from '../../domain/ports.ts';
import { connectRedis, REDIS_PREFIX } from '../../redis/redis.ts';
import { redisStore } from '../store/redis/store.ts';
import type { Task } from '../task.ts';
import { engineContract } from './contract.ts';
import { done, ended, gate, newTask, port, quiet, started, watched, type RatePort } from './contractBench.ts';
import type { OpenEngine } from './engine.ts';
import { openRedisEngine, type RedisOptions } from './redis.ts';

let server: TestRedis;

beforeAll(async () => {
  server = await startRedis();
});

afterAll(() => server.stop());

engineContract('the engine on Redis', {
  open: (options) => openRedisEngine({ url: server.url, ...options }),
  async store(task) {
    const connections = connectRedis(server.url, { log: quiet, name: 'test' });
    await redisStore(connections.commands).start(task, Date.now());
    await connections.close();
  },
});

describe('engines on one Redis', { timeout: 60_000 }, () => {
  const opened = new Set<OpenEngine>();
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  const open = async (ports: Ports | null, more: Partial<RedisOptions> = {}): Promise<OpenEngine> => {
    const engine = await openRedisEngine({ url: redis.url, ports: () => ports, log: quiet, ...more });
    opened.add(engine);
    return engine;
  };
  /** Runs something over engines that are closed after it. */
  const using = async (body: () => Promise<void>): Promise<void> => {
    try {
      await body();
    } finally {
      await Promise.all([...opened].map((engine) => engine.close()));
      opened.clear();
    }
  };

  /** A task that one engine started and watches, while another is in the middle of its work until `go` opens. */
  const watchedHalfway = async () => {
    const [begun, go] = [gate(), gate()];
    const run: RatePort['run'] = async () => {
      begun.open();
      await go.opened;
      return [done];
    };
    const a = await open(null, { work: false });
    await open({ rate: port(run) });
    const { id } = await started(a, newTask());
    const seen = watched(a, id);
    await begun.opened;
    return { go, seen };
  };

  it('work on what another one started, which watches it to its end', () =>
    using(async () => {
      const { go, seen } = await watchedHalfway();
      go.open();
      const revisions = (await seen).map(({ revision }) => revision);
      expect((await seen).at(-1)).toMatchObject({ state: 'SUCCEEDED', revision: 3 });
      expect(revisions).toEqual([...new Set(revisions)].toSorted((x, y) => x - y));
    }));

  it('hear of what another one wrote', () =>
    using(async () => {
      const heard = gate<string>();
      const a = await open(null, { work: false });
      await a.follow(Date.now(), ({ item }) => heard.open(item.taskId));
      await open({ rate: port(() => Promise.resolve([done])) });
      const { id } = await started(a, newTask());
      expect(await heard.opened).toBe(id);
    }));

  it('make one task of an idempotency key that races on both', () =>
    using(async () => {
      const run = vi.fn<RatePort['run']>(() => Promise.resolve([done]));
      const both = await Promise.all([open({ rate: port(run) }), open({ rate: port(run) })]);
      const task = newTask(1, { idempotency: { key: 'raced', bodyHash: 'a' } });
      const results = await Promise.all(
        Array.from({ length: 10 }, (_, index) => both[index % 2]?.start(task) ?? Promise.reject(new Error('None.'))),
      );
      expect(results.filter(({ outcome }) => outcome === 'started')).toHaveLength(1);
      const ids = new Set(results.map((result) => (result.outcome === 'keyReused' ? '' : result.task.id)));
      expect(ids.size).toBe(1);
      for (const id of ids) await Promise.all(both.map((engine) => watched(engine, id)));
      expect(run).toHaveBeenCalledTimes(1);
    }));

  it('break off the call of a job whose lock is lost, and send nothing more of it', () =>
    using(async () => {
      const [begun, told] = [gate(), gate<string>()];
      let calls = 0;
      const run: RatePort['run'] = async (_, { signal, sending }) => {
        calls += 1;
        if (calls > 1) return [done];
        begun.open();
        await new Promise((resolve) => signal?.addEventListener('abort', resolve));
        told.open(await (sending?.announce() ?? Promise.resolve()).then(String, ({ message }: Error) => message));
        throw signal?.reason;
      };
      const engine = await open({ rate: port(run) });
      const { id } = await started(engine, newTask());
      await begun.opened;
      const client = new Redis(redis.url);
      // As when the process stood still for longer than the lock lasts.
      expect(await client.del(`${REDIS_PREFIX}bull:tasks:${id}.0:lock`)).toBe(1);
      client.disconnect();
      expect(await told.opened).toMatch('not sent');
      expect(await ended(engine, id)).toMatchObject({ state: 'SUCCEEDED' });
      expect(await engine.item('default', id, 0)).toMatchObject({ attempts: 2 });
    }));

  it('stop what another one was asked to cancel and they have not begun', () =>
    using(async () => {
      const [begun, go] = [gate(), gate()];
      const sent: number[] = [];
      const run: RatePort['run'] = async (items) => {
        sent.push(items.length);
        begun.open();
        await go.opened;
        return items.map(() => done);
      };
      const a = await open(null, { work: false });
      const b = await open({ rate: port(run) });
      const first = newTask();
      const { id } = await started(a, first);
      await begun.opened;
      // It writes the same, so that it waits until the first is over.
      const behind = await started(a, first);
      const stopped = await a.cancel('default', behind.id);
      expect(stopped).toMatchObject({ state: 'CANCELLED', counts: { cancelled: 1 } });
      go.open();
      expect(await ended(a, id)).toMatchObject({ state: 'SUCCEEDED' });
      expect(await ended(b, behind.id)).toMatchObject({ state: 'CANCELLED' });
      expect(sent).toEqual([1]);
    }));

  it('go on with what one that is closed hands back', () =>
    using(async () => {
      const hangs = gate();
      const hanging: RatePort['run'] = (_items, { signal }) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason as Error));
          hangs.open();
        });
      const a = await open(null, { work: false });
      const b = await open({ rate: port(hanging) });
      const { id } = await started(a, newTask());
      const seen = watched(a, id);
      await hangs.opened;
      opened.delete(b);
      await b.close();
      await open({ rate: port(() => Promise.resolve([done])) });
      expect((await seen).at(-1)).toMatchObject({ state: 'SUCCEEDED' });
      expect(await a.item('default', id, 0)).toMatchObject({ attempts: 2 });
    }));

  it('go on when a server that was killed is back: a watcher sees the end, and nothing twice', () =>
    using(async () => {
      const [begun, go] = [gate(), gate()];
      const run = vi.fn<RatePort['run']>(async () => {
        begun.open();
        await go.opened;
        return [done];
      });
      const a = await open(null, { work: false });
      const b = await open({ rate: port(run) });
      const { id } = await started(a, newTask());
      const seen = watched(a, id);
      await begun.opened;
      await redis.stop('SIGKILL');
      expect(await a.status()).toMatchObject({ store: 'away' });
      await expect(a.start(newTask())).rejects.toMatchObject({ name: 'RedisUnavailableError' });
      await redis.restart();
      go.open();
      const states = await seen;
      expect(states.at(-1)).toMatchObject({ state: 'SUCCEEDED' } satisfies Partial<Task>);
      const revisions = states.map(({ revision }) => revision);
      expect(revisions).toEqual([...new Set(revisions)].toSorted((x, y) => x - y));
      expect(await a.status()).toMatchObject({ store: 'open', dangers: [] });
      // And there is no need to start anything anew.
      expect(await ended(b, (await started(a, newTask())).id)).toMatchObject({ state: 'SUCCEEDED' });
    }));

  it('miss nothing when only their sockets are cut', () =>
    using(async () => {
      const { go, seen } = await watchedHalfway();
      await redis.cutSockets();
      go.open();
      expect((await seen).at(-1)).toMatchObject({ state: 'SUCCEEDED' });
    }));

  it('are closed although the server is away', () =>
    using(async () => {
      const engine = await open({ rate: port(() => new Promise(() => {})) });
      await started(engine, newTask());
      opened.delete(engine);
      await redis.stop('SIGKILL');
      await expect(engine.close()).resolves.toBeUndefined();
      await redis.restart();
    }));
});

describe('an engine whose Redis is not there', () => {
  it('does not open, and says so', async () => {
    const gone = await startRedis();
    await gone.stop();
    await expect(openRedisEngine({ url: gone.url, ports: () => null, log: quiet })).rejects.toMatchObject({
      name: 'RedisUnavailableError',
    });
  });
});
