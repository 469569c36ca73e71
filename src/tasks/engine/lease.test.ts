import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Lease } from './lease.ts';
import { stopwatch } from './stopwatch.ts';

const LOCK_MS = 10_000;
/** Two seconds before the lock lapses. */
const LAST_MS = 7_999;

let [steady, wall] = [0, 0];

beforeEach(() => {
  [steady, wall] = [5_000, Date.parse('2026-03-02T10:00:00Z')];
  vi.spyOn(performance, 'now').mockImplementation(() => steady);
  vi.spyOn(Date, 'now').mockImplementation(() => wall);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** What a process that was stopped finds when it goes on: no timer has fired, both clocks have gone on. */
const pause = (milliseconds: number): void => {
  steady += milliseconds;
  wall += milliseconds;
};

it('a lease holds until shortly before its lock lapses, and again once that was renewed', () => {
  const lease = new Lease(LOCK_MS);
  pause(LAST_MS);
  expect(lease.holds()).toBe(true);
  pause(1);
  expect(lease.holds()).toBe(false);
  expect(lease.signal.aborted).toBe(false);
  lease.renewed(stopwatch());
  expect(lease.holds()).toBe(true);
});

it('a renewal counts from when it was asked for: the process may be paused before it reads the answer', () => {
  const lease = new Lease(LOCK_MS);
  const asked = stopwatch();
  pause(15_000);
  lease.renewed(asked);
  expect(lease.holds()).toBe(false);
});

it('a lock that is old when its job comes to be done counts as old', () => {
  expect(new Lease(LOCK_MS, stopwatch(LAST_MS + 1)).holds()).toBe(false);
});

it('a machine that was suspended is seen by the wall clock, and a clock that is put back does not make it younger', () => {
  const suspended = new Lease(LOCK_MS);
  wall += LAST_MS + 1;
  expect(suspended.holds()).toBe(false);
  const putBack = new Lease(LOCK_MS);
  steady += LAST_MS + 1;
  wall -= 3_600_000;
  expect(putBack.holds()).toBe(false);
});

it('a lease that has ended says so by its signal, and no renewal brings it back', () => {
  const lease = new Lease(LOCK_MS);
  const reason = new Error('lost');
  lease.end(reason);
  lease.renewed(stopwatch());
  expect(lease.holds()).toBe(false);
  expect(lease.signal.reason).toBe(reason);
});
