import { expect, it } from 'vitest';
import { Throttle, THROTTLE } from './rateLimitBackoff.ts';

it('learns nothing of a pause from an answer to what was sent before it', () => {
  const clock = { now: 1_000 };
  const throttle = new Throttle(THROTTLE, () => clock.now);
  const [, , first] = [1, 2, 3].map(() => throttle.heard(true, clock.now));
  expect(first).toBeGreaterThanOrEqual(1_000);
  expect(throttle.heard(false, clock.now - 500)).toBe(0);
  clock.now += 2_000;
  // Still refused: twice as long at once, and not after three more.
  expect(throttle.heard(true, clock.now)).toBeGreaterThanOrEqual(2_000);
  clock.now += 4_000;
  throttle.heard(false, clock.now);
  expect(throttle.heard(true, clock.now)).toBe(0);
});
