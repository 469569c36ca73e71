/** A task: the handle of a write of one or more items, each against one integration. */
import type { WriteKind, WriteOf, WritePortName } from '../domain/operations.ts';
import type { Problem } from '../domain/problem.ts';
import type { Proficiency } from '../domain/rating.ts';
import type { ItemOutcome } from '../domain/writeOutcome.ts';

/** What a task does: one kind of write. */
export type TaskKind = WriteKind;

export const TASK_STATES = [
  'QUEUED',
  'RUNNING',
  'CANCELLING',
  'SUCCEEDED',
  'PARTIALLY_SUCCEEDED',
  'FAILED',
  'CANCELLED',
  'EXPIRED',
] as const;
export type TaskState = (typeof TASK_STATES)[number];

export const TASK_ITEM_STATES = [
  'PENDING',
  'RUNNING',
  'SUCCEEDED',
  'FAILED',
  'OUTCOME_UNKNOWN',
  'SKIPPED',
  'CANCELLED',
] as const;
export type TaskItemState = (typeof TASK_ITEM_STATES)[number];

/** How many items are in which state; all but `total` add up to it. */
export interface TaskCounts {
  total: number;
  pending: number;
  running: number;
  succeeded: number;
  failed: number;
  unknown: number;
  skipped: number;
  cancelled: number;
}

/** How a level was converted to the target's scale; both levels are 0..1. */
export interface Conversion {
  level: number;
  written: Proficiency;
  writtenLevel: number;
}

/** What is asked of a provider; `operation` names the port. */
export type ItemWrite<Port extends WritePortName = WritePortName> = {
  [Name in Port]: { operation: Name; write: WriteOf<Name> };
}[Port];

export interface NewTaskItem {
  /** Position in the caller's input; several items share it where one input has several targets. */
  index: number;
  /** The caller's own name for it. */
  key: string | null;
  integration: string;
  work: ItemWrite;
  conversion: Conversion | null;
  warnings: string[];
}

export interface TaskItem extends NewTaskItem {
  taskId: string;
  /** Position within the task, from 0. */
  position: number;
  state: TaskItemState;
  /** Times it was sent to the provider: each request that left with it; after a crash, also one that was about to. */
  attempts: number;
  providerTaskId: string | null;
  outcome: ItemOutcome | null;
  /** Why it failed or waits. */
  problem: Problem | null;
}

/** Times are RFC 3339, UTC. */
export interface Task {
  id: string;
  tenant: string;
  client: string | null;
  kind: TaskKind;
  state: TaskState;
  /** Grows by one with every stored change. */
  revision: number;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  expiresAt: string;
  counts: TaskCounts;
  problem: Problem | null;
  parentId: string | null;
}

/** A caller's name for one start; `bodyHash` stands for the mutation's name and its canonical input. */
export interface IdempotencyKey {
  key: string;
  bodyHash: string;
}

export interface NewTask {
  tenant: string;
  client: string | null;
  kind: TaskKind;
  items: readonly NewTaskItem[];
  idempotency: IdempotencyKey | null;
  /** The task that this one retries; null for a first try. */
  parentId: string | null;
}

/** Conditions on tasks; all given ones must hold, and a list is met by any of its values. */
export interface TaskFilter {
  kinds?: readonly TaskKind[] | undefined;
  states?: readonly TaskState[] | undefined;
  /** Has an item for one of these, also once its items are dropped. */
  integrations?: readonly string[] | undefined;
  /** Created at or after this instant; milliseconds since the epoch. */
  createdSince?: number | undefined;
}

/** An item that SUCCEEDED, or of which nobody knows whether it did, as all replicas hear of it. */
export interface WrittenEvent {
  tenant: string;
  /** When it was stored; milliseconds since the epoch. */
  at: number;
  item: TaskItem;
}

/**
 * `replayed`: the same key and body came before, and this is the task of then. `keyReused`: the key came with another
 * body.
 */
export type StartResult = { outcome: 'started' | 'replayed'; task: Task } | { outcome: 'keyReused' };
