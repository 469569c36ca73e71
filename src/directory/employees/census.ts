/** Ids, of which one is null where a record showed none. */
type Unread = ReadonlySet<string | null>;

/** What of the known records a full sync leaves standing. */
export interface Findings {
  /** Whether a known record stays. */
  has(id: string): boolean;
  /** Records that were not read and stay nevertheless: gone when the next full sync does not read them either. */
  readonly missed: ReadonlySet<string>;
}

/**
 * What a full sync of one kind has read. Pages are read one after another while the list changes: where a record leaves the
 * list, those behind it slide to the page before, which has been read already, so that one that is there is never seen. Its
 * absence is proof where nothing can have slid: every page told the same total, so many records were read, and none of
 * them is new, which may have hidden that another left. Otherwise a record is gone when two full syncs in a row miss it.
 */
export class Census {
  readonly #isKnown: (id: string) => boolean;
  readonly #read = new Set<string>();
  readonly #new: string[] = [];
  /** What the first page told; undefined before. */
  #total: number | null | undefined;
  #isSteady = true;

  /** `isKnown`: whether the directory had the record before this sync. */
  constructor(isKnown: (id: string) => boolean) {
    this.#isKnown = isKnown;
  }

  /** Records read. */
  get size(): number {
    return this.#read.size;
  }

  /** Of these, those that the directory did not have before. */
  get newIds(): readonly string[] {
    return this.#new;
  }

  /** Takes a page before the directory does. `total`: records of the whole list as the page tells; null when it does not. */
  page(ids: Iterable<string>, total: number | null): void {
    if (this.#total === undefined) this.#total = total;
    else if (total !== this.#total) this.#isSteady = false;
    for (const id of ids) {
      if (this.#read.has(id)) continue;
      this.#read.add(id);
      if (!this.#isKnown(id)) this.#new.push(id);
    }
  }

  /**
   * What stays, after the last page; null where nothing can be said, because a record without a readable id may be any of
   * the known ones. `unread` came and could not be read; `missed` is what the full sync before this one has left so.
   */
  findings(unread: Unread, missed: ReadonlySet<string>): Findings | null {
    if (unread.has(null)) return null;
    const read = this.#read;
    const count = read.size + [...unread].filter((id) => id !== null && !read.has(id)).length;
    const isProof = this.#isSteady && this.#new.length === 0 && this.#total === count;
    const missedNow = new Set<string>();
    return {
      missed: missedNow,
      has(id) {
        if (read.has(id) || unread.has(id)) return true;
        if (isProof || missed.has(id)) return false;
        missedNow.add(id);
        return true;
      },
    };
  }
}
