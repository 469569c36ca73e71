import type { ItemOutcome } from '../../domain/writeOutcome.ts';
import type { IdempotencyKey, NewTask, Task, TaskFilter, TaskItem, TaskItemState, WrittenEvent } from '../task.ts';
import type { Problem } from '../../domain/problem.ts';

/** The items of one task that go to a provider together; the unit of work. */
export interface BatchRef {
  taskId: string;
  batch: number;
}

/** What the worker remembers of an unfinished item between two visits. Times are milliseconds since the epoch. */
export interface ItemProgress {
  /** Visits that counted against the limit of tries: sent, or failed before sending. */
  tries: number;
  /** Not to be tried again before; null when nothing is to be waited for. */
  dueAt: number | null;
  /** When the provider accepted it for later; null when it did not. */
  acceptedAt: number | null;
  /** Whether it was submitted a second time because the provider had forgotten its task. */
  resubmitted: boolean;
  /** Whether an earlier try, which may be repeated, ended without anybody knowing whether it took effect. */
  uncertain: boolean;
}

/** An unfinished item as the worker sees it. */
export interface OpenItem extends TaskItem {
  tenant: string;
  /** Counts its changes; a change applies only to the version it was made from. */
  version: number;
  /** Sent, and the answer not stored: under way now, or left behind by a crash, or with the provider. */
  inFlight: boolean;
  /** An earlier accepted item for the same employee and skill is unfinished. */
  blocked: boolean;
  /**
   * Its task was asked to stop while the item was in flight: what is under way goes to its end, and nothing is sent
   * again.
   */
  cancelling: boolean;
  progress: ItemProgress;
}

/** The new values of an item, made from its `version`. */
export interface ItemChange {
  position: number;
  version: number;
  state: TaskItemState;
  inFlight: boolean;
  attempts: number;
  providerTaskId: string | null;
  outcome: ItemOutcome | null;
  problem: Problem | null;
  warnings: string[];
  progress: ItemProgress;
}

/** What waits for a worker, or is being worked on. */
export interface Backlog {
  /** Batches with unfinished items. */
  open: number;
  /** When the first of their tasks was accepted, in milliseconds since the epoch; null where there is none. */
  oldestAt: number | null;
}

/** A task about to be stored: `batches[i]` is the batch of item i. */
export interface TaskToStore extends NewTask {
  id: string;
  batches: readonly number[];
}

/** What an idempotency key stands for: the first task for the same body, a refusal for another one. */
export type Claim = { outcome: 'replayed'; task: Task } | { outcome: 'keyReused' };

export type StoreStartResult =
  /** `overtaken`: other tasks of which an item was cancelled, because this task writes the same thing later. */
  { outcome: 'started'; task: Task; overtaken: Task[] } | Claim;

/**
 * Where tasks, their items, revisions and idempotency keys live. Every method is atomic, and what it answered is
 * stored. `now` is milliseconds since the epoch.
 */
export interface TaskStore {
  /**
   * Stores a task with its items and claims its idempotency key, scoped to (tenant, client) for 24 hours.
   * An item that sets or removes a rating cancels (SUPERSEDED) earlier ones for the same (tenant, integration,
   * employee, skill) that are not under way; a bare tag cancels nothing, because it would lose the rating that it waits
   * for.
   */
  start(task: TaskToStore, now: number): Promise<StoreStartResult>;
  /** What a key stands for, without claiming it; null when it is free. */
  claimed(tenant: string, client: string | null, key: IdempotencyKey, now: number): Promise<Claim | null>;
  /** Null when unknown, or of another tenant. */
  task(tenant: string, id: string): Promise<Task | null>;
  item(tenant: string, taskId: string, position: number): Promise<TaskItem | null>;
  /** Up to `limit` items in the order of their positions. */
  items(
    tenant: string,
    taskId: string,
    page: { states: readonly TaskItemState[] | null; afterPosition: number; limit: number },
  ): Promise<TaskItem[]>;
  /** The unfinished items of a batch, in the order of their positions. */
  open(batch: BatchRef): Promise<OpenItem[]>;
  /**
   * Applies the changes whose item is still in the version they were made from and unfinished, as one revision.
   * One that puts an item of a cancelled task back to be tried again ends it, as `cancel` would have.
   * Answers the task as stored and the positions that changed; null when none did.
   */
  apply(taskId: string, changes: readonly ItemChange[], now: number): Promise<{ task: Task; changed: number[] } | null>;
  /**
   * Cancels the items of a task that are not in flight; those in flight go to their end, and until then the task is
   * CANCELLING. An item whose last try is `uncertain` ends OUTCOME_UNKNOWN in place of CANCELLED; each keeps its
   * problem. Finally the task is CANCELLED when an item was cancelled by this. One revision when anything changed; a
   * finished task stays as it is. Null when unknown, or of another tenant; `changed` says whether this call changed
   * anything.
   */
  cancel(tenant: string, id: string, now: number): Promise<{ task: Task; changed: boolean } | null>;
  /**
   * Tasks of a tenant that meet the filter, newest first (by the order of acceptance), at most `limit`, after a cursor
   * of an earlier answer; `total` counts all that meet the filter. Expired ones are among them.
   */
  list(
    tenant: string,
    filter: TaskFilter,
    page: { after: string | null; limit: number },
  ): Promise<{ tasks: { task: Task; cursor: string }[]; total: number }>;
  /**
   * Batches with unfinished items in the order of acceptance, at most `limit`, after a cursor; `next` is null on the
   * last page.
   */
  unfinished(page: { after: string | null; limit: number }): Promise<{ batches: BatchRef[]; next: string | null }>;
  /** What is unfinished now, of all tenants. */
  backlog(): Promise<Backlog>;
  /**
   * Items that SUCCEEDED or ended OUTCOME_UNKNOWN, in the order they were stored: after a cursor of an earlier answer,
   * or from `since` (milliseconds) where the cursor is null. `cursor` is where to go on, also where there was nothing
   * new (null: as before). Kept for at least 24 hours.
   */
  written(
    from: { after: string } | { since: number },
    limit: number,
  ): Promise<{ events: WrittenEvent[]; cursor: string | null }>;
  /**
   * Drops the items of tasks past `expiresAt`, tombstones of 30 days, and idempotency keys of 24 hours.
   * Answers the tasks that became EXPIRED.
   */
  expire(now: number): Promise<Task[]>;
}

/** How long a finished task, a tombstone and an idempotency key are kept. */
const DAY = 86_400_000;
export const TASK_RETENTION_MS = 7 * DAY;
export const TOMBSTONE_RETENTION_MS = 30 * DAY;
export const KEY_LIFETIME_MS = DAY;
