import { LRUCache } from 'lru-cache';

/** As long as a copy of what is there counts as fresh: what a provider does not know now, it may know after its next sync. */
const REMEMBERED_MS = 60_000;
/** Ids kept of a kind; beyond, the one used longest ago makes room. */
const MAX_IDS = 10_000;
/** Longer ids are not kept. A global id, which carries it, has 512 bytes. */
const LONGEST_ID = 512;

export interface UnknownIdsOptions {
  /** False: nothing is remembered between requests. */
  keeps: boolean;
  now: () => number;
}

/** Ids that a provider did not know within the last minute: asking again would cost a call for the same answer. */
export class UnknownIds {
  readonly #until: LRUCache<string, number> | null;
  readonly #now: () => number;

  constructor({ keeps, now }: UnknownIdsOptions) {
    this.#until = keeps ? new LRUCache({ max: MAX_IDS }) : null;
    this.#now = now;
  }

  add(id: string): void {
    if (id.length <= LONGEST_ID) this.#until?.set(id, this.#now() + REMEMBERED_MS);
  }

  has(id: string): boolean {
    return (this.#until?.get(id) ?? -Infinity) > this.#now();
  }

  /** Forgets one, which may be there now. */
  delete(id: string): void {
    this.#until?.delete(id);
  }
}
