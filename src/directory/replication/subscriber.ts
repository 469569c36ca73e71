import type { Directory } from '../directory.ts';
import type { Log } from '../sync/syncScheduler.ts';
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
  log: Log;
}

/** What is known of one integration from the others. */
interface Followed {
  /** The last entry that was taken; null where the snapshot must be loaded. */
  position: Offset | null;
  /** Waits for the next snapshot, for its ratings above all. */
  isDue: boolean;
  /** Until when kept ratings are told to be known; another figure here was read here. */
  ratingsAt: number | null;
  status: ReplicatedStatus | null;
}

/** Brings what other replicas read into the directory of this one: a snapshot first, then what follows it. */
export class ChangeSubscriber {
  readonly #options: SubscriberOptions;
  readonly #followed: ReadonlyMap<string, Followed>;
  #forgotten = 0;
  /** True while a change of another replica is taken in: it is not to be told again. */
  isTaking = false;

  constructor(options: SubscriberOptions) {
    this.#options = options;
    this.#followed = new Map(
      options.directory.integrations.map(({ name }) => [
        name,
        { position: null, isDue: false, ratingsAt: null, status: null },
      ]),
    );
  }

  /** Integrations whose kept ratings wait for a snapshot. */
  get lacking(): ReadonlySet<string> {
    return new Set([...this.#followed].flatMap(([name, { isDue }]) => (isDue ? [name] : [])));
  }

  /** The last entry that was taken; null where none is known. */
  position(name: string): Offset | null {
    return this.#followed.get(name)?.position ?? null;
  }

  /** Everything is to be loaded anew. */
  forget(): void {
    this.#forgotten += 1;
    for (const followed of this.#followed.values()) followed.position = null;
  }

  /**
   * Loads what must be loaded, and takes what has come since, waiting a moment for it unless told not to. False when there
   * was nothing. A leader takes only what others have learnt.
   */
  async turn({ leads, waits }: { leads: boolean; waits: boolean }): Promise<boolean> {
    const { store } = this.#options;
    const after = new Map<string, number>();
    const forgotten = this.#forgotten;
    let mayWait = waits;
    for (const [name, followed] of this.#followed) {
      if (followed.position === null) {
        const position = await (leads ? store.last(name) : this.#load(name, followed));
        if (forgotten !== this.#forgotten) return true;
        followed.position = position;
        mayWait = false;
      }
      after.set(name, followed.position.number);
    }
    const found = await store.read(after, mayWait ? READ_WAIT_MS : 0);
    if (forgotten !== this.#forgotten) return true;
    if (found.size === 0) return this.#lookForLoss();
    const failures: unknown[] = [];
    // What cannot be taken of one integration does not keep the others waiting.
    for (const [name, entries] of found) {
      await this.#take(name, entries, leads).catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
    return true;
  }

  /** The position from which to read on. */
  async #load(name: string, followed: Followed): Promise<Offset> {
    const { store, directory, log } = this.#options;
    const pointer = await store.pointer(name);
    if (pointer === null) {
      // Redis has lost what others told.
      followed.isDue ||= followed.status !== null;
      return START_OFFSET;
    }
    const began = performance.now();
    const head = await unpack<SnapshotHead>(pointer.head);
    const copy = await snapshotFrom(head, store.chunks(name, pointer.id));
    await directory.restore(name, copy);
    followed.isDue = false;
    followed.ratingsAt = copy.ratingsAt;
    this.#applyStatus(name, followed, head.status);
    const milliseconds = Math.round(performance.now() - began);
    log.info({ integration: name, employees: copy.employees.length, milliseconds }, 'snapshot loaded');
    return pointer.position;
  }

  async #take(name: string, entries: readonly ChangeLogEntry[], leads: boolean): Promise<void> {
    const followed = this.#followed.get(name);
    if (!followed) return;
    for (const { number, id, after, by, bytes } of entries) {
      const at = followed.position;
      if (at === null) return;
      // Some were dropped before they were read here, or Redis has lost what was read: the snapshot has what there is.
      if (number !== at.number + 1 || !mayBeSameEntry(after, at.id)) {
        followed.position = null;
        return;
      }
      const news = by === this.#options.replica ? null : await unpack<EntryPayload>(bytes);
      if (news) await this.#takeNews(name, followed, { news, leads });
      // Forgotten meanwhile.
      if (followed.position !== at) return;
      // Only now: what could not be taken is taken the next time.
      followed.position = !leads && news?.snapshot !== undefined && followed.isDue ? null : { number, id };
    }
  }

  async #takeNews(
    name: string,
    followed: Followed,
    { news, leads }: { news: EntryPayload; leads: boolean },
  ): Promise<void> {
    const { directory } = this.#options;
    for (const change of news.changes) {
      if (leads && change.kind !== 'learnt') continue;
      if (change.kind === 'anew') followed.isDue = true;
      if (change.kind === 'ratings' && followed.isDue) continue;
      this.isTaking = true;
      // Synchronous but for ratings, which are told by leaders alone.
      const taken = applyChange(directory, name, change);
      this.isTaking = false;
      await taken;
    }
    if (leads || !news.status) return;
    await directory.settled();
    this.#applyStatus(name, followed, news.status);
  }

  #applyStatus(name: string, followed: Followed, status: ReplicatedStatus): void {
    const { directory } = this.#options;
    const integration = directory.integration(name);
    if (!integration) return;
    const kept = directory.ratings(name);
    // Read here meanwhile, for a request: what is told of since is told against other ratings than these.
    if (kept.at !== followed.ratingsAt) followed.isDue = true;
    applyStatus(integration, status, followed.status);
    followed.status = status;
    if (!followed.isDue && kept.at !== null) {
      kept.at = status.ratingsAt;
      followed.ratingsAt = kept.at;
    }
  }

  /**
   * After Redis lost what it had, nothing would follow the last entry that was read, or not before as many were told anew.
   * True where it has.
   */
  async #lookForLoss(): Promise<boolean> {
    let isLost = false;
    for (const [name, followed] of this.#followed) {
      const at = followed.position;
      if (at === null) continue;
      const last = await this.#options.store.last(name);
      // What has come since is read the next time.
      const isThere = last.number === at.number && mayBeSameEntry(last.id, at.id);
      if (last.number > at.number || isThere || followed.position !== at) continue;
      followed.position = null;
      isLost = true;
    }
    return isLost;
  }
}
