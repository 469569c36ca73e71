import type { ChangeLog } from './changeLog.ts';

/** How long the lease is valid, and how often it is renewed or tried for. */
export interface LeaseTimes {
  leaseMs: number;
  renewMs: number;
  tryMs: number;
}

export const LEASE_TIMES: LeaseTimes = { leaseMs: 10_000, renewMs: 3_000, tryMs: 1_000 };

/**
 * How long a read of the change log may block in Redis. A new leader waits for one such read, to have applied
 * everything.
 */
export const READ_WAIT_MS = 1_000;

/** The longest time without a leader after one dies: the lease, one try, and the last read. */
export function failoverMs({ leaseMs, tryMs }: LeaseTimes): number {
  return leaseMs + tryMs + READ_WAIT_MS;
}

export interface LeaseOptions {
  store: ChangeLog;
  replica: string;
  times: LeaseTimes;
  /** The lease is held from now on, under this name, unique to the term. */
  onAcquired(owner: string): void;
  /** The lease expired, or another replica holds it. */
  onLost(): void;
}

/** Tries, for as long as the replica lives, to be the leader: the one replica that reads the providers. */
export class LeaderLease {
  readonly #options: LeaseOptions;
  #owner: string | null = null;
  #terms = 0;
  #next: NodeJS.Timeout | undefined;
  #end: NodeJS.Timeout | undefined;
  #asking: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /** Resolves after the first try. */
  start(): Promise<void> {
    return (this.#asking = this.#turn());
  }

  /** Releases the lease, so that another replica need not wait until it expires. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#next);
    await this.#asking;
    clearTimeout(this.#next);
    const owner = this.#owner;
    this.lost();
    if (owner !== null) await this.#options.store.release(owner).catch(() => undefined);
  }

  /** To be called by whoever finds that another replica holds the lease. */
  lost(): void {
    clearTimeout(this.#end);
    if (this.#owner === null) return;
    this.#owner = null;
    this.#options.onLost();
  }

  async #turn(): Promise<void> {
    const { store, replica, times } = this.#options;
    // Each term has its own name, so that late calls of an earlier term are refused.
    const owner = this.#owner ?? `${replica}/${(this.#terms += 1)}`;
    const asked = performance.now();
    try {
      if (await store.lease(this.#owner === null ? 'take' : 'renew', owner, times.leaseMs))
        this.#held(owner, asked + times.leaseMs);
      else this.lost();
    } catch {
      // Redis is away, which its connection logs; a held lease is valid until it expires.
    }
    if (this.#closed) return;
    this.#next = setTimeout(() => void (this.#asking = this.#turn()), this.#owner ? times.renewMs : times.tryMs);
    this.#next.unref();
  }

  #held(owner: string, until: number): void {
    const left = until - performance.now();
    // The answer arrived after the lease had expired.
    if (left <= 0) return this.lost();
    clearTimeout(this.#end);
    this.#end = setTimeout(() => this.lost(), left);
    this.#end.unref();
    // An answer to a request of a term that has ended meanwhile starts a new term.
    if (this.#owner === owner) return;
    this.#owner = owner;
    if (!this.#closed) this.#options.onAcquired(owner);
  }
}
