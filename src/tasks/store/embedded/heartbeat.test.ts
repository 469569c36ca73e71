import { mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { beat, isBeating } from './heartbeat.ts';

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'heartbeat-'));
  path = join(directory, 'lock.1');
  await writeFile(path, '');
});

afterEach(async () => {
  vi.useRealTimers();
  await rm(directory, { recursive: true, force: true });
});

/** Makes the last touch so many milliseconds old. */
const touch = (age: number) => {
  const at = new Date(Date.now() - age);
  return utimes(path, at, at);
};

describe('a heartbeat', () => {
  it('touches its file every two seconds until it is stopped', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const stop = beat(path, () => {});
    await touch(60_000);
    vi.advanceTimersByTime(2_000);
    await expect.poll(async () => (await stat(path)).mtimeMs).toBeGreaterThan(Date.now() - 30_000);
    stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('tells once that its file is gone', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const lost = vi.fn<() => void>();
    beat(path, lost);
    await rm(path);
    vi.advanceTimersByTime(2_000);
    await expect.poll(() => lost.mock.calls.length).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('of a live owner is seen at its next beat', async () => {
    await touch(9_000);
    expect(await isBeating(path, () => touch(0))).toBe(true);
  });

  it.each([
    ['a moment ago', 0, 10_000],
    ['six seconds ago', 6_000, 4_000],
    ['long ago', 3_600_000, 3_000],
    ['by a clock that is an hour ahead', -3_600_000, 10_000],
  ])('that was last seen %s is waited for until it is missed', async (_, age, waits) => {
    await touch(age);
    let waited = 0;
    const sleep = (milliseconds: number) => {
      waited += milliseconds;
      return Promise.resolve();
    };
    expect(await isBeating(path, sleep)).toBe(false);
    expect(waited).toBe(waits);
  });
});
