import type { BatchRef } from '../store/store.ts';

/** A batch on its way to a worker. */
export interface QueuedBatch extends BatchRef {
  /** Where its task was asked for, as `TaskTraces.here` said; absent outside of traces, and where a sweep found the batch. */
  trace?: string | undefined;
}

/** Answers when to come again (milliseconds since the epoch); null when the batch is done with. */
export type Visitor = (batch: QueuedBatch, signal: AbortSignal) => Promise<number | null>;

/** Which batches to visit, and when; survives the process. Every batch added is visited until it is done with, at least once. */
export interface JobQueue {
  /** Adds batches; one that is queued already stays as it is. */
  add(batches: readonly QueuedBatch[]): Promise<void>;
  /** Begins to visit. A visit that throws is repeated later. */
  work(visit: Visitor): void;
  /**
   * Takes no more jobs, gives those under way so many milliseconds, then aborts them and puts them back.
   * With `lost`, the store is gone: lets go of everything at once.
   */
  close(options: { graceMs: number; lost?: boolean }): Promise<void>;
}
