import type { ChangeLog } from './changeLog.ts';

/** How long a lease holds, and how often it is renewed and tried for. */
export interface LeaseTimes {
  leaseMs: number;
  renewMs: number;
  tryMs: number;
}

export const LEASE_TIMES: LeaseTimes = { leaseMs: 10_000, renewMs: 3_000, tryMs: 1_000 };

/** What a read may wait in Redis for news; a replica that takes over waits for it once, to have all that was told. */
export const READ_WAIT_MS = 1_000;

/** How long nobody reads the providers at most when the replica that does dies: the lease, a try, and the last read. */
export function failoverMs({ leaseMs, tryMs }: LeaseTimes): number {
  return leaseMs + tryMs + READ_WAIT_MS;
}

export interface LeaseOptions {
  store: ChangeLog;
  replica: string;
  times: LeaseTimes;
  /** Holds the lease from now on, under this name of its own. */
  onTaken(owner: string): void;
  /** It ran out, or is another's. */
  onLost(): void;
}

/** Tries to be the one replica that reads the providers, for as long as it lives. */
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

  /** Gives the lease back, so that another replica need not wait for its end. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#next);
    await this.#asking;
    clearTimeout(this.#next);
    const owner = this.#owner;
    this.lost();
    if (owner !== null) await this.#options.store.release(owner).catch(() => undefined);
  }

  /** Somebody found that the lease is another's. */
  lost(): void {
    clearTimeout(this.#end);
    if (this.#owner === null) return;
    this.#owner = null;
    this.#options.onLost();
  }

  async #turn(): Promise<void> {
    const { store, replica, times } = this.#options;
    // Each term has a name of its own: what was on its way for an earlier one is refused.
    const owner = this.#owner ?? `${replica}/${(this.#terms += 1)}`;
    const asked = performance.now();
    try {
      if (await store.lease(this.#owner === null ? 'take' : 'renew', owner, times.leaseMs))
        this.#held(owner, asked + times.leaseMs);
      else this.lost();
    } catch {
      // Redis is away, which its connection logs: what is held is held until it runs out.
    }
    if (this.#closed) return;
    this.#next = setTimeout(() => void (this.#asking = this.#turn()), this.#owner ? times.renewMs : times.tryMs);
    this.#next.unref();
  }

  #held(owner: string, until: number): void {
    const left = until - performance.now();
    // The answer came when the lease was over already.
    if (left <= 0) return this.lost();
    clearTimeout(this.#end);
    this.#end = setTimeout(() => this.lost(), left);
    this.#end.unref();
    // An answer to a question of a term that has ended meanwhile counts for a term of its own.
    if (this.#owner === owner) return;
    this.#owner = owner;
    if (!this.#closed) this.#options.onTaken(owner);
  }
}
