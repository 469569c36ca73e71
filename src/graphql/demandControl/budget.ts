import type { Redis } from 'ioredis';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { ownerOf, type Budget, type Viewer } from '../../domain/access.ts';
import { withTimeout } from '../../lib/timeout.ts';
import { luaScript } from '../../redis/script.ts';

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
  accountOf(who: Pick<Viewer, 'tenant' | 'client' | 'issuer'>, own?: Budget | null): Account | null;
}

export interface BudgetsOptions {
  /** Of clients without one of their own. */
  usual: Budget | null;
  /** Where replicas count together; null: each counts alone. */
  store: { client: Redis; prefix: string } | null;
}

/** A Redis that is there answers in under a millisecond. */
const PATIENCE_MS = 250;

/** A Redis that said nothing is not waited for again at once: not every request shall be late for it. */
const SILENCE_MS = 1_000;

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
    accountOf(who, own) {
      const budget = own ?? usual;
      if (!budget) return null;
      const counter = counterOf(budget);
      const key = JSON.stringify([who.tenant, ownerOf(who)]);
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

interface Count {
  spent: boolean;
  /** Points taken in this window. */
  held: number;
  /** Milliseconds to the window's end. */
  leftMs: number;
}

type Counter = (key: string, cost: number) => Promise<{ spent: boolean; state: BudgetState }>;

function createCounter({ limit, windowSeconds }: Budget, store: BudgetsOptions['store']): Counter {
  const half = Math.max(1, Math.floor(limit / 2));
  const alone = createOwnCount(store ? half : limit, windowSeconds);
  // A budget that is configured anew is counted anew.
  const shared = store && createSharedCount(store, { limit, windowSeconds });
  return async (key, cost) => {
    const counted = shared && (await shared(key, cost));
    const most = counted ? limit : store ? half : limit;
    const { spent, held, leftMs } = counted ?? (await alone(key, cost));
    return { spent, state: { limit, remaining: Math.max(0, most - held), resetAt: Date.now() + leftMs } };
  };
}

/** Counts in this process. */
function createOwnCount(points: number, windowSeconds: number): (key: string, cost: number) => Promise<Count> {
  const limiter = new RateLimiterMemory({ points, duration: windowSeconds });
  // One after the other: between look and taking nobody else takes.
  let line: Promise<unknown> = Promise.resolve();
  const count = async (key: string, cost: number): Promise<Count> => {
    const before = await limiter.get(key);
    const held = before?.consumedPoints ?? 0;
    // The limiter would count what it refuses, too, and refuse others for it.
    if (held + cost > points) return { spent: false, held, leftMs: before?.msBeforeNext ?? windowSeconds * 1000 };
    const { consumedPoints, msBeforeNext } = await limiter.consume(key, cost);
    return { spent: true, held: consumedPoints, leftMs: msBeforeNext };
  };
  return (key, cost) => {
    const counted = line.then(() => count(key, cost));
    line = counted.catch(() => undefined);
    return counted;
  };
}

/** Takes what fits and nothing of what does not, in one step: whoever asks at the same moment is not refused for it. */
const TAKE = luaScript(`
  local cost, limit, window = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
  local held = tonumber(redis.call('GET', KEYS[1]) or '0')
  local left = redis.call('PTTL', KEYS[1])
  if left < 0 then left = window end
  if held + cost > limit then return {0, held, left} end
  redis.call('SET', KEYS[1], held + cost, 'PX', left)
  return {1, held + cost, left}`);

const GIVE_BACK = luaScript(`
  if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('DECRBY', KEYS[1], ARGV[1]) end`);

/** Counts in Redis; null while that is away or silent. */
function createSharedCount(
  { client, prefix }: NonNullable<BudgetsOptions['store']>,
  { limit, windowSeconds }: Budget,
): (key: string, cost: number) => Promise<Count | null> {
  let silentUntil = 0;
  return async (key, cost) => {
    if (client.status !== 'ready' || performance.now() < silentUntil) return null;
    const full = `${prefix}budget:${limit}/${windowSeconds}:${key}`;
    const taking = TAKE(client, full, [cost, limit, windowSeconds * 1000]).then(
      (answer) => {
        const [taken, held, leftMs] = answer as [number, number, number];
        return { spent: taken === 1, held, leftMs };
      },
      () => null,
    );
    return withTimeout<Count | null>(PATIENCE_MS, taking, () => {
      silentUntil = performance.now() + SILENCE_MS;
      // It is still on its way, and what it takes is counted here by then.
      void taking.then((late) => (late?.spent ? GIVE_BACK(client, full, [cost]).catch(() => undefined) : undefined));
      return null;
    });
  };
}
