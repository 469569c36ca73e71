/** The writing ports: ratings (synchronous), assignments (a task, or synchronous in older generations), new employees. */
import type { Call, RatingWrite, UpsertEmployeesPort, WritePort, WriteResult } from '../../src/domain/ports.ts';
import { ProviderError } from '../../src/domain/problem.ts';
import type { RatingRow } from '../../src/domain/records.ts';
import { type Json, optionalId, ShapeError, unreadable } from '../../src/outbound/shape.ts';
import type { Upstream } from '../../src/outbound/upstream.ts';
import { type Answer, readOne, submit } from './client.ts';
import { fromAssignment, fromEmployee, fromRating, type RatingBody, toEmployee, toRating } from './mappers.ts';
import { PATHS } from './raw.ts';
import { taskResult } from './task.ts';

/** Upserts in place by employee, skill and source (section 12), so that repeating does the same again. */
export function ratePort(upstream: Upstream, body: RatingBody): WritePort<RatingWrite, RatingRow> {
  return {
    batchSize: 1,
    repeat: 'safe',
    run: (items, call) =>
      runEach(items, call, async (item) => {
        const submission = { operation: 'rate', path: PATHS.ratings, body: fromRating(item, body), repeatable: true };
        return storedRating(upstream, 'rate', await submit(upstream, submission, call));
      }),
  };
}

/** The same upsert by another door; the answer is a task's id, or at once a row where the tenant is of an older generation. */
export function assignPort(upstream: Upstream): WritePort<RatingWrite, RatingRow> {
  return {
    batchSize: 1,
    repeat: 'safe',
    run: (items, call) =>
      runEach(items, call, async (item) => {
        const body = fromAssignment(item);
        const submission = { operation: 'assign', path: PATHS.assignments, body, repeatable: true };
        const answer = await submit(upstream, submission, call);
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

/** Creates only: the update exists for three payroll systems (section 14.2). A repeated creation makes a second person. */
export function upsertEmployeesPort(upstream: Upstream): UpsertEmployeesPort {
  const operation = 'upsertEmployees';
  return {
    batchSize: 1,
    repeat: 'never',
    creates: true,
    updates: false,
    fields: ['workEmail', 'givenName', 'familyName', 'jobTitle', 'startDate'],
    required: ['givenName', 'familyName'],
    run: (items, call) =>
      runEach(items, call, async (item) => {
        if (item.existing !== null) {
          throw new ProviderError('NOT_OFFERED', 'The provider creates employees and does not update them.');
        }
        const submission = { operation, path: PATHS.employees, body: fromEmployee(item), repeatable: false };
        const { data, warnings } = await submit(upstream, submission, call);
        const row = readStored(upstream, operation, data, toEmployee);
        return { state: 'done', row, remoteId: row.remoteId, warnings };
      }),
  };
}

/** What the vendor says it stored: the row, or its id alone. */
function storedRating(upstream: Upstream, operation: string, { data, warnings }: Answer): WriteResult<RatingRow> {
  const id = optionalId(data.id);
  if (id !== null && Object.keys(data).length === 1) return { state: 'done', row: null, remoteId: id, warnings };
  const row = readStored(upstream, operation, data, toRating);
  return { state: 'done', row, remoteId: row.remoteId, warnings };
}

function readStored<Row>(upstream: Upstream, operation: string, data: Json, map: (raw: Json) => Row): Row {
  try {
    return map(data);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    const atData = new ShapeError(`data.${error.path}`, error.expected, undefined);
    throw unreadable(Object.assign(atData, { found: error.found }), operation, (note) => upstream.drift(note));
  }
}

/** One result per item, in order; a failure becomes the item's result. Throws only before anything was sent. */
async function runEach<Item, Row>(
  items: readonly Item[],
  call: Call,
  write: (item: Item) => Promise<WriteResult<Row>>,
): Promise<WriteResult<Row>[]> {
  call.signal?.throwIfAborted();
  return Promise.all(
    items.map(async (item) => {
      try {
        return await write(item);
      } catch (error) {
        return resultOf<Row>(error, call);
      }
    }),
  );
}

function resultOf<Row>(error: unknown, call: Call): WriteResult<Row> {
  if (error instanceof ProviderError) return { state: error.mayHaveApplied ? 'unknown' : 'failed', error };
  if (call.signal?.aborted !== true) throw error;
  // Given up on between sending and the answer.
  const message = 'The request was given up before the provider answered.';
  return {
    state: 'unknown',
    error: new ProviderError('OUTCOME_UNKNOWN', message, { mayHaveApplied: true, cause: error }),
  };
}
