/** When a provider that refuses for too many requests, and does not say until when, is left alone. */
export interface ThrottleLimits {
  /** Refusals without another answer between them: fewer may be a burst. */
  inRow: number;
  /** The first pause; doubles with each refusal after one, up to `longestMs`. */
  firstMs: number;
  longestMs: number;
}

/** A quota that is used up does not come back in seconds (imocha.md#rate-limits). */
export const THROTTLE: ThrottleLimits = { inRow: 3, firstMs: 1_000, longestMs: 30_000 };

/** Says for how long to leave a provider alone that refuses again and again. */
export class Throttle {
  readonly #limits: ThrottleLimits;
  readonly #now: () => number;
  #inRow = 0;
  #pauses = 0;
  #pausedAt = Number.NEGATIVE_INFINITY;

  constructor(limits: ThrottleLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Takes note of an answer to what was sent then; answers for how many milliseconds nobody should ask, 0 for none. */
  heard(isRefusal: boolean, sentAt: number): number {
    // Went out together with those that led to the pause, or before them: it says nothing new.
    if (sentAt <= this.#pausedAt) return 0;
    if (!isRefusal) {
      this.#inRow = 0;
      this.#pauses = 0;
      return 0;
    }
    this.#inRow += 1;
    const { inRow, firstMs, longestMs } = this.#limits;
    if (this.#inRow < inRow) return 0;
    this.#pausedAt = this.#now();
    const pause = firstMs * 2 ** this.#pauses;
    this.#pauses += 1;
    // Replicas that were refused together must not come back together.
    return Math.min(longestMs, pause * (1 + Math.random() / 4));
  }
}
