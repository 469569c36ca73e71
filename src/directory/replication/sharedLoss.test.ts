import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { employeeRow, FakeProvider } from '../../../test/support/fakes/fakeProvider.ts';
import { startRedis, type TestRedis } from '../../../test/support/redis.ts';
import { connectRedis, REDIS_PREFIX, type RedisConnections } from '../../redis/redis.ts';
import { Directory } from '../directory.ts';
import { ReplicatedDirectory } from './replicatedDirectory.ts';
import { pack } from './codec.ts';
import { ChangePublisher } from './publisher.ts';
import { ChangeSubscriber } from './subscriber.ts';
import { ChangeLog } from './changeLog.ts';
import { fullSync } from '../sync/fullSync.ts';

const PREFIX = `${REDIS_PREFIX}directory:default:`;
const OWNER = 'leader/1';
const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const seen = (assertion: () => void) => vi.waitFor(assertion, { timeout: 8000, interval: 5 });

/** A directory of three people whom a provider lists. */
function house() {
  const employees = ['e1', 'e2', 'e3'].map((id) => employeeRow(id));
  const provider = new FakeProvider({ employees, without: ['skills', 'ratings'] });
  const directory = new Directory([provider.integration]);
  const put = (...ids: string[]) =>
    directory.putEmployees(
      'hr',
      ids.map((id) => employeeRow(id)),
    );
  const people = () =>
    directory.employees.all.flatMap(({ records }) => records.map(({ row }) => row.remoteId)).toSorted();
  return { integration: provider.integration, directory, put, people };
}

describe('a shared directory whose Redis comes back a few entries behind', () => {
  let server: TestRedis;
  const open: RedisConnections[] = [];

  beforeEach(async () => {
    // Keeps what SAVE wrote, and nothing since.
    server = await startRedis({ args: ['--appendonly', 'no'] });
  });
  afterEach(async () => {
    for (const redis of open.splice(0)) await redis.close();
    await server.stop();
  });

  function connected(): RedisConnections {
    const redis = connectRedis(server.url, { log: quiet, name: 'test' });
    open.push(redis);
    return redis;
  }

  /** One that leads and tells only when it is told to, after a whole walk. */
  async function leader() {
    const { integration, directory, put } = house();
    const { commands } = connected();
    const store = new ChangeLog({ redis: commands, waiting: commands, prefix: PREFIX });
    await store.lease('take', OWNER, 60_000);
    const publisher = new ChangePublisher({
      store,
      directory,
      integration,
      owner: OWNER,
      replica: 'leader',
      log: quiet,
      onRefused: () => {},
      snapshot: null,
      last: null,
    });
    directory.onChange = (_, change) => publisher.enqueue(change);
    await fullSync({ directory, integration, signal: new AbortController().signal });
    await publisher.flush();
    /** What is in Redis now; to be called to put it back. */
    const save = async () => {
      const keys = await commands.keys(`${PREFIX}*`);
      const dumps = await Promise.all(keys.map((key) => commands.dumpBuffer(key)));
      return async () => {
        await commands.del(...(await commands.keys(`${PREFIX}*`)));
        for (const [index, key] of keys.entries()) await commands.restore(key, 0, dumps[index] ?? '');
        await store.lease('renew', OWNER, 60_000);
      };
    };
    return { store, put, tell: () => publisher.flush(), save };
  }

  function follower(store: ChangeLog) {
    const { directory, people } = house();
    const reader = new ChangeSubscriber({ store, directory, replica: 'follower', log: quiet });
    const follow = async () => {
      while (await reader.poll({ leads: false, waits: false }));
    };
    return { directory, people, reader, follow };
  }

  it('has all replicas see the same again, what Redis lost among it', async () => {
    const replicas = [house(), house()].map((made) => {
      const redis = connected();
      const times = { leaseMs: 60_000, renewMs: 150, tryMs: 50 };
      const { directory } = made;
      return {
        ...made,
        redis,
        shared: new ReplicatedDirectory({ redis, directory, log: quiet, tenant: 'default', times }),
      };
    });
    const [first, second] = replicas;
    if (!first || !second) throw new Error('no replicas');
    await first.shared.start();
    await second.shared.start();
    await first.redis.commands.save();
    first.put('lost');
    await seen(() => expect(second.people()).toContain('lost'));
    await server.restart('SIGKILL');
    first.put('late');
    await seen(() => expect(second.people()).toContain('late'));
    await seen(() => expect(second.people()).toEqual(['e1', 'e2', 'e3', 'late', 'lost']));
    expect(first.people()).toEqual(second.people());
    for (const { shared } of replicas) await shared.stop();
  });

  it.each([[['a2']], [['a2', 'a3']]])(
    'is loaded again where numbers were given a second time, to %j',
    async (again) => {
      const { store, put, tell, save } = await leader();
      const { people, follow } = follower(store);
      const putBack = await save();
      put('a1');
      await tell();
      await follow();
      await putBack();
      for (const id of again) {
        put(id);
        await store.publish('hr', { owner: null, by: 'another', after: null }, [await pack({ changes: [] })]);
      }
      await follow();
      // As Redis has it.
      expect(people()).toEqual(['e1', 'e2', 'e3']);
      await tell();
      await tell();
      await follow();
      expect(people()).toEqual(['a1', ...again, 'e1', 'e2', 'e3']);
    },
  );

  it('gets what it lost from the one that leads, also for replicas that had not read it and such as start', async () => {
    const { store, put, tell, save } = await leader();
    const slow = follower(store);
    await slow.follow();
    const putBack = await save();
    put('lost');
    await tell();
    await putBack();
    put('late');
    await tell();
    await tell();
    const started = follower(store);
    for (const { follow, people } of [slow, started]) {
      await follow();
      expect(people()).toEqual(['e1', 'e2', 'e3', 'late', 'lost']);
    }
  });

  it('takes what followers have learnt between its own entries for no loss', async () => {
    const { store, put, tell } = await leader();
    const before = await store.snapshotId('hr');
    await store.publish('hr', { owner: null, by: 'another', after: null }, [Buffer.from('learnt')]);
    put('a1');
    await tell();
    await tell();
    expect(await store.snapshotId('hr')).toBe(before);
  });

  it('is followed through entries without ids, as older versions publish them', async () => {
    const { store, put, tell } = await leader();
    const { people, reader, follow } = follower(store);
    await follow();
    const { commands } = connected();
    const number = await commands.incr(`${PREFIX}hr:number`);
    const bytes = await pack({ changes: [{ kind: 'employees', rows: [employeeRow('old')], began: null }] });
    await commands.xadd(`${PREFIX}hr:changes`, `${number}-0`, 'by', 'another', 'bytes', bytes);
    await follow();
    expect(reader.position('hr')).toEqual({ number, id: '' });
    put('a1');
    await tell();
    await follow();
    expect(people()).toEqual(['a1', 'e1', 'e2', 'e3', 'old']);
  });

  it('applies an entry that failed the next time', async () => {
    const { store, put, tell } = await leader();
    const { directory, people, reader, follow } = follower(store);
    await follow();
    put('a1');
    await tell();
    vi.spyOn(directory, 'putEmployees').mockImplementationOnce(() => {
      throw new Error('not now');
    });
    await expect(reader.poll({ leads: false, waits: false })).rejects.toThrow('not now');
    await follow();
    expect(people()).toEqual(['a1', 'e1', 'e2', 'e3']);
  });
});
