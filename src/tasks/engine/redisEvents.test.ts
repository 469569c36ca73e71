import { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startRedis, type TestRedis } from '../../../test/support/redis.ts';
import { connectRedis, type RedisConnections } from '../../redis/redis.ts';
import { taskChannel, writtenChannel } from '../store/redis/channels.ts';
import { redisStore } from '../store/redis/store.ts';
import type { Task } from '../task.ts';
import { gate, newTask, quiet } from './contractBench.ts';
import type { TaskEvents } from './events.ts';
import { openRedisEvents } from './redisEvents.ts';

const PREFIX = '{events}:';

let server: TestRedis;
let connections: RedisConnections;
let events: TaskEvents & { close(): void };

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

beforeEach(async () => {
  connections = connectRedis(server.url, { log: quiet, name: 'test' });
  events = await openRedisEvents({ subscriber: connections.subscriber(), prefix: PREFIX, log: quiet });
});
afterEach(async () => {
  events.close();
  await connections.close();
});

/** How many connections are subscribed to a task's channel. */
async function subscribed(taskId: string): Promise<number> {
  const answer = await connections.commands.pubsub('NUMSUB', taskChannel(PREFIX, taskId));
  return Number(answer[1]);
}

/** A listener that keeps what it hears. */
function listener() {
  const heard: Task[] = [];
  const [first, gap] = [gate<Task>(), gate()];
  return {
    heard,
    first: first.opened,
    gapped: gap.opened,
    news: (task: Task) => {
      heard.push(task);
      first.open(task);
    },
    gap: () => gap.open(),
  };
}

const cancelOf = async (id: string): Promise<Task | undefined> => {
  const store = redisStore(connections.commands, { prefix: PREFIX });
  await store.start({ ...newTask(), id, batches: [0] }, Date.now());
  return (await store.cancel('default', id, Date.now()))?.task;
};

describe('events through Redis', { timeout: 20_000 }, () => {
  it('are acknowledged before anybody relies on them, and shared by all who listen', async () => {
    const [one, two] = [listener(), listener()];
    const stop = await events.listen('t1', one);
    const stopToo = await events.listen('t1', two);
    expect(await subscribed('t1')).toBe(1);
    const task = await cancelOf('t1');
    await vi.waitFor(() => expect(one.heard.at(-1)).toEqual(task));
    expect(two.heard).toEqual(one.heard);
    // Read once a process: both are given the same.
    expect(two.heard.at(-1)).toBe(one.heard.at(-1));
    stop();
    expect(await subscribed('t1')).toBe(1);
    stopToo();
    await vi.waitFor(async () => expect(await subscribed('t1')).toBe(0));
  });

  it('tell only those who listen to that task', async () => {
    const [one, two] = [listener(), listener()];
    await events.listen('mine', one);
    await events.listen('other', two);
    await cancelOf('mine');
    expect((await one.first).id).toBe('mine');
    expect(two.heard).toEqual([]);
  });

  it('come again to one who listens anew right after the last one left', async () => {
    const [one, two] = [listener(), listener()];
    const stop = await events.listen('t2', one);
    stop();
    await events.listen('t2', two);
    await cancelOf('t2');
    expect((await two.first).id).toBe('t2');
    expect(one.heard).toEqual([]);
  });

  it('leave a gap that every listener hears of, after a lost connection and once all is subscribed again', async () => {
    const [one, two] = [listener(), listener()];
    const written = gate();
    await events.listen('t3', one);
    await events.listen('t4', two);
    await events.listenWritten(() => written.open());
    await server.cutSockets();
    await Promise.all([one.gapped, two.gapped, written.opened]);
    expect([await subscribed('t3'), await subscribed('t4')]).toEqual([1, 1]);
    await cancelOf('t3');
    expect((await one.first).id).toBe('t3');
  });

  it('that cannot be read are a gap', async () => {
    const one = listener();
    await events.listen('t5', one);
    await connections.commands.publish(taskChannel(PREFIX, 't5'), 'no JSON');
    await one.gapped;
    expect(one.heard).toEqual([]);
  });

  it('say that items were written, until nobody wants to hear it', async () => {
    const [one, two] = [vi.fn<() => void>(), vi.fn<() => void>()];
    const stop = await events.listenWritten(one);
    await events.listenWritten(two);
    await connections.commands.publish(writtenChannel(PREFIX), 'x');
    await vi.waitFor(() => expect(two).toHaveBeenCalledTimes(1));
    stop();
    await connections.commands.publish(writtenChannel(PREFIX), 'x');
    await vi.waitFor(() => expect(two).toHaveBeenCalledTimes(2));
    expect(one).toHaveBeenCalledTimes(1);
  });

  it('refuse a listener while the server is away, and keep nothing of it', async () => {
    await server.stop('SIGKILL');
    await expect(events.listen('t6', listener())).rejects.toMatchObject({ name: 'RedisUnavailableError' });
    await server.restart();
    const back = listener();
    await events.listen('t7', back);
    expect(await subscribed('t6')).toBe(0);
  });
});

describe('a connection that says nothing any more', () => {
  it('is found out and made anew', async () => {
    vi.useFakeTimers();
    try {
      const silent = {
        status: 'ready',
        subscribe: vi.fn<() => Promise<number>>(() => Promise.resolve(1)),
        disconnect: vi.fn<() => void>(),
      };
      const subscriber = Object.assign(new EventEmitter(), silent) as unknown as Redis;
      const open = await openRedisEvents({ subscriber, prefix: PREFIX, log: quiet });
      await vi.advanceTimersByTimeAsync(15_000);
      expect(silent.disconnect).not.toHaveBeenCalled();
      silent.subscribe.mockImplementation(() => new Promise(() => {}));
      await vi.advanceTimersByTimeAsync(12_000);
      expect(silent.disconnect).toHaveBeenCalledWith(true);
      open.close();
    } finally {
      vi.useRealTimers();
    }
  });
});
