import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { REDIS_PREFIX, type RedisConnections } from '../../redis/redis.ts';
import type { Directory } from '../directory.ts';
import type { DirectoryChange } from './directoryChange.ts';
import { sleep } from '../../lib/sleep.ts';
import { SyncScheduler, READY_AFTER_MS, type SyncLog } from '../sync/syncScheduler.ts';
import { LEASE_TIMES, LeaderLease, type LeaseTimes } from './leaderLease.ts';
import { pack } from './codec.ts';
import { ChangePublisher } from './publisher.ts';
import { ChangeSubscriber } from './subscriber.ts';
import { ChangeLog } from './changeLog.ts';

/** The pause after a failure other than Redis being away for a moment. */
const RETRY_MS = 1000;
/** How often the retention of the keys in Redis is extended. */
const KEEP_MS = 10 * 60_000;

export interface ReplicatedDirectoryOptions {
  redis: RedisConnections;
  directory: Directory;
  log: SyncLog;
  tenant: string;
  /** Makes the leader's sync scheduler, a new one for each term. */
  scheduler?: () => Pick<SyncScheduler, 'start' | 'stop'>;
  times?: LeaseTimes;
}

/** What only the leader runs. */
interface Term {
  publishers: ReadonlyMap<string, ChangePublisher>;
  scheduler: Pick<SyncScheduler, 'start' | 'stop'>;
}

/**
 * Keeps the directories of all replicas filled while only the leader, which holds a lease, reads the providers: it
 * publishes changes to the others, and writes a snapshot after each full sync for replicas that start. Replaces
 * SyncScheduler, with the same start, ready and stop. While Redis is away no replica reads the providers; all answer
 * from what they have.
 */
export class ReplicatedDirectory {
  readonly #options: ReplicatedDirectoryOptions;
  readonly #replica = randomUUID();
  readonly #waiting: Redis;
  readonly #store: ChangeLog;
  readonly #subscriber: ChangeSubscriber;
  readonly #lease: LeaderLease;
  readonly #startedAt = Date.now();
  readonly #ended = new Set<string>();
  readonly #stopped = new AbortController();
  #retentionTimer: NodeJS.Timeout | undefined;
  /** The name under which the lease is held; the term begins once everything published is applied. */
  #owner: string | null = null;
  #term: Term | null = null;
  #termEnded: Promise<unknown> = Promise.resolve();
  #running: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | null = null;
  #allEnded: () => void = () => {};

  constructor(options: ReplicatedDirectoryOptions) {
    const { redis, directory, log, tenant, times = LEASE_TIMES } = options;
    this.#options = options;
    this.#waiting = redis.waiting();
    const prefix = `${REDIS_PREFIX}directory:${tenant}:`;
    this.#store = new ChangeLog({ redis: redis.commands, waiting: this.#waiting, prefix });
    this.#subscriber = new ChangeSubscriber({ store: this.#store, directory, replica: this.#replica, log });
    this.#lease = new LeaderLease({
      store: this.#store,
      replica: this.#replica,
      times,
      onAcquired: (owner) => {
        this.#owner = owner;
      },
      onLost: () => this.#endTerm(),
    });
    directory.onChange = (integration, change) => this.#changed(integration, change);
  }

  /**
   * Resolves when each integration's first full sync, here or elsewhere, has succeeded or failed, or when this is
   * stopped.
   */
  async start(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      this.#allEnded = resolve;
    });
    this.#retentionTimer = setInterval(() => void this.#extendRetention(), KEEP_MS).unref();
    this.#running = this.#lease.start().then(() => this.#run());
    await ended;
  }

  /** Whether each integration's first full sync has succeeded, failed, or run for 30 s. */
  get ready(): boolean {
    return this.#hasAll || Date.now() - this.#startedAt >= READY_AFTER_MS;
  }

  /** True while this replica is the one that reads the providers. */
  get leads(): boolean {
    return this.#term !== null;
  }

  /** Publishes what is queued, releases the lease and ends. */
  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  async #stop(): Promise<void> {
    clearInterval(this.#retentionTimer);
    this.#term?.scheduler.stop();
    this.#stopped.abort(new Error('the gateway stops'));
    await Promise.all([...(this.#term?.publishers.values() ?? [])].map((publisher) => publisher.close()));
    await this.#lease.close();
    await this.#termEnded;
    this.#allEnded();
    // A connection that is looking for its server is closed with all others: its commands would never be answered.
    if (this.#waiting.status !== 'ready') return;
    this.#waiting.disconnect();
    await this.#running;
  }

  async #run(): Promise<void> {
    let isFailing = false;
    while (!this.#stopping) {
      try {
        const leads = this.#term !== null;
        const isTakingOver = this.#owner !== null && !leads;
        const found = await this.#subscriber.poll({ leads, waits: !isTakingOver });
        if (isTakingOver && !found) await this.#beginTerm();
        this.#noteEnded();
        isFailing = false;
      } catch (error) {
        if (this.#stopping) return;
        if (!isFailing) this.#options.log.warn({ err: error }, 'the shared directory cannot be read; trying again');
        isFailing = true;
        await sleep(RETRY_MS, this.#stopped.signal).catch(() => undefined);
      }
    }
  }

  async #beginTerm(): Promise<void> {
    const { directory, log } = this.#options;
    const owner = this.#owner;
    const publishers = new Map<string, ChangePublisher>();
    for (const integration of directory.integrations) {
      const snapshot = await this.#store.snapshotId(integration.name);
      const last = this.#subscriber.position(integration.name);
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
    // The lease was lost, or lost and acquired again, or this was stopped.
    if (owner === null || this.#owner !== owner || this.#stopping) return;
    const scheduler = this.#options.scheduler?.() ?? new SyncScheduler(directory, log);
    this.#term = { publishers, scheduler };
    log.info({ replica: this.#replica }, 'this replica reads the providers');
    for (const publisher of publishers.values()) publisher.start();
    scheduler.start({ resync: this.#subscriber.resyncing }).then(
      () => {
        // A stopped scheduler has finished nothing.
        if (this.#owner !== owner) return;
        for (const { name } of directory.integrations) this.#ended.add(name);
        this.#noteEnded();
      },
      (error: unknown) => log.error({ err: error }, 'the sync scheduler failed'),
    );
  }

  /** Another replica may lead now: unpublished changes are dropped, and its snapshot is loaded. */
  #endTerm(): void {
    this.#owner = null;
    const term = this.#term;
    if (term === null) return;
    this.#term = null;
    term.scheduler.stop();
    this.#subscriber.reset();
    for (const integration of this.#options.directory.integrations) {
      const { sync } = integration;
      if (sync.state === 'REFRESHING') integration.sync = { ...sync, state: 'IDLE', progress: null };
    }
    this.#termEnded = Promise.all([...term.publishers.values()].map((publisher) => publisher.stop()));
    if (!this.#stopping)
      this.#options.log.warn({ replica: this.#replica }, 'this replica no longer reads the providers');
  }

  #changed(integration: string, change: DirectoryChange): void {
    if (this.#subscriber.isApplying) return;
    if (this.#term) this.#term.publishers.get(integration)?.enqueue(change);
    else if (change.kind === 'learnt') void this.#publishLearnt(integration, change);
  }

  /**
   * Each replica publishes what its own reads teach it. What is lost while Redis is away is learnt again by the next
   * read.
   */
  async #publishLearnt(integration: string, change: DirectoryChange): Promise<void> {
    try {
      const entry = await pack({ changes: [change] });
      await this.#store.publish(integration, { owner: null, by: this.#replica, after: null }, [entry]);
    } catch {
      // Redis is away, which its connection logs.
    }
  }

  #noteEnded(): void {
    const { directory } = this.#options;
    const { resyncing } = this.#subscriber;
    for (const { name, sync } of directory.integrations) {
      // Entries carry everything except the ratings of a first full sync: those come with the snapshot written after
      // it.
      const isResyncing = resyncing.has(name) && directory.ratings(name).at === null;
      if (sync.state !== 'FIRST_WALK' && !isResyncing) this.#ended.add(name);
    }
    if (this.#hasAll) this.#allEnded();
  }

  get #hasAll(): boolean {
    return this.#ended.size === this.#options.directory.integrations.length;
  }

  async #extendRetention(): Promise<void> {
    if (!this.#term) return;
    for (const { name } of this.#options.directory.integrations) await this.#store.keep(name).catch(() => undefined);
  }
}
