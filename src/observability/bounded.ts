/**
 * Label values that may come from afar, of which a metric keeps so many; whatever comes after those is `other`. A series
 * costs some 500 bytes here and far more in the system that stores it.
 */
export class Bounded {
  readonly #known = new Set<string>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** The value itself where it is known or there is room for it. */
  of(value: string): string {
    if (this.#known.has(value)) return value;
    if (this.#known.size >= this.#most || !/^\w{1,60}$/.test(value)) return 'other';
    this.#known.add(value);
    return value;
  }
}
