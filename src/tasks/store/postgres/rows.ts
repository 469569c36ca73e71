import type { ItemOutcome } from '../../../domain/writeOutcome.ts';
import type { Problem } from '../../../domain/problem.ts';
import type { Conversion, ItemWrite, Task, TaskItem, TaskItemState, TaskKind } from '../../task.ts';
import type { ItemProgress, OpenItem } from '../store.ts';
import { taskStateOf } from '../../stateMachine.ts';

export interface RawTask {
  id: string;
  tenant: string;
  client: string | null;
  kind: TaskKind;
  revision: number;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
  expires_at: Date;
  expired: boolean;
  cancel_requested: boolean;
  stopped: boolean;
  /** A bigint, as text; likewise `written`. */
  accepted: string;
  total: number;
  pending: number;
  running: number;
  succeeded: number;
  failed: number;
  unknown: number;
  skipped: number;
  cancelled: number;
  problem: Problem | null;
  parent_id: string | null;
}

export interface RawItem {
  task_id: string;
  position: number;
  state: TaskItemState;
  attempts: number;
  provider_task_id: string | null;
  input_index: number;
  key: string | null;
  integration: string;
  work: ItemWrite;
  conversion: Conversion | null;
  warnings: string[];
  outcome: ItemOutcome | null;
  problem: Problem | null;
}

export interface RawOpenItem extends RawItem {
  tenant: string;
  version: number;
  in_flight: boolean;
  blocked: boolean;
  cancelling: boolean;
  progress: ItemProgress;
}

export interface RawWrittenItem extends RawItem {
  tenant: string;
  written: string;
  written_at: Date;
}

export function toTask(raw: RawTask): Task {
  const { total, pending, running, succeeded, failed, unknown, skipped, cancelled } = raw;
  const counts = { total, pending, running, succeeded, failed, unknown, skipped, cancelled };
  return {
    id: raw.id,
    tenant: raw.tenant,
    client: raw.client,
    kind: raw.kind,
    state: taskStateOf(counts, {
      started: raw.started_at !== null,
      expired: raw.expired,
      cancelRequested: raw.cancel_requested,
      stopped: raw.stopped,
    }),
    revision: raw.revision,
    createdAt: raw.created_at.toISOString(),
    startedAt: raw.started_at?.toISOString() ?? null,
    finishedAt: raw.finished_at?.toISOString() ?? null,
    expiresAt: raw.expires_at.toISOString(),
    counts,
    problem: raw.problem,
    parentId: raw.parent_id,
  };
}

export function toItem(raw: RawItem): TaskItem {
  return {
    taskId: raw.task_id,
    position: raw.position,
    state: raw.state,
    attempts: raw.attempts,
    providerTaskId: raw.provider_task_id,
    index: raw.input_index,
    key: raw.key,
    integration: raw.integration,
    work: raw.work,
    conversion: raw.conversion,
    warnings: raw.warnings,
    outcome: raw.outcome,
    problem: raw.problem,
  };
}

export function toOpenItem(raw: RawOpenItem): OpenItem {
  return {
    ...toItem(raw),
    tenant: raw.tenant,
    version: raw.version,
    inFlight: raw.in_flight,
    blocked: raw.blocked,
    cancelling: raw.cancelling,
    progress: raw.progress,
  };
}
