import { events, post } from './client.ts';
import { breath } from './writes.ts';
import type { World } from './world.ts';

/** What a watcher saw of one task. */
export interface Seen {
  taskId: string;
  /** The terminal state; null when the watch was given up without one. */
  final: string | null;
  /** Revisions that came although they, or a later one, had come before. */
  duplicates: number;
  /** Streams it needed. */
  streams: number;
}

const WATCH = 'subscription ($id: ID!, $after: Int) { taskUpdated(id: $id, afterRevision: $after) { state revision } }';
const FINAL = new Set(['SUCCEEDED', 'PARTIALLY_SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED']);

/**
 * Watches a task to its end as a good client does: on whichever replica is up, resuming after the last revision seen when a
 * stream breaks off. One in ten cuts its own socket after the first event.
 */
export async function watch(
  world: Pick<World, 'up'>,
  taskId: string,
  random: () => number,
  signal: AbortSignal,
): Promise<Seen> {
  const seen: Seen = { taskId, final: null, duplicates: 0, streams: 0 };
  let last = 0;
  let cut = random() < 0.1;
  while (seen.final === null && !signal.aborted) {
    const url = await world.up('serve', random);
    const own = new AbortController();
    const both = AbortSignal.any([signal, own.signal]);
    seen.streams += 1;
    try {
      const response = await post(
        url,
        WATCH,
        { id: taskId, after: last || null },
        { accept: 'text/event-stream', signal: both },
      );
      for await (const event of events(response)) {
        const update = (event as { data?: { taskUpdated: { state: string; revision: number } } | null }).data
          ?.taskUpdated;
        // An error event: the replica shuts down, or cannot read its store now.
        if (!update) break;
        if (update.revision <= last) seen.duplicates += 1;
        last = Math.max(last, update.revision);
        if (FINAL.has(update.state)) seen.final = update.state;
        else if (cut) {
          cut = false;
          own.abort();
        }
      }
    } catch {
      // Broken off: resumed below.
    }
    if (seen.final === null && !signal.aborted) await breath();
  }
  return seen;
}
