import { clientNames, NO_CLIENT } from '../../domain/callClients.ts';
import type { Call } from '../../domain/ports.ts';
import { FairQueue, type Turn } from './fairQueue.ts';
import { NotSent, outOfTime } from './notSent.ts';
import type { SharedRate } from './sharedRateLimiter.ts';
import type { Limits } from '../limits.ts';

type Kind = 'read' | 'write';
type Purpose = Call['purpose'];

/** A request that wants to go out. */
export interface Asking extends Pick<Call, 'purpose' | 'signal' | 'clients'> {
  kind: Kind;
  /** Waits no longer than until then, on the rate's clock, and is then rejected with TIMEOUT. */
  until?: number | undefined;
}

interface Waiting extends Asking {
  /** Order of asking. */
  number: number;
  /** `client`: whose turn it is. */
  go: (client: string) => void;
  giveUp: (reason: Error) => void;
}

export interface RateOptions {
  /** Milliseconds; only tests replace it. */
  now?: (() => number) | undefined;
  /** Where other replicas take from the same rate. */
  shared?: SharedRate | undefined;
}

/** Who goes first: people before tasks, tasks before what nobody waits for. */
const PRECEDENCE: readonly Purpose[] = ['request', 'task', 'walk'];
/** One request in so many goes to a purpose that has waited all the while, so that nobody starves behind those before it. */
const ONE_IN = 10;
/** For so long after a request or a task asked, walks leave half of the rate alone: a page's calls come in waves. */
const STILL_BUSY_MS = 5_000;
const WINDOW_MS = 1_000;
/**
 * Requests of one client that wait at most: what the whole rate serves in a minute, which is longer than a request waits…
 */
const MAX_WAITING_SECONDS = 60;
/** …and never less than a page of a hundred people asks for in two ways, nor more than this where the rate is unbounded. */
const LEAST_MOST_WAITING = 200;
const MAX_WAITING_UNBOUNDED = 5_000;
/** Of the places for reads, one in so many is left to a client that has none. */
const SPARE_PLACE_IN = 8;
/** A token of the shared rate that nobody took is worth nothing after its second. */
const SHARED_TOKEN_MS = 1_000;

/**
 * Says which request to one provider goes out next: so many a second, so many in flight. Whoever waits has neither taken a
 * place nor a token, so a later but more urgent request overtakes it, and one that gives up costs nothing.
 *
 * Within a purpose clients take turns, and each has a bound of requests that wait. Places come free when the provider
 * pleases, so the last of them for reads is kept for a client that has none in flight.
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
  readonly #queues: Readonly<Record<Purpose, FairQueue<Waiting>>> = {
    request: new FairQueue(),
    task: new FairQueue(),
    walk: new FairQueue(),
  };
  /** Grants to others while this purpose waited. */
  readonly #passedOver: Record<Purpose, number> = { request: 0, task: 0, walk: 0 };
  readonly #inFlight: Record<Kind, number> = { read: 0, write: 0 };
  readonly #walksInFlight: Record<Kind, number> = { read: 0, write: 0 };
  /** Reads in flight of requests, by client; only of clients that are told apart. */
  readonly #readsOf = new Map<string, number>();
  /** Requests of one client that may wait. */
  readonly #mostWaiting: number;
  /** Whether clients are told apart. */
  #knowsClients = false;
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
    this.#mostWaiting = Number.isFinite(this.#perWindow)
      ? Math.max(LEAST_MOST_WAITING, this.#perWindow * MAX_WAITING_SECONDS)
      : MAX_WAITING_UNBOUNDED;
  }

  /**
   * Resolves when the request may go out, to the function that gives its place back, to be called once. Rejects with the
   * signal's reason when aborted while waiting, with TIMEOUT when its time is over, with RATE_LIMITED when too many of the
   * same client wait already, and spends nothing.
   */
  enter(asking: Asking): Promise<() => void> {
    const { purpose, signal, until } = asking;
    const queue = this.#queues[purpose];
    signal?.throwIfAborted();
    this.#boundWaiting(asking);
    return new Promise((resolve, reject) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const leave = () => {
        queue.delete(waiting);
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      };
      const giveUp = (reason: Error) => {
        leave();
        reject(reason);
        this.#admit();
      };
      const abort = () => giveUp(signal?.reason as Error);
      const go = (client: string) => {
        leave();
        resolve(this.#releaser(asking, client));
      };
      const waiting: Waiting = { ...asking, number: (this.#asked += 1), go, giveUp };
      signal?.addEventListener('abort', abort, { once: true });
      if (purpose !== 'walk') this.#othersAskedAt = this.#now();
      queue.add(waiting);
      this.#admit();
      if (until === undefined || !queue.has(waiting)) return;
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
    const gone: Waiting[] = [];
    // All out of the queues first: whoever goes must not make room for the next.
    for (const purpose of PRECEDENCE) {
      const queue = this.#queues[purpose];
      for (const waiting of queue) {
        if ((waiting.until ?? Number.POSITIVE_INFINITY) > until) continue;
        queue.delete(waiting);
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

  /** Throws RATE_LIMITED where each client of a request has as many waiting as it may. */
  #boundWaiting({ purpose, clients }: Asking): void {
    if (purpose !== 'request') return;
    const { request } = this.#queues;
    let least = Number.POSITIVE_INFINITY;
    for (const name of clientNames(clients)) {
      if (name !== NO_CLIENT) this.#knowsClients = true;
      least = Math.min(least, request.sizeOf(name));
    }
    if (least < this.#mostWaiting) return;
    throw new NotSent('RATE_LIMITED', `The provider was not asked: ${least} requests of this client wait for it.`, {
      retryAfterSeconds: Number.isFinite(this.#perWindow) ? Math.ceil(least / this.#perWindow) : 1,
    });
  }

  #releaser({ kind, purpose }: Asking, client: string): () => void {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#inFlight[kind] -= 1;
      if (purpose === 'walk') this.#walksInFlight[kind] -= 1;
      this.#countRead(kind, purpose, client, -1);
      this.#admit();
    };
  }

  #countRead(kind: Kind, purpose: Purpose, client: string, by: 1 | -1): void {
    if (kind !== 'read' || purpose !== 'request' || client === NO_CLIENT) return;
    const count = (this.#readsOf.get(client) ?? 0) + by;
    if (count > 0) this.#readsOf.set(client, count);
    else this.#readsOf.delete(client);
  }

  /**
   * Lets out whoever may go now; the others are looked at again when a place or the next window comes. All of it at one
   * instant: where a window ended between two looks at the clock, nobody would go out and nobody would come again.
   */
  #admit(): void {
    const now = this.#now();
    this.#openWindow(now);
    for (let next = this.#next(now); next && this.#takeShared(next, now); next = this.#next(now)) {
      const { item, client } = next;
      const { kind, purpose } = item;
      this.#queues[purpose].take(next);
      this.#inFlight[kind] += 1;
      this.#taken += 1;
      if (purpose === 'walk') {
        this.#walksInFlight[kind] += 1;
        this.#takenByWalks += 1;
      }
      this.#countRead(kind, purpose, client, 1);
      for (const other of PRECEDENCE) {
        const passed = other !== purpose && this.#waits(other);
        this.#passedOver[other] = passed ? this.#passedOver[other] + 1 : 0;
      }
      item.go(client);
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
  #takeShared(next: Turn<Waiting>, now: number): boolean {
    if (!this.#shared) return true;
    if (now < this.#sharedTokenUntil) {
      this.#sharedTokenUntil = Number.NEGATIVE_INFINITY;
      return true;
    }
    if (!this.#fetchesShared && now >= this.#sharedSpentUntil) void this.#fetchShared(this.#shared, next);
    return false;
  }

  async #fetchShared(shared: SharedRate, { item: { purpose }, client }: Turn<Waiting>): Promise<void> {
    this.#fetchesShared = true;
    const { waitMs, others } = await shared.take({ purpose, client, waiting: this.#queues[purpose].sizeOf(client) });
    this.#fetchesShared = false;
    const now = this.#now();
    if (others) this.#othersAskedAt = now;
    if (waitMs === 0) this.#sharedTokenUntil = now + SHARED_TOKEN_MS;
    else this.#sharedSpentUntil = now + waitMs;
    this.#admit();
  }

  #next(now: number): Turn<Waiting> | undefined {
    if (this.#taken >= this.#perWindow || now < this.#heldUntil) return undefined;
    let first: Turn<Waiting> | undefined;
    for (const purpose of PRECEDENCE) {
      const able = this.#waits(purpose) ? this.#firstOf(purpose, now) : undefined;
      if (able && this.#passedOver[purpose] >= ONE_IN - 1) return able;
      first ??= able;
    }
    return first;
  }

  /** The first in turn of this purpose that finds a place. */
  #firstOf(purpose: Purpose, now: number): Turn<Waiting> | undefined {
    if (purpose === 'walk' && this.#takenByWalks >= this.#walksPerWindow(now)) return undefined;
    return this.#queues[purpose].next((kind, client) => this.#hasPlace(kind, purpose, client));
  }

  #hasPlace(kind: Kind, purpose: Purpose, client: string): boolean {
    const places = this.#places[kind];
    const left = places - this.#inFlight[kind];
    if (left <= 0 || (purpose === 'walk' && this.#walksInFlight[kind] >= halfOf(places))) return false;
    // Nobody but requests has a deadline to keep, and requests only read.
    if (kind !== 'read' || !this.#knowsClients || left > spareOf(places)) return true;
    return purpose === 'request' && !this.#readsOf.has(client);
  }

  #waits(purpose: Purpose): boolean {
    return this.#queues[purpose].size > 0;
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

/** At least one, so that walks go on where there is only one. */
function halfOf(whole: number): number {
  return Math.max(1, Math.floor(whole / 2));
}

/** Places that are kept for a client without any; none where there is only one. */
function spareOf(places: number): number {
  return places > 1 ? Math.max(1, Math.floor(places / SPARE_PLACE_IN)) : 0;
}
