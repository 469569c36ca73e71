import type { BatchRef } from '../store/store.ts';
import type { Hold } from './lease.ts';

/** A batch on its way to a worker. */
export interface QueuedBatch extends BatchRef {
  /** Where its task was asked for, as `TaskTraces.here` said; absent outside of traces, and where a sweep found the batch. */
  trace?: string | undefined;
}

/** Answers when to come again (milliseconds since the epoch); null when the batch is done with. */
export type Visitor = (batch: QueuedBatch, hold: Hold) => Promise<number | null>;

/** Which batches to visit, and when; survives the process. Every batch added is visited until it is done with, at least once. */
export interface JobQueue {
  /** Adds batches; one that is queued already stays as it is. */
  add(batches: readonly QueuedBatch[]): Promise<void>;
  /**
   * Begins to visit. A visit that throws is repeated later, and so is one whose hold was lost, maybe by another worker while
   * the first has not ended yet.
   */
  work(visit: Visitor): void;
  /**
   * Takes no more jobs, gives those under way so many milliseconds, then aborts them and puts them back.
   * With `lost`, the store is gone: lets go of everything at once.
   */
  close(options: { graceMs: number; lost?: boolean }): Promise<void>;
}
