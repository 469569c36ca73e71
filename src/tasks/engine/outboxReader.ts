import type { TaskStore } from '../store/store.ts';
import type { WrittenEvent } from '../task.ts';
import type { Log } from '../../lib/log.ts';
import type { TaskEvents } from './events.ts';

/** Events read at once. */
const PAGE = 200;
/** How late an item may be heard of whose signal got lost. */
const NET_MS = 30_000;

export interface FollowOptions {
  store: Pick<TaskStore, 'written'>;
  events: Pick<TaskEvents, 'listenWritten'>;
  log: Log;
}

export interface Following {
  /** Resolves when all that was stored before the call has been told; rejects where the store cannot be read. */
  catchUp(): Promise<void>;
  stop(): void;
}

/**
 * Tells of every item that SUCCEEDED or ended OUTCOME_UNKNOWN since then, and goes on until it is stopped. Signals say only that there is something:
 * one reader at a time reads on from where the last one ended, so that nothing is told twice or out of order.
 * Rejects where the store cannot be read at first; later it tries again with the next signal.
 */
export async function followWritten(
  { store, events, log }: FollowOptions,
  since: number,
  hear: (event: WrittenEvent) => void,
): Promise<Following> {
  let from: { after: string } | { since: number } = { since };
  let reading: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  const stopping = new AbortController();
  const { signal: stopped } = stopping;

  const tell = (event: WrittenEvent): void => {
    if (stopped.aborted) return;
    try {
      hear(event);
    } catch (error) {
      log.error({ err: error, taskId: event.item.taskId }, 'A listener to written items threw.');
    }
  };
  const readOn = async (): Promise<void> => {
    for (let moved = true; moved && !stopped.aborted;) {
      const { events: found, cursor } = await store.written(from, PAGE);
      // A page may be short or empty where items are dropped already; the cursor says whether there was something.
      moved = cursor !== null && !('after' in from && from.after === cursor);
      // Before they are told, so that none is told again whatever happens then.
      if (cursor !== null) from = { after: cursor };
      for (const event of found) tell(event);
    }
  };
  /** Reads to the end of what was stored when it was called; calls in the meantime share the next reading. */
  const catchUp = (): Promise<void> => {
    if (stopped.aborted) return Promise.resolve();
    if (!reading) {
      reading = readOn().finally(() => {
        reading = null;
      });
      return reading;
    }
    next ??= reading
      .catch(() => {})
      .then(() => {
        next = null;
        return catchUp();
      });
    return next;
  };
  const signal = (): void => {
    catchUp().catch((error: unknown) => {
      if (!stopped.aborted) log.warn({ err: error }, 'Written items could not be read; trying again.');
    });
  };

  const stopListening = await events.listenWritten(signal);
  const net = setInterval(signal, NET_MS).unref();
  const stop = (): void => {
    stopping.abort();
    clearInterval(net);
    stopListening();
  };
  try {
    await catchUp();
  } catch (error) {
    stop();
    throw error;
  }
  return { stop, catchUp };
}
