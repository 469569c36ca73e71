import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { redisCaches } from '../src/cache/redisCache.ts';
import { Directory } from '../src/directory/directory.ts';
import { createReaders } from '../src/loaders/readers/readers.ts';
import { connectRedis, type RedisConnections } from '../src/redis/redis.ts';
import { VirtualClock } from '../src/lib/clock.ts';
import { employeeRow, FakeProvider, numberValue, ratingRow } from './support/fakes/fakeProvider.ts';
import { startTestGateway, type TestGateway } from './support/gateway.ts';
import { startRedis, type TestRedis } from './support/redis.ts';

const ADA = `{
  employee(by: { employeeNumber: "01001" }) {
    skills { sources { integration { name } state } nodes { skill { name } ratings { id normalized } } }
  }
}`;
const PAGE = `query ($first: Int!) {
  employees(first: $first) { nodes { id skills { sources { state } nodes { skill { name } ratings { id } } } } }
}`;

/** Calls to a provider for the sake of requests. */
function ratingReads(gateway: TestGateway, provider: string): number {
  return gateway.calls.filter(({ integration, purpose }) => integration.startsWith(provider) && purpose === 'request')
    .length;
}

describe('a cold cache', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await startTestGateway({ environment: { REQUEST_DEADLINE_MS: '60000' } });
  }, 60_000);

  afterAll(() => gateway.close());
  afterEach(() => gateway.forget());

  it('pays one call an integration for a stampede of 1,000 equal questions', async () => {
    const simulators = ['kombo', 'kantata'].map((name) => gateway.simulator(name));
    const entries = simulators.map((simulator) => simulator.journal.length);

    const answers = await Promise.all(Array.from({ length: 1000 }, () => gateway.ask(ADA)));

    const texts = new Set(answers.map(({ data }) => JSON.stringify(data).replaceAll('CACHED', 'FRESH')));
    expect([...texts].map((text) => text.includes('FRESH') && !text.includes('UNREACHABLE'))).toEqual([true]);
    expect(simulators.map((simulator, index) => simulator.journal.length - (entries[index] ?? 0))).toEqual([1, 1]);
    expect(['kombo', 'kantata'].map((name) => ratingReads(gateway, name))).toEqual([1, 1]);
  }, 120_000);

  it('asks for each person of overlapping pages once', async () => {
    const asked: string[] = [];
    for (const integration of gateway.gateway.directory.integrations) {
      const { ports } = integration;
      const port = ports.ratingsByEmployees;
      if (!port) continue;
      const { read } = port;
      ports.ratingsByEmployees = {
        ...port,
        read: (ids, call) => {
          asked.push(...ids.map((id) => `${integration.name} ${id}`));
          return read(ids, call);
        },
      };
    }

    await Promise.all([30, 50, 40, 50].map((first) => gateway.ask(PAGE, { first })));

    expect(asked.length).toBeGreaterThan(80);
    expect(asked.length).toBe(new Set(asked).size);
    asked.length = 0;
    await gateway.ask(PAGE, { first: 50 });
    expect(asked).toEqual([]);
  });
});

describe('replicas on one Redis', () => {
  let redis: TestRedis;
  let connections: RedisConnections[] = [];

  beforeAll(async () => {
    redis = await startRedis();
  }, 30_000);

  afterAll(() => redis.stop());

  afterEach(async () => {
    await connections[0]?.commands.flushall();
    await Promise.all(connections.map((each) => each.close()));
    connections = [];
  });

  /** Two gateways' readers of one provider, with a clock in common. */
  async function house() {
    const clock = new VirtualClock();
    const now = () => clock.now();
    const provider = new FakeProvider({
      now,
      employees: ['1', '2'].map((id) => employeeRow(id)),
      ratings: [ratingRow('1', 'java'), ratingRow('2', 'go')],
    });
    const replica = async () => {
      const connection = connectRedis(redis.url, { log: { info: () => {}, warn: () => {} }, name: 'test' });
      connections.push(connection);
      await connection.commands.ping();
      const shared = redisCaches({
        redis: connection.commands,
        prefix: '{test}:',
        tenant: 'default',
        log: { warn: () => {} },
        now,
        waitMs: 10_000,
      });
      const reader = createReaders({ directory: new Directory([provider.integration], now), cache: true, shared, now });
      const hr = reader.get('hr');
      if (!hr) throw new Error('no reader');
      const read = async (...ids: string[]) =>
        [...(await hr.read(ids, { purpose: 'request' })).values()].map((reading) => {
          const rows = 'rows' in reading ? reading.rows : [];
          const [shown] = rows.map(({ row, pending }) => `${JSON.stringify(row.value)}${pending ? '!' : ''}`);
          return `${reading.state} ${shown ?? 'none'}`;
        });
      return { hr, read };
    };
    return { clock, provider, one: await replica(), other: await replica() };
  }

  const three = JSON.stringify(numberValue(3));
  const five = JSON.stringify(numberValue(5));
  const keys = () => connections[0]?.commands.keys('*') ?? Promise.resolve([]);

  it('read once what all of them ask for', async () => {
    const { provider, one, other } = await house();
    expect(await one.read('1', '2')).toEqual([`FRESH ${three}`, `FRESH ${three}`]);
    await expect.poll(async () => (await keys()).length).toBe(2);
    expect(await other.read('1', '2')).toEqual([`CACHED ${three}`, `CACHED ${three}`]);
    expect(provider.calls).toEqual(['read 1,2']);
  });

  it('see what one of them wrote, and nothing that was read before', async () => {
    const { clock, provider, one, other } = await house();
    await one.read('1');
    await expect.poll(async () => (await keys()).length).toBe(1);
    await other.read('1');
    clock.advance(1);
    const written = ratingRow('1', 'java', { value: numberValue(5) });
    provider.holdings.ratings = [written];
    one.hr.written(written, clock.now());
    clock.advance(1);
    expect(await one.read('1')).toEqual([`FRESH ${five}`]);
    // The other has not heard of it yet; when it has, it finds the newer copy.
    expect(await other.read('1')).toEqual([`CACHED ${three}`]);
    other.hr.written(written, clock.now() - 1);
    await expect.poll(() => other.read('1')).toEqual([`CACHED ${five}`]);
    expect(provider.calls).toEqual(['read 1', 'read 1']);
  });

  it('stand in for a provider that fails with what another has read', async () => {
    const { clock, provider, one, other } = await house();
    await one.read('1');
    await expect.poll(async () => (await keys()).length).toBe(1);
    provider.holdings.failing = { read: 'UNREACHABLE' };
    clock.advance(10 * 60_000);
    expect(await other.read('1', '2')).toEqual([`STALE ${three}`, 'UNREACHABLE none']);
    expect(await keys()).toHaveLength(1);
  });

  it('answer without Redis', async () => {
    const { one, other } = await house();
    await redis.stop('SIGKILL');
    try {
      expect(await one.read('1')).toEqual([`FRESH ${three}`]);
      expect(await other.read('1')).toEqual([`FRESH ${three}`]);
      expect(await one.read('1')).toEqual([`CACHED ${three}`]);
    } finally {
      await redis.restart();
    }
  });
});
