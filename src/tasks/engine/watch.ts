import { isFinalTask } from '../stateMachine.ts';
import type { Task } from '../task.ts';
import type { TaskEvents } from './events.ts';

export interface WatchOptions {
  events: TaskEvents;
  read: () => Promise<Task | null>;
  taskId: string;
  afterRevision?: number | undefined;
  signal?: AbortSignal | undefined;
  /** What the stream ends with when the store has the task no more; TaskGoneError where left out. */
  gone?: (() => Error) | undefined;
  /** What is to be done before a state is passed on; null where nothing is. Never rejects. */
  before?: ((task: Task) => Promise<void> | null) | undefined;
}

/** A stream of a task's states; `end` ends it from outside, with an error or quietly. */
export interface Watcher extends AsyncIterableIterator<Task> {
  end(error?: Error): void;
  /** True once nothing more will come in; what came may still be read. */
  readonly ended: boolean;
}

/** The store had the task, and has lost it or what it knew of it. */
export class TaskGoneError extends Error {
  override readonly name = 'TaskGoneError';
}

/** Pause before a store that could not be read after a gap is read again. */
const REREAD_MS = 1000;
/** How late the state is seen of which no news came: news may get lost, and a store that was emptied has none. */
const NET_MS = 30_000;

/**
 * Listens (acknowledged), reads the stored state, then passes on what is newer: a change between listening and reading is
 * seen by one of the two. Null when there is no such task. `onEnd` is called once, when the stream has ended.
 *
 * A store may go back: to an older revision, when it lost its last writes, or to none. What is read then counts, although
 * its revision was passed: the state is sent again, and a task that is gone ends the stream with an error.
 */
export async function watchTask(options: WatchOptions, onEnd: (watcher: Watcher) => void): Promise<Watcher | null> {
  const { events, read, taskId, signal, before = () => null } = options;
  const { gone = () => new TaskGoneError(`The store has no task ${taskId} any more.`) } = options;
  const stream = new TaskStream(options.afterRevision ?? 0);
  let retrying: NodeJS.Timeout | null = null;
  /** In the order they came: what waits holds back what follows. */
  let waiting: Promise<void> | null = null;
  const pass = (task: Task): void => {
    const first = before(task);
    if (!first && !waiting) {
      stream.push(task);
      return;
    }
    const mine = Promise.all([waiting, first]).then(() => {
      if (waiting === mine) waiting = null;
      stream.push(task);
    });
    waiting = mine;
  };
  const again = (): void => {
    if (retrying) clearTimeout(retrying);
    retrying = null;
    const { revision } = stream;
    read().then(
      (task) => {
        if (task === null) return stream.end(gone());
        if (task.revision < revision) stream.goBackTo(task.revision);
        pass(task);
      },
      // What was missed may have been the end: there is no giving up while somebody watches.
      () => {
        if (!stream.ended) retrying ??= setTimeout(again, REREAD_MS).unref();
      },
    );
  };
  const stopListening = await events.listen(taskId, { news: pass, gap: again });
  const net = setInterval(again, NET_MS).unref();
  const abort = (): void => stream.end();
  stream.onEnd = () => {
    stopListening();
    clearInterval(net);
    if (retrying) clearTimeout(retrying);
    signal?.removeEventListener('abort', abort);
    onEnd(stream);
  };
  try {
    const task = await read();
    if (task === null) stream.end();
    else {
      if (task.revision < (options.afterRevision ?? 0)) stream.goBackTo(task.revision);
      pass(task);
    }
    if (signal?.aborted) stream.end();
    else signal?.addEventListener('abort', abort, { once: true });
    return task === null ? null : stream;
  } catch (error) {
    stream.end();
    throw error;
  }
}

/** Holds at most one state, the newest: whoever reads slowly skips what was overtaken. */
class TaskStream implements Watcher {
  onEnd: () => void = () => {};
  #seen: number;
  #newest: Task | null = null;
  #last = false;
  #ended = false;
  #error: Error | null = null;
  #readers: { resolve(result: IteratorResult<Task>): void; reject(error: Error): void }[] = [];

  constructor(afterRevision: number) {
    this.#seen = afterRevision;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The newest that was taken in, read or not. */
  get revision(): number {
    return Math.max(this.#seen, this.#newest?.revision ?? 0);
  }

  /** Takes this revision, and what follows it, for newer than all before. */
  goBackTo(revision: number): void {
    this.#newest = null;
    this.#seen = Math.min(this.#seen, revision - 1);
  }

  push(task: Task): void {
    if (this.#ended || this.#last) return;
    if (task.revision > this.revision) this.#newest = task;
    if (isFinalTask(task.state)) {
      this.#last = true;
      this.#finish();
    }
    this.#serve();
  }

  end(error?: Error): void {
    if (this.#ended) return;
    this.#newest = null;
    this.#last = true;
    this.#error = error ?? null;
    this.#finish();
    this.#serve();
  }

  next(): Promise<IteratorResult<Task>> {
    return new Promise((resolve, reject) => {
      this.#readers.push({ resolve, reject });
      this.#serve();
    });
  }

  return(): Promise<IteratorResult<Task>> {
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(error: unknown): Promise<IteratorResult<Task>> {
    this.end();
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.onEnd();
  }

  #serve(): void {
    while (this.#readers.length > 0) {
      if (this.#newest === null && !this.#last) return;
      const reader = this.#readers.shift();
      const error = this.#error;
      this.#error = null;
      if (this.#newest !== null) {
        this.#seen = this.#newest.revision;
        reader?.resolve({ done: false, value: this.#newest });
        this.#newest = null;
      } else if (error) reader?.reject(error);
      else reader?.resolve({ done: true, value: undefined });
    }
  }
}
