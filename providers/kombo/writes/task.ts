/**
 * Tasks (kombo.md#tasks), and what an assignment's says became of it. The payload of a completed one is assumed
 * (kombo.md#tasks), so it is read leniently.
 */
import type { WriteResult } from '../../../src/domain/ports.ts';
import type { ProviderError } from '../../../src/domain/problem.ts';
import type { RatingRow } from '../../../src/domain/records.ts';
import {
  isObject,
  type Json,
  optionalId,
  optionalText,
  ShapeError,
  typeName,
} from '../../../src/outbound/payload/payload.ts';
import type { Upstream } from '../../../src/outbound/upstream.ts';
import type { Answer } from '../client.ts';
import { failureOfTask } from '../errors.ts';
import { toRating } from '../mappers/mappers.ts';

const OPERATION = 'assignTask';

export type TaskState =
  | { state: 'pending' }
  /** Processed; single items in `data` may have failed all the same. */
  | { state: 'completed'; data: unknown }
  /** Nothing was processed. */
  | { state: 'failed'; error: unknown };

/** How far a task is; a state that nobody has heard of counts as pending. */
export function readTask(upstream: Upstream, operation: string, { data: task }: Answer): TaskState {
  switch (optionalText(task.status)?.toUpperCase()) {
    case 'COMPLETED':
      return { state: 'completed', data: task.data };
    case 'FAILED':
      return { state: 'failed', error: task.error };
    case 'PENDING':
      return { state: 'pending' };
    default:
      upstream.drift({
        operation,
        path: 'data.status',
        expected: 'PENDING, COMPLETED or FAILED',
        found: typeName(task.status),
      });
      return { state: 'pending' };
  }
}

/** The result of an assignment's task. */
export function taskResult(upstream: Upstream, providerTaskId: string, answer: Answer): WriteResult<RatingRow> {
  const task = readTask(upstream, OPERATION, answer);
  if (task.state === 'pending') return { state: 'accepted', providerTaskId };
  return task.state === 'failed' ? failed(task.error) : completed(upstream, task.data, answer.warnings);
}

/** The failure of a task, or of an item in it; unknown where the task ran out of time. */
export function failed(error: unknown): Extract<WriteResult<never>, { error: ProviderError }> {
  const failure = failureOfTask(error);
  return { state: failure.mayHaveApplied ? 'unknown' : 'failed', error: failure };
}

/** A row, one item of the shared task envelope around a row, or a bare id. */
function completed(upstream: Upstream, data: unknown, warnings: readonly string[]): WriteResult<RatingRow> {
  const payload: unknown = Array.isArray(data) ? data[0] : data;
  if (!isObject(payload)) {
    return { state: 'done', row: null, remoteId: null, warnings };
  }
  const isItem = 'status' in payload && !('employee_id' in payload);
  if (!isItem) return stored(upstream, payload, warnings);
  if (optionalText(payload.status)?.toUpperCase() === 'FAILED') return failed(payload.error);
  return stored(upstream, isObject(payload.data) ? payload.data : {}, warnings);
}

function stored(upstream: Upstream, raw: Json, warnings: readonly string[]): WriteResult<RatingRow> {
  const remoteId = optionalId(raw.id);
  if (!('employee_id' in raw)) return { state: 'done', row: null, remoteId, warnings };
  try {
    return { state: 'done', row: toRating(raw), remoteId, warnings };
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    // That it took effect is the state's to say; only what was stored cannot be shown.
    const { path, expected, found } = error;
    upstream.drift({ operation: OPERATION, path: `data.data.${path}`, expected, found });
    return { state: 'done', row: null, remoteId, warnings };
  }
}
