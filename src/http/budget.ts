import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';
import type { Redis } from 'ioredis';
import type { Budget } from '../domain/access.ts';

/** What is left of a budget. */
export interface BudgetState {
  limit: number;
  remaining: number;
  /** When the window starts anew, milliseconds since the epoch. */
  resetAt: number;
}

/** One request's hold on its client's budget. */
export interface Account {
  /** As of the last `spend`; null before. */
  readonly state: BudgetState | null;
  readonly limit: number;
  /** Spends, or says that too little is left, and then leaves it as it was. Never rejects. */
  spend(cost: number): Promise<boolean>;
}

/** Budgets of query cost, by client. */
export interface Budgets {
  /** The client's account, under its own budget or the usual one; null where there is neither. */
  accountOf(who: { tenant: string; client: string | null }, own?: Budget | null): Account | null;
}

export interface BudgetsOptions {
  /** Of clients without one of their own. */
  usual: Budget | null;
  /** Where replicas count together; null: each counts alone. */
  store: { client: Redis; prefix: string } | null;
}

/** A Redis that is there answers in under a millisecond. */
const PATIENCE_MS = 250;

/**
 * Counts cost by client in windows that begin with their first operation. While Redis is away or silent, each replica
 * grants half of each budget by itself: two of them together then stay within it, and nobody is turned away altogether.
 */
export function createBudgets({ usual, store }: BudgetsOptions): Budgets {
  const counters = new Map<string, Counter>();
  const counterOf = (budget: Budget): Counter => {
    const key = `${budget.limit}/${budget.windowSeconds}`;
    let counter = counters.get(key);
    if (!counter) counters.set(key, (counter = createCounter(budget, store)));
    return counter;
  };
  return {
    accountOf({ tenant, client }, own) {
      const budget = own ?? usual;
      if (!budget) return null;
      const counter = counterOf(budget);
      const key = JSON.stringify([tenant, client]);
      let state: BudgetState | null = null;
      return {
        limit: budget.limit,
        get state() {
          return state;
        },
        async spend(cost) {
          const answer = await counter(key, cost);
          ({ state } = answer);
          return answer.spent;
        },
      };
    },
  };
}

type Counter = (key: string, cost: number) => Promise<{ spent: boolean; state: BudgetState }>;

function createCounter({ limit, windowSeconds }: Budget, store: BudgetsOptions['store']): Counter {
  const half = Math.max(1, Math.floor(limit / 2));
  const alone = new RateLimiterMemory({ points: store ? half : limit, duration: windowSeconds });
  const shared =
    store &&
    new RateLimiterRedis({
      storeClient: store.client,
      // A budget that is configured anew is counted anew.
      keyPrefix: `${store.prefix}budget:${limit}/${windowSeconds}`,
      points: limit,
      duration: windowSeconds,
      rejectIfRedisNotReady: true,
    });
  return async (key, cost) => {
    const counted = shared && (await consume(shared, key, cost));
    const limiter = counted ? shared : alone;
    const answer = counted ?? (await consume(alone, key, cost));
    const consumed = answer?.consumedPoints ?? 0;
    const spent = consumed <= limiter.points;
    // The counter counts what it refuses, too.
    if (!spent) limiter.reward(key, cost).catch(() => undefined);
    return {
      spent,
      state: {
        limit,
        remaining: Math.max(0, limiter.points - (spent ? consumed : consumed - cost)),
        resetAt: Date.now() + (answer?.msBeforeNext ?? windowSeconds * 1000),
      },
    };
  };
}

/** The count, also where it is over the limit; null where there is none in time. */
async function consume(limiter: RateLimiterAbstract, key: string, cost: number): Promise<RateLimiterRes | null> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, null);
  });
  try {
    return await Promise.race([limiter.consume(key, cost), patience]);
  } catch (error) {
    return error instanceof RateLimiterRes ? error : null;
  } finally {
    clearTimeout(timer);
  }
}
