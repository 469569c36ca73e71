/** The SQL that goes through many tasks, page by page. */
import { TASK_STATE_RULES, type TaskCondition } from '../../stateMachine.ts';
import { OPEN_STATES } from './openStates.ts';
import { asFunction, placeholders } from './sqlFunction.ts';

const CONDITIONS: Record<TaskCondition, string> = {
  expired: 't.expired',
  started: 't.started_at IS NOT NULL',
  cancelRequested: 't.cancel_requested',
  stopped: 't.stopped',
  unfinished: 't.pending + t.running > 0',
  good: 't.succeeded + t.skipped > 0',
  bad: 't.failed + t.unknown > 0',
  badOrCancelled: 't.failed + t.unknown + t.cancelled > 0',
};

const STATES = TASK_STATE_RULES.map(
  ([state, ...when]) => `WHEN ${when.map((name) => CONDITIONS[name]).join(' AND ') || 'true'} THEN '${state}'`,
);

/** A task's state by TASK_STATE_RULES, for the filter. Plain SQL, which is planned as part of what calls it. */
const TASK_STATE = `CREATE OR REPLACE FUNCTION gateway.task_state (t gateway.task) RETURNS text LANGUAGE sql IMMUTABLE AS $function$
SELECT CASE
  ${STATES.join('\n  ')} END
$function$`;

/**
 * A page of the tasks that meet the conditions, newest first, and on each row how many there are; one row without a task
 * where the page is empty.
 *
 * $1 tenant, $2 kinds or null, $3 states or null, $4 integrations or null, $5 created since or null, $6 accepted before or
 * null, $7 limit.
 */
const LIST_TASKS = `
WITH found AS MATERIALIZED (
  SELECT t.accepted FROM gateway.task AS t
  WHERE t.tenant = $1 AND ($2 IS NULL OR t.kind = ANY ($2)) AND ($3 IS NULL OR gateway.task_state(t) = ANY ($3))
    AND ($4 IS NULL OR t.integrations && $4) AND ($5 IS NULL OR t.created_at >= $5)
), page AS (
  SELECT accepted FROM found WHERE $6 IS NULL OR accepted < $6 ORDER BY accepted DESC LIMIT $7
)
SELECT t, counted.matches
FROM (SELECT count(*)::integer AS matches FROM found) AS counted
LEFT JOIN (page JOIN gateway.task AS t USING (accepted)) ON true
ORDER BY page.accepted DESC`;

export const LIST = `SELECT (l.task).*, l.matches FROM gateway.list_tasks (${placeholders(7)}) AS l`;

/**
 * $1 after the task accepted as this number, $2 and its batch, $3 limit. An unfinished task has a batch to show, and only the
 * first may have shown all of its own: so many tasks are enough, however many there are.
 */
export const UNFINISHED = `
SELECT t.accepted, t.id, b.batch FROM (
  SELECT id, accepted FROM gateway.task WHERE finished_at IS NULL AND accepted >= $1 ORDER BY accepted LIMIT $3 + 1
) AS t CROSS JOIN LATERAL (
  SELECT DISTINCT i.batch FROM gateway.task_item AS i
  WHERE i.task_id = t.id AND i.state IN ${OPEN_STATES} AND (t.accepted > $1 OR i.batch > $2)
) AS b
ORDER BY t.accepted, b.batch LIMIT $3`;

/** How many batches are unfinished, and when the first task that has one was accepted. */
export const BACKLOG = `
SELECT count(*)::integer AS open, (
  SELECT created_at FROM gateway.task WHERE finished_at IS NULL ORDER BY accepted LIMIT 1
) AS oldest_at
FROM (
  SELECT DISTINCT i.task_id, i.batch FROM gateway.task AS t JOIN gateway.task_item AS i ON i.task_id = t.id
  WHERE t.finished_at IS NULL AND i.state IN ${OPEN_STATES}
) AS b`;

/** $1 after the item written by the step of this number, $2 at this position, $3 written since, $4 limit. */
export const WRITTEN = `
SELECT i.*, t.tenant FROM gateway.task_item AS i JOIN gateway.task AS t ON t.id = i.task_id
WHERE i.written IS NOT NULL AND (i.written, i.position) > ($1, $2) AND i.written_at >= $3::timestamptz
ORDER BY i.written, i.position LIMIT $4`;

export const LIST_FUNCTIONS: readonly string[] = [
  TASK_STATE,
  asFunction(
    'list_tasks',
    'text, text[], text[], text[], timestamptz, bigint, integer',
    'TABLE (task gateway.task, matches integer)',
    LIST_TASKS,
  ),
];
