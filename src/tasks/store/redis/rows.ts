import type { ItemOutcome } from '../../../domain/writeOutcome.ts';
import type { Problem } from '../../../domain/problem.ts';
import type { Conversion, ItemWrite, Task, TaskItem, TaskItemState, TaskKind, TaskState } from '../../task.ts';
import type { ItemProgress, OpenItem } from '../store.ts';

/** A task's hash as JSON; numbers are text, and null is absent. Times are milliseconds. */
interface RawTask {
  id: string;
  tenant: string;
  client?: string;
  kind: TaskKind;
  state: TaskState;
  sequence: string;
  revision: string;
  createdAt: string;
  startedAt?: string;
  finishedAt?: string;
  expiresAt: string;
  total: string;
  pending: string;
  running: string;
  succeeded: string;
  failed: string;
  unknown: string;
  skipped: string;
  cancelled: string;
  parentId?: string;
}

/** What never changes of an item. */
interface RawWork {
  index: number;
  key: string | null;
  integration: string;
  work: ItemWrite;
  conversion: Conversion | null;
}

/** What the worker changes of an item. */
interface RawValues {
  attempts: number;
  providerTaskId: string | null;
  outcome: ItemOutcome | null;
  warnings: string[];
  progress: ItemProgress;
}

/** Position, work, "state inFlight version uncertain token", values, problem. */
export type RawItem = readonly [
  position: number | string,
  work: string,
  state: string,
  values: string,
  problem?: string | null,
];
export type RawOpenItem = readonly [...Required<RawItem>, blocked: number];

/** A task as the scripts answer and announce it, and its place in the order of acceptance. */
export function toSequencedTask(text: string): { task: Task; sequence: string } {
  const raw = JSON.parse(text) as RawTask;
  const task: Task = {
    id: raw.id,
    tenant: raw.tenant,
    client: raw.client ?? null,
    kind: raw.kind,
    state: raw.state,
    revision: Number(raw.revision),
    createdAt: iso(raw.createdAt),
    startedAt: raw.startedAt === undefined ? null : iso(raw.startedAt),
    finishedAt: raw.finishedAt === undefined ? null : iso(raw.finishedAt),
    expiresAt: iso(raw.expiresAt),
    counts: {
      total: Number(raw.total),
      pending: Number(raw.pending),
      running: Number(raw.running),
      succeeded: Number(raw.succeeded),
      failed: Number(raw.failed),
      unknown: Number(raw.unknown),
      skipped: Number(raw.skipped),
      cancelled: Number(raw.cancelled),
    },
    problem: null,
    parentId: raw.parentId ?? null,
  };
  return { task, sequence: raw.sequence };
}

export function toTask(text: string): Task {
  return toSequencedTask(text).task;
}

export function toItem(taskId: string, [position, work, state, values, problem]: RawItem): TaskItem {
  const { attempts, providerTaskId, outcome, warnings } = JSON.parse(values) as RawValues;
  return {
    ...(JSON.parse(work) as RawWork),
    taskId,
    position: Number(position),
    state: state.slice(0, state.indexOf(' ')) as TaskItemState,
    attempts,
    providerTaskId,
    outcome,
    problem: problem ? (JSON.parse(problem) as Problem) : null,
    warnings,
  };
}

export function toOpenItem(
  { taskId, tenant, cancelRequested }: { taskId: string; tenant: string; cancelRequested: boolean },
  raw: RawOpenItem,
): OpenItem {
  const [, inFlight, version] = raw[2].split(' ');
  return {
    ...toItem(taskId, [raw[0], raw[1], raw[2], raw[3], raw[4]]),
    tenant,
    version: Number(version),
    inFlight: inFlight === '1',
    blocked: raw[5] === 1,
    // The wish ends all others at once, so that what is still open was in flight.
    cancelling: cancelRequested,
    progress: (JSON.parse(raw[3]) as RawValues).progress,
  };
}

/** What the worker changes, as it is stored. */
export function valuesText({ attempts, providerTaskId, outcome, warnings, progress }: RawValues): string {
  return JSON.stringify({ attempts, providerTaskId, outcome, warnings, progress } satisfies RawValues);
}

/** What never changes of an item, as it is stored. */
export function workText({ index, key, integration, work, conversion }: RawWork): string {
  return JSON.stringify({ index, key, integration, work, conversion } satisfies RawWork);
}

function iso(milliseconds: string): string {
  return new Date(Number(milliseconds)).toISOString();
}
