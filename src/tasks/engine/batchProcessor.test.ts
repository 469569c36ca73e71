import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ratingRow } from '../../../test/support/fakes/fakeProvider.ts';
import { holding } from '../../../test/support/hold.ts';
import { createDataDir, type DataDir } from '../../../test/support/dataDir.ts';
import type { Call, Ports, RatingWrite, Sending, WritePort, WriteResult } from '../../domain/ports.ts';
import { ProviderError } from '../../domain/problem.ts';
import type { RatingRow } from '../../domain/records.ts';
import { VirtualClock } from '../../lib/clock.ts';
import { PglitePool } from '../store/embedded/pglitePool.ts';
import { postgresStore } from '../store/postgres/store.ts';
import type { TaskStore } from '../store/store.ts';
import type { ItemWrite, NewTaskItem, Task, TaskItem } from '../task.ts';
import { batchesOf } from './batches.ts';
import type { Hold } from './lease.ts';
import { runBatch } from './batchProcessor.ts';
import type { TaskTraces } from './traces.ts';

type Port = WritePort<RatingWrite, RatingRow>;
type Result = WriteResult<RatingRow>;

let dataDir: DataDir;
let pool: PglitePool;
let store: TaskStore;

beforeAll(async () => {
  dataDir = await createDataDir();
  pool = await PglitePool.open(join(dataDir.path, 'postgres'));
  store = postgresStore(pool);
});

afterAll(async () => {
  await pool.end();
  await dataDir.remove();
});

const done = (write: RatingWrite): Result => ({
  state: 'done',
  row: ratingRow(write.employeeId, write.skillId),
  remoteId: null,
  warnings: [],
});
const unavailable = new ProviderError('UNAVAILABLE', 'Down.', { retryAfterSeconds: 7 });
const timeout = new ProviderError('TIMEOUT', 'No answer.', { mayHaveApplied: true });

let clock: VirtualClock;
let tenant: string;
let ports: Ports | null;
let published: Task[];
let signals: number;
let calls: string[];

beforeEach(() => {
  clock = new VirtualClock();
  tenant = randomUUID();
  ports = null;
  published = [];
  signals = 0;
  calls = [];
});

/** A port that answers one script entry per call, and notes which skills it was sent. */
function port(
  script: ((items: readonly RatingWrite[]) => Result[] | Promise<Result[]>)[],
  more: Partial<Port> = {},
): Port {
  return {
    batchSize: 10,
    repeat: 'safe',
    async run(items, { sending }) {
      await sending?.announce();
      sending?.leave();
      calls.push(`run ${items.map((item) => item.skillId).join(' ')}`);
      const step = script.shift();
      if (!step) throw new Error('The port was called once more than expected.');
      return step(items);
    },
    ...more,
  };
}

const all = (result: (write: RatingWrite) => Result) => (items: readonly RatingWrite[]) => items.map(result);
const throwing = (error: Error) => async (): Promise<Result[]> => {
  throw error;
};

function newItem(skillId: string, operation: 'rate' | 'assign' = 'rate', bare = false): NewTaskItem {
  const value = bare ? null : ({ kind: 'number', value: 3 } as const);
  const work: ItemWrite = { operation, write: { employeeId: 'e1', skillId, value, scale: null } };
  return { index: 0, key: null, integration: 'hr', work, conversion: null, warnings: [] };
}

async function start(...items: NewTaskItem[]): Promise<string> {
  const id = randomUUID();
  const batches = batchesOf(items, () => ports);
  await store.start(
    { id, tenant, client: null, kind: 'RATE_SKILLS', items, idempotency: null, parentId: null, batches },
    clock.now(),
  );
  return id;
}

/** One visit; answers in how many milliseconds to come again. */
async function visit(
  taskId: string,
  { hold = holding(), through = store, traces }: { hold?: Hold; through?: TaskStore; traces?: TaskTraces } = {},
): Promise<number | null> {
  const work = {
    store: through,
    ports: () => ports,
    publish: (task: Task) => published.push(task),
    written: () => {
      signals += 1;
    },
    now: () => clock.now(),
    random: () => 0,
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    traces,
  };
  const next = await runBatch({ taskId, batch: 0, trace: 'there' }, work, hold);
  return next === null ? null : next - clock.now();
}

async function itemsOf(taskId: string): Promise<TaskItem[]> {
  return store.items(tenant, taskId, { states: null, afterPosition: -1, limit: 100 });
}

async function only(taskId: string): Promise<TaskItem> {
  const [item] = await itemsOf(taskId);
  if (!item) throw new Error('The task has an item.');
  return item;
}

describe('a visit', () => {
  it('asks in the turns of its own task', async () => {
    const names: string[] = [];
    const rate = port([all(done)]);
    ports = {
      rate: {
        ...rate,
        run(items, call) {
          names.push(...(call.clients?.names ?? []));
          return rate.run(items, call);
        },
      },
    };
    const id = await start(newItem('a'));
    await visit(id);
    expect(names).toEqual([id]);
  });

  it('sends a batch in one call, stores the marker first, and publishes what is stored', async () => {
    let marked: TaskItem[] = [];
    let id = '';
    ports = {
      rate: port([
        async (writes) => {
          marked = await itemsOf(id);
          return writes.map(done);
        },
      ]),
    };
    id = await start(newItem('a'), newItem('b'));
    expect(await visit(id)).toBeNull();
    expect(calls).toEqual(['run a b']);
    expect(marked.map(({ state, attempts }) => ({ state, attempts }))).toEqual([
      { state: 'RUNNING', attempts: 1 },
      { state: 'RUNNING', attempts: 1 },
    ]);
    expect(published.map(({ revision, state }) => `${revision} ${state}`)).toEqual(['2 RUNNING', '3 SUCCEEDED']);
    expect(await only(id)).toMatchObject({ state: 'SUCCEEDED', outcome: { kind: 'rating', row: { skillId: 'a' } } });
    expect(signals).toBe(1);
  });

  it('is traced where it asks a provider, and leaves no trace where it waits', async () => {
    const asked: unknown[] = [];
    const traces: TaskTraces = {
      here: () => null,
      visit: (place, items, ask) => {
        asked.push([place, items.operation, items.items, calls.length]);
        return ask();
      },
    };
    ports = { rate: port([throwing(unavailable), all(done)]) };
    const id = await start(newItem('a'), newItem('b'));
    expect(await visit(id, { traces })).toBe(7000);
    expect(await visit(id, { traces })).toBe(7000);
    expect(asked).toEqual([['there', 'rate', 2, 0]]);
    clock.advance(7000);
    expect(await visit(id, { traces })).toBeNull();
    expect(asked).toEqual([
      ['there', 'rate', 2, 0],
      ['there', 'rate', 2, 1],
    ]);
  });

  it('to a batch that is done sends nothing', async () => {
    ports = { rate: port([all(done)]) };
    const id = await start(newItem('a'));
    await visit(id);
    expect(await visit(id)).toBeNull();
    expect(calls).toEqual(['run a']);
  });

  it('gives each item its own result', async () => {
    const rejected = new ProviderError('REJECTED', 'No.');
    ports = {
      rate: port(
        [
          ([first, ...rest]) => [
            ...(first ? [done(first)] : []),
            { state: 'failed', error: rejected },
            { state: 'unknown', error: timeout },
            ...rest
              .slice(2)
              .map((): Result => ({ state: 'skipped', row: null, remoteId: null, warnings: ['So already.'] })),
          ],
        ],
        { repeat: 'never' },
      ),
    };
    const id = await start(newItem('a'), newItem('b'), newItem('c'), newItem('d'));
    expect(await visit(id)).toBeNull();
    expect((await itemsOf(id)).map(({ state }) => state)).toEqual([
      'SUCCEEDED',
      'FAILED',
      'OUTCOME_UNKNOWN',
      'SKIPPED',
    ]);
    expect(await store.task(tenant, id)).toMatchObject({ state: 'PARTIALLY_SUCCEEDED' });
  });

  it('tries a failed item again when it is due, not before, with its problem shown meanwhile', async () => {
    ports = {
      rate: port([
        (writes) =>
          writes.map((write) => (write.skillId === 'b' ? { state: 'failed', error: unavailable } : done(write))),
        all(done),
      ]),
    };
    const id = await start(newItem('a'), newItem('b'));
    expect(await visit(id)).toBe(7000);
    expect((await itemsOf(id))[1]).toMatchObject({ state: 'RUNNING', attempts: 1, problem: { code: 'UNAVAILABLE' } });
    clock.advance(5000);
    expect(await visit(id)).toBe(2000);
    clock.advance(2000);
    expect(await visit(id)).toBeNull();
    expect(calls).toEqual(['run a b', 'run b']);
    expect((await itemsOf(id))[1]).toMatchObject({ state: 'SUCCEEDED', attempts: 2, problem: null });
  });

  it('gives up after eight tries', async () => {
    ports = { rate: port(Array.from({ length: 8 }, () => throwing(unavailable))) };
    const id = await start(newItem('a'));
    for (let wait = await visit(id); wait !== null; wait = await visit(id)) clock.advance(wait);
    expect(calls).toHaveLength(8);
    expect(await only(id)).toMatchObject({ state: 'FAILED', attempts: 8, problem: { code: 'UNAVAILABLE' } });
  });

  it('takes what a port throws as not sent, and repeats even what may never be repeated', async () => {
    ports = { rate: port([throwing(unavailable), all(done)], { repeat: 'never' }) };
    const id = await start(newItem('a'));
    clock.advance((await visit(id)) ?? 0);
    await visit(id);
    expect(await only(id)).toMatchObject({ state: 'SUCCEEDED', attempts: 2 });
  });

  it('shows nothing of a port’s own mistake', async () => {
    ports = { rate: port([throwing(new TypeError('secret is undefined'))]) };
    const id = await start(newItem('a'));
    expect(await visit(id)).toBeNull();
    expect(await only(id)).toMatchObject({
      state: 'FAILED',
      problem: { code: 'INTERNAL', message: 'The gateway failed on this item.' },
    });
  });

  it('ends items as NOT_OFFERED where the port is gone', async () => {
    ports = { rate: port([]) };
    const [absent, unknown] = [await start(newItem('a')), await start(newItem('b'))];
    ports = {};
    expect(await visit(absent)).toBeNull();
    clock.advance(60_000);
    ports = null;
    expect(await visit(unknown)).toBeNull();
    const refused = { state: 'FAILED', attempts: 0, problem: { code: 'NOT_OFFERED' } };
    expect([await only(absent), await only(unknown)]).toMatchObject([refused, refused]);
  });

  it('waits a minute to be told of an integration that another replica knows', async () => {
    ports = { rate: port([all(done)]) };
    const id = await start(newItem('a'));
    const known = ports;
    ports = null;
    expect(await visit(id)).toBe(1_000);
    clock.advance(59_000);
    expect(await visit(id)).toBe(1_000);
    expect(await only(id)).toMatchObject({ state: 'PENDING', attempts: 0 });
    ports = known;
    expect(await visit(id)).toBeNull();
    expect(await only(id)).toMatchObject({ state: 'SUCCEEDED' });
  });

  it('cuts a batch that a call does not take any more', async () => {
    ports = { rate: port([]) };
    const id = await start(newItem('a'), newItem('b'), newItem('c'));
    ports = { rate: port([all(done), all(done)], { batchSize: 2 }) };
    expect(await visit(id)).toBeNull();
    expect(calls).toEqual(['run a b', 'run c']);
  });
});

describe('after a crash', () => {
  const crash = async (repeat: Port['repeat']): Promise<string> => {
    const abort = new AbortController();
    const dying = () => {
      abort.abort(new Error('dead'));
      throw abort.signal.reason;
    };
    ports = { rate: port([dying], { repeat }) };
    const id = await start(newItem('a'));
    await expect(visit(id, { hold: holding(abort.signal) })).rejects.toThrow('dead');
    expect(await only(id)).toMatchObject({ state: 'RUNNING', attempts: 1 });
    return id;
  };

  it.each(['safe', 'afterReadBack'] as const)('an item that is %s to repeat is sent again', async (repeat) => {
    const id = await crash(repeat);
    ports = { rate: port([all(done)], { repeat }) };
    expect(await visit(id)).toBeNull();
    expect(await only(id)).toMatchObject({ state: 'SUCCEEDED', attempts: 2 });
  });

  it('an item that is never to be repeated ends as unknown', async () => {
    const id = await crash('never');
    ports = { rate: port([], { repeat: 'never' }) };
    expect(await visit(id)).toBeNull();
    expect(calls).toEqual(['run a']);
    expect(await only(id)).toMatchObject({
      state: 'OUTCOME_UNKNOWN',
      attempts: 1,
      problem: { code: 'OUTCOME_UNKNOWN' },
    });
  });

  it('an item that was sent ends as unknown, not as failed, where the port is gone', async () => {
    const id = await crash('safe');
    ports = null;
    expect(await visit(id)).toBeNull();
    expect(await only(id)).toMatchObject({ state: 'OUTCOME_UNKNOWN' });
  });
});

describe('a worker whose hold may be over', () => {
  /** A hold that can be let go, as a pause of the process does: no signal tells of it. */
  const lapsing = (): Hold & { lapse(): void } => {
    let held = true;
    return {
      signal: new AbortController().signal,
      holds: () => held,
      lapse: () => {
        held = false;
      },
    };
  };
  /** A port for a script of its own between its turn and its answer; a refusal becomes the items' result, as providers do. */
  const stepwise = (
    step: (sending: Sending, writes: readonly RatingWrite[]) => Promise<void>,
    more: Partial<Port> = {},
  ): Port => ({
    batchSize: 10,
    repeat: 'never',
    async run(writes, { sending }) {
      if (!sending) throw new Error('A task says what it sends.');
      try {
        await step(sending, writes);
        return writes.map(done);
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        return writes.map(() => ({ state: error.mayHaveApplied ? 'unknown' : 'failed', error }));
      }
    },
    ...more,
  });
  const send = async (sending: Sending, name = 'sent'): Promise<void> => {
    await sending.announce();
    sending.leave();
    calls.push(name);
  };

  it('does not send what waited for its turn meanwhile, and leaves it as it was', async () => {
    const hold = lapsing();
    ports = {
      rate: stepwise(async (sending) => {
        hold.lapse();
        await send(sending);
      }),
    };
    const id = await start(newItem('a'));
    expect(await visit(id, { hold })).toBe(1000);
    expect(calls).toEqual([]);
    expect(await only(id)).toMatchObject({ state: 'PENDING', attempts: 0, problem: null });
    expect(published).toEqual([]);
  });

  it('does not send what it has marked, and takes the marker back: it is known not to have been sent', async () => {
    const hold = lapsing();
    ports = {
      rate: stepwise(async (sending) => {
        await sending.announce();
        hold.lapse();
        sending.leave();
        calls.push('sent');
      }),
    };
    const id = await start(newItem('a'));
    expect(await visit(id, { hold })).toBe(1000);
    expect(await only(id)).toMatchObject({ attempts: 0, problem: null });
    ports = { rate: stepwise((sending) => send(sending)) };
    expect(await visit(id)).toBeNull();
    expect(calls).toEqual(['sent']);
    expect(await only(id)).toMatchObject({ state: 'SUCCEEDED', attempts: 1 });
  });

  it.each(['before its marker', 'after its marker'])(
    'is overtaken by another that sends the item, %s',
    async (when) => {
      const hold = lapsing();
      let id = '';
      const other: Port = stepwise((sending) => send(sending, 'sent by the other'), { repeat: 'safe' });
      ports = {
        rate: stepwise(
          async (sending) => {
            if (when === 'after its marker') await sending.announce();
            hold.lapse();
            ports = { rate: other };
            expect(await visit(id)).toBeNull();
            if (when === 'before its marker') await sending.announce();
            sending.leave();
            calls.push('sent late');
          },
          { repeat: 'safe' },
        ),
      };
      id = await start(newItem('a'));
      await visit(id, { hold });
      expect(calls).toEqual(['sent by the other']);
      expect(await only(id)).toMatchObject({ state: 'SUCCEEDED' });
      expect(await store.task(tenant, id)).toMatchObject({ state: 'SUCCEEDED', counts: { succeeded: 1 } });
    },
  );

  it('and whose marker another found says no more of the item, which the other calls unknown', async () => {
    const hold = lapsing();
    let id = '';
    ports = {
      rate: stepwise(async (sending) => {
        await sending.announce();
        hold.lapse();
        expect(await visit(id)).toBeNull();
        sending.leave();
        calls.push('sent late');
      }),
    };
    id = await start(newItem('a'));
    await visit(id, { hold });
    expect(calls).toEqual([]);
    expect(await only(id)).toMatchObject({ state: 'OUTCOME_UNKNOWN', attempts: 1 });
  });

  it('does not overwrite a newer write with the answer that it read late', async () => {
    let id = '';
    ports = {
      rate: stepwise(
        async (sending) => {
          await send(sending, 'old');
          ports = { rate: stepwise((again) => send(again, 'old again'), { repeat: 'safe' }) };
          expect(await visit(id)).toBeNull();
          ports = { rate: stepwise((newer) => send(newer, 'new'), { repeat: 'safe' }) };
          expect(await visit(await start(newItem('a')))).toBeNull();
          throw timeout;
        },
        { repeat: 'safe' },
      ),
    };
    id = await start(newItem('a'));
    await visit(id);
    expect(calls).toEqual(['old', 'old again', 'new']);
    expect(await only(id)).toMatchObject({ state: 'SUCCEEDED', attempts: 2, problem: null });
  });

  it('does not send what a newer write overtook, nor its neighbours in the same request, until they are asked for alone', async () => {
    ports = { rate: stepwise((sending) => send(sending)) };
    const id = await start(newItem('a'), newItem('b'));
    ports = {
      rate: stepwise(async (sending) => {
        await start(newItem('a'));
        await send(sending);
      }),
    };
    expect(await visit(id)).toBe(1000);
    expect(calls).toEqual([]);
    expect(await itemsOf(id)).toMatchObject([{ state: 'CANCELLED' }, { state: 'PENDING', attempts: 0 }]);
    ports = { rate: stepwise((sending, writes) => send(sending, writes.map(({ skillId }) => skillId).join(' '))) };
    expect(await visit(id)).toBeNull();
    expect(calls).toEqual(['b']);
  });

  it('that is told so while it waits for its turn sends nothing, and nothing is called unknown', async () => {
    for (const marked of [false, true]) {
      const abort = new AbortController();
      const waiting = async (sending: Sending) => {
        if (marked) await sending.announce();
        abort.abort(new Error('lost'));
        throw abort.signal.reason;
      };
      ports = { rate: stepwise(waiting) };
      const id = await start(newItem('a'));
      await expect(visit(id, { hold: holding(abort.signal) })).rejects.toThrow('lost');
      ports = { rate: stepwise((sending) => send(sending)) };
      expect(await visit(id)).toBeNull();
      expect(await only(id)).toMatchObject({ state: 'SUCCEEDED', attempts: 1 });
    }
  });

  it('where the store cannot take the marker sends nothing, and fails as the store does', async () => {
    ports = { rate: stepwise((sending) => send(sending)) };
    const id = await start(newItem('a'));
    const away: TaskStore = { ...store, apply: () => Promise.reject(new Error('away')) };
    await expect(visit(id, { through: away })).rejects.toThrow('away');
    expect(calls).toEqual([]);
    expect(await only(id)).toMatchObject({ state: 'PENDING', attempts: 0 });
  });

  describe('counts as attempts', () => {
    it('each request that left, also those of one run and those before a kill', async () => {
      const abort = new AbortController();
      ports = {
        rate: stepwise(
          async (sending) => {
            await send(sending);
            await send(sending);
            abort.abort(new Error('killed'));
            throw abort.signal.reason;
          },
          { repeat: 'safe' },
        ),
      };
      const id = await start(newItem('a'));
      await expect(visit(id, { hold: holding(abort.signal) })).rejects.toThrow('killed');
      expect(await only(id)).toMatchObject({ state: 'RUNNING', attempts: 2 });
      ports = { rate: stepwise((sending) => send(sending), { repeat: 'safe' }) };
      expect(await visit(id)).toBeNull();
      expect(await only(id)).toMatchObject({ state: 'SUCCEEDED', attempts: 3 });
    });

    it('no request that did not leave, whatever kept it', async () => {
      ports = {
        rate: stepwise(async (sending) => {
          // Its turn came, and no connection.
          await sending.announce();
          throw unavailable;
        }),
      };
      const id = await start(newItem('a'));
      expect(await visit(id)).toBe(7000);
      expect(await only(id)).toMatchObject({ state: 'RUNNING', attempts: 0, problem: { code: 'UNAVAILABLE' } });
    });

    it('only what each item was in', async () => {
      ports = {
        rate: stepwise(
          async (sending, [a, b]) => {
            await Promise.all([send(sending.of(a ? [a] : [])), send(sending.of(b ? [b] : []))]);
            await send(sending.of(b ? [b] : []));
          },
          { repeat: 'safe' },
        ),
      };
      const id = await start(newItem('a'), newItem('b'), newItem('c'));
      expect(await visit(id)).toBeNull();
      expect((await itemsOf(id)).map(({ attempts }) => attempts)).toEqual([1, 2, 0]);
      // What leaves side by side is announced in one step.
      expect(published.map(({ counts }) => counts.running)).toEqual([2, 2, 0]);
    });
  });
});

describe('an accepted item', () => {
  const accepted = (): Result => ({ state: 'accepted', providerTaskId: 'p1' });
  const pending = () => Promise.resolve<Result>({ state: 'accepted', providerTaskId: 'p1' });
  const following = (script: (() => Promise<Result>)[], runs = 1, more: Partial<Port> = {}): Port =>
    port(
      Array.from({ length: runs }, () => all(accepted)),
      {
        follow(id) {
          calls.push(`follow ${id}`);
          return (script.shift() ?? pending)();
        },
        ...more,
      },
    );

  it('is followed by later visits, ever more seldom, and sent only once', async () => {
    const end = () => Promise.resolve(done({ employeeId: 'e1', skillId: 'a', value: null, scale: null }));
    ports = { rate: following([pending, pending, end]) };
    const id = await start(newItem('a'));
    const waits: (number | null)[] = [];
    for (let wait = await visit(id); ; wait = await visit(id)) {
      waits.push(wait);
      if (wait === null) break;
      expect(await only(id)).toMatchObject({ state: 'RUNNING', providerTaskId: 'p1', attempts: 1 });
      clock.advance(wait);
    }
    expect(waits).toEqual([1000, 1500, 2250, null]);
    expect(calls).toEqual(['run a', 'follow p1', 'follow p1', 'follow p1']);
    expect(await only(id)).toMatchObject({ state: 'SUCCEEDED', providerTaskId: 'p1', outcome: { kind: 'rating' } });
    expect(published.map(({ revision }) => revision)).toEqual([2, 3, 4]);
  });

  it('pending for ten minutes ends as unknown and keeps the provider’s task', async () => {
    ports = { rate: following([]) };
    const id = await start(newItem('a'));
    const began = clock.now();
    for (let wait = await visit(id); wait !== null; wait = await visit(id)) clock.advance(wait);
    expect(clock.now() - began).toBeGreaterThanOrEqual(600_000);
    expect(clock.now() - began).toBeLessThan(611_000);
    expect(await only(id)).toMatchObject({ state: 'OUTCOME_UNKNOWN', providerTaskId: 'p1', attempts: 1 });
  });

  it('that the provider has forgotten is submitted once more, then unknown', async () => {
    const forgotten = () => Promise.reject(new ProviderError('NOT_FOUND', 'No such task.'));
    ports = { rate: following([forgotten, forgotten], 2) };
    const id = await start(newItem('a'));
    for (let wait = await visit(id); wait !== null; wait = await visit(id)) clock.advance(wait);
    expect(calls).toEqual(['run a', 'follow p1', 'run a', 'follow p1']);
    expect(await only(id)).toMatchObject({ state: 'OUTCOME_UNKNOWN', attempts: 2 });
  });

  it('that the provider has forgotten is not submitted again where that may do harm', async () => {
    const forgotten = () => Promise.reject(new ProviderError('NOT_FOUND', 'No such task.'));
    ports = { rate: following([forgotten], 1, { repeat: 'never' }) };
    const id = await start(newItem('a'));
    for (let wait = await visit(id); wait !== null; wait = await visit(id)) clock.advance(wait);
    expect(calls).toEqual(['run a', 'follow p1']);
    expect(await only(id)).toMatchObject({ state: 'OUTCOME_UNKNOWN' });
  });

  it('is asked for again when asking fails, as late as the provider says, with the problem shown', async () => {
    ports = { rate: following([() => Promise.reject(unavailable)]) };
    const id = await start(newItem('a'));
    clock.advance((await visit(id)) ?? 0);
    expect(await visit(id)).toBe(7000);
    expect(await only(id)).toMatchObject({ state: 'RUNNING', attempts: 1, problem: { code: 'UNAVAILABLE' } });
    clock.advance(7000);
    await visit(id);
    expect(await only(id)).toMatchObject({ state: 'RUNNING', problem: null });
  });

  it('that failed there for now is sent again', async () => {
    const failed = () => Promise.resolve<Result>({ state: 'failed', error: unavailable });
    ports = { rate: following([failed], 2) };
    const id = await start(newItem('a'));
    clock.advance((await visit(id)) ?? 0);
    expect(await visit(id)).toBe(7000);
    expect(await only(id)).toMatchObject({ providerTaskId: null, problem: { code: 'UNAVAILABLE' } });
    clock.advance(7000);
    await visit(id);
    expect(calls).toEqual(['run a', 'follow p1', 'run a']);
  });
});

describe('items accepted under one task of the provider', () => {
  const accepted = (): Result => ({ state: 'accepted', providerTaskId: 'bulk' });
  const bulk = (script: ((items: readonly RatingWrite[]) => Result[] | Promise<Result[]>)[], runs = 1): Port =>
    port(
      Array.from({ length: runs }, () => all(accepted)),
      {
        follow: (id, { skillId }) => {
          calls.push(`follow ${id} ${skillId}`);
          return Promise.resolve(accepted());
        },
        followMany: async (id, items) => {
          calls.push(`followMany ${id} ${items.map(({ skillId }) => skillId).join(' ')}`);
          const step = script.shift();
          if (!step) throw new Error('The port was asked once more than expected.');
          return step(items);
        },
      },
    );

  it('are asked for in one call, and one that is left alone by itself', async () => {
    const rejected = new ProviderError('REJECTED', 'No.');
    ports = {
      rate: bulk([all(accepted), ([a]) => [...(a ? [done(a)] : []), { state: 'failed', error: rejected }, accepted()]]),
    };
    const id = await start(newItem('a'), newItem('b'), newItem('c'));
    clock.advance((await visit(id)) ?? 0);
    clock.advance((await visit(id)) ?? 0);
    clock.advance((await visit(id)) ?? 0);
    expect((await itemsOf(id)).map(({ state }) => state)).toEqual(['SUCCEEDED', 'FAILED', 'RUNNING']);
    await visit(id);
    expect(calls).toEqual(['run a b c', 'followMany bulk a b c', 'followMany bulk a b c', 'follow bulk c']);
  });

  it('are all submitted once more when the provider has forgotten it', async () => {
    ports = { rate: bulk([throwing(new ProviderError('NOT_FOUND', 'No such task.'))], 2) };
    const id = await start(newItem('a'), newItem('b'));
    clock.advance((await visit(id)) ?? 0);
    clock.advance((await visit(id)) ?? 0);
    await visit(id);
    expect(calls).toEqual(['run a b', 'followMany bulk a b', 'run a b']);
  });
});

describe('a task that is asked to stop', () => {
  const stop = () => store.cancel(tenant, stopping, clock.now());
  let stopping: string;
  /** A port whose call is under way while the task is cancelled. */
  const cancelledUnderWay = (result: (write: RatingWrite) => Result, more: Partial<Port> = {}): Port =>
    port(
      [
        async (writes) => {
          expect((await stop())?.task.state).toBe('CANCELLING');
          return writes.map(result);
        },
      ],
      more,
    );

  it('sends nothing any more', async () => {
    ports = { rate: port([]) };
    stopping = await start(newItem('a'), newItem('b'));
    await stop();
    expect(await visit(stopping)).toBeNull();
    expect(await store.task(tenant, stopping)).toMatchObject({ state: 'CANCELLED', counts: { cancelled: 2 } });
  });

  it('shows what came of what was under way', async () => {
    ports = { rate: cancelledUnderWay(done) };
    stopping = await start(newItem('a'));
    expect(await visit(stopping)).toBeNull();
    expect(await only(stopping)).toMatchObject({ state: 'SUCCEEDED' });
  });

  it.each([
    ['failed for now', { state: 'failed', error: unavailable }, 'CANCELLED'],
    ['was lost from sight', { state: 'unknown', error: timeout }, 'OUTCOME_UNKNOWN'],
  ] as const)('does not try again what was under way and %s', async (_name, result, state) => {
    ports = { rate: cancelledUnderWay(() => result) };
    stopping = await start(newItem('a'));
    // The wish came after the visit had read the item: the store has ended it, or the next visit does, at once.
    for (let wait = await visit(stopping); wait !== null; wait = await visit(stopping)) expect(wait).toBe(0);
    expect(calls).toEqual(['run a']);
    expect(await only(stopping)).toMatchObject({ state, problem: { code: result.error.code } });
    expect((await store.task(tenant, stopping))?.state).toBe('CANCELLED');
  });

  it('follows what the provider accepted to its end', async () => {
    const follow = async () => Promise.resolve(done({ employeeId: 'e1', skillId: 'a', value: null, scale: null }));
    ports = { rate: cancelledUnderWay(() => ({ state: 'accepted', providerTaskId: 'p1' }), { follow }) };
    stopping = await start(newItem('a'));
    clock.advance((await visit(stopping)) ?? 0);
    expect(await only(stopping)).toMatchObject({ state: 'RUNNING', providerTaskId: 'p1' });
    expect(await visit(stopping)).toBeNull();
    expect(await only(stopping)).toMatchObject({ state: 'SUCCEEDED' });
  });

  it('does not submit again what the provider has forgotten', async () => {
    const follow = () => Promise.reject(new ProviderError('NOT_FOUND', 'No such task.'));
    ports = { rate: cancelledUnderWay(() => ({ state: 'accepted', providerTaskId: 'p1' }), { follow }) };
    stopping = await start(newItem('a'));
    clock.advance((await visit(stopping)) ?? 0);
    expect(await visit(stopping)).toBeNull();
    expect(await only(stopping)).toMatchObject({ state: 'OUTCOME_UNKNOWN', attempts: 1 });
  });

  it.each(['safe', 'afterReadBack', 'never'] as const)(
    'never sends again what a crash left behind, be it %s to repeat',
    async (repeat) => {
      const abort = new AbortController();
      const dying = () => {
        abort.abort(new Error('dead'));
        throw abort.signal.reason;
      };
      ports = { rate: port([dying], { repeat }) };
      stopping = await start(newItem('a'));
      await expect(visit(stopping, { hold: holding(abort.signal) })).rejects.toThrow('dead');
      await stop();
      expect(await visit(stopping)).toBeNull();
      expect(calls).toEqual(['run a']);
      expect(await only(stopping)).toMatchObject({ state: 'OUTCOME_UNKNOWN', problem: { code: 'OUTCOME_UNKNOWN' } });
    },
  );
});

describe('a bare tag', () => {
  const reading = (read: (ids: readonly string[], call: Call) => Promise<RatingRow[]>): Ports => ({
    ratingsByEmployees: {
      batchSize: 10,
      filtered: true,
      read(ids, call) {
        calls.push(`read ${ids.join(' ')}`);
        return read(ids, call);
      },
    },
  });

  it('is read first, for the whole batch in one call, and nothing is sent for what is held', async () => {
    ports = {
      ...reading(() => Promise.resolve([ratingRow('e1', 'a'), ratingRow('e2', 'b')])),
      assign: port([all(done)]),
    };
    const id = await start(newItem('a', 'assign', true), newItem('b', 'assign', true), newItem('c', 'assign'));
    expect(await visit(id)).toBeNull();
    expect(calls).toEqual(['read e1', 'run b c']);
    expect(await itemsOf(id)).toMatchObject([
      { state: 'SKIPPED', attempts: 0, outcome: { kind: 'rating', row: { skillId: 'a' } } },
      { state: 'SUCCEEDED' },
      { state: 'SUCCEEDED' },
    ]);
    expect(signals).toBe(1);
  });

  it('waits where the pair cannot be read, and its neighbours do not', async () => {
    ports = { ...reading(() => Promise.reject(unavailable)), assign: port([all(done)]) };
    const id = await start(newItem('a', 'assign', true), newItem('b', 'assign'));
    expect(await visit(id)).toBe(7000);
    expect(calls).toEqual(['read e1', 'run b']);
    expect(await only(id)).toMatchObject({ state: 'RUNNING', attempts: 0, problem: { code: 'UNAVAILABLE' } });
  });

  it('is looked for in the walk where the provider ignores the filter', async () => {
    const ignored = new ProviderError('UNREADABLE', 'Foreign rows.', { providerCode: 'FILTER_IGNORED' });
    ports = {
      ...reading(() => Promise.reject(ignored)),
      ratings: {
        keep: false,
        async *walk() {
          yield await Promise.resolve({ rows: [ratingRow('e9', 'a')], total: null });
          yield { rows: [ratingRow('e1', 'a')], total: null };
        },
      },
      assign: port([]),
    };
    const id = await start(newItem('a', 'assign', true));
    expect(await visit(id)).toBeNull();
    expect(await only(id)).toMatchObject({ state: 'SKIPPED', outcome: { row: { employeeId: 'e1' } } });
  });

  it.each(['e1', null])(
    'is not sent where the row of %s could not be read: it may be the one that would be lost',
    async (id) => {
      ports = {
        ...reading((_, { onUnreadable }) => {
          onUnreadable?.({ of: 'ratings', id });
          return Promise.resolve([]);
        }),
        assign: port([]),
      };
      const task = await start(newItem('a', 'assign', true));
      expect(await visit(task)).toBeNull();
      expect(calls).toEqual(['read e1']);
      expect(await only(task)).toMatchObject({ state: 'FAILED', problem: { code: 'UNREADABLE' } });
    },
  );

  it('found after its own answer was lost has SUCCEEDED', async () => {
    let rows: RatingRow[] = [];
    const lost: Port = port([all(() => ({ state: 'unknown', error: timeout }))]);
    ports = { ...reading(() => Promise.resolve(rows)), assign: lost };
    const id = await start(newItem('a', 'assign', true));
    clock.advance((await visit(id)) ?? 0);
    rows = [ratingRow('e1', 'a')];
    expect(await visit(id)).toBeNull();
    expect(calls).toEqual(['read e1', 'run a', 'read e1']);
    expect(await only(id)).toMatchObject({ state: 'SUCCEEDED', attempts: 1 });
    expect(signals).toBe(1);
  });
});

describe('two writes of one rating', () => {
  it('run one after the other, in the order of acceptance', async () => {
    let sent: () => void = () => {};
    const isSent = new Promise<void>((resolve) => {
      sent = resolve;
    });
    let end: () => void = () => {};
    const slow = (writes: readonly RatingWrite[]) =>
      new Promise<Result[]>((resolve) => {
        end = () => resolve(writes.map(done));
        sent();
      });
    ports = { rate: port([slow, all(done)]) };
    const early = await start(newItem('a'));
    const running = visit(early);
    await isSent;
    const late = await start(newItem('a'));
    expect(await visit(late)).toBe(500);
    expect(calls).toEqual(['run a']);
    end();
    await running;
    expect(await visit(late)).toBeNull();
    expect(calls).toEqual(['run a', 'run a']);
  });

  it('become one where the earlier still waits', async () => {
    ports = { rate: port([throwing(unavailable), all(done)]) };
    const early = await start(newItem('a'));
    await visit(early);
    const late = await start(newItem('a'));
    clock.advance(7000);
    expect(await visit(early)).toBeNull();
    expect(await visit(late)).toBeNull();
    expect(calls).toEqual(['run a', 'run a']);
    expect(await only(early)).toMatchObject({ state: 'CANCELLED', problem: { code: 'SUPERSEDED' } });
    expect(await store.task(tenant, early)).toMatchObject({ state: 'CANCELLED' });
  });

  it('become one where the earlier is overtaken just before it is sent', async () => {
    ports = { rate: port([]) };
    const early = await start(newItem('a'));
    const overtaking: TaskStore = {
      ...store,
      async open(batch) {
        const open = await store.open(batch);
        await start(newItem('a'));
        return open;
      },
    };
    // It changed under our hands, so it is looked at once more; then it is final.
    expect(await visit(early, { through: overtaking })).toBe(1000);
    expect(await visit(early)).toBeNull();
    expect(calls).toEqual([]);
    expect(await only(early)).toMatchObject({ state: 'CANCELLED' });
  });
});
