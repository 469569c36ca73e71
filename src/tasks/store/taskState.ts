import type { TaskCounts, TaskItemState, TaskState } from '../task.ts';

const FINAL_TASK: ReadonlySet<TaskState> = new Set([
  'SUCCEEDED',
  'PARTIALLY_SUCCEEDED',
  'FAILED',
  'CANCELLED',
  'EXPIRED',
]);

/** Whether a task in this state changes no more, but for its expiry. */
export function isFinalTask(state: TaskState): boolean {
  return FINAL_TASK.has(state);
}

/** Whether an item in this state changes no more. */
export function isFinalItem(state: TaskItemState): boolean {
  return state !== 'PENDING' && state !== 'RUNNING';
}

/** What the state of a task follows from, besides its items. */
export interface TaskFacts {
  started: boolean;
  expired: boolean;
  /** It was asked to stop while items were unfinished. */
  cancelRequested: boolean;
  /** That ended an item: as CANCELLED, or as unknown where its last try was uncertain. Items overtaken do not count. */
  stopped: boolean;
}

/**
 * A task's state from its items. An item that a later write overtook (CANCELLED) neither took effect nor failed: it
 * makes the whole CANCELLED only where nothing else happened. One that somebody's wish to stop ended always does.
 */
export function taskStateOf(counts: TaskCounts, facts: TaskFacts): TaskState {
  if (facts.expired) return 'EXPIRED';
  if (counts.pending + counts.running > 0) {
    if (facts.cancelRequested) return 'CANCELLING';
    return facts.started ? 'RUNNING' : 'QUEUED';
  }
  if (facts.stopped) return 'CANCELLED';
  const good = counts.succeeded + counts.skipped;
  const bad = counts.failed + counts.unknown;
  if (good > 0) return bad + counts.cancelled > 0 ? 'PARTIALLY_SUCCEEDED' : 'SUCCEEDED';
  return bad > 0 ? 'FAILED' : 'CANCELLED';
}
