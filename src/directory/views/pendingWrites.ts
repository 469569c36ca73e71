import type { PendingWritesState } from '../replication/directoryChange.ts';

/**
 * How long a created record is kept that no walk shows: a provider that is a mirror may sync once a day
 * (kombo.md#sync).
 */
const CREATED_MS = 24 * 60 * 60_000;

/** When a write was stored, in milliseconds, and whether the record is new by it. */
export interface WriteStamp {
  at: number;
  created: boolean;
}

/**
 * One integration's records of one kind that writes stored and reads may not show yet. A write stands over reads that
 * began before it, and a read over writes stored before it began, however late they are heard of.
 */
export class PendingWrites {
  readonly #written = new Map<string, WriteStamp>();
  /** When the walk began whose records stand here: the first one while it runs, later on the last whole one. */
  #walkedFrom: number | null = null;
  /** Writes heard of since a whole walk, taken or not: the other replicas may have heard of them at another moment. */
  readonly #heard = new Map<string, number>();

  /** Takes note of a read that began then. */
  reading(began: number): void {
    if (Number.isFinite(began)) this.#walkedFrom ??= began;
  }

  /** Whether a write of this record came after a read that began then. */
  isNewer(id: string, began: number): boolean {
    return (this.#written.get(id)?.at ?? -Infinity) >= began;
  }

  /**
   * Whether a write counts, which it then does from now on. One heard late does not, where a walk has read the record
   * since.
   */
  takes(id: string, { at, created }: WriteStamp, isKnown: boolean): boolean {
    const before = this.#written.get(id);
    this.#heard.set(id, Math.max(at, this.#heard.get(id) ?? at));
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

  /** Takes note that a whole walk, begun then, has ended; the records written before it, each told of once. */
  walked(began: number, now: number): string[] {
    this.#walkedFrom = Math.min(began, now);
    const settled = [...this.#heard].flatMap(([id, at]) => (at < began ? [id] : []));
    for (const id of settled) this.#heard.delete(id);
    return settled;
  }

  /** Forgets writes that a whole walk of another process, begun then, has settled. */
  syncedElsewhere(began: number, now: number): void {
    this.walked(began, now);
    for (const [id, written] of this.#written) {
      if (written.at < began && !isAwaited(written, now)) this.#written.delete(id);
    }
  }

  copy(): PendingWritesState {
    return { written: [...this.#written], walkedFrom: this.#walkedFrom };
  }

  /** Takes what another process had written, in place of nothing. */
  restore({ written, walkedFrom }: PendingWritesState): void {
    for (const [id, at] of written) this.#written.set(id, at);
    this.#walkedFrom = walkedFrom;
  }

  /** Writes that another copy of the same records does not know. */
  *unknownTo({ written, walkedFrom }: PendingWritesState): Iterable<[id: string, at: WriteStamp]> {
    const known = new Map(written);
    for (const [id, own] of this.#written) {
      if (own.at > (known.get(id)?.at ?? walkedFrom ?? -Infinity)) yield [id, own];
    }
  }
}

/** A created record that no walk may have shown yet. */
function isAwaited({ at, created }: WriteStamp, now: number): boolean {
  return created && now - at < CREATED_MS;
}
