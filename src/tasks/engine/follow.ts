import type { TaskStore } from '../store/store.ts';
import type { WrittenEvent } from '../task.ts';
import type { EngineLog } from './engine.ts';
import type { TaskEvents } from './events.ts';

/** Events read at once. */
const PAGE = 200;
/** How late an item may be heard of whose signal got lost. */
const NET_MS = 30_000;

export interface FollowOptions {
  store: Pick<TaskStore, 'written'>;
  events: Pick<TaskEvents, 'listenWritten'>;
  log: EngineLog;
}

/**
 * Tells of every item that SUCCEEDED since then, and goes on until it is stopped. Signals say only that there is something:
 * one reader at a time reads on from where the last one ended, so that nothing is told twice or out of order.
 * Rejects where the store cannot be read at first; later it tries again with the next signal.
 */
export async function followWritten(
  { store, events, log }: FollowOptions,
  since: number,
  hear: (event: WrittenEvent) => void,
): Promise<() => void> {
  let from: { after: string } | { since: number } = { since };
  let reading = false;
  let again = false;
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
  const wake = async (): Promise<void> => {
    again = true;
    if (reading) return;
    reading = true;
    try {
      while (again && !stopped.aborted) {
        again = false;
        await readOn();
      }
    } finally {
      reading = false;
    }
  };
  const signal = (): void => {
    wake().catch((error: unknown) => {
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
    await wake();
  } catch (error) {
    stop();
    throw error;
  }
  return stop;
}
