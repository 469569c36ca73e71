import type { BackendFactory, IQueueBackend } from 'bullmq';
import { expect, it } from 'vitest';
import { onceAMinute } from './onceAMinute.ts';
import { unhurried } from './unhurriedBackend.ts';

/** A backend whose fetches fail while `broken` says so, and what was waited for. */
function bench() {
  const state = { broken: true, waits: [] as number[] };
  const fetch = () => (state.broken ? Promise.reject(new Error('OOM')) : Promise.resolve([]));
  const factory = (() => ({ moveToActive: fetch, waitForJob: fetch })) as unknown as BackendFactory<
    IQueueBackend,
    null
  >;
  const sleep = (milliseconds: number) => {
    state.waits.push(milliseconds);
    return Promise.resolve();
  };
  const backend = unhurried(factory, { signal: new AbortController().signal, sleep })('tasks', { connection: null });
  return { state, backend };
}

it('a worker whose store refuses learns of it later each time, until it serves again', async () => {
  const { state, backend } = bench();
  for (let time = 0; time < 8; time += 1) await expect(backend.moveToActive('token')).rejects.toThrow('OOM');
  expect(state.waits).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  state.broken = false;
  expect(await backend.moveToActive('token')).toEqual([]);
  state.broken = true;
  await expect(backend.waitForJob(1)).rejects.toThrow('OOM');
  expect(state.waits.at(-1)).toBe(100);
});

it('an error is logged once a minute', () => {
  let now = 0;
  const isNew = onceAMinute(() => now);
  expect([isNew('OOM'), isNew('OOM'), isNew('other')]).toEqual([true, false, true]);
  now = 60_000;
  expect([isNew('OOM'), isNew('OOM')]).toEqual([true, false]);
});
