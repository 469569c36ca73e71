import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  employeeRow,
  FakeProvider,
  gate,
  numberValue,
  ratingRow,
  skillRow,
} from '../../../test/support/fakes/fakeProvider.ts';
import { startRedis, type TestRedis } from '../../../test/support/redis.ts';
import type { ChangesPage } from '../../domain/ports.ts';
import type { EmployeeRow } from '../../domain/records.ts';
import { connectRedis, REDIS_PREFIX, type RedisConnections } from '../../redis/redis.ts';
import { deltaSync } from '../sync/deltaSync.ts';
import { Directory } from '../directory.ts';
import { ReplicatedDirectory } from './replicatedDirectory.ts';
import { LEASE_TIMES, failoverMs } from './leaderLease.ts';
import { ChangeSubscriber } from './subscriber.ts';
import { ChangeLog } from './changeLog.ts';
import { fullSync } from '../sync/fullSync.ts';

/** Short ones: a lease that runs out within a test. */
const TIMES = { leaseMs: 600, renewMs: 150, tryMs: 50 };
const PREFIX = `${REDIS_PREFIX}directory:default:`;
const seen = (assertion: () => void) => vi.waitFor(assertion, { timeout: 8000, interval: 5 });

/** One process: a provider of its own to count the calls of, and a directory. */
interface Replica {
  provider: FakeProvider;
  directory: Directory;
  redis: RedisConnections;
  shared: ReplicatedDirectory;
  logged: string[];
  /** Ends as a process that dies: nothing is given back. */
  die(): Promise<void>;
}

describe('a directory shared by replicas', () => {
  let server: TestRedis;
  const replicas: Replica[] = [];

  beforeEach(async () => {
    server = await startRedis();
  });
  afterEach(async () => {
    for (const { shared, redis } of replicas.splice(0)) {
      await shared.stop();
      await redis.close();
    }
    await server.stop();
  });

  function replica(holdings: ConstructorParameters<typeof FakeProvider>[0] = {}): Replica {
    const provider = new FakeProvider(holdings);
    const directory = new Directory([provider.integration]);
    const logged: string[] = [];
    const note = (_: object, message: string) => void logged.push(message);
    const log = { info: note, warn: note, error: (details: object) => void logged.push(JSON.stringify(details)) };
    const redis = connectRedis(server.url, { log: { info: () => {}, warn: () => {} }, name: 'test' });
    const shared = new ReplicatedDirectory({ redis, directory, log, tenant: 'default', times: TIMES });
    const made: Replica = {
      provider,
      directory,
      redis,
      shared,
      logged,
      die: async () => {
        replicas.splice(replicas.indexOf(made), 1);
        // Without its connections it can neither tell anything nor give the lease back.
        redis.commands.disconnect();
        await redis.close();
        void shared.stop();
      },
    };
    replicas.push(made);
    return made;
  }

  const walk = ({ directory, provider }: Replica) =>
    fullSync({ directory, integration: provider.integration, signal: new AbortController().signal });

  const people = (count: number) => Array.from({ length: count }, (_, index) => employeeRow(`e${index + 1}`));
  const namesIn = ({ directory }: Pick<Replica, 'directory'>) =>
    directory.employees.all.flatMap(({ records }) => records.map(({ row }) => row.name ?? row.remoteId)).toSorted();

  it('has one replica read the providers, and one that starts later load what it wrote', async () => {
    const holdings = {
      employees: people(5),
      skills: [skillRow('s1')],
      ratings: [ratingRow('e1', 's1'), ratingRow('e2', 'learnt')],
      keep: true,
    };
    const first = replica(holdings);
    await first.shared.start();
    await seen(() => expect(first.logged).toContain('snapshot written'));
    const second = replica(holdings);
    await second.shared.start();
    expect(second.shared.ready).toBe(true);
    expect(second.shared.leads).toBe(false);
    expect(second.provider.calls).toEqual([]);
    expect(namesIn(second)).toEqual(['e1', 'e2', 'e3', 'e4', 'e5']);
    expect(second.directory.ratings('hr').of('e1')).toEqual([ratingRow('e1', 's1')]);
    expect(second.directory.ratings('hr').at).toBe(first.directory.ratings('hr').at);
    expect(second.directory.skills.byRecord('hr', 'learnt')?.skill.records).toHaveLength(1);
    expect(second.provider.integration.sync).toEqual(first.provider.integration.sync);
    expect(second.provider.integration.readFrom).toEqual(first.provider.integration.readFrom);
  });

  it('shows the first full sync page by page on the other replicas', async () => {
    const held = gate();
    const holdings = {
      employees: people(5),
      without: ['skills', 'ratings'] as const,
      before: (call: string) => (call === 'employees 3' ? held.passed : undefined),
    };
    const first = replica(holdings);
    const second = replica(holdings);
    const started = first.shared.start();
    await seen(() => expect(first.shared.leads).toBe(true));
    const followed = second.shared.start();
    await seen(() => expect(namesIn(second)).toEqual(['e1', 'e2', 'e3', 'e4']));
    await seen(() => expect(second.provider.integration.sync).toMatchObject({ state: 'FIRST_WALK', progress: 0.8 }));
    expect(second.shared.ready).toBe(false);
    held.open();
    await Promise.all([started, followed]);
    expect(second.provider.integration.sync.state).toBe('IDLE');
    expect(namesIn(second)).toHaveLength(5);
    expect(second.provider.calls).toEqual([]);
  });

  it('is not ready where everything but the ratings was published, which come with the snapshot', async () => {
    const holdings = { employees: people(2), skills: [skillRow('s1')], ratings: [ratingRow('e1', 's1')], keep: true };
    const [first, second] = [replica(holdings), replica(holdings)];
    const held = gate();
    const { commands } = first.redis;
    const hset = commands.hset.bind(commands) as (...chunk: unknown[]) => Promise<number>;
    // The chunks of a snapshot.
    Object.assign(commands, { hset: (...chunk: unknown[]) => held.passed.then(() => hset(...chunk)) });
    await first.shared.start();
    const followed = second.shared.start();
    await seen(() => expect(second.provider.integration.sync).toEqual(first.provider.integration.sync));
    await seen(() => expect(second.provider.integration.sync.state).toBe('IDLE'));
    expect([namesIn(second), second.shared.ready]).toEqual([['e1', 'e2'], false]);
    held.open();
    await followed;
    expect(second.shared.ready).toBe(true);
    expect(second.directory.ratings('hr').of('e1')).toEqual([ratingRow('e1', 's1')]);
    expect(second.provider.calls).toEqual([]);
  });

  it('leads again within a lease and a poll when the one that leads dies, by the same sum as in earnest', async () => {
    const holdings = { employees: people(3), without: ['skills', 'ratings'] as const };
    const [first, second] = [replica(holdings), replica(holdings)];
    await first.shared.start();
    await second.shared.start();
    const heldUntil = async () => Date.now() + (await first.redis.commands.pttl(`${PREFIX}lease`));
    // Just renewed: the most that is left of it.
    const began = await heldUntil();
    await expect.poll(heldUntil, { timeout: 8000, interval: 5 }).toBeGreaterThan(began + TIMES.renewMs / 2);
    const died = Date.now();
    await first.die();
    await seen(() => expect(second.shared.leads).toBe(true));
    const took = Date.now() - died;
    // While it was alive the lease was its own, and nothing was given back.
    expect(took).toBeGreaterThan(TIMES.leaseMs - TIMES.renewMs);
    expect(failoverMs(LEASE_TIMES)).toBeLessThanOrEqual(15_000);
  });

  it('follows what is changed, removed, rated otherwise and learnt', async () => {
    const holdings = { employees: people(3), skills: [skillRow('s1')], ratings: [ratingRow('e1', 's1')], keep: true };
    const [first, second] = [replica(holdings), replica(holdings)];
    await first.shared.start();
    await second.shared.start();
    await seen(() => expect(second.directory.ratings('hr').at).not.toBeNull());
    const heard: string[] = [];
    second.directory.onRatingsChanged = (_, ids) => heard.push(...ids);
    const better = ratingRow('e1', 's1', { value: numberValue(5) });
    Object.assign(first.provider.holdings, {
      employees: [employeeRow('e1', { name: 'Ada' }), employeeRow('e3')],
      ratings: [better, ratingRow('e3', 's9')],
    });
    await walk(first);
    await seen(() => expect(second.directory.ratings('hr').at).toBe(first.directory.ratings('hr').at));
    expect(namesIn(second)).toEqual(['Ada', 'e3']);
    expect(second.directory.ratings('hr').of('e1')).toEqual([better]);
    expect(heard.toSorted()).toEqual(['e1', 'e3']);
    expect(second.directory.skills.byRecord('hr', 's9')).not.toBeNull();
    // What one that follows learns from a read of its own reaches the one that leads.
    second.directory.learnSkills('hr', [ratingRow('e1', 'own')]);
    await seen(() => expect(first.directory.skills.byRecord('hr', 'own')).not.toBeNull());
    expect(second.provider.calls).toEqual([]);
  });

  it('fails over when the leader dies, without a full sync, from where it read last', async () => {
    const holdings = { employees: people(3), without: ['skills', 'ratings'] as const };
    const [first, second] = [replica(holdings), replica(holdings)];
    await first.shared.start();
    await second.shared.start();
    const { readFrom } = first.provider.integration;
    await first.die();
    await seen(() => expect(second.shared.leads).toBe(true));
    expect(second.provider.calls).toEqual([]);
    expect(second.provider.integration.sync).toMatchObject({ state: 'IDLE', problem: null });
    const since: string[] = [];
    Object.assign(second.provider.ports.employees ?? {}, {
      async *changedSince(from: string): AsyncGenerator<ChangesPage<EmployeeRow>> {
        since.push(from);
        yield* await Promise.resolve([{ rows: [employeeRow('e9')], removed: ['e1'] }]);
      },
    });
    const third = replica(holdings);
    await third.shared.start();
    await deltaSync({ ...second, integration: second.provider.integration, signal: new AbortController().signal });
    expect(since).toEqual([new Date((readFrom.get('employees') ?? 0) - 5 * 60_000).toISOString()]);
    await seen(() => expect(namesIn(third)).toEqual(['e2', 'e3', 'e9']));
  });

  it('runs a full sync at once where the dead leader had not ended its first', async () => {
    const held = gate();
    const first = replica({
      employees: people(5),
      without: ['skills', 'ratings'],
      before: (call) => (call === 'employees 3' ? held.passed : undefined),
    });
    void first.shared.start();
    await seen(() => expect(first.provider.calls).toContain('employees 3'));
    const second = replica({ employees: people(5), without: ['skills', 'ratings'] });
    const started = second.shared.start();
    await seen(() => expect(namesIn(second)).toHaveLength(4));
    await first.die();
    held.open();
    await started;
    expect(second.provider.calls).toEqual(['employees 1', 'employees 2', 'employees 3']);
    expect(namesIn(second)).toHaveLength(5);
  });

  it('hands the lease over at once when a replica stops', async () => {
    const [first, second] = [replica({ employees: people(1) }), replica({ employees: people(1) })];
    await first.shared.start();
    await second.shared.start();
    const owner = await second.redis.commands.get(`${PREFIX}lease`);
    await first.shared.stop();
    // Nobody's, or the other's already.
    expect(owner).not.toBeNull();
    expect(await second.redis.commands.get(`${PREFIX}lease`)).not.toBe(owner);
    await seen(() => expect(second.shared.leads).toBe(true));
    expect(second.provider.calls).toEqual([]);
  });

  it('loads the snapshot again where entries were trimmed before it read them', async () => {
    const holdings = { employees: people(3), without: ['skills', 'ratings'] as const };
    const first = replica(holdings);
    await first.shared.start();
    await seen(() => expect(first.logged).toContain('snapshot written'));
    const late = replica(holdings);
    const store = new ChangeLog({ redis: late.redis.commands, waiting: late.redis.commands, prefix: PREFIX });
    const loads: string[] = [];
    const reader = new ChangeSubscriber({
      store,
      directory: late.directory,
      replica: 'late',
      log: { info: (_, message) => void loads.push(message), warn: () => {}, error: () => {} },
    });
    while (await reader.poll({ leads: false, waits: false }));
    for (let round = 1; round <= 3; round += 1) {
      // Gone and come in two walks: in one, the total would prove nothing of who is gone.
      first.provider.holdings.employees = people(3);
      await walk(first);
      first.provider.holdings.employees = [employeeRow(`r${round}`), ...people(3)];
      await walk(first);
      await seen(() => expect(first.logged.filter((line) => line === 'snapshot written')).toHaveLength(round + 1));
    }
    expect(namesIn(late)).toEqual(['e1', 'e2', 'e3']);
    while (await reader.poll({ leads: false, waits: false }));
    expect(loads).toEqual(['snapshot loaded', 'snapshot loaded']);
    expect(namesIn(late)).toEqual(['e1', 'e2', 'e3', 'r3']);
  });

  it('answers from what it has while Redis is away, and settles when it is back', async () => {
    const holdings = { employees: people(3), without: ['skills', 'ratings'] as const };
    const [first, second] = [replica(holdings), replica(holdings)];
    await first.shared.start();
    await second.shared.start();
    await server.stop('SIGKILL');
    await seen(() => expect(first.shared.leads).toBe(false));
    expect([namesIn(first), namesIn(second)]).toEqual([
      ['e1', 'e2', 'e3'],
      ['e1', 'e2', 'e3'],
    ]);
    await server.restart();
    const leader = () => [first, second].find(({ shared }) => shared.leads);
    await seen(() => expect(leader()).toBeDefined());
    const leading = leader() as Replica;
    leading.provider.holdings.employees = people(2);
    await walk(leading);
    await seen(() =>
      expect([namesIn(first), namesIn(second)]).toEqual([
        ['e1', 'e2'],
        ['e1', 'e2'],
      ]),
    );
  });

  it('writes everything again when Redis has lost it', async () => {
    const holdings = { employees: people(3), skills: [skillRow('s1')], ratings: [ratingRow('e1', 's1')], keep: true };
    const first = replica(holdings);
    await first.shared.start();
    const written = () => first.logged.filter((line) => line === 'snapshot written').length;
    await seen(() => expect(written()).toBe(1));
    first.provider.taken();
    await first.redis.commands.flushall();
    await seen(() => expect(written()).toBe(2));
    const third = replica(holdings);
    await third.shared.start();
    await seen(() => expect(namesIn(third)).toEqual(['e1', 'e2', 'e3']));
    expect(third.directory.ratings('hr').of('e1')).toHaveLength(1);
    expect([first.provider.calls, third.provider.calls]).toEqual([[], []]);
  });

  it('keeps a write that a snapshot being loaded does not show', async () => {
    const holdings = { employees: people(2), without: ['skills', 'ratings'] as const };
    const first = replica(holdings);
    await first.shared.start();
    await seen(() => expect(first.logged).toContain('snapshot written'));
    const second = replica(holdings);
    second.directory.writeEmployee('hr', employeeRow('e1', { name: 'Written' }), { at: Date.now(), created: false });
    second.directory.writeEmployee('hr', employeeRow('e3'), { at: Date.now(), created: true });
    await second.shared.start();
    expect(namesIn(second)).toEqual(['Written', 'e2', 'e3']);
    // Written before that walk, which has read otherwise since.
    const third = replica(holdings);
    third.directory.writeEmployee('hr', employeeRow('e1', { name: 'Older' }), {
      at: Date.now() - 60_000,
      created: false,
    });
    await third.shared.start();
    expect(namesIn(third)).toEqual(['e1', 'e2']);
  });
});
