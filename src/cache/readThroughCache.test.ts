import { describe, expect, it, vi } from 'vitest';
import { gate } from '../../test/support/fakes/fakeProvider.ts';
import { CallClients } from '../domain/callClients.ts';
import { Deadline } from '../domain/deadline.ts';
import type { Call } from '../domain/ports.ts';
import { problemOf, ProviderError } from '../domain/problem.ts';
import { Receipt } from '../domain/receipt.ts';
import type { Copy } from './cacheEntry.ts';
import { EntityReads, type EntityReadsOptions } from './readThroughCache.ts';
import type { Found, SharedCache } from './sharedCache.ts';

interface Value {
  text: string;
}

/** Reads of entities whose provider answers when its gate is open. */
function house(options: Partial<EntityReadsOptions<Value>> = {}) {
  const calls: string[] = [];
  const signals: (AbortSignal | undefined)[] = [];
  const deadlines: (Deadline | undefined)[] = [];
  const state = { time: 1000, passing: () => Promise.resolve(), failing: false };
  const read = async (ids: readonly string[], call: Call) => {
    calls.push(ids.join(','));
    signals.push(call.signal);
    deadlines.push(call.deadline);
    const ended = call.receipt?.call('hr');
    const text = `answer ${calls.length}`;
    await state.passing();
    ended?.(false);
    call.signal?.throwIfAborted();
    if (state.failing) throw new ProviderError('UNAVAILABLE', 'The provider failed.');
    return new Map(ids.map((id) => [id, { text }]));
  };
  const reads = new EntityReads<Value>({
    integration: 'hr',
    kind: 'things',
    ages: { freshMs: 10, staleMs: 50, errorMs: 100 },
    batchSize: 2,
    room: 100,
    sizeOf: () => 1,
    keeps: true,
    now: () => state.time,
    read,
    failed: problemOf,
    ...options,
  });
  const ask = async (ids: readonly string[], call: Partial<Call> = {}) => {
    const outcomes = await reads.read(ids, { purpose: 'request', ...call });
    return [...outcomes.values()].map((outcome) => (outcome.state === 'FAILED' ? 'FAILED' : outcome.copy.value.text));
  };
  return { calls, signals, deadlines, state, reads, ask };
}

/** What replicas share, in memory. */
function sharedMemory() {
  const texts = new Map<string, Found>();
  const journal: string[] = [];
  const shared: SharedCache = {
    get(kind, ids) {
      journal.push(`get ${ids.join(',')}`);
      return Promise.resolve(new Map(ids.map((id) => [id, texts.get(`${kind}:${id}`) ?? { copy: null, mark: '' }])));
    },
    put(kind, copies, keepMs) {
      journal.push(`put ${copies.map(({ id }) => id).join(',')} for ${keepMs}`);
      for (const { id, copy, mark } of copies) texts.set(`${kind}:${id}`, { copy, mark });
    },
    drop(kind, ids) {
      journal.push(`drop ${ids.join(',')}`);
      for (const id of ids) texts.delete(`${kind}:${id}`);
    },
  };
  const lay = (id: string, copy: Copy<Value>) => texts.set(`things:${id}`, { copy, mark: '' });
  return { shared, journal, lay };
}

describe('questions that meet', () => {
  it('are one call for a thousand, and shared on the receipts of all but the first', async () => {
    const { calls, ask } = house();
    const receipts = Array.from({ length: 1000 }, () => new Receipt());

    const answers = await Promise.all(receipts.map((receipt) => ask(['a'], { receipt })));

    expect(new Set(answers.flat())).toEqual(new Set(['answer 1']));
    expect(calls).toEqual(['a']);
    expect(receipts[0]?.report().total).toMatchObject({ calls: 1, sharedCalls: 0 });
    expect(receipts[999]?.report().total).toMatchObject({ calls: 1, sharedCalls: 1 });
  });

  it('wait for what is being read and ask for the rest', async () => {
    const { calls, ask } = house();
    const receipt = new Receipt();
    expect(await Promise.all([ask(['a', 'b', 'c']), ask(['b', 'd'], { receipt })])).toEqual([
      ['answer 1', 'answer 1', 'answer 2'],
      ['answer 1', 'answer 3'],
    ]);
    expect(calls).toEqual(['a,b', 'c', 'd']);
    expect(receipt.report().total).toMatchObject({ calls: 2, sharedCalls: 1 });
  });

  it("go out for all of their clients, also one that comes while another's call waits", async () => {
    const clients: (CallClients | undefined)[] = [];
    const held = gate();
    const read = async (ids: readonly string[], call: Call) => {
      clients.push(call.clients);
      await held.passed;
      return new Map(ids.map((id) => [id, { text: id }]));
    };
    const { ask } = house({ read });
    const askAs = (name: string, ids: string[]) => ask(ids, { clients: new CallClients([name]) });
    const asked = [askAs('first', ['a', 'b', 'c']), askAs('second', ['c', 'd'])];
    await Promise.resolve();
    expect(clients.map((each) => [...(each?.names ?? [])])).toEqual([['first'], ['first', 'second'], ['second']]);
    held.open();
    await Promise.all(asked);
  });

  it('go on when one of them is aborted, and are called off with the last', async () => {
    const { calls, signals, state, ask } = house();
    const held = gate();
    state.passing = () => held.passed;
    const [first, second] = [new AbortController(), new AbortController()];
    const asked = [ask(['a', 'b', 'c'], { signal: first.signal }), ask(['a'], { signal: second.signal })];
    const ended = Promise.allSettled(asked);

    first.abort(new Error('first gone'));
    await expect(asked[0]).rejects.toThrow('first gone');
    expect(signals.map((signal) => signal?.aborted)).toEqual([false, true]);
    second.abort(new Error('second gone'));
    await expect(asked[1]).rejects.toThrow('second gone');
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, true]);

    state.passing = () => Promise.resolve();
    expect(await ask(['a'])).toEqual(['answer 3']);
    held.open();
    await ended;
    expect(calls).toEqual(['a,b', 'c', 'a']);
  });

  it('are called off with the last also where it named an entity twice', async () => {
    const { signals, state, ask } = house();
    const held = gate();
    state.passing = () => held.passed;
    const client = new AbortController();
    const asked = ask(['a', 'a'], { signal: client.signal });
    client.abort(new Error('gone'));
    await expect(asked).rejects.toThrow('gone');
    expect(signals.map((signal) => signal?.aborted)).toEqual([true]);
    held.open();
  });

  it('wait for no read behind theirs in line, as that of a walk is; what comes of theirs is kept', async () => {
    const { calls, state, reads, ask } = house();
    const held = gate();
    state.passing = () => (calls.length === 1 ? held.passed : Promise.resolve());
    const walk = ask(['a', 'b'], { purpose: 'walk' });
    expect(await ask(['a'])).toEqual(['answer 2']);
    held.open();
    expect(await walk).toEqual(['answer 1', 'answer 1']);
    expect(calls).toEqual(['a,b', 'a']);
    expect(['a', 'b'].map((id) => reads.known(id)?.value.text)).toEqual(['answer 2', 'answer 1']);
  });

  it('are waited for by a walk', async () => {
    const { calls, ask } = house();
    expect(await Promise.all([ask(['a']), ask(['a'], { purpose: 'walk' })])).toEqual([['answer 1'], ['answer 1']]);
    expect(calls).toEqual(['a']);
  });

  it('fail together, and what failed is asked for again', async () => {
    const { calls, state, reads, ask } = house();
    state.failing = true;
    expect(await Promise.all([ask(['a']), ask(['a'])])).toEqual([['FAILED'], ['FAILED']]);
    expect(reads.known('a')).toBeNull();
    expect(reads.standIn('a')).toBeNull();
    state.failing = false;
    expect(await ask(['a'])).toEqual(['answer 2']);
    expect(calls).toEqual(['a', 'a']);
  });

  it('do not wait for a read that began before a write', async () => {
    const { calls, state, reads, ask } = house();
    const held = gate();
    state.passing = () => held.passed;
    const before = ask(['a']);
    state.time += 1;
    reads.outdate('a', state.time);
    state.passing = () => Promise.resolve();
    expect(await ask(['a'])).toEqual(['answer 2']);
    held.open();
    expect(await before).toEqual(['answer 1']);
    expect(reads.known('a')?.value.text).toBe('answer 2');
    expect(calls).toEqual(['a', 'a']);
  });
});

describe('a copy', () => {
  it('answers while it is young enough, is due beyond its fresh time, and stands in a while longer', async () => {
    const { state, reads, ask } = house();
    await ask(['a']);
    const seen = () => {
      const held = reads.known('a');
      return [held && (reads.isDue(held) ? 'due' : 'fresh'), reads.standIn('a') !== null];
    };
    expect(seen()).toEqual(['fresh', true]);
    state.time += 11;
    expect(seen()).toEqual(['due', true]);
    state.time += 40;
    expect(seen()).toEqual([null, true]);
    state.time += 50;
    expect(seen()).toEqual([null, false]);
  });

  it('is refreshed by one call whoever asks, and not at every question while that fails', async () => {
    const { calls, state, reads, ask } = house();
    await ask(['a']);
    const abort = new AbortController();
    const refresh = () => reads.refresh(['a'], { purpose: 'request', signal: abort.signal });
    state.failing = true;
    state.time += 11;
    refresh();
    refresh();
    abort.abort();
    await expect.poll(() => reads.known('a')?.failed?.problem.code).toBe('UNAVAILABLE');
    refresh();
    expect(calls).toEqual(['a', 'a']);
  });

  it('makes room for newer ones', async () => {
    const { reads, ask } = house({ room: 2 });
    await ask(['a']);
    await ask(['b']);
    await ask(['c']);
    expect(['a', 'b', 'c'].map((id) => reads.known(id) !== null)).toEqual([false, true, true]);
  });
});

describe('what replicas share', () => {
  it('answers in one look, with calls for the rest only, which others then find', async () => {
    const { shared, journal, lay } = sharedMemory();
    lay('b', { value: { text: 'shared' }, at: 995, began: 990 });
    const { calls, ask } = house({ shared });
    expect(await ask(['a', 'b', 'c', 'd'])).toEqual(['answer 1', 'shared', 'answer 1', 'answer 2']);
    expect(calls).toEqual(['a,c', 'd']);
    expect(journal).toEqual(['get a,b,c,d', 'put a,c for 100', 'put d for 100']);
    expect(await house({ shared }).ask(['a', 'b'])).toEqual(['answer 1', 'shared']);
  });

  it('answers at once beyond its fresh time while it is read anew, and else stands in only', async () => {
    const { shared, lay } = sharedMemory();
    lay('a', { value: { text: 'due' }, at: 980, began: 980 });
    lay('b', { value: { text: 'old' }, at: 930, began: 930 });
    const { calls, state, reads, ask } = house({ shared });
    expect(await ask(['a'])).toEqual(['due']);
    await expect.poll(() => reads.known('a')?.value.text).toBe('answer 1');
    state.failing = true;
    expect(await ask(['b'])).toEqual(['FAILED']);
    expect(reads.standIn('b')?.value.text).toBe('old');
    expect(calls).toEqual(['a', 'b']);
  });

  it('does not answer with what was read before a write', async () => {
    const { shared, lay } = sharedMemory();
    lay('a', { value: { text: 'before' }, at: 999, began: 990 });
    const { ask } = house({ shared, wroteSince: (_, at) => at <= 995 });
    expect(await ask(['a'])).toEqual(['answer 1']);
  });

  it('is given nothing while it cannot be asked', async () => {
    const { shared, journal } = sharedMemory();
    const { ask } = house({ shared: { ...shared, get: () => Promise.resolve(null) } });
    expect(await ask(['a'])).toEqual(['answer 1']);
    expect(journal).toEqual([]);
  });

  it('is asked for nobody who has gone meanwhile', async () => {
    const looked = gate();
    const { shared } = sharedMemory();
    const slow: SharedCache = { ...shared, get: (kind, ids) => looked.passed.then(() => shared.get(kind, ids)) };
    const { calls, ask } = house({ shared: slow });
    const abort = new AbortController();
    const gone = ask(['a', 'b'], { signal: abort.signal });
    const stays = ask(['b']);
    abort.abort(new Error('gone'));
    await expect(gone).rejects.toThrow('gone');
    looked.open();
    expect(await stays).toEqual(['answer 1']);
    expect(calls).toEqual(['b']);
  });
});

describe('an answer of which some could not be read', () => {
  /** The first call leaves something of each of these out. */
  const partly = (unread: readonly (string | null)[], options: Partial<EntityReadsOptions<Value>> = {}) => {
    let call = 0;
    const asked: string[] = [];
    const one = house({
      ...options,
      read(ids, { onUnreadable: tell }) {
        call += 1;
        asked.push(ids.join(','));
        if (call === 1) for (const id of unread) tell?.({ of: 'ratings', id });
        return Promise.resolve(new Map(ids.map((id) => [id, { text: `answer ${call}` }])));
      },
    });
    const states = async (ids: readonly string[]) =>
      [...(await one.reads.read(ids, { purpose: 'request' })).values()].map(({ state }) => state);
    return { ...one, asked, states };
  };

  it('is neither kept nor shared, and its neighbours are', async () => {
    const { shared, journal } = sharedMemory();
    const { reads, states, asked } = partly(['a'], { shared });
    expect(await states(['a', 'b'])).toEqual(['PARTIAL', 'FRESH']);
    expect([reads.known('a'), reads.standIn('a'), reads.known('b')?.value.text]).toEqual([null, null, 'answer 1']);
    expect(journal).toEqual(['get a,b', 'put b for 100']);
    expect(await states(['a'])).toEqual(['FRESH']);
    expect(asked).toEqual(['a,b', 'a']);
  });

  it('is all of a call where it does not show whose that was, also where nothing is kept', async () => {
    expect(await partly([null]).states(['a', 'b'])).toEqual(['PARTIAL', 'PARTIAL']);
    expect(await partly(['b'], { keeps: false }).states(['a', 'b'])).toEqual(['FRESH', 'PARTIAL']);
  });

  it('leaves an older copy as it is, and says there what is wrong', async () => {
    let isPartial = false;
    const { state, reads, ask } = house({
      read(ids, { onUnreadable }) {
        if (isPartial) onUnreadable?.({ of: 'ratings', id: null });
        return Promise.resolve(new Map(ids.map((id) => [id, { text: isPartial ? 'a part' : 'all of it' }])));
      },
    });
    await ask(['a']);
    isPartial = true;
    state.time += 20;
    expect(await ask(['a'])).toEqual(['a part']);
    expect(reads.known('a')).toMatchObject({
      value: { text: 'all of it' },
      failed: { problem: { code: 'UNREADABLE' } },
    });
  });
});

describe('the time that a question has', () => {
  it.each([true, false])('ends it with what has arrived and one note of the rest, kept: %s', async (keeps) => {
    const failed = vi.fn<typeof problemOf>(problemOf);
    const { calls, state, reads } = house({ keeps, failed, batchSize: 1 });
    const slow = gate();
    const passages = [slow.passed, Promise.resolve(), slow.passed];
    state.passing = () => passages[calls.length - 1] ?? Promise.resolve();

    const [a, b, c] = (await reads.read(['a', 'b', 'c'], { purpose: 'request', deadline: Deadline.after(5) })).values();
    expect(b).toMatchObject({ state: 'FRESH', copy: { value: { text: 'answer 2' } } });
    expect(a).toMatchObject({ state: 'FAILED', problem: { code: 'TIMEOUT' } });
    expect(c).toBe(a);
    expect(failed).toHaveBeenCalledTimes(1);
    slow.open();
  });

  it('leaves the read to go on, also after it', async () => {
    const { calls, state, reads, ask } = house();
    const slow = gate();
    state.passing = () => slow.passed;
    const [late] = (await reads.read(['a'], { purpose: 'request', deadline: Deadline.after(5) })).values();
    expect(late?.state).toBe('FAILED');
    const next = ask(['a']);
    slow.open();
    expect(await next).toEqual(['answer 1']);
    expect(reads.known('a')?.value.text).toBe('answer 1');
    expect(calls).toEqual(['a']);
  });
});

describe('the time that a call has', () => {
  it('is that of the question, and none for a refresh', async () => {
    const { deadlines, reads, ask } = house();
    const deadline = Deadline.after(60_000);
    await ask(['a'], { deadline });
    reads.refresh(['a'], { purpose: 'request', deadline });
    expect(deadlines).toEqual([deadline, undefined]);
  });

  it('is that of the last who waits: what ends with the time of the first is asked again', async () => {
    const { deadlines, state, ask } = house();
    state.passing = () => Promise.reject(new ProviderError('TIMEOUT', 'No time is left.'));
    const [over, later] = [Deadline.after(-1), Deadline.after(60_000)];
    const both = [ask(['a'], { deadline: over }), ask(['a'], { deadline: later })];
    state.passing = () => Promise.resolve();
    expect(await Promise.all(both)).toEqual([['answer 2'], ['answer 2']]);
    expect(deadlines).toEqual([over, later]);
  });

  it('ends a failure for all who have no more time than the first', async () => {
    const { calls, state, ask } = house();
    state.failing = true;
    const deadline = Deadline.after(-1);
    expect(await Promise.all([ask(['a'], { deadline }), ask(['a'], { deadline })])).toEqual([['FAILED'], ['FAILED']]);
    expect(calls).toEqual(['a']);
  });
});
