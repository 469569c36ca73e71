import { ProviderError } from '../../domain/problem.ts';
import { NotSent } from './notSent.ts';

/** When a breaker opens, and for how long. */
export interface BreakerLimits {
  /** Opens after so many failures in a row… */
  consecutive: number;
  /** …or when more than this share of the calls of `windowMs` failed, of which there are at least `least`. */
  share: number;
  least: number;
  windowMs: number;
  /** Until the first probe; doubles with each probe that fails, up to `longestOpenMs`. */
  openMs: number;
  longestOpenMs: number;
  /**
   * After which a probe without an answer is no longer waited for: another goes. Longer than a read may be silent that
   * somebody waits for, so that such a probe ends by itself.
   */
  probeMs: number;
}

/** Five tries are two calls with their repeats; ten seconds are what a person waits for anyway. */
export const BREAKER: BreakerLimits = {
  consecutive: 5,
  share: 0.5,
  least: 20,
  windowMs: 30_000,
  openMs: 10_000,
  longestOpenMs: 60_000,
  probeMs: 40_000,
};

export type BreakerState = 'CLOSED' | 'OPEN' | 'HALF_OPEN';

export interface BreakerStatus {
  state: BreakerState;
  /** When the next probe may go, on the breaker's clock; null unless OPEN. */
  probeAt: number | null;
}

/** What a call said of its provider: `aborted` says nothing, `answered` that it is there and refused this call. */
export type Said = 'ok' | 'failed' | 'answered' | 'aborted';

/** Parts of the window that are forgotten at once. */
const SLOTS = 10;

/**
 * Stops calls to a provider that fails, and lets one at a time find out whether it is back. Whoever enters gets a function
 * to say what became of the call, to be called once; while the breaker is open, entering throws BREAKER_OPEN.
 *
 * Not cockatiel's breaker (CircuitBreakerPolicy, SamplingBreaker, 3.2.1): while its probe is under way the other calls wait
 * for it, a probe that is aborted closes it, and its window forgets one second a call, so that failures of long ago count.
 */
export class Breaker {
  readonly #limits: BreakerLimits;
  readonly #now: () => number;
  readonly #onChange: (status: BreakerStatus) => void;
  #state: BreakerState = 'CLOSED';
  /** When the next probe may go: at the end of a pause, or instead of one that goes on. */
  #probeAt = 0;
  #openMs: number;
  #inRow = 0;
  #slots: { began: number; calls: number; failures: number }[] = [];
  /** Rises with each change: what a call of an earlier state says is no news. */
  #era = 0;

  constructor(limits: BreakerLimits, now: () => number, onChange: (status: BreakerStatus) => void) {
    this.#limits = limits;
    this.#openMs = limits.openMs;
    this.#now = now;
    this.#onChange = onChange;
  }

  get status(): BreakerStatus {
    return { state: this.#state, probeAt: this.#state === 'OPEN' ? this.#probeAt : null };
  }

  enter(): (said: Said) => void {
    if (this.#state !== 'CLOSED') {
      if (this.#now() < this.#probeAt) throw this.refusal();
      this.#probeAt = this.#now() + this.#limits.probeMs;
      this.#become('HALF_OPEN');
    }
    const era = this.#era;
    return (said) => {
      if (era !== this.#era) return;
      if (this.#state === 'HALF_OPEN') this.#probed(said);
      else this.#count(said);
    };
  }

  /** What those are told who are not let through. */
  refusal(): NotSent {
    const left = this.#state === 'OPEN' ? Math.ceil((this.#probeAt - this.#now()) / 1000) : 1;
    return new NotSent('BREAKER_OPEN', 'The provider was not asked: it has failed repeatedly.', {
      retryAfterSeconds: Math.max(1, left),
    });
  }

  #probed(said: Said): void {
    if (said === 'failed') {
      this.#openMs = Math.min(this.#openMs * 2, this.#limits.longestOpenMs);
      this.#open(this.#openMs);
    } else if (said === 'aborted') {
      // The next one probes, at once.
      this.#open(0);
    } else {
      this.#openMs = this.#limits.openMs;
      this.#inRow = 0;
      this.#slots = [];
      this.#become('CLOSED');
    }
  }

  #count(said: Said): void {
    if (said === 'ok') this.#inRow = 0;
    if (said === 'aborted') return;
    const { consecutive, share, least, windowMs } = this.#limits;
    const now = this.#now();
    const began = now - (now % (windowMs / SLOTS));
    this.#slots = this.#slots.filter((slot) => slot.began > now - windowMs);
    let slot = this.#slots.at(-1);
    if (slot?.began !== began) this.#slots.push((slot = { began, calls: 0, failures: 0 }));
    slot.calls += 1;
    // An answer that refuses is an answer.
    if (said !== 'failed') {
      this.#inRow = 0;
      return;
    }
    slot.failures += 1;
    this.#inRow += 1;
    const calls = this.#slots.reduce((sum, each) => sum + each.calls, 0);
    const failures = this.#slots.reduce((sum, each) => sum + each.failures, 0);
    if (this.#inRow >= consecutive || (calls >= least && failures > share * calls)) this.#open(this.#openMs);
  }

  #open(milliseconds: number): void {
    this.#probeAt = this.#now() + milliseconds;
    this.#become('OPEN');
  }

  #become(state: BreakerState): void {
    this.#state = state;
    this.#era += 1;
    this.#onChange(this.status);
  }
}

/**
 * Whether an error says that the provider is ill: it cannot be reached, does not answer in time, or fails by itself. What
 * fails behind it may be all that writes need and nothing that reads do. What it refuses, also for too many requests, and
 * what cannot be read was answered by somebody who is there.
 */
export function saidBy(error: unknown): Said {
  if (!(error instanceof ProviderError) || error instanceof NotSent) return 'aborted';
  if (error.behind) return 'answered';
  if (error.code === 'UNREACHABLE' || error.code === 'TIMEOUT') return 'failed';
  // Some providers say so inside a 200.
  const byStatus = error.status === null || error.status >= 400;
  return error.code === 'UNAVAILABLE' && byStatus ? 'failed' : 'answered';
}
