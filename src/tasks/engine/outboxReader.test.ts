import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TaskStore } from '../store/store.ts';
import type { WrittenEvent } from '../task.ts';
import { localEvents } from './events.ts';
import { followWritten } from './outboxReader.ts';

function event(at: number): WrittenEvent {
  const work = {
    operation: 'rate',
    write: { employeeId: 'e', skillId: `s${at}`, value: null, scale: null },
  } as const;
  return {
    tenant: 'default',
    at,
    item: {
      taskId: 't',
      position: at,
      index: 0,
      key: null,
      integration: 'hr',
      work,
      conversion: null,
      warnings: [],
      state: 'SUCCEEDED',
      attempts: 1,
      providerTaskId: null,
      outcome: null,
      problem: null,
    },
  };
}

/** A store of which an event's place is its time. */
function stored() {
  const all: WrittenEvent[] = [];
  const dropped = new Set<number>();
  const written = vi.fn<TaskStore['written']>(async (from, limit) => {
    const after = 'after' in from ? Number(from.after) : from.since - 1;
    const page = all.filter(({ at }) => at > after).slice(0, limit);
    const cursor = page.at(-1)?.at.toString() ?? ('after' in from ? from.after : null);
    return Promise.resolve({ events: page.filter(({ at }) => !dropped.has(at)), cursor });
  });
  return { all, dropped, store: { written } };
}

const log = { debug: () => {}, info: vi.fn<() => void>(), warn: vi.fn<() => void>(), error: vi.fn<() => void>() };

describe('a follower of written items', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.clearAllMocks();
  });
  afterEach(() => void vi.useRealTimers());

  const settle = () => vi.advanceTimersByTimeAsync(0);

  it('hears those since then, page by page, before it resolves, and each new one after a signal', async () => {
    const { all, store } = stored();
    all.push(...Array.from({ length: 450 }, (_, at) => event(at)));
    const events = localEvents();
    const heard: number[] = [];
    const { stop } = await followWritten({ store, events, log }, 10, ({ at }) => heard.push(at));
    expect(heard).toEqual(Array.from({ length: 440 }, (_, index) => index + 10));
    all.push(event(450), event(451));
    events.publishWritten();
    await settle();
    expect(heard.slice(440)).toEqual([450, 451]);
    stop();
  });

  it('is not stopped by a page of items that were dropped since', async () => {
    const { all, dropped, store } = stored();
    all.push(...Array.from({ length: 401 }, (_, at) => event(at)));
    for (let at = 0; at < 400; at += 1) dropped.add(at);
    const heard: number[] = [];
    const { stop } = await followWritten({ store, events: localEvents(), log }, 0, ({ at }) => heard.push(at));
    expect(heard).toEqual([400]);
    stop();
  });

  it('hears each once and in order, however many signals come while it reads', async () => {
    const { all, store } = stored();
    const events = localEvents();
    const heard: number[] = [];
    const { stop } = await followWritten({ store, events, log }, 0, ({ at }) => heard.push(at));
    for (let at = 0; at < 20; at += 1) {
      all.push(event(at));
      events.publishWritten();
      await Promise.resolve();
    }
    await settle();
    expect(heard).toEqual(Array.from({ length: 20 }, (_, at) => at));
    stop();
  });

  it('misses none that is stored while it reads the last page', async () => {
    const { all, store } = stored();
    const events = localEvents();
    const heard: number[] = [];
    store.written.mockImplementationOnce(async () => {
      all.push(event(0));
      events.publishWritten();
      return Promise.resolve({ events: [], cursor: null });
    });
    const { stop } = await followWritten({ store, events, log }, 0, ({ at }) => heard.push(at));
    expect(heard).toEqual([0]);
    stop();
  });

  it('looks every half minute without a signal', async () => {
    const { all, store } = stored();
    const heard: number[] = [];
    const { stop } = await followWritten({ store, events: localEvents(), log }, 0, ({ at }) => heard.push(at));
    all.push(event(0));
    await vi.advanceTimersByTimeAsync(29_999);
    expect(heard).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(heard).toEqual([0]);
    stop();
  });

  it('that throws is logged and hears the next', async () => {
    const { all, store } = stored();
    all.push(event(0), event(1));
    const heard: number[] = [];
    const { stop } = await followWritten({ store, events: localEvents(), log }, 0, ({ at }) => {
      if (at === 0) throw new Error('no');
      heard.push(at);
    });
    expect(heard).toEqual([1]);
    expect(log.error).toHaveBeenCalledTimes(1);
    stop();
  });

  it('goes on where it was once a store that failed answers again', async () => {
    const { all, store } = stored();
    all.push(event(0));
    const events = localEvents();
    const heard: number[] = [];
    const { stop } = await followWritten({ store, events, log }, 0, ({ at }) => heard.push(at));
    store.written.mockRejectedValueOnce(new Error('away'));
    all.push(event(1));
    events.publishWritten();
    await settle();
    expect(heard).toEqual([0]);
    events.publishWritten();
    await settle();
    expect(heard).toEqual([0, 1]);
    stop();
  });

  it('catches up with what was stored before it was asked to, though a reading that began earlier is under way', async () => {
    const { all, store } = stored();
    const heard: number[] = [];
    const { stop, catchUp } = await followWritten({ store, events: localEvents(), log }, 0, ({ at }) => heard.push(at));
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    store.written.mockImplementationOnce(async () => {
      await answered;
      return { events: [], cursor: null };
    });
    const early = catchUp();
    all.push(event(0));
    const late = [catchUp(), catchUp()];
    answer();
    await early;
    expect(heard).toEqual([]);
    await Promise.all(late);
    expect(heard).toEqual([0]);
    expect(store.written).toHaveBeenCalledTimes(4);
    stop();
  });

  it('rejects where the store cannot be read at first, and listens no more', async () => {
    const { store } = stored();
    store.written.mockRejectedValueOnce(new Error('away'));
    const events = localEvents();
    await expect(followWritten({ store, events, log }, 0, () => {})).rejects.toThrow('away');
    events.publishWritten();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(store.written).toHaveBeenCalledTimes(1);
  });

  it('hears nothing after it was stopped, even in the middle of a page', async () => {
    const { all, store } = stored();
    const events = localEvents();
    const heard: number[] = [];
    const { stop } = await followWritten({ store, events, log }, 0, ({ at }) => {
      heard.push(at);
      stop();
    });
    all.push(event(0), event(1));
    events.publishWritten();
    await settle();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(heard).toEqual([0]);
  });
});
