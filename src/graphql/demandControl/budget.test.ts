import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startRedis, type TestRedis } from '../../../test/support/redis.ts';
import { createBudgets } from './budget.ts';

const ALICE = { tenant: 'default', client: 'alice' };

describe('a budget that one gateway counts', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is spent to the last unit, refuses what is more, and starts anew with its window', async () => {
    const budgets = createBudgets({ usual: { limit: 100, windowSeconds: 60 }, store: null });
    const account = budgets.accountOf(ALICE);
    expect(account?.state).toBeNull();
    expect(await account?.spend(60)).toBe(true);
    const resetAt = Date.now() + 60_000;
    expect(account?.state).toEqual({ limit: 100, remaining: 40, resetAt });
    await vi.advanceTimersByTimeAsync(20_000);
    // What is refused takes nothing.
    expect(await account?.spend(41)).toBe(false);
    expect(account?.state).toEqual({ limit: 100, remaining: 40, resetAt });
    expect(await account?.spend(40)).toBe(true);
    expect(account?.state).toEqual({ limit: 100, remaining: 0, resetAt });
    await vi.advanceTimersByTimeAsync(40_001);
    expect(await account?.spend(100)).toBe(true);
  });

  it('is not refused to a small operation for a large one beside it', async () => {
    const budgets = createBudgets({ usual: { limit: 100, windowSeconds: 60 }, store: null });
    const spend = async (cost: number) => budgets.accountOf(ALICE)?.spend(cost);
    expect(await spend(60)).toBe(true);
    expect(await Promise.all([41, 1, 41, 39].map(spend))).toEqual([false, true, false, true]);
  });

  it('is of one client of one tenant, and as large as its own', async () => {
    const budgets = createBudgets({ usual: { limit: 10, windowSeconds: 60 }, store: null });
    expect(await budgets.accountOf(ALICE)?.spend(10)).toBe(true);
    expect(await budgets.accountOf(ALICE)?.spend(1)).toBe(false);
    expect(await budgets.accountOf({ ...ALICE, client: 'bob' })?.spend(10)).toBe(true);
    expect(await budgets.accountOf({ ...ALICE, tenant: 'other' })?.spend(10)).toBe(true);
    for (const issuer of ['https://idp.test', 'https://partners.test']) {
      expect(await budgets.accountOf({ ...ALICE, issuer })?.spend(10)).toBe(true);
    }
    expect(await budgets.accountOf(ALICE, { limit: 500, windowSeconds: 60 })?.spend(500)).toBe(true);
  });

  it('is not there where none is configured', () => {
    const budgets = createBudgets({ usual: null, store: null });
    expect(budgets.accountOf(ALICE)).toBeNull();
    expect(budgets.accountOf(ALICE, { limit: 1, windowSeconds: 1 })).not.toBeNull();
  });
});

describe('a budget that gateways share', () => {
  let server: TestRedis;
  const clients: Redis[] = [];
  const budgets = () => {
    const client = new Redis(server.url, { maxRetriesPerRequest: 0 });
    client.on('error', () => {});
    clients.push(client);
    return createBudgets({ usual: { limit: 100, windowSeconds: 600 }, store: { client, prefix: 'test:' } });
  };

  beforeEach(async () => {
    server = await startRedis();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.disconnect();
    await server.stop();
  });

  it('is spent by all of them', async () => {
    const [one, other] = [budgets(), budgets()];
    await Promise.all(clients.map((client) => client.ping()));
    const [here, there] = [one.accountOf(ALICE), other.accountOf(ALICE)];
    expect(await here?.spend(70)).toBe(true);
    expect(await there?.spend(31)).toBe(false);
    expect(await there?.spend(30)).toBe(true);
    expect(there?.state?.remaining).toBe(0);
    expect(await here?.spend(1)).toBe(false);
    expect(await other.accountOf({ ...ALICE, client: 'bob' })?.spend(100)).toBe(true);
  });

  it('is not refused to a small operation for a large one beside it', async () => {
    const account = budgets().accountOf(ALICE);
    await Promise.all(clients.map((client) => client.ping()));
    expect(await account?.spend(60)).toBe(true);
    expect(await Promise.all([41, 1, 41, 39].map(async (cost) => account?.spend(cost)))).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });

  it('is given back what Redis took when nobody waited for it any more', async () => {
    const account = budgets().accountOf(ALICE);
    await Promise.all(clients.map((client) => client.ping()));
    await account?.spend(10);
    const other = new Redis(server.url);
    clients.push(other);
    await other.client('PAUSE', 600, 'ALL');
    expect(await account?.spend(40)).toBe(true);
    // By itself it grants half, and does not wait for Redis at each.
    expect(await account?.spend(11)).toBe(false);
    const held = async () => {
      const [key = ''] = await other.keys('test:budget:*');
      return Number(await other.get(key));
    };
    await expect.poll(held).toBe(10);
  });

  it('is half as large for each of them while Redis is away', async () => {
    const account = budgets().accountOf(ALICE);
    await Promise.all(clients.map((client) => client.ping()));
    await server.stop('SIGKILL');
    expect(await account?.spend(50)).toBe(true);
    expect(await account?.spend(1)).toBe(false);
    expect(account?.state).toMatchObject({ limit: 100, remaining: 0 });
  });
});
