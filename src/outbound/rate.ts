import type { Call } from '../domain/ports.ts';
import type { Limits } from './upstream.ts';

type Kind = 'read' | 'write';
type Purpose = Call['purpose'];

/** A request that wants to go out. */
export interface Asking {
  kind: Kind;
  purpose: Purpose;
  signal?: AbortSignal | undefined;
}

interface Waiting extends Asking {
  /** Order of asking. */
  number: number;
  go: () => void;
}

/** In the order of asking. */
type Line = Readonly<Record<Kind, Set<Waiting>>>;

/** Who goes first: people before tasks, tasks before what nobody waits for. */
const PRECEDENCE: readonly Purpose[] = ['request', 'task', 'walk'];
/** One request in so many goes to a purpose that has waited all the while, so that nobody starves behind those before it. */
const ONE_IN = 10;
/** For so long after a request or a task asked, walks leave half of the rate alone: a page's calls come in waves. */
const STILL_BUSY_MS = 5_000;
const WINDOW_MS = 1_000;

/**
 * Says which request to one provider goes out next: so many a second, so many in flight. Whoever waits has neither taken a
 * place nor a token, so a later but more urgent request overtakes it, and one that gives up costs nothing.
 *
 * Walks hold at most half of the places, since those come free when the provider pleases. Of a second's tokens they may
 * take all while nobody else asks: the next second brings new ones, of which a person's request gets the first, so it
 * waits for one second at most. While somebody asks they take at most half.
 *
 * In place of rate-limiter-flexible, which counts but knows no precedence: the counting is these few lines.
 */
export class Rate {
  readonly #perWindow: number;
  readonly #places: Readonly<Record<Kind, number>>;
  readonly #now: () => number;
  readonly #lines: Readonly<Record<Purpose, Line>> = { request: newLine(), task: newLine(), walk: newLine() };
  /** Grants to others while this purpose waited. */
  readonly #passedOver: Record<Purpose, number> = { request: 0, task: 0, walk: 0 };
  readonly #inFlight: Record<Kind, number> = { read: 0, write: 0 };
  readonly #walksInFlight: Record<Kind, number> = { read: 0, write: 0 };
  #windowEnd = Number.NEGATIVE_INFINITY;
  #asked = 0;
  #taken = 0;
  #takenByWalks = 0;
  #othersAskedAt = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    limits: Pick<Limits, 'requestsPerSecond' | 'readsInFlight' | 'writesInFlight'>,
    now: () => number = () => performance.now(),
  ) {
    this.#perWindow = limits.requestsPerSecond ?? Number.POSITIVE_INFINITY;
    this.#places = { read: limits.readsInFlight, write: limits.writesInFlight };
    this.#now = now;
  }

  /**
   * Resolves when the request may go out, to the function that gives its place back, to be called once. Rejects with the
   * signal's reason when aborted while waiting, and spends nothing.
   */
  enter(asking: Asking): Promise<() => void> {
    const { purpose, signal } = asking;
    const line = this.#lines[purpose][asking.kind];
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const abort = () => {
        line.delete(waiting);
        reject(signal?.reason as Error);
        this.#admit();
      };
      const go = () => {
        signal?.removeEventListener('abort', abort);
        resolve(this.#releaser(asking));
      };
      const waiting: Waiting = { ...asking, number: (this.#asked += 1), go };
      signal?.addEventListener('abort', abort, { once: true });
      if (purpose !== 'walk') this.#othersAskedAt = this.#now();
      line.add(waiting);
      this.#admit();
    });
  }

  #releaser({ kind, purpose }: Asking): () => void {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#inFlight[kind] -= 1;
      if (purpose === 'walk') this.#walksInFlight[kind] -= 1;
      this.#admit();
    };
  }

  /** Lets out whoever may go now; the others are looked at again when a place or the next window comes. */
  #admit(): void {
    this.#openWindow();
    for (let next = this.#next(); next; next = this.#next()) {
      const { kind, purpose } = next;
      this.#lines[purpose][kind].delete(next);
      this.#inFlight[kind] += 1;
      this.#taken += 1;
      if (purpose === 'walk') {
        this.#walksInFlight[kind] += 1;
        this.#takenByWalks += 1;
      }
      for (const other of PRECEDENCE) {
        const passed = other !== purpose && this.#waits(other);
        this.#passedOver[other] = passed ? this.#passedOver[other] + 1 : 0;
      }
      next.go();
    }
    this.#comeAgain();
  }

  /** A window begins with the first look after the last one's end, so that two bursts are a second apart. */
  #openWindow(): void {
    const now = this.#now();
    if (now < this.#windowEnd) return;
    this.#windowEnd = now + WINDOW_MS;
    this.#taken = 0;
    this.#takenByWalks = 0;
  }

  #next(): Waiting | undefined {
    if (this.#taken >= this.#perWindow) return undefined;
    const able = PRECEDENCE.flatMap((purpose) => this.#firstOf(purpose) ?? []);
    return able.find(({ purpose }) => this.#passedOver[purpose] >= ONE_IN - 1) ?? able[0];
  }

  /** The longest waiting for this purpose that finds a place. */
  #firstOf(purpose: Purpose): Waiting | undefined {
    if (purpose === 'walk' && this.#takenByWalks >= this.#walksPerWindow()) return undefined;
    const [read] = this.#hasPlace('read', purpose) ? this.#lines[purpose].read : [];
    const [write] = this.#hasPlace('write', purpose) ? this.#lines[purpose].write : [];
    return read && write ? (read.number < write.number ? read : write) : (read ?? write);
  }

  #hasPlace(kind: Kind, purpose: Purpose): boolean {
    const places = this.#places[kind];
    return this.#inFlight[kind] < places && (purpose !== 'walk' || this.#walksInFlight[kind] < halfOf(places));
  }

  #waits(purpose: Purpose): boolean {
    const { read, write } = this.#lines[purpose];
    return read.size + write.size > 0;
  }

  #walksPerWindow(): number {
    const others = this.#waits('request') || this.#waits('task');
    const busy = others || this.#now() - this.#othersAskedAt < STILL_BUSY_MS;
    return busy ? halfOf(this.#perWindow) : this.#perWindow;
  }

  /** At the end of the window, if anybody waits for that and not for a place. */
  #comeAgain(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const spent = this.#taken >= this.#perWindow || this.#takenByWalks >= halfOf(this.#perWindow);
    if (!spent || !PRECEDENCE.some((purpose) => this.#waits(purpose))) return;
    const left = Math.max(1, Math.ceil(this.#windowEnd - this.#now()));
    this.#timer = setTimeout(() => this.#admit(), left);
  }
}

function newLine(): Line {
  return { read: new Set(), write: new Set() };
}

/** At least one, so that walks go on where there is only one. */
function halfOf(whole: number): number {
  return Math.max(1, Math.floor(whole / 2));
}
