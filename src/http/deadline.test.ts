import { describe, expect, it } from 'vitest';
import { deadlineOf } from './deadline.ts';

const LIMITS = { usual: 10_000, most: 30_000 };

describe('deadlineOf', () => {
  it('is the usual one where the request does not say', () => {
    expect(deadlineOf(null, LIMITS)).toBe(10_000);
  });

  it('is what the request says, more than usual too, but no longer than the longest', () => {
    expect(['1', '10001', '30000', '30001'].map((header) => deadlineOf(header, LIMITS))).toEqual([
      1, 10_001, 30_000, 30_000,
    ]);
  });

  it.each(['0', '-5', '1.5', '1e3', ' 5', '', 'soon', '5, 5', '9999999999'])('refuses %j', (header) => {
    expect(() => deadlineOf(header, LIMITS)).toThrow(expect.objectContaining({ status: 400, code: 'BAD_REQUEST' }));
  });
});
