/**
 * The states of items and tasks: how an item gets from one to the next, and what a task's state follows from. The stores
 * carry the rules out in Lua and in SQL, since each change must be atomic there. The rule for tasks is generated from
 * TASK_STATE_RULES; the stores' contract walks every row of ITEM_TRANSITIONS in each of them.
 */
import type { TaskCounts, TaskItemState, TaskState } from './task.ts';

/** States of an item that is unfinished; all others are final. */
export const OPEN_ITEM_STATES = ['PENDING', 'RUNNING'] as const satisfies readonly TaskItemState[];

const OPEN_ITEM: ReadonlySet<TaskItemState> = new Set(OPEN_ITEM_STATES);

/** Whether an item in this state changes no more. */
export function isFinalItem(state: TaskItemState): boolean {
  return !OPEN_ITEM.has(state);
}

/** What can happen to an item: the worker changes it, its task is asked to stop, a later write overtakes it. */
export type ItemEvent = 'change' | 'cancel' | 'supersede';

/** What a transition depends on. */
export interface ItemFacts {
  /** The item is unfinished. */
  open: boolean;
  /** Nothing of it is under way. */
  idle: boolean;
  /** The change leaves it unfinished with nothing under way, to be tried again. */
  waits: boolean;
  /** Its task was asked to stop. */
  cancelRequested: boolean;
  /** An earlier try may have taken effect; after a change, as the change says. */
  uncertain: boolean;
}

export interface ItemTransition {
  event: ItemEvent;
  /** All of these must hold. */
  when: readonly (keyof ItemFacts)[];
  /** The next state; `asked` is the one that the change names. */
  to: TaskItemState | 'asked';
}

/** The first row whose conditions hold decides. Where none does, the event leaves the item as it is. */
export const ITEM_TRANSITIONS: readonly ItemTransition[] = [
  { event: 'change', when: ['open', 'waits', 'cancelRequested', 'uncertain'], to: 'OUTCOME_UNKNOWN' },
  { event: 'change', when: ['open', 'waits', 'cancelRequested'], to: 'CANCELLED' },
  { event: 'change', when: ['open'], to: 'asked' },
  { event: 'cancel', when: ['open', 'idle', 'uncertain'], to: 'OUTCOME_UNKNOWN' },
  { event: 'cancel', when: ['open', 'idle'], to: 'CANCELLED' },
  { event: 'supersede', when: ['open', 'idle'], to: 'CANCELLED' },
];

/** The row that an event follows; undefined where the event is refused. */
export function itemTransition(event: ItemEvent, facts: ItemFacts): ItemTransition | undefined {
  return ITEM_TRANSITIONS.find((row) => row.event === event && row.when.every((name) => facts[name]));
}

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

/** What the state of a task follows from, besides its items. */
export interface TaskFacts {
  started: boolean;
  expired: boolean;
  /** It was asked to stop while items were unfinished. */
  cancelRequested: boolean;
  /** That ended an item: as CANCELLED, or as unknown where its last try was uncertain. Items overtaken do not count. */
  stopped: boolean;
}

/** Conditions on a task: `good` items SUCCEEDED or were SKIPPED, `bad` ones FAILED or ended OUTCOME_UNKNOWN. */
export type TaskCondition = keyof TaskFacts | 'unfinished' | 'good' | 'bad' | 'badOrCancelled';

/**
 * A task's state from its items: the first row whose conditions all hold. An item that a later write overtook (CANCELLED)
 * neither took effect nor failed: it makes the whole CANCELLED only where nothing else happened. One that a request to stop
 * ended always does.
 */
export const TASK_STATE_RULES: readonly (readonly [state: TaskState, ...when: TaskCondition[]])[] = [
  ['EXPIRED', 'expired'],
  ['CANCELLING', 'unfinished', 'cancelRequested'],
  ['RUNNING', 'unfinished', 'started'],
  ['QUEUED', 'unfinished'],
  ['CANCELLED', 'stopped'],
  ['PARTIALLY_SUCCEEDED', 'good', 'badOrCancelled'],
  ['SUCCEEDED', 'good'],
  ['FAILED', 'bad'],
  ['CANCELLED'],
];

const CONDITIONS: Record<TaskCondition, (counts: TaskCounts, facts: TaskFacts) => boolean> = {
  expired: (_, { expired }) => expired,
  started: (_, { started }) => started,
  cancelRequested: (_, { cancelRequested }) => cancelRequested,
  stopped: (_, { stopped }) => stopped,
  unfinished: ({ pending, running }) => pending + running > 0,
  good: ({ succeeded, skipped }) => succeeded + skipped > 0,
  bad: ({ failed, unknown }) => failed + unknown > 0,
  badOrCancelled: ({ failed, unknown, cancelled }) => failed + unknown + cancelled > 0,
};

/** A task's state by TASK_STATE_RULES. */
export function taskStateOf(counts: TaskCounts, facts: TaskFacts): TaskState {
  for (const [state, ...when] of TASK_STATE_RULES) {
    if (when.every((condition) => CONDITIONS[condition](counts, facts))) return state;
  }
  throw new Error('The last rule has no condition.');
}
