/** Kept of a deadline before anything was measured: a fifth, and at most as long as some thirty large pages take. */
const DEFAULT_SHARE = 1 / 5;
const DEFAULT_MAX_MS = 250;

/** Kept at the most, whatever was measured: who waits has to be waited for as well. */
const MAX_SHARE = 1 / 2;
const MAX_MS = 1_000;

/** Beside what was measured, for the next burst is not the same. */
const MARGIN = 1.25;

/** What was measured counts half after so long without another of its size. */
const HALF_LIFE_MS = 10_000;

/**
 * How much of a deadline goes into putting an answer together and sending it, once nobody is waited for any more. Questions
 * that wait for one silent provider all go on at the same moment, and the last of them has its answer when all the others
 * have theirs: so it is measured how late that was, and as much is kept of the deadlines that follow.
 */
export class AnswerTime {
  readonly #now: () => number;
  #measured = 0;
  #at = 0;

  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** Of a deadline of so many milliseconds, those that a request may wait for providers. */
  waitMs(deadlineMs: number): number {
    const usual = Math.min(deadlineMs * DEFAULT_SHARE, DEFAULT_MAX_MS);
    const most = Math.min(deadlineMs * MAX_SHARE, MAX_MS);
    return deadlineMs - Math.min(Math.max(usual, this.#remembered() * MARGIN), most);
  }

  /** Takes note of an answer that was there so many milliseconds after its waiting was over. */
  took(milliseconds: number): void {
    if (milliseconds < this.#remembered()) return;
    this.#measured = milliseconds;
    this.#at = this.#now();
  }

  #remembered(): number {
    return this.#measured * 2 ** ((this.#at - this.#now()) / HALF_LIFE_MS);
  }
}
