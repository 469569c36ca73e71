import { expect, it } from 'vitest';
import { bytesOf } from './bytesOf.ts';

it('counts all that plain data holds, long texts above all', () => {
  const row = { id: 'r1', value: { kind: 'number', value: 3 }, parts: ['a', 'b'], changedAt: null, isOpen: true };
  expect(bytesOf(row)).toBe(24 + 5 * 8 + 28 + (24 + 2 * 8 + 36) + (24 + 2 * 8 + 2 * 26));
  expect(bytesOf([row, row])).toBe(24 + 2 * (8 + bytesOf(row)));
  expect(bytesOf({ ...row, label: 'x'.repeat(1_000_000) })).toBeGreaterThan(2_000_000);
  expect([bytesOf(1), bytesOf(null), bytesOf(undefined)]).toEqual([8, 8, 8]);
});
