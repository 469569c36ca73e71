/** Ids of unreadable records; null stands for a record without a readable id. */
type UnreadableIds = ReadonlySet<string | null>;

/** Which known records remain after a full sync. */
export interface Findings {
  /** Whether a known record remains. */
  has(id: string): boolean;
  /** Records that were not read and remain nevertheless; they are removed if the next full sync misses them too. */
  readonly missed: ReadonlySet<string>;
}

/**
 * What a full sync of one kind has read. Pages are read one after another while the list changes: where a record leaves
 * the list, those behind it slide to the previous page, which was read already, so that an existing record may never be
 * seen. Its absence is proof only where nothing can have slid: every page reported the same total, that many records
 * were read, and none of them is new, since a new one could hide a removal. Otherwise a record is removed when two full
 * syncs in a row miss it.
 */
export class Census {
  readonly #isKnown: (id: string) => boolean;
  readonly #read = new Set<string>();
  readonly #new: string[] = [];
  /** The total of the first page; undefined before it. */
  #total: number | null | undefined;
  #isSteady = true;

  /** `isKnown`: whether the directory had the record before this sync. */
  constructor(isKnown: (id: string) => boolean) {
    this.#isKnown = isKnown;
  }

  /** The number of records read. */
  get size(): number {
    return this.#read.size;
  }

  /** Those of them that the directory did not have before. */
  get newIds(): readonly string[] {
    return this.#new;
  }

  /**
   * To be called before the directory applies the page. `total`: records of the whole list, null where the page reports
   * none.
   */
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
   * Which records remain, after the last page; null where that is unknown, because a record without a readable id may
   * be any of the known ones. `unreadable` lists unreadable records; `missed` those that the previous full sync missed.
   */
  findings(unreadable: UnreadableIds, missed: ReadonlySet<string>): Findings | null {
    if (unreadable.has(null)) return null;
    const read = this.#read;
    const count = read.size + [...unreadable].filter((id) => id !== null && !read.has(id)).length;
    const isProof = this.#isSteady && this.#new.length === 0 && this.#total === count;
    const missedNow = new Set<string>();
    return {
      missed: missedNow,
      has(id) {
        if (read.has(id) || unreadable.has(id)) return true;
        if (isProof || missed.has(id)) return false;
        missedNow.add(id);
        return true;
      },
    };
  }
}
