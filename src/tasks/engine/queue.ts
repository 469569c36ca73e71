import type { BatchRef } from '../store/store.ts';

/** Answers when to come again (milliseconds since the epoch); null when the batch is done with. */
export type Visitor = (batch: BatchRef, signal: AbortSignal) => Promise<number | null>;

/** Which batches to visit, and when; survives the process. Every batch added is visited until it is done with, at least once. */
export interface JobQueue {
  /** Adds batches; one that is queued already stays as it is. */
  add(batches: readonly BatchRef[]): Promise<void>;
  /** Begins to visit. A visit that throws is repeated later. */
  work(visit: Visitor): void;
  /**
   * Takes no more jobs, gives those under way so many milliseconds, then aborts them and puts them back.
   * With `lost`, the store is gone: lets go of everything at once.
   */
  close(options: { graceMs: number; lost?: boolean }): Promise<void>;
}
