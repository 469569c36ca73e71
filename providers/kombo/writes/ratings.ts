/**
 * The writing ports on what people hold: ratings (synchronous), assignments (a task, or synchronous in older
 * generations).
 */
import type { RatingWrite, WritePort, WriteResult } from '../../../src/domain/ports.ts';
import type { RatingRow } from '../../../src/domain/records.ts';
import { optionalId } from '../../../src/outbound/payload/payload.ts';
import type { Upstream } from '../../../src/outbound/upstream.ts';
import { type Answer, readOne, submit } from '../client.ts';
import { fromAssignment, fromRating, type RatingBody, toRating } from '../mappers/mappers.ts';
import { PATHS } from '../raw.ts';
import { readStored, runEach } from './results.ts';
import { taskResult } from './task.ts';

/** Upserts in place by employee, skill and source (kombo.md#rating-rules), so that repeating does the same again. */
export function ratePort(upstream: Upstream, body: RatingBody): WritePort<RatingWrite, RatingRow> {
  return {
    batchSize: 1,
    repeat: 'safe',
    run: (items, call) =>
      runEach(items, call, async (item, own) => {
        const submission = { operation: 'rate', path: PATHS.ratings, body: fromRating(item, body), repeatable: true };
        return storedRating(upstream, 'rate', await submit(upstream, submission, own));
      }),
  };
}

/**
 * The same upsert by another door; the answer is a task's id, or at once a row where the tenant is of an older
 * generation.
 */
export function assignPort(upstream: Upstream): WritePort<RatingWrite, RatingRow> {
  return {
    batchSize: 1,
    repeat: 'safe',
    run: (items, call) =>
      runEach(items, call, async (item, own) => {
        const body = fromAssignment(item);
        const submission = { operation: 'assign', path: PATHS.assignments, body, repeatable: true };
        const answer = await submit(upstream, submission, own);
        const providerTaskId = optionalId(answer.data.task_id);
        return providerTaskId === null
          ? storedRating(upstream, 'assign', answer)
          : { state: 'accepted', providerTaskId };
      }),
    async follow(providerTaskId, _item, call) {
      const path = PATHS.assignmentTask(providerTaskId);
      return taskResult(upstream, providerTaskId, await readOne(upstream, 'assignTask', path, call));
    },
  };
}

/** What the vendor says it stored: the row, or its id alone. */
function storedRating(upstream: Upstream, operation: string, { data, warnings }: Answer): WriteResult<RatingRow> {
  const id = optionalId(data.id);
  if (id !== null && Object.keys(data).length === 1) return { state: 'done', row: null, remoteId: id, warnings };
  const row = readStored(upstream, operation, data, toRating);
  return { state: 'done', row, remoteId: row.remoteId, warnings };
}
