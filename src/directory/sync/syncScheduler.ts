import { problemOf } from '../../domain/problem.ts';
import { deltaSync, supportsDeltaSync } from './deltaSync.ts';
import type { Directory } from '../directory.ts';
import type { Integration } from '../../integrations/integration.ts';
import type { Log } from '../../lib/log.ts';
import { fullSync } from './fullSync.ts';

/** How often each kind of sync runs, whatever the provider. */
export const SYNC_INTERVALS_MS = {
  /** Only full syncs see all removals, and they are cheap beside the providers' own syncs, which are hours apart. */
  full: 15 * 60_000,
  /** Delta syncs: mostly one call with an empty page for each kind. */
  delta: 60_000,
  /** A log line during a long first full sync. */
  progressLine: 5_000,
} as const;
/** The wait after a failed full sync: 10 s, doubling up to 5 minutes. */
const RETRY_FIRST_MS = 10_000;
const RETRY_MAX_MS = 5 * 60_000;
/** A first full sync that takes longer than this no longer holds back readiness. */
export const READY_AFTER_MS = 30_000;

/** Where syncs and replication report to. */
export type SyncLog = Omit<Log, 'debug'>;

/** Keeps the directory filled: a full sync of every integration at the start, then delta and full syncs in turn. */
export class SyncScheduler {
  readonly #directory: Directory;
  readonly #log: SyncLog;
  readonly #abort = new AbortController();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #startedAt = Date.now();
  readonly #ended = new Set<string>();

  constructor(directory: Directory, log: SyncLog) {
    this.#directory = directory;
    this.#log = log;
  }

  /**
   * Starts all full syncs concurrently; resolves when each integration's first one has succeeded or failed. An
   * integration that another process synced within the last interval, and whose records are here, gets delta syncs
   * until the interval is over, except those in `resync`, whose records are incomplete here.
   */
  async start({ resync = new Set() }: { resync?: ReadonlySet<string> } = {}): Promise<void> {
    const { integrations } = this.#directory;
    await Promise.all(integrations.map((integration) => this.#begin(integration, resync.has(integration.name))));
  }

  #begin(integration: Integration, needsResync: boolean): Promise<void> {
    const { lastFullAt, problem } = integration.sync;
    const fullSyncAt = lastFullAt === null || needsResync ? 0 : Date.parse(lastFullAt) + SYNC_INTERVALS_MS.full;
    if (problem !== null || fullSyncAt <= Date.now()) return this.#fullSync(integration, RETRY_FIRST_MS);
    integration.sync = { ...integration.sync, state: 'IDLE', progress: null };
    this.#ended.add(integration.name);
    this.#deltaSyncUntil(integration, Math.min(fullSyncAt, Date.now() + SYNC_INTERVALS_MS.full));
    return Promise.resolve();
  }

  /** Whether each integration's first full sync has succeeded, failed, or run for 30 s. */
  get ready(): boolean {
    return this.#ended.size === this.#directory.integrations.length || Date.now() - this.#startedAt >= READY_AFTER_MS;
  }

  stop(): void {
    this.#abort.abort(new Error('the gateway stops'));
    for (const timer of this.#timers) clearTimeout(timer);
  }

  async #fullSync(integration: Integration, retryAfter: number): Promise<void> {
    const directory = this.#directory;
    const { name } = integration;
    const startedAt = Date.now();
    const line = setInterval(() => this.#logProgress(integration), SYNC_INTERVALS_MS.progressLine);
    line.unref();
    try {
      await fullSync({ directory, integration, signal: this.#abort.signal });
    } catch (error) {
      if (!this.#abort.signal.aborted) {
        this.#log.error({ integration: name, err: error }, 'the full sync was aborted by an error');
        const problem = problemOf(error);
        integration.sync = { ...integration.sync, state: 'FAILING', progress: null, problem, kinds: undefined };
      }
    }
    clearInterval(line);
    this.#ended.add(name);
    if (this.#abort.signal.aborted) return;
    const { problem } = integration.sync;
    const details = { integration: name, milliseconds: Date.now() - startedAt, ...this.#counts(name) };
    if (problem === null) this.#log.info(details, 'full sync ended');
    else this.#log.warn({ ...details, problem }, 'full sync failed');
    if (problem !== null) {
      this.#after(retryAfter, () => this.#fullSync(integration, Math.min(RETRY_MAX_MS, retryAfter * 2)));
    } else this.#deltaSyncUntil(integration, Date.now() + SYNC_INTERVALS_MS.full);
  }

  /** Runs delta syncs until the next full sync is due. */
  #deltaSyncUntil(integration: Integration, fullSyncAt: number): void {
    const left = fullSyncAt - Date.now();
    if (!supportsDeltaSync(integration) || left <= SYNC_INTERVALS_MS.delta) {
      this.#after(left, () => this.#fullSync(integration, RETRY_FIRST_MS));
      return;
    }
    this.#after(SYNC_INTERVALS_MS.delta, async () => {
      await this.#deltaSync(integration);
      if (!this.#abort.signal.aborted) this.#deltaSyncUntil(integration, fullSyncAt);
    });
  }

  async #deltaSync(integration: Integration): Promise<void> {
    const { name } = integration;
    const { state } = integration.sync;
    integration.sync = { ...integration.sync, state: 'REFRESHING' };
    try {
      await deltaSync({ directory: this.#directory, integration, signal: this.#abort.signal });
      integration.worked('READ_CHANGES');
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      // The directory stays as it was; the next delta sync starts where the last successful one did.
      const problem = integration.failed('READ_CHANGES', error);
      this.#log.warn({ integration: name, problem, err: error }, 'delta sync failed');
    }
    integration.sync = { ...integration.sync, state };
  }

  #logProgress({ name, sync }: Integration): void {
    if (sync.state !== 'FIRST_WALK') return;
    const percent = sync.progress === null ? null : Math.floor(sync.progress * 100);
    this.#log.info({ integration: name, percent, ...this.#counts(name) }, 'full sync running');
  }

  #counts(name: string): { employees: number; skills: number } {
    return { employees: this.#directory.employeeCount(name), skills: this.#directory.skillCount(name) };
  }

  #after(milliseconds: number, work: () => Promise<void>): void {
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        void work();
      },
      Math.max(0, milliseconds),
    );
    timer.unref();
    this.#timers.add(timer);
  }
}
