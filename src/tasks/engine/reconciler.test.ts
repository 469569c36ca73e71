import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BatchRef, TaskStore } from '../store/store.ts';
import type { JobQueue } from './queue.ts';
import { startSweep } from './reconciler.ts';

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const batch = (number: number): BatchRef => ({ taskId: 't', batch: number });

/** A store with so many unfinished batches, and a queue that keeps what it is given. */
function parts(count: number) {
  const stored = Array.from({ length: count }, (_, index) => batch(index));
  const queued = new Set<number>();
  const unfinished = vi.fn<TaskStore['unfinished']>(async ({ after, limit }) => {
    const from = after === null ? 0 : Number(after);
    const next = from + limit < stored.length ? String(from + limit) : null;
    return Promise.resolve({ batches: stored.slice(from, from + limit), next });
  });
  const add = vi.fn<JobQueue['add']>(async (batches) => {
    for (const added of batches) queued.add(added.batch);
    return Promise.resolve();
  });
  return { stored, queued, unfinished, add, store: { unfinished }, queue: { add } };
}

describe('the sweep', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('enqueues all that is unfinished before anything else, five hundred at once', async () => {
    const { store, queue, queued, add } = parts(1201);
    const sweep = await startSweep({ store, queue, shared: false, log });
    expect(queued.size).toBe(1201);
    expect(add.mock.calls.map(([batches]) => batches.length)).toEqual([500, 500, 201]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(add).toHaveBeenCalledTimes(3);
    await sweep.stop();
  });

  it('enqueues what could not be enqueued once that is possible again', async () => {
    const { stored, store, queue, queued, add } = parts(0);
    const sweep = await startSweep({ store, queue, shared: false, log });
    stored.push(batch(0));
    add.mockRejectedValueOnce(new Error('away')).mockRejectedValueOnce(new Error('away'));
    sweep.enqueue([batch(0)]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(queued.size).toBe(0);
    await vi.advanceTimersByTimeAsync(5000);
    expect([...queued]).toEqual([0]);
    await sweep.stop();
  });

  it('takes up what another process stored and never enqueued, page by page, round and round', async () => {
    const { stored, store, queue, queued, add } = parts(501);
    const sweep = await startSweep({ store, queue, shared: true, log });
    add.mockClear();
    stored.unshift(batch(1000));
    await vi.advanceTimersByTimeAsync(5000);
    expect(queued.has(1000)).toBe(true);
    stored.unshift(batch(1001));
    for (let page = 0; page < 2; page += 1) await vi.advanceTimersByTimeAsync(5000);
    expect(queued.has(1001)).toBe(true);
    expect(add).toHaveBeenCalledTimes(3);
    await sweep.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(add).toHaveBeenCalledTimes(3);
  });

  it('goes round on after a page that could not be read', async () => {
    const { stored, store, queue, queued, unfinished } = parts(0);
    const sweep = await startSweep({ store, queue, shared: true, log });
    unfinished.mockRejectedValueOnce(new Error('away'));
    stored.push(batch(7));
    await vi.advanceTimersByTimeAsync(10_000);
    expect([...queued]).toEqual([7]);
    await sweep.stop();
  });

  it('that stops waits for what is being enqueued', async () => {
    const { store, queue, queued, add } = parts(0);
    const sweep = await startSweep({ store, queue, shared: true, log });
    let release: () => void = () => {};
    add.mockImplementationOnce(
      () =>
        new Promise((resolve) => {
          release = () => {
            queued.add(3);
            resolve();
          };
        }),
    );
    sweep.enqueue([batch(3)]);
    const stopped = sweep.stop().then(() => [...queued]);
    release();
    expect(await stopped).toEqual([3]);
  });
});
