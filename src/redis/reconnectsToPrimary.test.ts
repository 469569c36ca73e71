import { expect, it } from 'vitest';
import { reconnectsToPrimary } from './redis.ts';

it('a server that stays a replica is connected to again after 1, 2, 4, 5 seconds, and at once after a quiet minute', () => {
  let now = 0;
  const reconnects = reconnectsToPrimary(() => now);
  const replica = new Error("READONLY You can't write against a read only replica.");
  const at: number[] = [];
  for (; now <= 20_000; now += 33) if (reconnects(replica)) at.push(now);
  const pauses = at.slice(1).map((time, index) => Math.floor((time - (at[index] ?? 0)) / 1000));
  expect(pauses).toEqual([1, 2, 4, 5, 5]);
  now += 60_000;
  expect(reconnects(replica)).toBe(true);
  now += 1000;
  expect(reconnects(replica)).toBe(true);
});

it('only a replica is a reason to connect again', () => {
  const reconnects = reconnectsToPrimary(() => 0);
  expect(reconnects(new Error("OOM command not allowed when used memory > 'maxmemory'."))).toBe(false);
  expect(reconnects(new Error("ERR Error running script: @user_script: 3: -READONLY You can't write."))).toBe(true);
});
