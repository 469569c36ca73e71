import type { WriteStamp } from './pendingWritesState.ts';
import type { PendingWritesState } from './pendingWritesState.ts';

/**
 * How long a created record is kept that no sync shows: a provider that is a mirror may itself sync once a day
 * (kombo.md#sync).
 */
const CREATED_MS = 24 * 60 * 60_000;

/**
 * Written records of one kind of one integration that reads may not show yet. A write wins over reads that began before
 * it, and a read wins over writes stored before it began, however late their events arrive.
 */
export class PendingWrites {
  readonly #written = new Map<string, WriteStamp>();
  /** When the full sync began whose records are held: the first one while it runs, afterwards the last complete one. */
  #walkedFrom: number | null = null;
  /** Writes received since a full sync, applied or not: other replicas may have received them at another moment. */
  readonly #received = new Map<string, number>();

  /** Notes a sync that began then. */
  reading(began: number): void {
    if (Number.isFinite(began)) this.#walkedFrom ??= began;
  }

  /** Whether a write of this record came after a read that began then. */
  isNewer(id: string, began: number): boolean {
    return (this.#written.get(id)?.at ?? -Infinity) >= began;
  }

  /**
   * Accepts a write; false where it does not count, because it arrived late and a sync has read the record since.
   */
  accept(id: string, { at, created }: WriteStamp, isKnown: boolean): boolean {
    const before = this.#written.get(id);
    this.#received.set(id, Math.max(at, this.#received.get(id) ?? at));
    if (before && before.at > at) return false;
    if (this.#walkedFrom !== null && at < this.#walkedFrom && !before && (isKnown || !created)) return false;
    this.#written.set(id, { at, created: created || before?.created === true });
    return true;
  }

  /** After a full sync that began then: whether a record remains. */
  stays(id: string, isFound: boolean, began: number, now: number): boolean {
    const written = this.#written.get(id);
    if (written && written.at < began && (isFound || !isAwaited(written, now))) this.#written.delete(id);
    return isFound || this.#written.has(id);
  }

  /** Notes that a full sync, begun then, has ended; answers the records written before it, each once. */
  fullSyncEnded(began: number, now: number): string[] {
    this.#walkedFrom = Math.min(began, now);
    const settled = [...this.#received].flatMap(([id, at]) => (at < began ? [id] : []));
    for (const id of settled) this.#received.delete(id);
    return settled;
  }

  /** Drops writes that a full sync of another process, begun then, has settled. */
  syncedElsewhere(began: number, now: number): void {
    this.fullSyncEnded(began, now);
    for (const [id, written] of this.#written) {
      if (written.at < began && !isAwaited(written, now)) this.#written.delete(id);
    }
  }

  copy(): PendingWritesState {
    return { written: [...this.#written], walkedFrom: this.#walkedFrom };
  }

  /** Fills empty pending writes with those of another process. */
  restore({ written, walkedFrom }: PendingWritesState): void {
    for (const [id, at] of written) this.#written.set(id, at);
    this.#walkedFrom = walkedFrom;
  }

  /** The writes that another snapshot of the same records lacks. */
  *unknownTo({ written, walkedFrom }: PendingWritesState): Iterable<[id: string, at: WriteStamp]> {
    const known = new Map(written);
    for (const [id, own] of this.#written) {
      if (own.at > (known.get(id)?.at ?? walkedFrom ?? -Infinity)) yield [id, own];
    }
  }
}

/** Whether the record was created so recently that no sync may have shown it yet. */
function isAwaited({ at, created }: WriteStamp, now: number): boolean {
  return created && now - at < CREATED_MS;
}
