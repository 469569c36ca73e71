import type { Clock } from '../../../src/lib/clock.ts';

/** 300 requests per window of 60 s, as the vendor's sample headers suggest (kombo.md#rate-limit). */
const REQUESTS = 300;
const WINDOW_MS = 60_000;
/** Writes in flight on one integration (kombo.md#concurrency-limit). */
const ACTIONS = 30;

export type Headers = Record<string, string>;

/** Counts requests in fixed windows that begin with their first request. */
export class RateWindow {
  readonly #clock: Clock;
  #endsAt = Number.NEGATIVE_INFINITY;
  #used = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether the request passes. */
  take(): boolean {
    this.#renew();
    if (this.#used >= REQUESTS) return false;
    this.#used += 1;
    return true;
  }

  /** The reset is in seconds from now, not an epoch. */
  headers(): Headers {
    this.#renew();
    return {
      'ratelimit-limit': String(REQUESTS),
      'ratelimit-remaining': String(REQUESTS - this.#used),
      'ratelimit-reset': String(Math.ceil((this.#endsAt - this.#clock.now()) / 1000)),
    };
  }

  #renew(): void {
    if (this.#clock.now() < this.#endsAt) return;
    this.#endsAt = this.#clock.now() + WINDOW_MS;
    this.#used = 0;
  }
}

/** Places for writes in flight. */
export class ActionSlots {
  #taken = 0;

  take(): boolean {
    if (this.#taken >= ACTIONS) return false;
    this.#taken += 1;
    return true;
  }

  release(): void {
    this.#taken -= 1;
  }

  headers(): Headers {
    return { 'Concurrency-Limit': String(ACTIONS), 'Concurrency-Remaining': String(ACTIONS - this.#taken) };
  }
}
