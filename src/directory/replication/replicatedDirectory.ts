import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { REDIS_PREFIX, type RedisConnections } from '../../redis/redis.ts';
import type { Directory } from '../directory.ts';
import type { DirectoryChange } from './directoryChange.ts';
import { sleep } from '../../lib/sleep.ts';
import { SyncScheduler, READY_AFTER_MS, type Log } from '../sync/syncScheduler.ts';
import { LEASE_TIMES, LeaderLease, type LeaseTimes } from './leaderLease.ts';
import { pack } from './codec.ts';
import { ChangePublisher } from './publisher.ts';
import { ChangeSubscriber } from './subscriber.ts';
import { ChangeLog } from './changeLog.ts';

/** After a failure that is not only Redis being away for a moment. */
const RETRY_MS = 1000;
/** How often the keys in Redis are given another day. */
const KEEP_MS = 10 * 60_000;

export interface ReplicatedDirectoryOptions {
  redis: RedisConnections;
  directory: Directory;
  log: Log;
  tenant: string;
  /** The refresh of the replica that leads, a new one for each term. */
  refresh?: () => Pick<SyncScheduler, 'start' | 'stop'>;
  times?: LeaseTimes;
}

/** What the replica that leads runs, and nobody else. */
interface Term {
  publishers: ReadonlyMap<string, ChangePublisher>;
  refresh: Pick<SyncScheduler, 'start' | 'stop'>;
}

/**
 * Keeps the directories of all replicas filled while one of them, which holds a lease, reads the providers: it tells the
 * others what changes, and writes a snapshot after each whole walk for those that start. In place of SyncScheduler, with
 * the same start, ready and stop. While Redis is away nobody reads the providers, and all answer from what they have.
 */
export class ReplicatedDirectory {
  readonly #options: ReplicatedDirectoryOptions;
  readonly #replica = randomUUID();
  readonly #waiting: Redis;
  readonly #store: ChangeLog;
  readonly #reader: ChangeSubscriber;
  readonly #lease: LeaderLease;
  readonly #startedAt = Date.now();
  readonly #ended = new Set<string>();
  readonly #stopped = new AbortController();
  #keeping: NodeJS.Timeout | undefined;
  /** The name under which the lease is held; leading begins when all that was told is taken. */
  #owner: string | null = null;
  #term: Term | null = null;
  #unled: Promise<unknown> = Promise.resolve();
  #running: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | null = null;
  #allEnded: () => void = () => {};

  constructor(options: ReplicatedDirectoryOptions) {
    const { redis, directory, log, tenant, times = LEASE_TIMES } = options;
    this.#options = options;
    this.#waiting = redis.waiting();
    const prefix = `${REDIS_PREFIX}directory:${tenant}:`;
    this.#store = new ChangeLog({ redis: redis.commands, waiting: this.#waiting, prefix });
    this.#reader = new ChangeSubscriber({ store: this.#store, directory, replica: this.#replica, log });
    this.#lease = new LeaderLease({
      store: this.#store,
      replica: this.#replica,
      times,
      onTaken: (owner) => {
        this.#owner = owner;
      },
      onLost: () => this.#unlead(),
    });
    directory.onChange = (integration, change) => this.#changed(integration, change);
  }

  /** Resolves when each integration's first walk, here or elsewhere, has ended, well or not, or when this is stopped. */
  async start(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      this.#allEnded = resolve;
    });
    this.#keeping = setInterval(() => void this.#keep(), KEEP_MS).unref();
    this.#running = this.#lease.start().then(() => this.#run());
    await ended;
  }

  /** Each integration's first walk finished, failed, or 30 s old. */
  get ready(): boolean {
    return this.#hasAll || Date.now() - this.#startedAt >= READY_AFTER_MS;
  }

  /** True while this replica is the one that reads the providers. */
  get leads(): boolean {
    return this.#term !== null;
  }

  /** Tells what is not told yet, gives the lease back and ends. */
  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  async #stop(): Promise<void> {
    clearInterval(this.#keeping);
    this.#term?.refresh.stop();
    this.#stopped.abort(new Error('the gateway stops'));
    await Promise.all([...(this.#term?.publishers.values() ?? [])].map((publisher) => publisher.close()));
    await this.#lease.close();
    await this.#unled;
    this.#allEnded();
    // One that looks for its server ends with all the others: what it waits for would never be answered.
    if (this.#waiting.status !== 'ready') return;
    this.#waiting.disconnect();
    await this.#running;
  }

  async #run(): Promise<void> {
    let complained = false;
    while (!this.#stopping) {
      try {
        const leads = this.#term !== null;
        const isTaking = this.#owner !== null && !leads;
        const found = await this.#reader.turn({ leads, waits: !isTaking });
        if (isTaking && !found) await this.#lead();
        this.#noteEnded();
        complained = false;
      } catch (error) {
        if (this.#stopping) return;
        if (!complained) this.#options.log.warn({ err: error }, 'the shared directory cannot be read; trying again');
        complained = true;
        await sleep(RETRY_MS, this.#stopped.signal).catch(() => undefined);
      }
    }
  }

  async #lead(): Promise<void> {
    const { directory, log } = this.#options;
    const owner = this.#owner;
    const publishers = new Map<string, ChangePublisher>();
    for (const integration of directory.integrations) {
      const snapshot = await this.#store.snapshotId(integration.name);
      const last = this.#reader.position(integration.name);
      const onRefused = () => this.#lease.lost();
      publishers.set(
        integration.name,
        new ChangePublisher({
          store: this.#store,
          directory,
          integration,
          log,
          replica: this.#replica,
          onRefused,
          snapshot,
          last,
          owner: owner ?? '',
        }),
      );
    }
    // Lost meanwhile, or lost and taken anew, or stopped.
    if (owner === null || this.#owner !== owner || this.#stopping) return;
    const refresh = this.#options.refresh?.() ?? new SyncScheduler(directory, log);
    this.#term = { publishers, refresh };
    log.info({ replica: this.#replica }, 'this replica reads the providers');
    for (const publisher of publishers.values()) publisher.start();
    refresh.start({ anew: this.#reader.lacking }).then(
      () => {
        // One that was stopped has ended nothing.
        if (this.#owner !== owner) return;
        for (const { name } of directory.integrations) this.#ended.add(name);
        this.#noteEnded();
      },
      (error: unknown) => log.error({ err: error }, 'the refresh broke off'),
    );
  }

  /** From here on another replica may lead: what was not told is given up, and what it tells is loaded anew. */
  #unlead(): void {
    this.#owner = null;
    const term = this.#term;
    if (term === null) return;
    this.#term = null;
    term.refresh.stop();
    this.#reader.forget();
    for (const integration of this.#options.directory.integrations) {
      const { sync } = integration;
      if (sync.state === 'REFRESHING') integration.sync = { ...sync, state: 'IDLE', progress: null };
    }
    this.#unled = Promise.all([...term.publishers.values()].map((publisher) => publisher.stop()));
    if (!this.#stopping)
      this.#options.log.warn({ replica: this.#replica }, 'this replica no longer reads the providers');
  }

  #changed(integration: string, change: DirectoryChange): void {
    if (this.#reader.isTaking) return;
    if (this.#term) this.#term.publishers.get(integration)?.note(change);
    else if (change.kind === 'learnt') void this.#tellLearnt(integration, change);
  }

  /** What replicas learn by their own reads is told by each; lost while Redis is away, it is learnt by the next read. */
  async #tellLearnt(integration: string, change: DirectoryChange): Promise<void> {
    try {
      const entry = await pack({ changes: [change] });
      await this.#store.publish(integration, { owner: null, by: this.#replica, after: null }, [entry]);
    } catch {
      // Its connection logs it.
    }
  }

  #noteEnded(): void {
    const { directory } = this.#options;
    const { lacking } = this.#reader;
    for (const { name, sync } of directory.integrations) {
      // Entries tell all but the ratings that a first walk keeps: those come with the snapshot, which is written after it.
      const isLacking = lacking.has(name) && directory.ratings(name).at === null;
      if (sync.state !== 'FIRST_WALK' && !isLacking) this.#ended.add(name);
    }
    if (this.#hasAll) this.#allEnded();
  }

  get #hasAll(): boolean {
    return this.#ended.size === this.#options.directory.integrations.length;
  }

  async #keep(): Promise<void> {
    if (!this.#term) return;
    for (const { name } of this.#options.directory.integrations) await this.#store.keep(name).catch(() => undefined);
  }
}
