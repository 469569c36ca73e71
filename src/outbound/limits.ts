import type { ThrottleLimits } from './policy/rateLimitBackoff.ts';
import type { TimesOfTries } from './policy/attemptTimeouts.ts';
import type { BreakerLimits } from './policy/circuitBreaker.ts';

/** A provider's limits, as data on its card. */
export interface Limits {
  /** Requests a second; null when unbounded. */
  requestsPerSecond: number | null;
  /** Most reads and writes in flight at once. */
  readsInFlight: number;
  writesInFlight: number;
  /** Tries of a repeatable request, the first included. */
  attempts: number;
  connectTimeoutMs: number;
  /** How long a try may take. */
  times: TimesOfTries;
  maxBodyBytes: number;
  /** When calls are stopped because the provider fails: the usual limits when left out, never when null. */
  breaker?: BreakerLimits | null;
  /** When they are paused because it refuses for too many: likewise. */
  throttle?: ThrottleLimits | null;
}
