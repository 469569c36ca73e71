import type { Deadline } from '../../domain/deadline.ts';
import type { Call } from '../../domain/ports.ts';
import { Breaker, BREAKER, type BreakerStatus, type Said } from './circuitBreaker.ts';
import { NotSent, outOfTime } from './notSent.ts';
import {
  concurrencyOf,
  laterQuota,
  QUOTA_HEADERS,
  quotaOf,
  type Quota,
  type QuotaHeaders,
} from './rateLimitHeaders.ts';
import { Rate } from './rateLimiter.ts';
import type { SharedRate } from './sharedRateLimiter.ts';
import { THROTTLE, Throttle } from './rateLimitBackoff.ts';
import type { HttpResponse } from '../transport/undiciTransport.ts';
import type { Limits } from '../limits.ts';

export interface GateOptions {
  limits: Limits;
  /** The same rate on other replicas; absent where this is the only one. */
  sharedRate?: SharedRate | undefined;
  /** Which headers tell of the provider's limits; those of the IETF's draft when left out. */
  quotaHeaders?: QuotaHeaders | undefined;
  /** Called each time the breaker changes; `probeAt` is in milliseconds since 1970. */
  onBreaker?: ((status: BreakerStatus) => void) | undefined;
  /** Called with each statement on the request limit. */
  onQuota?: ((quota: Quota) => void) | undefined;
}

/** A refusal for too many requests. */
export interface TooMany {
  /** How long it asks all to wait; 0 where it does not say. */
  waitMs: number;
  /** Whether it is known when the same may come again. */
  isExplained: boolean;
}

/** Longest wait between two tries, or for a limit to start anew; whoever would wait longer is told at once when to come back. */
export const LONGEST_WAIT_MS = 5_000;
/** Longest time that nobody asks because the provider said so: then one finds out whether it meant it. */
const LONGEST_HOLD_MS = 60_000;

/** Decides whether and when a request to one provider may go out, from what the provider has said and done before. */
export class Gate {
  /** Ends the pauses of those who wait for another try, which an open breaker refuses. */
  readonly waking = new Set<() => void>();
  readonly #options: GateOptions;
  readonly #now: () => number;
  readonly #rate: Rate;
  readonly #breaker: Breaker | null;
  readonly #throttle: Throttle | null;
  #quota: Quota | null = null;

  constructor(options: GateOptions, now: () => number) {
    const { limits, sharedRate } = options;
    this.#options = options;
    this.#now = now;
    this.#throttle = limits.throttle === null ? null : new Throttle(limits.throttle ?? THROTTLE, now);
    this.#rate = new Rate(limits, { now, shared: sharedRate });
    const change = (status: BreakerStatus) => this.#breakerChanged(status);
    this.#breaker = limits.breaker === null ? null : new Breaker(limits.breaker ?? BREAKER, now, change);
  }

  /**
   * Resolves when the request may go out, to the function that says what became of it, to be called once. Throws NotSent
   * where it may not, or the signal's reason.
   */
  async enter(kind: 'read' | 'write', call: Call): Promise<(said: Said) => void> {
    const { purpose, signal, clients, deadline } = call;
    signal?.throwIfAborted();
    if (!this.#isBefore(deadline, 0)) throw outOfTime('another try');
    const { heldMs } = this.#rate;
    if (heldMs > LONGEST_WAIT_MS || (heldMs > 0 && !this.#isBefore(deadline, heldMs))) throw this.#heldBack();
    const leave = this.#breaker?.enter();
    try {
      const release = await this.#rate.enter({ kind, purpose, signal, clients, until: deadline?.at });
      return (said) => {
        // First, so that the place does not go to somebody whom the breaker now sends away.
        leave?.(said);
        release();
      };
    } catch (error) {
      leave?.('aborted');
      throw error;
    }
  }

  /** Whether so long a pause before another try is of use: not beyond the deadline, nor while nobody is let through. */
  mayPause(milliseconds: number, { deadline }: Call): boolean {
    if (this.#breaker && this.#breaker.status.state !== 'CLOSED') return false;
    return this.#isBefore(deadline, Math.max(milliseconds, this.#rate.heldMs));
  }

  /** Takes note of what the answer to a request that went out then says of the provider's limits. */
  heard(headers: HttpResponse['headers'], { sentAt, tooMany }: { sentAt: number; tooMany: TooMany | null }): void {
    const names = this.#options.quotaHeaders ?? QUOTA_HEADERS;
    this.#heardQuota(headers, names, { sentAt, tooMany });
    // Last: it may let somebody out, whom the rest holds back.
    const concurrency = concurrencyOf(headers, names);
    if (concurrency !== null) this.#rate.narrow('write', concurrency);
  }

  #heardQuota(
    headers: HttpResponse['headers'],
    names: QuotaHeaders,
    { sentAt, tooMany }: { sentAt: number; tooMany: TooMany | null },
  ): void {
    const at = Date.now();
    const told = quotaOf(headers, names, at);
    // A refusal that asks to wait means it, also beside headers of a limit that has something left.
    const asked =
      tooMany && tooMany.waitMs > 0 && told?.remaining !== 0 ? { remaining: 0, resetAt: at + tooMany.waitMs } : null;
    const said = asked ? { limit: told?.limit ?? null, ...asked } : told;
    const pause = this.#throttle?.heard(tooMany !== null && !tooMany.isExplained, sentAt) ?? 0;
    if (pause > 0) this.#hold(pause);
    if (!said) return;
    this.#quota = laterQuota(this.#quota, said);
    this.#options.onQuota?.(this.#quota);
    if (this.#quota.remaining === 0) this.#hold(Math.min(this.#quota.resetAt - at, LONGEST_HOLD_MS));
  }

  #hold(milliseconds: number): void {
    const until = this.#now() + milliseconds;
    this.#rate.hold(until);
    // Those whose time is over before are told now: the cause is known.
    this.#rate.refuse(this.#heldBack(), milliseconds > LONGEST_WAIT_MS ? Number.POSITIVE_INFINITY : until);
  }

  /** Whether so many milliseconds end before the deadline. */
  #isBefore(deadline: Deadline | undefined, milliseconds: number): boolean {
    return deadline === undefined || this.#now() + milliseconds < deadline.at;
  }

  #heldBack(): NotSent {
    return new NotSent('RATE_LIMITED', 'The provider was not asked: it has said that it takes no more for now.', {
      retryAfterSeconds: Math.max(1, Math.ceil(this.#rate.heldMs / 1000)),
    });
  }

  #breakerChanged({ state, probeAt }: BreakerStatus): void {
    this.#options.onBreaker?.({ state, probeAt: probeAt === null ? null : Date.now() + (probeAt - this.#now()) });
    if (state !== 'OPEN' || !this.#breaker) return;
    this.#rate.refuse(this.#breaker.refusal());
    for (const wake of this.waking) wake();
  }
}
