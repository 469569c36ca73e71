import { AGES } from './ttl.ts';
import type { RatingReader } from './employeeRatingReader.ts';

/** By then a copy is due that was read the last time, also where that took some seconds. */
const EVERY_MS = AGES.employeeRatings.freshMs + 5_000;

/** Most people read at once of an integration; where more are watched they take turns, and nobody else is held up. */
export const MAX_READ = 1000;

export interface WatchedRatingsOptions {
  readers: ReadonlyMap<string, RatingReader>;
  /** The ids of the employees' records that somebody watches now, by integration. */
  watched: () => ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Has the ratings of people who are watched read again as often as copies age, where the provider tells of no changes: the
 * readers tell what is other than before. In calls of the batch size and behind those of users; none while nobody watches.
 */
export class WatchedRatings {
  readonly #options: WatchedRatingsOptions;
  #timer: NodeJS.Timeout | null = null;
  #begins: NodeJS.Immediate | null = null;
  #closed = false;
  /** Reads so far, whose turn it is where people take turns. */
  #turn = 0;

  constructor(options: WatchedRatingsOptions) {
    this.#options = options;
  }

  /** Takes note of a new watcher: what is to be compared later is read now, for all who come together. */
  begin(): void {
    if (this.#closed) return;
    this.#begins ??= setImmediate(() => {
      this.#begins = null;
      this.#readAll();
    });
    this.#timer ??= setInterval(() => this.#readAll(), EVERY_MS).unref();
  }

  close(): void {
    this.#closed = true;
    this.#end();
  }

  #end(): void {
    if (this.#timer) clearInterval(this.#timer);
    if (this.#begins) clearImmediate(this.#begins);
    this.#timer = null;
    this.#begins = null;
  }

  #readAll(): void {
    const watched = this.#options.watched();
    if (watched.size === 0) return this.#end();
    for (const [name, ids] of watched) {
      this.#options.readers.get(name)?.renew(this.#shareOf([...ids]), { purpose: 'walk' });
    }
    this.#turn += 1;
  }

  #shareOf(ids: readonly string[]): readonly string[] {
    const shares = Math.ceil(ids.length / MAX_READ);
    const first = (this.#turn % shares) * MAX_READ;
    return ids.slice(first, first + MAX_READ);
  }
}
