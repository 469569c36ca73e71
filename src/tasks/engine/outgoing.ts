import type { Sending } from '../../domain/ports.ts';
import { NotSent } from '../../outbound/policy/notSent.ts';
import type { ItemChange, OpenItem } from '../store/store.ts';
import type { Hold } from './lease.ts';
import { begun, changed, visited } from './itemTransitions.ts';

/** One item while a port has it. */
interface Outgoing {
  /** As it was read. */
  readonly before: OpenItem;
  /** As this run has stored it. */
  item: OpenItem;
  /** Whether this run has stored that it is about to leave. */
  announced: boolean;
  /** Requests of this run that left with it. */
  sent: number;
  /** Whether a request with it was held back, because it is not ours to send any more. */
  refused: boolean;
}

export interface OutgoingOptions {
  hold: Hold;
  /** Stores changes; answers those items that were still in the version they were read in, as they are now. */
  save(items: readonly OpenItem[], changes: readonly ItemChange[]): Promise<OpenItem[]>;
}

/**
 * The items of one run of a port, on their way out. Nothing leaves unless the store has taken the item's marker in the
 * version that this worker knows, and the hold on the batch lasts at the very instant of sending: of two workers, one that
 * was paused and one that took over, the store lets one mark an item, and the clock stops the other.
 */
export class OutgoingItems {
  readonly #options: OutgoingOptions;
  readonly #all: readonly Outgoing[];
  readonly #byWrite: ReadonlyMap<object, Outgoing>;
  #waiting = new Set<Outgoing>();
  #next: Promise<void> | null = null;
  #last: Promise<void> = Promise.resolve();
  #failure: unknown = null;

  constructor(items: readonly OpenItem[], options: OutgoingOptions) {
    this.#options = options;
    this.#all = items.map((item) => ({ before: item, item, announced: false, sent: 0, refused: false }));
    this.#byWrite = new Map(this.#all.map((one) => [one.item.work.write, one]));
  }

  /** For the call of the port. */
  get sending(): Sending {
    return this.#sendingOf(this.#all);
  }

  /** Throws what the store threw when a marker was to be stored. */
  check(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  /** Requests that left with the item at this place. */
  sent(index: number): number {
    return this.#all[index]?.sent ?? 0;
  }

  /** The item at this place as it is after the run: what left with it is known for sure now. */
  after(index: number, item: OpenItem): OpenItem {
    const one = this.#all[index];
    if (!one) return item;
    return { ...(one.announced ? one.item : visited(one.item)), attempts: one.before.attempts + one.sent };
  }

  /** Whether nothing left with the item at this place, and only because it could not be told to be ours any more. */
  isHeldBack(index: number): boolean {
    const one = this.#all[index];
    return one !== undefined && one.sent === 0 && (one.refused || this.#options.hold.signal.aborted);
  }

  /** Puts an item of which nothing left back as it was. */
  putBack(index: number): ItemChange | null {
    const one = this.#all[index];
    if (!one?.announced || one.sent > 0) return null;
    const { state, inFlight, attempts, providerTaskId, progress } = one.before;
    return changed(one.item, { state, inFlight, attempts, providerTaskId, progress });
  }

  #sendingOf(some: readonly Outgoing[]): Sending {
    return {
      of: (items) => this.#sendingOf(items.flatMap((item) => this.#byWrite.get(item) ?? [])),
      announce: async () => {
        this.#refuseUnlessHeld(some);
        await this.#mark(some);
        if (some.some(({ refused }) => refused)) throw this.#refusal(some);
      },
      leave: () => {
        this.#refuseUnlessHeld(some);
        for (const one of some) one.sent += 1;
      },
    };
  }

  #refuseUnlessHeld(some: readonly Outgoing[]): void {
    if (!this.#options.hold.holds()) throw this.#refusal(some);
  }

  #refusal(some: readonly Outgoing[]): NotSent {
    for (const one of some) one.refused = true;
    return new NotSent('TIMEOUT', 'The request was not sent: another worker may have taken it over.');
  }

  /** What is announced while the store is busy is stored together: a port may send a hundred requests at once. */
  #mark(some: readonly Outgoing[]): Promise<void> {
    for (const one of some) this.#waiting.add(one);
    this.#next ??= this.#last.then(() => this.#store());
    this.#last = this.#next.catch(() => {});
    return this.#next;
  }

  async #store(): Promise<void> {
    const some = [...this.#waiting];
    this.#waiting = new Set();
    this.#next = null;
    const items = some.map(({ item }) => item);
    try {
      const saved = await this.#options.save(items, some.map(markerOf));
      const byPosition = new Map(saved.map((item) => [item.position, item]));
      for (const one of some) {
        const item = byPosition.get(one.item.position);
        if (item) Object.assign(one, { item, announced: true });
        else one.refused = true;
      }
    } catch (error) {
      this.#failure ??= error;
      throw this.#refusal(some);
    }
  }
}

/** The marker of one more try. It takes the try for sent: that is what is known if nothing is heard of this process again. */
function markerOf({ before, item, announced, sent }: Outgoing): ItemChange {
  const marker = announced ? changed(item, {}) : begun(item);
  return { ...marker, attempts: before.attempts + sent + 1 };
}
