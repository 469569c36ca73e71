import { problemOf } from '../../domain/problem.ts';
import { deltaSync, supportsDeltaSync } from './deltaSync.ts';
import type { Directory } from '../directory.ts';
import type { Integration } from '../../integrations/integration.ts';
import { fullSync } from './fullSync.ts';

/** How often what is read, whatever the provider. */
export const EVERY_MS = {
  /** Full walks are the only way to see all removals, and cheap beside the providers' own syncs of hours. */
  walk: 15 * 60_000,
  /** What changed: mostly one call of an empty page for each kind. */
  changes: 60_000,
  /** A line in the log of a long first walk. */
  progressLine: 5_000,
} as const;
/** After a failed walk: 10 s, doubling up to 5 minutes. */
const RETRY_FIRST_MS = 10_000;
const RETRY_MOST_MS = 5 * 60_000;
/** A first walk longer than this no longer holds back readiness. */
export const READY_AFTER_MS = 30_000;

export interface Log {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** Keeps the directory filled: a walk of every integration at the start, then again and again. */
export class SyncScheduler {
  readonly #directory: Directory;
  readonly #log: Log;
  readonly #abort = new AbortController();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #startedAt = Date.now();
  readonly #ended = new Set<string>();

  constructor(directory: Directory, log: Log) {
    this.#directory = directory;
    this.#log = log;
  }

  /**
   * Starts all walks side by side; resolves when each integration's first one has ended, well or not. What another
   * process has walked within the time between two walks, and left in the directory, is only read for changes until
   * that is over; `anew`: not so of these, of which something is missing here.
   */
  async start({ anew = new Set() }: { anew?: ReadonlySet<string> } = {}): Promise<void> {
    const { integrations } = this.#directory;
    await Promise.all(integrations.map((integration) => this.#begin(integration, anew.has(integration.name))));
  }

  #begin(integration: Integration, isAnew: boolean): Promise<void> {
    const { lastFullAt, problem } = integration.sync;
    const walkAt = lastFullAt === null || isAnew ? 0 : Date.parse(lastFullAt) + EVERY_MS.walk;
    if (problem !== null || walkAt <= Date.now()) return this.#walk(integration, RETRY_FIRST_MS);
    integration.sync = { ...integration.sync, state: 'IDLE', progress: null };
    this.#ended.add(integration.name);
    this.#rest(integration, Math.min(walkAt, Date.now() + EVERY_MS.walk));
    return Promise.resolve();
  }

  /** Each integration's first walk finished, failed, or 30 s old. */
  get ready(): boolean {
    return this.#ended.size === this.#directory.integrations.length || Date.now() - this.#startedAt >= READY_AFTER_MS;
  }

  stop(): void {
    this.#abort.abort(new Error('the gateway stops'));
    for (const timer of this.#timers) clearTimeout(timer);
  }

  async #walk(integration: Integration, retryAfter: number): Promise<void> {
    const directory = this.#directory;
    const { name } = integration;
    const startedAt = Date.now();
    const line = setInterval(() => this.#logProgress(integration), EVERY_MS.progressLine);
    line.unref();
    try {
      await fullSync({ directory, integration, signal: this.#abort.signal });
    } catch (error) {
      if (!this.#abort.signal.aborted) {
        this.#log.error({ integration: name, err: error }, 'walk broke off');
        const problem = problemOf(error);
        integration.sync = { ...integration.sync, state: 'FAILING', progress: null, problem, kinds: undefined };
      }
    }
    clearInterval(line);
    this.#ended.add(name);
    if (this.#abort.signal.aborted) return;
    const { problem } = integration.sync;
    const details = { integration: name, milliseconds: Date.now() - startedAt, ...this.#counts(name) };
    if (problem === null) this.#log.info(details, 'walk ended');
    else this.#log.warn({ ...details, problem }, 'walk failed');
    if (problem !== null) {
      this.#after(retryAfter, () => this.#walk(integration, Math.min(RETRY_MOST_MS, retryAfter * 2)));
    } else this.#rest(integration, Date.now() + EVERY_MS.walk);
  }

  /** Reads changes until it is time to walk again. */
  #rest(integration: Integration, walkAt: number): void {
    const left = walkAt - Date.now();
    if (!supportsDeltaSync(integration) || left <= EVERY_MS.changes) {
      this.#after(left, () => this.#walk(integration, RETRY_FIRST_MS));
      return;
    }
    this.#after(EVERY_MS.changes, async () => {
      await this.#deltaSync(integration);
      if (!this.#abort.signal.aborted) this.#rest(integration, walkAt);
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
      // The directory stays as it was; the next read starts where the last good one did.
      const problem = integration.failed('READ_CHANGES', error);
      this.#log.warn({ integration: name, problem, err: error }, 'reading changes failed');
    }
    integration.sync = { ...integration.sync, state };
  }

  #logProgress({ name, sync }: Integration): void {
    if (sync.state !== 'FIRST_WALK') return;
    const percent = sync.progress === null ? null : Math.floor(sync.progress * 100);
    this.#log.info({ integration: name, percent, ...this.#counts(name) }, 'walking');
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
