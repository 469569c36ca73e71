import type { Call } from '../domain/ports.ts';
import { outOfTime } from './notSent.ts';
import type { SharedRate } from './sharedRate.ts';
import type { Limits } from './upstream.ts';

type Kind = 'read' | 'write';
type Purpose = Call['purpose'];

/** A request that wants to go out. */
export interface Asking {
  kind: Kind;
  purpose: Purpose;
  signal?: AbortSignal | undefined;
  /** Waits no longer than until then, on the rate's clock, and is then rejected with TIMEOUT. */
  until?: number | undefined;
}

interface Waiting extends Asking {
  /** Order of asking. */
  number: number;
  go: () => void;
  giveUp: (reason: Error) => void;
}

export interface RateOptions {
  /** Milliseconds; only tests replace it. */
  now?: (() => number) | undefined;
  /** Where other replicas take from the same rate. */
  shared?: SharedRate | undefined;
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
/** A token of the shared rate that nobody took is worth nothing after its second. */
const SHARED_TOKEN_MS = 1_000;

/**
 * Says which request to one provider goes out next: so many a second, so many in flight. Whoever waits has neither taken a
 * place nor a token, so a later but more urgent request overtakes it, and one that gives up costs nothing.
 *
 * Walks hold at most half of the places, since those come free when the provider pleases. Of a second's tokens they may
 * take all while nobody else asks: the next second brings new ones, of which a person's request gets the first, so it
 * waits for one second at most. While somebody asks they take at most half.
 *
 * In place of rate-limiter-flexible, which counts but knows no precedence: the counting is these few lines. Where replicas
 * share the rate, a token of theirs is fetched first and goes to who is then the next.
 */
export class Rate {
  readonly #perWindow: number;
  /** As configured, and as the provider last said where that is less. */
  readonly #most: Readonly<Record<Kind, number>>;
  readonly #places: Record<Kind, number>;
  readonly #now: () => number;
  readonly #shared: SharedRate | undefined;
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
  #heldUntil = Number.NEGATIVE_INFINITY;
  #sharedTokenUntil = Number.NEGATIVE_INFINITY;
  #sharedSpentUntil = Number.NEGATIVE_INFINITY;
  #fetchesShared = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    limits: Pick<Limits, 'requestsPerSecond' | 'readsInFlight' | 'writesInFlight'>,
    { now = () => performance.now(), shared }: RateOptions = {},
  ) {
    this.#perWindow = limits.requestsPerSecond ?? Number.POSITIVE_INFINITY;
    this.#most = { read: limits.readsInFlight, write: limits.writesInFlight };
    this.#places = { ...this.#most };
    this.#shared = Number.isFinite(this.#perWindow) ? shared : undefined;
    this.#now = now;
  }

  /**
   * Resolves when the request may go out, to the function that gives its place back, to be called once. Rejects with the
   * signal's reason when aborted while waiting, with TIMEOUT when its time is over, and spends nothing.
   */
  enter(asking: Asking): Promise<() => void> {
    const { purpose, signal, until } = asking;
    const line = this.#lines[purpose][asking.kind];
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const leave = () => {
        line.delete(waiting);
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      };
      const giveUp = (reason: Error) => {
        leave();
        reject(reason);
        this.#admit();
      };
      const abort = () => giveUp(signal?.reason as Error);
      const go = () => {
        leave();
        resolve(this.#releaser(asking));
      };
      const waiting: Waiting = { ...asking, number: (this.#asked += 1), go, giveUp };
      signal?.addEventListener('abort', abort, { once: true });
      if (purpose !== 'walk') this.#othersAskedAt = this.#now();
      line.add(waiting);
      this.#admit();
      if (until === undefined || !line.has(waiting)) return;
      const late = () => giveUp(outOfTime("its turn under the provider's limits"));
      timer = setTimeout(late, Math.max(0, Math.ceil(until - this.#now())));
    });
  }

  /** Lets nobody out before then: the provider has said that it takes no more. */
  hold(until: number): void {
    this.#heldUntil = Math.max(this.#heldUntil, until);
  }

  /** Milliseconds until the end of the hold; 0 where there is none. */
  get heldMs(): number {
    return Math.max(0, this.#heldUntil - this.#now());
  }

  /** Sends those away who wait no longer than until then; all when left out. */
  refuse(reason: Error, until = Number.POSITIVE_INFINITY): void {
    const lines = PRECEDENCE.flatMap((purpose) => [this.#lines[purpose].read, this.#lines[purpose].write]);
    const gone: Waiting[] = [];
    // All out of the lines first: whoever goes must not make room for the next.
    for (const line of lines) {
      for (const waiting of line) {
        if ((waiting.until ?? Number.POSITIVE_INFINITY) > until) continue;
        line.delete(waiting);
        gone.push(waiting);
      }
    }
    for (const waiting of gone) waiting.giveUp(reason);
  }

  /** Takes the provider's word for how much it takes at once, until it says something else; never more than is configured. */
  narrow(kind: Kind, places: number): void {
    this.#places[kind] = Math.max(1, Math.min(this.#most[kind], places));
    this.#admit();
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

  /**
   * Lets out whoever may go now; the others are looked at again when a place or the next window comes. All of it at one
   * instant: where a window ended between two looks at the clock, nobody would go out and nobody would come again.
   */
  #admit(): void {
    const now = this.#now();
    this.#openWindow(now);
    for (let next = this.#next(now); next && this.#takeShared(now); next = this.#next(now)) {
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
    this.#comeAgain(now);
  }

  /** A window begins with the first look after the last one's end, so that two bursts are a second apart. */
  #openWindow(now: number): void {
    if (now < this.#windowEnd) return;
    this.#windowEnd = now + WINDOW_MS;
    this.#taken = 0;
    this.#takenByWalks = 0;
  }

  /** Whether a token of the shared rate is there; if not, one is fetched, and then looked again who is next. */
  #takeShared(now: number): boolean {
    if (!this.#shared) return true;
    if (now < this.#sharedTokenUntil) {
      this.#sharedTokenUntil = Number.NEGATIVE_INFINITY;
      return true;
    }
    if (!this.#fetchesShared && now >= this.#sharedSpentUntil) void this.#fetchShared(this.#shared);
    return false;
  }

  async #fetchShared(shared: SharedRate): Promise<void> {
    this.#fetchesShared = true;
    const { waitMs, others } = await shared.take();
    this.#fetchesShared = false;
    const now = this.#now();
    if (others) this.#othersAskedAt = now;
    if (waitMs === 0) this.#sharedTokenUntil = now + SHARED_TOKEN_MS;
    else this.#sharedSpentUntil = now + waitMs;
    this.#admit();
  }

  #next(now: number): Waiting | undefined {
    if (this.#taken >= this.#perWindow || now < this.#heldUntil) return undefined;
    let first: Waiting | undefined;
    for (const purpose of PRECEDENCE) {
      const able = this.#waits(purpose) ? this.#firstOf(purpose, now) : undefined;
      if (able && this.#passedOver[purpose] >= ONE_IN - 1) return able;
      first ??= able;
    }
    return first;
  }

  /** The longest waiting for this purpose that finds a place. */
  #firstOf(purpose: Purpose, now: number): Waiting | undefined {
    if (purpose === 'walk' && this.#takenByWalks >= this.#walksPerWindow(now)) return undefined;
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

  #walksPerWindow(now: number): number {
    const others = this.#waits('request') || this.#waits('task');
    const busy = others || now - this.#othersAskedAt < STILL_BUSY_MS;
    return busy ? halfOf(this.#perWindow) : this.#perWindow;
  }

  /** When the hold, the window or the shared one ends, if anybody waits for that and not for a place. */
  #comeAgain(now: number): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!PRECEDENCE.some((purpose) => this.#waits(purpose))) return;
    const spent = this.#taken >= this.#perWindow || this.#takenByWalks >= halfOf(this.#perWindow);
    const until = Math.max(this.#heldUntil, this.#sharedSpentUntil, spent ? this.#windowEnd : 0);
    if (until <= now) return;
    this.#timer = setTimeout(() => this.#admit(), Math.max(1, Math.ceil(until - now)));
  }
}

function newLine(): Line {
  return { read: new Set(), write: new Set() };
}

/** At least one, so that walks go on where there is only one. */
function halfOf(whole: number): number {
  return Math.max(1, Math.floor(whole / 2));
}
