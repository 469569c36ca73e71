import { randomUUID } from 'node:crypto';
import { RedisUnavailableError } from '../../redis/unavailable.ts';
import type { Directory } from '../directory.ts';
import type { DirectoryChange } from './directoryChange.ts';
import type { Integration } from '../../integrations/integration.ts';
import type { Log } from '../sync/syncScheduler.ts';
import { pack } from './codec.ts';
import { chunksOf, headOf } from './snapshot.ts';
import { statusOf } from './syncStatus.ts';
import type { EntryPayload } from './changeLogEntry.ts';
import type { Offset, ChangeLog, PublishResult } from './changeLog.ts';

/** How often what has changed is told: unseen by people, and a page of a walk is one entry. */
const TELL_MS = 100;
/** How often it is asked, while there is nothing to tell, whether Redis still has what was told. */
const LOOK_MS = 1000;
/** Rows an entry. */
const ROWS_AN_ENTRY = 500;
/** Entries after which a snapshot is written although no walk has ended: what a replica that starts then has to read. */
const MAX_ENTRIES = 5000;

export interface PublisherOptions {
  store: ChangeLog;
  directory: Directory;
  integration: Integration;
  /** Under which the lease is held. */
  owner: string;
  replica: string;
  log: Log;
  /** The lease is another's: nothing more is told. */
  onRefused(): void;
}

/** Tells the other replicas what reading one integration changes here, for as long as the lease is held. */
export class ChangePublisher {
  readonly #options: PublisherOptions;
  #changes: DirectoryChange[] = [];
  #status = '';
  /** Entries since the last snapshot, and of those the ones with records. */
  #entries = 0;
  #changed = 0;
  #lastFullAt: string | null;
  /** The last entry that was seen in Redis: when it is gone, so is what came after it. */
  #last: Offset | null;
  #lookedAt = 0;
  #snapshot: string | null;
  #anew = false;
  #telling: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** Tells what is noted, but writes no snapshot any more. */
  #closing = false;
  #stopped = false;

  /**
   * `snapshot`: the one that counts; null for none, and then one is written of what is known already. `last`: the last
   * entry that is taken in here.
   */
  constructor(options: PublisherOptions & { snapshot: string | null; last: Offset | null }) {
    this.#options = options;
    this.#snapshot = options.snapshot;
    this.#last = options.last;
    const { lastFullAt } = options.integration.sync;
    this.#lastFullAt = lastFullAt;
    this.#anew = options.snapshot === null && lastFullAt !== null;
  }

  start(): void {
    this.#timer = setInterval(() => void this.tell(), TELL_MS);
    this.#timer.unref();
  }

  note(change: DirectoryChange): void {
    if (change.kind === 'anew') this.#anew = true;
    this.#changes.push(change);
  }

  /** Tells what is noted; resolves when it is told. Failures are kept for the next time. */
  async tell(): Promise<void> {
    if (this.#stopped) return;
    this.#telling ??= this.#tellAll()
      .catch((error: unknown) => {
        // Redis is away, which its connection logs; what was not told is told again.
        if (error instanceof RedisUnavailableError || error instanceof NoLongerTold) return;
        const { integration, log } = this.#options;
        log.error({ integration: integration.name, err: error }, 'telling the other replicas failed');
      })
      .finally(() => {
        this.#telling = null;
      });
    await this.#telling;
  }

  /** Tells the rest and stops. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#telling;
    await this.tell();
    await this.stop();
  }

  /** Tells no more; resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#telling;
  }

  async #tellAll(): Promise<void> {
    await this.#tellChanges();
    if (this.#isSnapshotDue()) await this.#writeSnapshot();
  }

  async #tellChanges(): Promise<void> {
    const { directory, integration } = this.#options;
    const status = statusOf(directory, integration);
    const text = JSON.stringify(status);
    const changes = this.#changes;
    if (changes.length === 0 && text === this.#status) {
      if (performance.now() - this.#lookedAt >= LOOK_MS) await this.#publish([]);
      return;
    }
    // In force before the first await: what changes from here on is told the next time.
    this.#changes = [];
    const news: EntryPayload[] = entriesOf(changes);
    if (text !== this.#status) news.push({ changes: [], status });
    try {
      const entries = [];
      for (const each of news) entries.push(await pack(each));
      for (let at = 0; at < entries.length; at += 10) await this.#publish(entries.slice(at, at + 10));
    } catch (error) {
      this.#changes = [...changes, ...this.#changes];
      throw error;
    }
    this.#status = text;
    this.#changed += changes.filter(({ kind }) => !kind.endsWith('Walked')).length;
  }

  /** Publishes entries, or none to see whether all is there still; the last entry then. */
  async #publish(entries: readonly Buffer[]): Promise<Offset> {
    if (this.#stopped) throw new NoLongerTold();
    const { store, integration, owner, replica } = this.#options;
    this.#lookedAt = performance.now();
    const last = this.#told(await store.publish(integration.name, { owner, by: replica, after: this.#last }, entries));
    this.#entries += entries.length;
    return last;
  }

  #told(told: PublishResult | null): Offset {
    if (told === null) this.#refuse();
    this.#last = told.last;
    // Nobody can tell what others have not read of what is gone.
    if (told.isLost) this.note({ kind: 'anew' });
    return told.last;
  }

  async *#whileTold(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      if (this.#closing || this.#stopped) throw new NoLongerTold();
      yield chunk;
    }
  }

  #refuse(): never {
    this.#options.onRefused();
    throw new NoLongerTold();
  }

  #isSnapshotDue(): boolean {
    const { state, lastFullAt } = this.#options.integration.sync;
    // A walk's end is the moment for one; one that fails for hours must not let the entries grow either.
    if (this.#closing || this.#stopped || this.#changes.length > 0) return false;
    if (this.#entries >= MAX_ENTRIES) return true;
    if (state === 'FIRST_WALK' || state === 'REFRESHING') return false;
    return this.#anew || lastFullAt !== this.#lastFullAt;
  }

  async #writeSnapshot(): Promise<void> {
    const { store, directory, integration, owner, replica, log } = this.#options;
    const { name, sync } = integration;
    const { lastFullAt } = sync;
    if (this.#snapshot !== null && this.#changed === 0 && !this.#anew && this.#entries < MAX_ENTRIES) {
      // What is there says it all; those who wait for a snapshot take that one and what follows.
      await this.#publish([await pack({ changes: [], snapshot: this.#snapshot } satisfies EntryPayload)]);
      this.#lastFullAt = lastFullAt;
      return;
    }
    const position = await this.#publish([]);
    // Changed meanwhile: the next time, at a moment when all is told.
    if (this.#changes.length > 0) return;
    const began = performance.now();
    const copy = directory.copy(name);
    const anew = this.#anew;
    const [changed, entries] = [this.#changed, this.#entries];
    this.#anew = false;
    try {
      const head = await pack(headOf(copy, statusOf(directory, integration)));
      const id = randomUUID();
      const written = await store.write(name, id, this.#whileTold(chunksOf(copy)));
      const entry = await pack({ changes: [], snapshot: id } satisfies EntryPayload);
      const told = await store.switchTo(name, { owner, by: replica }, { id, position, head, entry });
      this.#told(told);
      if (told?.isLost) return;
      this.#snapshot = id;
      this.#lastFullAt = lastFullAt;
      this.#changed -= changed;
      this.#entries -= entries;
      const milliseconds = Math.round(performance.now() - began);
      log.info({ integration: name, employees: copy.employees.length, ...written, milliseconds }, 'snapshot written');
    } catch (error) {
      this.#anew ||= anew;
      throw error;
    }
  }
}

/** The lease is another's, or the gateway stops. */
class NoLongerTold extends Error {}

/** Changes in order, long ones cut, short ones together. */
function entriesOf(changes: readonly DirectoryChange[]): EntryPayload[] {
  const entries: EntryPayload[] = [];
  let [entry, rows] = [[] as DirectoryChange[], 0];
  for (const change of changes.flatMap(cut)) {
    if (rows >= ROWS_AN_ENTRY) {
      entries.push({ changes: entry });
      [entry, rows] = [[], 0];
    }
    entry.push(change);
    rows += 'rows' in change ? change.rows.length : 1;
  }
  if (entry.length > 0) entries.push({ changes: entry });
  return entries;
}

function cut(change: DirectoryChange): DirectoryChange[] {
  if (change.kind === 'employees' || change.kind === 'skills') {
    const parts: DirectoryChange[] = [];
    for (let at = 0; at < change.rows.length; at += ROWS_AN_ENTRY) {
      parts.push({ ...change, rows: change.rows.slice(at, at + ROWS_AN_ENTRY) } as DirectoryChange);
    }
    return parts;
  }
  return [change];
}
