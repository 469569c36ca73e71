/** One or two may be a burst; a quota that is used up refuses all (iMocha, sheet 14: after three in a row). */
const IN_ROW = 3;
/** From there doubling, as the same section has it. */
const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;

/** Says for how long to leave a provider alone that refuses for too many requests again and again, and not until when. */
export class Throttle {
  readonly #now: () => number;
  #inRow = 0;
  #pauses = 0;
  #pausedAt = Number.NEGATIVE_INFINITY;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes note of an answer to what was sent then; answers for how many milliseconds nobody should ask, 0 for none. */
  heard(isRefusal: boolean, sentAt: number): number {
    if (!isRefusal) {
      this.#inRow = 0;
      this.#pauses = 0;
      return 0;
    }
    // Went out together with those that led to the pause, and says the same.
    if (sentAt <= this.#pausedAt) return 0;
    this.#inRow += 1;
    if (this.#inRow < IN_ROW) return 0;
    this.#pausedAt = this.#now();
    const pause = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#pauses);
    this.#pauses += 1;
    // Replicas that were refused together must not come back together.
    return Math.min(LONGEST_MS, pause * (1 + Math.random() / 4));
  }
}
