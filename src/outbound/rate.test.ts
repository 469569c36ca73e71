import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Rate } from './rate.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('Rate', () => {
  it('lets so many pass a second and the rest after it, in the order of asking', async () => {
    const rate = new Rate(2);
    const passed: string[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) void rate.take().then(() => passed.push(name));
    await vi.advanceTimersByTimeAsync(0);
    expect(passed).toEqual(['a', 'b']);
    await vi.advanceTimersByTimeAsync(990);
    expect(passed).toEqual(['a', 'b']);
    await vi.advanceTimersByTimeAsync(20);
    expect(passed).toEqual(['a', 'b', 'c', 'd']);
    await vi.advanceTimersByTimeAsync(1_020);
    expect(passed).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('rejects those that give up at once and spends no token on them', async () => {
    const rate = new Rate(1);
    await rate.take();
    const reason = new Error('deadline');
    const controller = new AbortController();
    const abandoned = Array.from({ length: 10 }, () => rate.take(controller.signal));
    const patient = rate.take();
    controller.abort(reason);
    for (const wait of abandoned) await expect(wait).rejects.toBe(reason);
    await vi.advanceTimersByTimeAsync(1_020);
    await expect(patient).resolves.toBeUndefined();
    expect(vi.getTimerCount()).toBeLessThanOrEqual(1);
  });
});
