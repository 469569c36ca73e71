import { describe, expect, it } from 'vitest';
import { concurrencyOf, laterQuota, quotaOf } from './rateLimitHeaders.ts';

const NOW = Date.parse('2026-03-02T10:00:00Z');

describe('quotaOf', () => {
  it.each([
    [{ 'ratelimit-limit': '300', 'ratelimit-remaining': '298', 'ratelimit-reset': '57' }, [300, 298, 57_000]],
    [{ 'ratelimit-remaining': '0', 'ratelimit-reset': '0' }, [null, 0, 0]],
    [{ 'ratelimit-limit': '100, 100;w=60', 'ratelimit-remaining': '7', 'ratelimit-reset': '9' }, [100, 7, 9_000]],
    [{ 'ratelimit-remaining': '1', 'ratelimit-reset': String(NOW / 1000 + 30) }, [null, 1, 30_000]],
    [{ 'ratelimit-remaining': '1', 'ratelimit-reset': String(NOW + 30_000) }, [null, 1, 30_000]],
    // By a clock an hour behind.
    [
      {
        'ratelimit-remaining': '1',
        'ratelimit-reset': String(NOW / 1000 - 3570),
        date: new Date(NOW - 3_600_000).toUTCString(),
      },
      [null, 1, 30_000],
    ],
  ])('reads %j', (headers, [limit, remaining, resetIn]) => {
    expect(quotaOf(headers, undefined, NOW)).toEqual({ limit, remaining, resetAt: NOW + (resetIn ?? 0) });
  });

  it.each([
    {},
    { 'ratelimit-remaining': '3' },
    { 'ratelimit-reset': '3' },
    { 'ratelimit-remaining': 'many', 'ratelimit-reset': '3' },
    { 'ratelimit-remaining': '-1', 'ratelimit-reset': '3' },
  ])('makes nothing of %j', (headers) => {
    expect(quotaOf(headers, undefined, NOW)).toBeNull();
  });

  it("reads a card's own names", () => {
    const names = { limit: 'x-limit', remaining: 'x-left', reset: 'x-reset', concurrency: 'x-at-once' };
    expect(quotaOf({ 'x-limit': '9', 'x-left': '8', 'x-reset': '7' }, names, NOW)).toMatchObject({ remaining: 8 });
    expect([concurrencyOf({ 'x-at-once': '4' }, names), concurrencyOf({ 'concurrency-limit': '30' })]).toEqual([4, 30]);
  });
});

describe('laterQuota', () => {
  it('keeps the lower of two words on one window, and takes that on the next', () => {
    const known = { limit: 300, remaining: 0, resetAt: NOW + 10_000 };
    expect(laterQuota(known, { ...known, remaining: 4, resetAt: NOW + 11_000 })).toBe(known);
    const next = { ...known, remaining: 299, resetAt: NOW + 70_000 };
    expect(laterQuota(known, next)).toBe(next);
    expect(laterQuota(null, next)).toBe(next);
  });
});
