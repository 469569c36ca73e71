import { randomUUID } from 'node:crypto';
import { RedisUnavailableError } from '../../redis/unavailable.ts';
import type { Directory } from '../directory.ts';
import type { DirectoryChange } from './directoryChange.ts';
import type { Integration } from '../../integrations/integration.ts';
import type { SyncLog } from '../sync/syncScheduler.ts';
import { pack } from './codec.ts';
import { chunksOf, headOf } from './snapshot.ts';
import { statusOf } from './syncStatus.ts';
import type { EntryPayload } from './changeLogEntry.ts';
import type { Offset, ChangeLog, PublishResult } from './changeLog.ts';

/** How often changes are published: too quick for people to notice, and a page of a sync is one entry. */
const PUBLISH_MS = 100;
/** How often an idle publisher checks that Redis still has the log. */
const CHECK_MS = 1000;
/** Rows per entry. */
const ROWS_PER_ENTRY = 500;
/**
 * Entries after which a snapshot is written even without a finished full sync: a starting replica has to read them all.
 */
const MAX_ENTRIES = 5000;

export interface PublisherOptions {
  store: ChangeLog;
  directory: Directory;
  integration: Integration;
  /** The name under which the lease is held. */
  owner: string;
  replica: string;
  log: SyncLog;
  /** Another replica holds the lease: nothing more is published. */
  onRefused(): void;
}

/** Publishes to the other replicas what syncing one integration changes here, for as long as the lease is held. */
export class ChangePublisher {
  readonly #options: PublisherOptions;
  #changes: DirectoryChange[] = [];
  #status = '';
  /** Entries since the last snapshot, and how many of them carried records. */
  #entries = 0;
  #changed = 0;
  #lastFullAt: string | null;
  /** The last entry seen in Redis: if Redis lost it, it lost all after it too. */
  #last: Offset | null;
  #checkedAt = 0;
  #snapshot: string | null;
  #needsResync = false;
  #publishing: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** Publishes what is queued, but writes no more snapshots. */
  #closing = false;
  #stopped = false;

  /**
   * `snapshot`: the current one; null for none, which makes this write one of what is already known. `last`: the last
   * entry applied here.
   */
  constructor(options: PublisherOptions & { snapshot: string | null; last: Offset | null }) {
    this.#options = options;
    this.#snapshot = options.snapshot;
    this.#last = options.last;
    const { lastFullAt } = options.integration.sync;
    this.#lastFullAt = lastFullAt;
    this.#needsResync = options.snapshot === null && lastFullAt !== null;
  }

  start(): void {
    this.#timer = setInterval(() => void this.flush(), PUBLISH_MS);
    this.#timer.unref();
  }

  enqueue(change: DirectoryChange): void {
    if (change.kind === 'anew') this.#needsResync = true;
    this.#changes.push(change);
  }

  /** Publishes what is queued; resolves when that is done. What fails stays queued. */
  async flush(): Promise<void> {
    if (this.#stopped) return;
    this.#publishing ??= this.#publishAll()
      .catch((error: unknown) => {
        // Redis is away, which its connection logs; what was not published stays queued.
        if (error instanceof RedisUnavailableError || error instanceof PublishingEnded) return;
        const { integration, log } = this.#options;
        log.error({ integration: integration.name, err: error }, 'publishing to the other replicas failed');
      })
      .finally(() => {
        this.#publishing = null;
      });
    await this.#publishing;
  }

  /** Publishes the rest and stops. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#publishing;
    await this.flush();
    await this.stop();
  }

  /** Stops publishing; resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#publishing;
  }

  async #publishAll(): Promise<void> {
    await this.#publishChanges();
    if (this.#isSnapshotDue()) await this.#writeSnapshot();
  }

  async #publishChanges(): Promise<void> {
    const { directory, integration } = this.#options;
    const status = statusOf(directory, integration);
    const text = JSON.stringify(status);
    const changes = this.#changes;
    if (changes.length === 0 && text === this.#status) {
      if (performance.now() - this.#checkedAt >= CHECK_MS) await this.#publish([]);
      return;
    }
    // Emptied before the first await: later changes are published the next time.
    this.#changes = [];
    const payloads: EntryPayload[] = entriesOf(changes);
    if (text !== this.#status) payloads.push({ changes: [], status });
    try {
      const entries = [];
      for (const payload of payloads) entries.push(await pack(payload));
      for (let at = 0; at < entries.length; at += 10) await this.#publish(entries.slice(at, at + 10));
    } catch (error) {
      this.#changes = [...changes, ...this.#changes];
      throw error;
    }
    this.#status = text;
    this.#changed += changes.filter(({ kind }) => !kind.endsWith('Walked')).length;
  }

  /** Publishes entries, or none to check that the log is still there; answers the last entry. */
  async #publish(entries: readonly Buffer[]): Promise<Offset> {
    if (this.#stopped) throw new PublishingEnded();
    const { store, integration, owner, replica } = this.#options;
    this.#checkedAt = performance.now();
    const last = this.#published(
      await store.publish(integration.name, { owner, by: replica, after: this.#last }, entries),
    );
    this.#entries += entries.length;
    return last;
  }

  #published(result: PublishResult | null): Offset {
    if (result === null) this.#refuse();
    this.#last = result.last;
    // What the others had not read of the lost entries is unknown.
    if (result.isLost) this.enqueue({ kind: 'anew' });
    return result.last;
  }

  async *#whilePublishing(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      if (this.#closing || this.#stopped) throw new PublishingEnded();
      yield chunk;
    }
  }

  #refuse(): never {
    this.#options.onRefused();
    throw new PublishingEnded();
  }

  #isSnapshotDue(): boolean {
    const { state, lastFullAt } = this.#options.integration.sync;
    // The end of a full sync is the moment for one; but while syncs fail for hours, the log must not grow without
    // bound.
    if (this.#closing || this.#stopped || this.#changes.length > 0) return false;
    if (this.#entries >= MAX_ENTRIES) return true;
    if (state === 'FIRST_WALK' || state === 'REFRESHING') return false;
    return this.#needsResync || lastFullAt !== this.#lastFullAt;
  }

  async #writeSnapshot(): Promise<void> {
    const { store, directory, integration, owner, replica, log } = this.#options;
    const { name, sync } = integration;
    const { lastFullAt } = sync;
    if (this.#snapshot !== null && this.#changed === 0 && !this.#needsResync && this.#entries < MAX_ENTRIES) {
      // Nothing has changed: replicas that wait for a snapshot load the current one and what follows.
      await this.#publish([await pack({ changes: [], snapshot: this.#snapshot } satisfies EntryPayload)]);
      this.#lastFullAt = lastFullAt;
      return;
    }
    const position = await this.#publish([]);
    // Something changed meanwhile: the snapshot is written the next time, when everything is published.
    if (this.#changes.length > 0) return;
    const began = performance.now();
    const snapshot = directory.snapshot(name);
    const neededResync = this.#needsResync;
    const [changed, entries] = [this.#changed, this.#entries];
    this.#needsResync = false;
    try {
      const head = await pack(headOf(snapshot, statusOf(directory, integration)));
      const id = randomUUID();
      const written = await store.write(name, id, this.#whilePublishing(chunksOf(snapshot)));
      const entry = await pack({ changes: [], snapshot: id } satisfies EntryPayload);
      const result = await store.switchTo(name, { owner, by: replica }, { id, position, head, entry });
      this.#published(result);
      if (result?.isLost) return;
      this.#snapshot = id;
      this.#lastFullAt = lastFullAt;
      this.#changed -= changed;
      this.#entries -= entries;
      const milliseconds = Math.round(performance.now() - began);
      log.info(
        { integration: name, employees: snapshot.employees.length, ...written, milliseconds },
        'snapshot written',
      );
    } catch (error) {
      this.#needsResync ||= neededResync;
      throw error;
    }
  }
}

/** Another replica holds the lease, or the gateway stops. */
class PublishingEnded extends Error {}

/** Changes in order: long ones split, short ones combined. */
function entriesOf(changes: readonly DirectoryChange[]): EntryPayload[] {
  const entries: EntryPayload[] = [];
  let [entry, rows] = [[] as DirectoryChange[], 0];
  for (const change of changes.flatMap(split)) {
    if (rows >= ROWS_PER_ENTRY) {
      entries.push({ changes: entry });
      [entry, rows] = [[], 0];
    }
    entry.push(change);
    rows += 'rows' in change ? change.rows.length : 1;
  }
  if (entry.length > 0) entries.push({ changes: entry });
  return entries;
}

function split(change: DirectoryChange): DirectoryChange[] {
  if (change.kind === 'employees' || change.kind === 'skills') {
    const parts: DirectoryChange[] = [];
    for (let at = 0; at < change.rows.length; at += ROWS_PER_ENTRY) {
      parts.push({ ...change, rows: change.rows.slice(at, at + ROWS_PER_ENTRY) } as DirectoryChange);
    }
    return parts;
  }
  return [change];
}
