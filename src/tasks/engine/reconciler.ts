import type { TaskStore } from '../store/store.ts';
import type { Log } from '../../lib/log.ts';
import type { JobQueue, QueuedBatch } from './queue.ts';

/** Batches read and enqueued at once. */
const PAGE = 500;
/** Pause between looks at the store: after a failure to enqueue, and between pages where replicas share the store. */
const SWEEP_MS = 5000;

export interface SweepOptions {
  store: Pick<TaskStore, 'unfinished'>;
  queue: Pick<JobQueue, 'add'>;
  /** Other processes store work, too, and may die before they enqueue it. */
  shared: boolean;
  log: Log;
}

/** Sees to it that whatever is stored and unfinished is in the queue, sooner or later. */
export interface Sweep {
  /** Enqueues in the background; what fails is found by a look at the store. */
  enqueue(batches: readonly QueuedBatch[]): void;
  /** Resolves when nothing is being enqueued any more. */
  stop(): Promise<void>;
}

/** Enqueues all that is unfinished before it resolves. Adding what is queued already does nothing. */
export async function startSweep({ store, queue, shared, log }: SweepOptions): Promise<Sweep> {
  const under = new Set<Promise<void>>();
  let retry: NodeJS.Timeout | null = null;
  let round: NodeJS.Timeout | null = null;
  const stopping = new AbortController();
  const { signal: stopped } = stopping;

  const page = async (after: string | null): Promise<string | null> => {
    const { batches, next } = await store.unfinished({ after, limit: PAGE });
    if (batches.length > 0) await queue.add(batches);
    return next;
  };
  const all = async (): Promise<void> => {
    let after: string | null = null;
    do after = await page(after);
    while (after !== null && !stopped.aborted);
  };
  const track = (work: Promise<void>): void => {
    const promise = work.finally(() => under.delete(promise));
    under.add(promise);
  };
  const attempt = (work: () => Promise<void>): void => {
    const done = work().catch((error: unknown) => {
      if (stopped.aborted) return;
      log.error({ err: error }, 'Stored work could not be enqueued; trying again.');
      retry ??= setTimeout(() => {
        retry = null;
        attempt(all);
      }, SWEEP_MS);
    });
    track(done);
  };
  /** One page every five seconds, round and round: the whole store is seen however much there is, at the same small cost. */
  const goRound = (after: string | null): void => {
    round = setTimeout(() => {
      const turn = page(after).then(goRound, (error: unknown) => {
        if (!stopped.aborted) log.warn({ err: error }, 'Unfinished work could not be looked for; trying again.');
        goRound(after);
      });
      track(turn);
    }, SWEEP_MS).unref();
    if (stopped.aborted) clearTimeout(round);
  };

  await all();
  if (shared) goRound(null);
  return {
    enqueue: (batches) => attempt(() => queue.add(batches)),
    async stop() {
      stopping.abort();
      if (retry) clearTimeout(retry);
      if (round) clearTimeout(round);
      await Promise.all(under);
    },
  };
}
