/** How long a created record is kept that no walk shows: a provider that is a mirror may sync once a day (DESIGN: Reading). */
const CREATED_MS = 24 * 60 * 60_000;

/** When a write was stored, in milliseconds, and whether the record is new by it. */
export interface WrittenAt {
  at: number;
  created: boolean;
}

/**
 * One integration's records of one kind that writes stored and reads may not show yet. A write stands over reads that
 * began before it, and a read over writes stored before it began, however late they are heard of.
 */
export class WrittenRecords {
  readonly #written = new Map<string, WrittenAt>();
  /** When the walk began whose records stand here: the first one while it runs, later on the last whole one. */
  #walkedFrom: number | null = null;

  /** Takes note of a read that began then. */
  reading(began: number): void {
    if (Number.isFinite(began)) this.#walkedFrom ??= began;
  }

  /** Whether a write of this record came after a read that began then. */
  isNewer(id: string, began: number): boolean {
    return (this.#written.get(id)?.at ?? -Infinity) >= began;
  }

  /** Whether a write counts, which it then does from now on. One heard late does not, where a walk has read the record since. */
  takes(id: string, { at, created }: WrittenAt, isKnown: boolean): boolean {
    const before = this.#written.get(id);
    if (before && before.at > at) return false;
    if (this.#walkedFrom !== null && at < this.#walkedFrom && !before && (isKnown || !created)) return false;
    this.#written.set(id, { at, created: created || before?.created === true });
    return true;
  }

  /** After a whole walk that began then: whether a record stays. */
  stays(id: string, isFound: boolean, began: number, now: number): boolean {
    const written = this.#written.get(id);
    if (written && written.at < began && (isFound || !isAwaited(written, now))) this.#written.delete(id);
    return isFound || this.#written.has(id);
  }

  /** Takes note that a whole walk, begun then, has ended. */
  walked(began: number, now: number): void {
    this.#walkedFrom = Math.min(began, now);
  }
}

/** A created record that no walk may have shown yet. */
function isAwaited({ at, created }: WrittenAt, now: number): boolean {
  return created && now - at < CREATED_MS;
}
