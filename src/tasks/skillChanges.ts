import { WRITES } from '../domain/operations.ts';
import type { WrittenEvent } from './task.ts';

/** That ratings of some employees have changed in one integration. */
export interface NotedChange {
  integration: string;
  /** The provider's own ids of the employees. */
  employeeIds: ReadonlySet<string>;
  /** The task that changed them; null when the change came from the provider. */
  taskId: string | null;
  /** RFC 3339, UTC. */
  at: string;
}

/** What a watcher is told; whose ratings they are it knows. */
export type SkillChange = Omit<NotedChange, 'employeeIds'>;

/** A provider's own record of an employee. */
interface EmployeeRecord {
  integration: string;
  remoteId: string;
}

/** Beyond it, the oldest change of an integration makes room for a newer one: what is to be read again is the same. */
const MAX_WAITING = 100;

/**
 * Tells watchers whose ratings have changed, within this process. For changes as they come: what was noted before a
 * watcher came is not repeated. A slow watcher finds changes of one integration by one task merged.
 */
export class SkillChanges {
  readonly #watchers = new Set<{ records: () => readonly EmployeeRecord[]; stream: ChangeStream }>();
  readonly #startedAt: number;
  /** Hears of each watcher that comes. */
  onWatch: () => void = () => {};

  constructor(now: () => number = Date.now) {
    this.#startedAt = now();
  }

  /** Watchers that have not ended. */
  get size(): number {
    return this.#watchers.size;
  }

  /** The records that are watched now, by integration. */
  get watched(): ReadonlyMap<string, ReadonlySet<string>> {
    const watched = new Map<string, Set<string>>();
    for (const { records } of this.#watchers) {
      for (const { integration, remoteId } of records()) {
        const known = watched.get(integration);
        if (known) known.add(remoteId);
        else watched.set(integration, new Set([remoteId]));
      }
    }
    return watched;
  }

  /** Takes what an engine's `follow` calls back with; reads must show it already. Writes from before the start are no news. */
  written({ at, item }: Pick<WrittenEvent, 'at' | 'item'>): void {
    const { integration, taskId, work } = item;
    if (at < this.#startedAt || WRITES[work.operation].writes !== 'rating' || !('employeeId' in work.write)) return;
    const employeeIds = new Set([work.write.employeeId]);
    this.noted({ integration, employeeIds, taskId, at: new Date(at).toISOString() });
  }

  /** Tells all watchers of these employees. */
  noted({ employeeIds, ...change }: NotedChange): void {
    for (const { records, stream } of this.#watchers) {
      const isWatched = records().some(
        ({ integration, remoteId }) => integration === change.integration && employeeIds.has(remoteId),
      );
      if (isWatched) stream.push(change);
    }
  }

  /** Ends all watches: nothing is noted here any more. */
  close(): void {
    for (const { stream } of this.#watchers) stream.end();
  }

  /**
   * Changes of these records from now on. They are asked for at each change: records may have been joined or parted since.
   * Ends on abort.
   */
  watch(records: () => readonly EmployeeRecord[], signal: AbortSignal): AsyncIterableIterator<SkillChange> {
    const stream = new ChangeStream();
    const watcher = { records, stream };
    const abort = () => stream.end();
    this.#watchers.add(watcher);
    stream.onEnd = () => {
      this.#watchers.delete(watcher);
      signal.removeEventListener('abort', abort);
    };
    if (signal.aborted) stream.end();
    else {
      signal.addEventListener('abort', abort, { once: true });
      this.onWatch();
    }
    return stream;
  }
}

/** Holds the newest change of each integration and task until it is read. */
class ChangeStream implements AsyncIterableIterator<SkillChange> {
  onEnd: () => void = () => {};
  #ended = false;
  readonly #waiting = new Map<string, SkillChange>();
  readonly #readers: ((result: IteratorResult<SkillChange>) => void)[] = [];

  push(change: SkillChange): void {
    if (this.#ended) return;
    const key = JSON.stringify([change.integration, change.taskId]);
    // Behind the others: they are read in the order of their instants.
    this.#waiting.delete(key);
    this.#waiting.set(key, change);
    if (this.#waiting.size > MAX_WAITING) this.#leaveOut(change);
    this.#serve();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#waiting.clear();
    this.onEnd();
    this.#serve();
  }

  next(): Promise<IteratorResult<SkillChange>> {
    return new Promise((resolve) => {
      this.#readers.push(resolve);
      this.#serve();
    });
  }

  return(): Promise<IteratorResult<SkillChange>> {
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The oldest of the integration that has changed once more. */
  #leaveOut(newest: SkillChange): void {
    for (const [key, change] of this.#waiting) {
      if (change.integration !== newest.integration) continue;
      if (change !== newest) this.#waiting.delete(key);
      return;
    }
  }

  #serve(): void {
    while (this.#readers.length > 0) {
      const [first] = this.#waiting;
      if (!first && !this.#ended) return;
      const read = this.#readers.shift();
      if (first) {
        this.#waiting.delete(first[0]);
        read?.({ done: false, value: first[1] });
      } else read?.({ done: true, value: undefined });
    }
  }
}
