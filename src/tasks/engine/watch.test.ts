import { describe, expect, it, vi } from 'vitest';
import type { Task, TaskState } from '../task.ts';
import { localEvents } from './events.ts';
import { watchTask, type WatchOptions } from './watch.ts';

function task(revision: number, state: TaskState = 'RUNNING'): Task {
  return {
    id: 't1',
    tenant: 'default',
    client: null,
    kind: 'RATE_SKILLS',
    state,
    revision,
    createdAt: '',
    startedAt: null,
    finishedAt: null,
    expiresAt: '',
    counts: { total: 1, pending: 0, running: 1, succeeded: 0, failed: 0, unknown: 0, skipped: 0, cancelled: 0 },
    problem: null,
    parentId: null,
  };
}

function watching(options: Partial<WatchOptions> = {}) {
  const events = localEvents();
  const onEnd = vi.fn<() => void>();
  const read = () => Promise.resolve<Task | null>(task(1, 'QUEUED'));
  return { events, onEnd, open: () => watchTask({ events, read, taskId: 't1', ...options }, onEnd) };
}

async function revisions(stream: AsyncIterable<Task> | null): Promise<number[]> {
  const seen: number[] = [];
  for await (const { revision } of stream ?? []) seen.push(revision);
  return seen;
}

describe('a watcher', () => {
  it('sees the current state, then each newer one, then the end', async () => {
    const { events, open, onEnd } = watching();
    const stream = await open();
    const read = async () => (await stream?.next())?.value as Task | undefined;
    expect((await read())?.revision).toBe(1);
    events.publish(task(2));
    expect((await read())?.revision).toBe(2);
    events.publish(task(3, 'SUCCEEDED'));
    expect((await read())?.state).toBe('SUCCEEDED');
    expect(await read()).toBeUndefined();
    expect(events.size).toBe(0);
    expect(onEnd).toHaveBeenCalledTimes(1);
  });

  it('misses no change between listening and reading', async () => {
    const events = localEvents();
    const read = () => {
      const before = task(1, 'QUEUED');
      events.publish(task(2, 'SUCCEEDED'));
      return Promise.resolve(before);
    };
    expect(await revisions(await watchTask({ events, read, taskId: 't1' }, () => {}))).toEqual([2]);
  });

  it('that joins after the end sees the terminal state and completes', async () => {
    const { open, events } = watching({ read: () => Promise.resolve(task(7, 'FAILED')) });
    expect(await revisions(await open())).toEqual([7]);
    expect(events.size).toBe(0);
  });

  it('reading slowly skips what was overtaken, and never the terminal state', async () => {
    const { events, open } = watching();
    const stream = await open();
    for (const revision of [2, 3, 4]) events.publish(task(revision));
    events.publish(task(5, 'PARTIALLY_SUCCEEDED'));
    expect(await revisions(stream)).toEqual([5]);
  });

  it('sees rising revisions only, whatever order news comes in', async () => {
    const { events, open } = watching();
    const stream = await open();
    const seen = revisions(stream);
    for (const revision of [3, 2, 3, 1, 4]) {
      events.publish(task(revision));
      await Promise.resolve();
    }
    events.publish(task(5, 'SUCCEEDED'));
    const all = await seen;
    expect(all).toEqual([...new Set(all)].toSorted((a, b) => a - b));
    expect(all.at(-1)).toBe(5);
  });

  it('resumes after a revision', async () => {
    const { events, open } = watching({ read: () => Promise.resolve(task(3)), afterRevision: 3 });
    const seen = revisions(await open());
    events.publish(task(4, 'SUCCEEDED'));
    expect(await seen).toEqual([4]);
  });

  it('completes at once after a terminal revision', async () => {
    const { open } = watching({ read: () => Promise.resolve(task(3, 'SUCCEEDED')), afterRevision: 3 });
    expect(await revisions(await open())).toEqual([]);
  });

  it('of an unknown task is null, and nothing listens on', async () => {
    const { events, open } = watching({ read: () => Promise.resolve(null) });
    expect(await open()).toBeNull();
    expect(events.size).toBe(0);
  });

  it('reads again after a gap, until the store answers', async () => {
    vi.useFakeTimers();
    try {
      const events = localEvents();
      const listen = vi.spyOn(events, 'listen');
      const read = vi.fn<() => Promise<Task>>(() => Promise.resolve(task(1)));
      const stream = await watchTask({ events, read, taskId: 't1' }, () => {});
      const seen = revisions(stream);
      read.mockRejectedValueOnce(new Error('away')).mockResolvedValueOnce(task(4, 'SUCCEEDED'));
      listen.mock.calls[0]?.[1].gap();
      await vi.advanceTimersByTimeAsync(1000);
      expect(await seen).toEqual([1, 4]);
      expect(read).toHaveBeenCalledTimes(3);
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([
    ['a running task', [task(3)], [3, 4]],
    ['a finished task', [task(3, 'FAILED')], [3]],
  ])('resumes %s after a revision that the store has lost with its state', async (_, [stored], expected) => {
    const { events, open } = watching({ read: () => Promise.resolve(stored ?? null), afterRevision: 5 });
    const stream = await open();
    const first = await stream?.next();
    events.publish(task(4, 'SUCCEEDED'));
    expect([(first?.value as Task | undefined)?.revision, ...(await revisions(stream))]).toEqual(expected);
  });

  it.each([
    ['running', task(2), [1, 4, 2, 3]],
    ['finished', task(2, 'SUCCEEDED'), [1, 4, 2]],
  ])('shows the state of a store that went back over a gap, where it is %s', async (_, stored, expected) => {
    const events = localEvents();
    const listen = vi.spyOn(events, 'listen');
    const read = vi.fn<() => Promise<Task>>(() => Promise.resolve(task(1)));
    const stream = await watchTask({ events, read, taskId: 't1' }, () => {});
    const next = async () => ((await stream?.next())?.value as Task | undefined)?.revision;
    const seen = [await next()];
    events.publish(task(4));
    seen.push(await next());
    read.mockResolvedValueOnce(stored);
    listen.mock.calls[0]?.[1].gap();
    seen.push(await next());
    events.publish(task(3, 'SUCCEEDED'));
    expect([...seen, ...(await revisions(stream))]).toEqual(expected);
  });

  it.each(['a gap', 'half a minute without news'])(
    'ends with an error when the store has the task no more, after %s',
    async (when) => {
      vi.useFakeTimers();
      try {
        const events = localEvents();
        const listen = vi.spyOn(events, 'listen');
        const read = vi.fn<() => Promise<Task | null>>(() => Promise.resolve(task(1)));
        const gone = () => new Error('no such task');
        const stream = await watchTask({ events, read, taskId: 't1', gone }, () => {});
        await stream?.next();
        const waiting = stream?.next().catch(({ message }: Error) => message);
        read.mockResolvedValue(null);
        if (when === 'a gap') listen.mock.calls[0]?.[1].gap();
        else await vi.advanceTimersByTimeAsync(30_000);
        expect(await waiting).toBe('no such task');
        expect(events.size).toBe(0);
        expect(vi.getTimerCount()).toBe(0);
      } finally {
        vi.useRealTimers();
      }
    },
  );

  it('sees the end of which no news came', async () => {
    vi.useFakeTimers();
    try {
      const read = vi.fn<() => Promise<Task>>(() => Promise.resolve(task(1)));
      const { open } = watching({ read });
      const seen = revisions(await open());
      read.mockResolvedValue(task(2, 'SUCCEEDED'));
      await vi.advanceTimersByTimeAsync(30_000);
      expect(await seen).toEqual([1, 2]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('does not listen on when the state cannot be read', async () => {
    const { events, open } = watching({ read: () => Promise.reject(new Error('gone')) });
    await expect(open()).rejects.toThrow('gone');
    expect(events.size).toBe(0);
  });

  it('ends on abort, in the middle of waiting', async () => {
    const abort = new AbortController();
    const { events, open, onEnd } = watching({ signal: abort.signal });
    const stream = await open();
    await stream?.next();
    const waiting = stream?.next();
    abort.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(events.size).toBe(0);
    expect(onEnd).toHaveBeenCalledTimes(1);
  });

  it('aborted before it began gives nothing', async () => {
    const { events, open } = watching({ signal: AbortSignal.abort() });
    expect(await revisions(await open())).toEqual([]);
    expect(events.size).toBe(0);
  });

  it('ends on return, in the middle of waiting', async () => {
    const { events, open } = watching();
    const stream = await open();
    await stream?.next();
    const waiting = stream?.next();
    await stream?.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(events.size).toBe(0);
  });

  it('throws once when it is ended with an error, then is over', async () => {
    const { open } = watching();
    const stream = await open();
    stream?.end(new Error('lost'));
    await expect(stream?.next()).rejects.toThrow('lost');
    expect(await stream?.next()).toEqual({ done: true, value: undefined });
  });

  it('passes a state on when what must come before is done, and the later ones after it', async () => {
    let done = () => {};
    const first = new Promise<void>((resolve) => {
      done = resolve;
    });
    const { events, open } = watching({ before: ({ revision }) => (revision === 2 ? first : null) });
    const stream = await open();
    const seen: number[] = [];
    const reading = (async () => {
      for await (const { revision } of stream ?? []) seen.push(revision);
    })();
    events.publish(task(2));
    events.publish(task(3, 'SUCCEEDED'));
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    expect(seen).toEqual([1]);
    done();
    await reading;
    expect(seen.at(-1)).toBe(3);
  });

  it('leaves no listener behind, a thousand times', async () => {
    const { events, open } = watching();
    const streams = await Promise.all(Array.from({ length: 1000 }, open));
    expect(events.size).toBe(1000);
    for (const stream of streams) await stream?.return?.();
    expect(events.size).toBe(0);
  });
});
