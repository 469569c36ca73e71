import { describe, expect, it } from 'vitest';
import { deadlineOf } from './deadline.ts';

describe('deadlineOf', () => {
  it('is the longest where the request does not say', () => {
    expect(deadlineOf(null, 10_000)).toBe(10_000);
  });

  it('is what the request says, but no longer than the longest', () => {
    expect([deadlineOf('1', 10_000), deadlineOf('10000', 10_000), deadlineOf('10001', 10_000)]).toEqual([
      1, 10_000, 10_000,
    ]);
  });

  it.each(['0', '-5', '1.5', '1e3', ' 5', '', 'soon', '5, 5', '9999999999'])('refuses %j', (header) => {
    expect(() => deadlineOf(header, 10_000)).toThrow(expect.objectContaining({ status: 400, code: 'BAD_REQUEST' }));
  });
});
