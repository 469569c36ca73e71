import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createGuesses, MOST_GUESSES } from './guesses.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('wrong keys', () => {
  it('are twenty a minute from one address, then refused with the seconds to wait', async () => {
    const guesses = createGuesses();
    for (let index = 0; index < MOST_GUESSES; index += 1) expect(await guesses.wrong('192.0.2.1')).toBeNull();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await guesses.wrong('192.0.2.1')).toMatchObject({
      status: 429,
      code: 'RATE_LIMITED',
      headers: { 'retry-after': '40' },
    });
    expect(await guesses.wrong('192.0.2.2')).toBeNull();
    await vi.advanceTimersByTimeAsync(40_001);
    expect(await guesses.wrong('192.0.2.1')).toBeNull();
  });
});
