import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRedis, type TestRedis } from '../../../test/support/redis.ts';
import { connectRedis, REDIS_PREFIX, type RedisConnections } from '../../redis/redis.ts';
import { Rate } from './rateLimiter.ts';
import { createSharedRate, type Taking } from './sharedRateLimiter.ts';

const log = { info: () => undefined, warn: () => undefined };
/** A single request of nobody in particular. */
const ONE: Taking = { purpose: 'request', client: '', waiting: 1 };
const PLACES = { readsInFlight: 1_000, writesInFlight: 1_000 };

let server: TestRedis;
let connections: RedisConnections[];

beforeAll(async () => {
  server = await startRedis();
  connections = [connectRedis(server.url, { log, name: 'one' }), connectRedis(server.url, { log, name: 'two' })];
  await Promise.all(connections.map(({ commands }) => readiness(commands)));
});
afterAll(async () => {
  await Promise.all(connections.map((each) => each.close()));
  await server.stop();
});

const store = (replica: number) => {
  const client = connections[replica]?.commands;
  if (!client) throw new Error('no such replica');
  return { client, prefix: REDIS_PREFIX };
};

async function readiness(client: Redis): Promise<void> {
  if (client.status !== 'ready') await new Promise((resolve) => client.once('ready', resolve));
}

/** Takes as many as there are. */
async function takeAll(shared: ReturnType<typeof createSharedRate>, taking = ONE): Promise<number> {
  for (let taken = 0; ; taken += 1) if ((await shared.take(taking)).waitMs > 0) return taken;
}

describe('a rate that replicas share', () => {
  it('gives all of them together so many a second, and tells each of the others', async () => {
    const [one, two] = [createSharedRate(store(0), 'hr', 20), createSharedRate(store(1), 'hr', 20)];
    const alone = await one.take(ONE);
    expect(alone).toEqual({ waitMs: 0, others: false });
    const both = await Promise.all([takeAll(one), takeAll(two)]);
    expect(1 + (both[0] ?? 0) + (both[1] ?? 0)).toBe(20);
    const next = await one.take(ONE);
    expect(next.others).toBe(true);
    expect(next.waitMs).toBeGreaterThan(0);
    expect(next.waitMs).toBeLessThanOrEqual(1_000);
  });

  it('is one for each integration', async () => {
    await takeAll(createSharedRate(store(0), 'talent', 5));
    expect((await createSharedRate(store(1), 'projects', 5).take(ONE)).waitMs).toBe(0);
  });

  it('lets requests of all replicas out at the rate and no faster, people before walks', async () => {
    const replicas = [0, 1].map(
      (replica) =>
        new Rate({ ...PLACES, requestsPerSecond: 10 }, { shared: createSharedRate(store(replica), 'paced', 10) }),
    );
    const out: { purpose: string; at: number }[] = [];
    const ask = (rate: Rate, purpose: 'request' | 'walk') =>
      rate.enter({ kind: 'read', purpose }).then((release) => {
        out.push({ purpose, at: performance.now() });
        release();
      });
    const all = replicas.flatMap((rate) => [
      ...Array.from({ length: 6 }, () => ask(rate, 'walk')),
      ...Array.from({ length: 6 }, () => ask(rate, 'request')),
    ]);
    await Promise.all(all);
    const [first] = out;
    const within = (milliseconds: number) => out.filter(({ at }) => at - (first?.at ?? 0) < milliseconds);
    expect(within(900).length).toBeLessThanOrEqual(10);
    expect(out.at(-1)?.at).toBeGreaterThan((first?.at ?? 0) + 1_000);
    expect(out.slice(0, 10).filter(({ purpose }) => purpose === 'request').length).toBeGreaterThanOrEqual(6);
  });

  /** Two replicas of one rate of ten a second on a clock that the test moves. */
  function onClock(integration: string) {
    const clock = { ms: 1_000_000 };
    const now = () => clock.ms;
    const [one, two] = [0, 1].map((replica) => createSharedRate(store(replica), integration, 10, { now }));
    if (!one || !two) throw new Error('two replicas');
    return { one, two, clock };
  }
  const FLOOD = { purpose: 'request', client: 'flood', waiting: 500 } as const;

  it('leaves a client that waits on one replica its share, however much another asks for elsewhere', async () => {
    const { one, two, clock } = onClock('fair');
    const other = (waiting: number) => two.take({ purpose: 'request', client: 'other', waiting });
    expect(await takeAll(one, FLOOD)).toBe(10);
    // Comes too late for this second, and has a claim in the next one.
    expect(await other(3)).toEqual({ waitMs: 1_000, others: true });
    clock.ms += 1_000;
    expect(await takeAll(one, FLOOD)).toBe(7);
    for (const waiting of [3, 2, 1]) expect(await other(waiting)).toEqual({ waitMs: 0, others: true });
    expect((await other(1)).waitMs).toBe(1_000);
    clock.ms += 1_000;
    // Of two that want everything each has its half.
    expect((await other(500)).waitMs).toBe(0);
    expect(await takeAll(one, FLOOD)).toBe(5);
    for (let more = 0; more < 4; more += 1) expect((await other(500)).waitMs).toBe(0);
  });

  it('lets nothing lie that its claimant does not come for', async () => {
    const { one, two, clock } = onClock('claims');
    expect((await two.take({ purpose: 'request', client: 'gone', waiting: 9 })).waitMs).toBe(0);
    expect(await takeAll(one, FLOOD)).toBe(5);
    expect((await one.take(FLOOD)).waitMs).toBe(300);
    clock.ms += 300;
    expect(await takeAll(one, FLOOD)).toBe(4);
  });

  it('has walks and tasks leave what people wait for, each with one in a second at least, and people mind neither', async () => {
    const { one, two } = onClock('ranks');
    expect((await one.take({ purpose: 'request', client: 'a', waiting: 50 })).waitMs).toBe(0);
    expect((await two.take({ purpose: 'walk', client: '', waiting: 50 })).waitMs).toBe(0);
    expect((await two.take({ purpose: 'task', client: 'b', waiting: 50 })).waitMs).toBe(0);
    expect((await one.take({ purpose: 'request', client: 'a', waiting: 4 })).waitMs).toBe(0);
    // Six are left, and the request has a claim to three of them.
    expect(await takeAll(two, { purpose: 'task', client: 'b', waiting: 50 })).toBe(3);
    expect(await takeAll(one, { purpose: 'request', client: 'a', waiting: 3 })).toBe(3);
  });

  it('is half of itself on each replica while Redis is away or silent, and whole again after it', async () => {
    const shared = createSharedRate(store(0), 'insured', 20);
    process.kill(server.pid(), 'SIGSTOP');
    expect((await shared.take(ONE)).waitMs).toBe(0);
    process.kill(server.pid(), 'SIGCONT');
    await server.stop('SIGKILL');
    expect(await takeAll(createSharedRate(store(0), 'insured', 20))).toBe(10);
    await server.restart();
    await readiness(store(0).client);
    expect(await takeAll(createSharedRate(store(0), 'back', 20))).toBe(20);
  });
});
