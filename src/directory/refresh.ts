import { problemOf } from '../domain/problem.ts';
import type { Directory } from './directory.ts';
import type { Integration } from './integration.ts';
import { walkIntegration } from './walk.ts';

/** A full walk every 15 minutes: the only way to see removals, and cheap beside the providers' own sync of hours. */
const WALK_EVERY_MS = 15 * 60_000;
/** After a failed walk: 10 s, doubling up to 5 minutes. */
const RETRY_FIRST_MS = 10_000;
const RETRY_MOST_MS = 5 * 60_000;
/** A first walk longer than this no longer holds back readiness (DESIGN: Running). */
const READY_AFTER_MS = 30_000;

export interface Log {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** Keeps the directory filled: a walk of every integration at the start, then again and again. */
export class DirectoryRefresh {
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

  /** Starts all walks side by side; resolves when each integration's first one has ended, well or not. */
  async start(): Promise<void> {
    await Promise.all(this.#directory.integrations.map((integration) => this.#walk(integration, RETRY_FIRST_MS)));
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
    try {
      await walkIntegration({ directory, integration, signal: this.#abort.signal });
    } catch (error) {
      if (!this.#abort.signal.aborted) {
        this.#log.error({ integration: name, err: error }, 'walk broke off');
        integration.sync = { ...integration.sync, state: 'FAILING', progress: null, problem: problemOf(error) };
      }
    }
    this.#ended.add(name);
    if (this.#abort.signal.aborted) return;
    const { problem } = integration.sync;
    const counts = { employees: directory.employeeCount(name), skills: directory.skillCount(name) };
    const details = { integration: name, milliseconds: Date.now() - startedAt, ...counts };
    if (problem === null) this.#log.info(details, 'walk ended');
    else this.#log.warn({ ...details, problem }, 'walk failed');
    const wait = problem === null ? WALK_EVERY_MS : retryAfter;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.#walk(integration, problem === null ? RETRY_FIRST_MS : Math.min(RETRY_MOST_MS, retryAfter * 2));
    }, wait);
    timer.unref();
    this.#timers.add(timer);
  }
}
