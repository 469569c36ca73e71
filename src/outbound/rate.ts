import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Semaphore } from './semaphore.ts';
import { sleep } from './sleep.ts';

/**
 * At most so many requests a second, granted in the order of asking. In place of RateLimiterQueue, whose waiting callers
 * cannot give up: an aborted one would wait on and then spend a token that nobody uses.
 */
export class Rate {
  readonly #limiter: RateLimiterMemory;
  readonly #turn = new Semaphore(1);

  constructor(perSecond: number) {
    this.#limiter = new RateLimiterMemory({ points: perSecond, duration: 1 });
  }

  /** Resolves when a request may go out. Rejects with the signal's reason when aborted while waiting, and spends nothing. */
  async take(signal?: AbortSignal): Promise<void> {
    const pass = await this.#turn.acquire(signal);
    try {
      for (let wait = this.#tryNow(); ; wait = this.#tryNow()) {
        const milliseconds = await wait;
        if (milliseconds === 0) return;
        await sleep(milliseconds, signal);
      }
    } finally {
      pass();
    }
  }

  /** 0 when a token was to be had, else the milliseconds until the next. */
  async #tryNow(): Promise<number> {
    try {
      await this.#limiter.consume('all');
      return 0;
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) return Math.max(1, refusal.msBeforeNext);
      throw refusal;
    }
  }
}
