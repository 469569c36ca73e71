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

/**
 * A task's state from its items. An item that a later write overtook (CANCELLED) neither took effect nor failed: it
 * makes the whole CANCELLED only where nothing else happened.
 */
export function taskStateOf(counts: TaskCounts, facts: { started: boolean; expired: boolean }): TaskState {
  if (facts.expired) return 'EXPIRED';
  if (counts.pending + counts.running > 0) return facts.started ? 'RUNNING' : 'QUEUED';
  const good = counts.succeeded + counts.skipped;
  const bad = counts.failed + counts.unknown;
  if (good > 0) return bad + counts.cancelled > 0 ? 'PARTIALLY_SUCCEEDED' : 'SUCCEEDED';
  return bad > 0 ? 'FAILED' : 'CANCELLED';
}
