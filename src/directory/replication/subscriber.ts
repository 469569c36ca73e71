import type { Directory } from '../directory.ts';
import type { SyncLog } from '../sync/syncScheduler.ts';
import { READ_WAIT_MS } from './leaderLease.ts';
import { applyChange, type EntryPayload } from './changeLogEntry.ts';
import { unpack } from './codec.ts';
import { snapshotFrom, type SnapshotHead } from './snapshot.ts';
import { applyStatus, type ReplicatedStatus } from './syncStatus.ts';
import { mayBeSameEntry, START_OFFSET, type Offset, type ChangeLogEntry, type ChangeLog } from './changeLog.ts';

export interface SubscriberOptions {
  store: ChangeLog;
  directory: Directory;
  replica: string;
  log: SyncLog;
}

/** What is known of one integration from other replicas. */
interface Subscription {
  /** The last entry applied; null where the snapshot has to be loaded. */
  position: Offset | null;
  /** Waits for the next snapshot, mainly for its ratings. */
  needsResync: boolean;
  /** The time of the rating snapshot as published; a different one was read by this replica itself. */
  ratingsAt: number | null;
  status: ReplicatedStatus | null;
}

/** Applies what other replicas read to the directory of this one: first a snapshot, then the entries after it. */
export class ChangeSubscriber {
  readonly #options: SubscriberOptions;
  readonly #subscriptions: ReadonlyMap<string, Subscription>;
  #resets = 0;
  /** True while another replica's change is applied, which must not be published again. */
  isApplying = false;

  constructor(options: SubscriberOptions) {
    this.#options = options;
    this.#subscriptions = new Map(
      options.directory.integrations.map(({ name }) => [
        name,
        { position: null, needsResync: false, ratingsAt: null, status: null },
      ]),
    );
  }

  /** Integrations whose ratings wait for a snapshot. */
  get resyncing(): ReadonlySet<string> {
    return new Set([...this.#subscriptions].flatMap(([name, { needsResync }]) => (needsResync ? [name] : [])));
  }

  /** The last entry applied; null where none is known. */
  position(name: string): Offset | null {
    return this.#subscriptions.get(name)?.position ?? null;
  }

  /** Everything is to be loaded from the snapshot again. */
  reset(): void {
    this.#resets += 1;
    for (const subscription of this.#subscriptions.values()) subscription.position = null;
  }

  /**
   * Loads snapshots where needed and applies the entries after them, blocking for a moment where `waits`. False when
   * there was nothing. A leader applies only what other replicas have learnt.
   */
  async poll({ leads, waits }: { leads: boolean; waits: boolean }): Promise<boolean> {
    const { store } = this.#options;
    const after = new Map<string, number>();
    const resets = this.#resets;
    let mayWait = waits;
    for (const [name, subscription] of this.#subscriptions) {
      if (subscription.position === null) {
        const position = await (leads ? store.last(name) : this.#load(name, subscription));
        if (resets !== this.#resets) return true;
        subscription.position = position;
        mayWait = false;
      }
      after.set(name, subscription.position.number);
    }
    const found = await store.read(after, mayWait ? READ_WAIT_MS : 0);
    if (resets !== this.#resets) return true;
    if (found.size === 0) return this.#lookForLoss();
    const failures: unknown[] = [];
    // An integration whose entries cannot be applied does not hold up the others.
    for (const [name, entries] of found) {
      await this.#apply(name, entries, leads).catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
    return true;
  }

  /** Loads the snapshot; answers the position to read on from. */
  async #load(name: string, subscription: Subscription): Promise<Offset> {
    const { store, directory, log } = this.#options;
    const pointer = await store.pointer(name);
    if (pointer === null) {
      // Redis has lost what others published.
      subscription.needsResync ||= subscription.status !== null;
      return START_OFFSET;
    }
    const began = performance.now();
    const head = await unpack<SnapshotHead>(pointer.head);
    const copy = await snapshotFrom(head, store.chunks(name, pointer.id));
    await directory.restore(name, copy);
    subscription.needsResync = false;
    subscription.ratingsAt = copy.ratingsAt;
    this.#applyStatus(name, subscription, head.status);
    const milliseconds = Math.round(performance.now() - began);
    log.info({ integration: name, employees: copy.employees.length, milliseconds }, 'snapshot loaded');
    return pointer.position;
  }

  async #apply(name: string, entries: readonly ChangeLogEntry[], leads: boolean): Promise<void> {
    const subscription = this.#subscriptions.get(name);
    if (!subscription) return;
    for (const { number, id, after, by, bytes } of entries) {
      const at = subscription.position;
      if (at === null) return;
      // Entries were trimmed before they were read here, or Redis lost some: the snapshot has what there is.
      if (number !== at.number + 1 || !mayBeSameEntry(after, at.id)) {
        subscription.position = null;
        return;
      }
      const payload = by === this.#options.replica ? null : await unpack<EntryPayload>(bytes);
      if (payload) await this.#applyPayload(name, subscription, { payload, leads });
      // Reset meanwhile.
      if (subscription.position !== at) return;
      // Only now: entries that could not be applied are applied the next time.
      subscription.position =
        !leads && payload?.snapshot !== undefined && subscription.needsResync ? null : { number, id };
    }
  }

  async #applyPayload(
    name: string,
    subscription: Subscription,
    { payload, leads }: { payload: EntryPayload; leads: boolean },
  ): Promise<void> {
    const { directory } = this.#options;
    for (const change of payload.changes) {
      if (leads && change.kind !== 'learnt') continue;
      if (change.kind === 'anew') subscription.needsResync = true;
      if (change.kind === 'ratings' && subscription.needsResync) continue;
      this.isApplying = true;
      // Synchronous except for ratings, which only leaders publish.
      const applied = applyChange(directory, name, change);
      this.isApplying = false;
      await applied;
    }
    if (leads || !payload.status) return;
    await directory.settled();
    this.#applyStatus(name, subscription, payload.status);
  }

  #applyStatus(name: string, subscription: Subscription, status: ReplicatedStatus): void {
    const { directory } = this.#options;
    const integration = directory.integration(name);
    if (!integration) return;
    const kept = directory.ratings(name);
    // This replica has read ratings itself for a request, so published changes refer to other ratings than these.
    if (kept.at !== subscription.ratingsAt) subscription.needsResync = true;
    applyStatus(integration, status, subscription.status);
    subscription.status = status;
    if (!subscription.needsResync && kept.at !== null) {
      kept.at = status.ratingsAt;
      subscription.ratingsAt = kept.at;
    }
  }

  /**
   * Whether Redis has lost entries that were read. Otherwise nothing would follow the last entry read until as many new
   * ones had been published.
   */
  async #lookForLoss(): Promise<boolean> {
    let isLost = false;
    for (const [name, subscription] of this.#subscriptions) {
      const at = subscription.position;
      if (at === null) continue;
      const last = await this.#options.store.last(name);
      // Later entries are read the next time.
      const isThere = last.number === at.number && mayBeSameEntry(last.id, at.id);
      if (last.number > at.number || isThere || subscription.position !== at) continue;
      subscription.position = null;
      isLost = true;
    }
    return isLost;
  }
}
