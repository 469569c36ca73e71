import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { sleep } from './sleep.ts';

/** Where replicas share a rate. */
export interface RateStore {
  client: Redis;
  /** Before all its keys. */
  prefix: string;
}

export interface Taken {
  /** Milliseconds until it is worth asking again; 0: a token is taken. */
  waitMs: number;
  /** Whether others have asked within the same second. */
  others: boolean;
}

/** One provider's rate, counted over all replicas. */
export interface SharedRate {
  /** Takes a token if there is one; never rejects. */
  take(): Promise<Taken>;
}

/** A Redis that is there answers in under a millisecond. */
const PATIENCE_MS = 250;

/**
 * Counts one provider's requests in Redis. While that is away or silent, each replica keeps to half of the rate by itself:
 * two of them together then stay within it, more may see a 429 now and then, which is honoured.
 */
export function createSharedRate(store: RateStore, integration: string, requestsPerSecond: number): SharedRate {
  const shared = new RateLimiterRedis({
    storeClient: store.client,
    keyPrefix: `${store.prefix}rate`,
    points: requestsPerSecond,
    duration: 1,
    rejectIfRedisNotReady: true,
  });
  const alone = new RateLimiterMemory({ points: Math.max(1, Math.floor(requestsPerSecond / 2)), duration: 1 });
  let counted = 0;
  let asked = 0;
  return {
    async take() {
      const answer = await answerOf(shared.consume(integration));
      if (answer === null) {
        const insured = await answerOf(alone.consume(integration));
        return { waitMs: waitAfter(insured, alone.points), others: false };
      }
      // A count that has not risen is one of a new second.
      asked = answer.consumedPoints > counted ? asked + 1 : 1;
      counted = answer.consumedPoints;
      return { waitMs: waitAfter(answer, shared.points), others: counted > asked };
    },
  };
}

/** The count, also where it is over the limit; null where there is none in time. */
async function answerOf(consuming: Promise<RateLimiterRes>): Promise<RateLimiterRes | null> {
  const settled = consuming.catch((error: unknown) => (error instanceof RateLimiterRes ? error : null));
  const patience = new AbortController();
  try {
    return await Promise.race([settled, sleep(PATIENCE_MS, patience.signal).then(() => null)]);
  } finally {
    patience.abort();
  }
}

function waitAfter(answer: RateLimiterRes | null, points: number): number {
  if (answer === null) return PATIENCE_MS;
  return answer.consumedPoints <= points ? 0 : Math.max(1, answer.msBeforeNext);
}
