import { stopwatch } from './stopwatch.ts';

/** A worker's hold on a batch: while it lasts, no other worker has the batch. */
export interface Hold {
  /** Aborted as soon as it is known that the hold has ended: another may have the batch, or the engine closes. */
  readonly signal: AbortSignal;
  /**
   * Whether it lasts at this instant. Compares times, since a process that was paused may ask before any of its timers has
   * fired and before it has read that a renewal failed.
   */
  holds(): boolean;
}

/** What is left of a lock at the least when something is sent under it: sending takes its time, and clocks differ. */
const MARGIN_MS = 2000;

/** A hold by a lock in the store, which lapses unless it is renewed. Where that cannot be asked for, the hold lapses by itself. */
export class Lease implements Hold {
  readonly #lockMs: number;
  readonly #ending = new AbortController();
  #age: () => number;

  /** `age` counts from when the lock, which lasts so long, was asked for. */
  constructor(lockMs: number, age: () => number = stopwatch()) {
    this.#lockMs = lockMs;
    this.#age = age;
  }

  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  holds(): boolean {
    return !this.signal.aborted && this.#age() < this.#lockMs - MARGIN_MS;
  }

  /** The lock was renewed. `age` counts from when that was asked for: the process may have stood still before the answer. */
  renewed(age: () => number): void {
    this.#age = age;
  }

  /** Ends it for good. */
  end(reason: Error): void {
    this.#ending.abort(reason);
  }
}
