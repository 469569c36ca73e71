/** Shortest time between two rebuilds of a view while a walk brings page after page. */
const REBUILD_EVERY_MS = 1000;
/** And at most this share of the time goes into rebuilding: 100,000 people take some 4 s, in which nothing else runs. */
const REBUILD_SHARE = 0.1;

/** A value rebuilt when read after it went stale: at once where told so, else no more often than the rates above allow. */
export class Cached<T> {
  readonly #build: () => T;
  readonly #now: () => number;
  #built: { value: T; at: number; tookMs: number } | null = null;
  #stale: 'no' | 'soon' | 'now' = 'no';

  constructor(build: () => T, now: () => number) {
    this.#build = build;
    this.#now = now;
  }

  stale(options: { now?: boolean } = {}): void {
    if (options.now === true) this.#stale = 'now';
    else if (this.#stale === 'no') this.#stale = 'soon';
  }

  /** A walk has ended: what it brought is shown at once, be it new now or since its pages came. */
  complete(news: boolean): void {
    if (news || this.#stale === 'soon') this.#stale = 'now';
  }

  get value(): T {
    if (this.#built === null || this.#due(this.#built)) {
      const began = this.#now();
      const value = this.#build();
      const at = this.#now();
      this.#built = { value, at, tookMs: at - began };
      this.#stale = 'no';
    }
    return this.#built.value;
  }

  #due({ at, tookMs }: { at: number; tookMs: number }): boolean {
    if (this.#stale !== 'soon') return this.#stale === 'now';
    return this.#now() - at >= Math.max(REBUILD_EVERY_MS, tookMs / REBUILD_SHARE);
  }
}
