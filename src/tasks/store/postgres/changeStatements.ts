/** The SQL that changes items of one task by ITEM_TRANSITIONS, and counts them in it. */
import { OPEN_STATES } from './openStates.ts';
import { asFunction, placeholders } from './sqlFunction.ts';

const STATE_COLUMNS = {
  pending: 'PENDING',
  running: 'RUNNING',
  succeeded: 'SUCCEEDED',
  failed: 'FAILED',
  unknown: 'OUTCOME_UNKNOWN',
  skipped: 'SKIPPED',
  cancelled: 'CANCELLED',
} as const;

/** By how much each count grows, from rows with the states `before` and `after`. */
const deltas = Object.entries(STATE_COLUMNS)
  .map(
    ([column, state]) =>
      `(count(*) FILTER (WHERE after = '${state}') - count(*) FILTER (WHERE before = '${state}'))::integer AS ${column}`,
  )
  .join(', ');
/** Sets the counts of the task `t` from the deltas `d`. */
const sums = Object.keys(STATE_COLUMNS)
  .map((column) => `${column} = t.${column} + d.${column}`)
  .join(', ');
const finished = 't.pending + d.pending + t.running + d.running = 0';
/** How an item ends that was to be tried again, by what its progress remembers. */
const stoppedAs = (progress: string) =>
  `CASE WHEN (${progress}->>'uncertain')::boolean THEN 'OUTCOME_UNKNOWN' ELSE 'CANCELLED' END`;
/** Whether everybody is to hear of it: reads show what it wrote, or may. */
const told = (state: string, progress: string, stopped: string) =>
  `CASE WHEN ${stopped} THEN (${progress}->>'uncertain')::boolean ELSE ${state} IN ('SUCCEEDED', 'OUTCOME_UNKNOWN') END`;

/**
 * Applies changes to items that are still in the version they were made from, and counts them in the task. Where the task
 * was cancelled, an item that would wait to be tried again is stopped: whoever made the change may not know.
 * Answers the task with the changed positions; nothing when none changed.
 *
 * $1 task, $2 changes, $3 now, $4 expires at when this finishes it.
 */
const APPLY_CHANGES = `
WITH step AS (
  SELECT nextval('gateway.written') AS number
), change AS (
  SELECT * FROM jsonb_to_recordset($2::jsonb) AS c (position integer, version integer, state text, "inFlight" boolean,
    attempts integer, "providerTaskId" text, outcome jsonb, problem jsonb, warnings jsonb, progress jsonb)
), fresh AS (
  SELECT i.position, i.state AS before, t.cancel_requested AND c.state IN ${OPEN_STATES} AND NOT c."inFlight" AS stopped
  FROM gateway.task_item AS i JOIN change AS c USING (position) JOIN gateway.task AS t ON t.id = i.task_id
  WHERE i.task_id = $1 AND i.version = c.version AND i.state IN ${OPEN_STATES}
  FOR UPDATE OF i
), changed AS (
  UPDATE gateway.task_item AS i SET version = i.version + 1,
    state = CASE WHEN fresh.stopped THEN ${stoppedAs('c.progress')} ELSE c.state END,
    in_flight = c."inFlight", attempts = c.attempts, provider_task_id = c."providerTaskId", outcome = c.outcome,
    problem = c.problem, warnings = c.warnings, progress = c.progress,
    written = CASE WHEN ${told('c.state', 'c.progress', 'fresh.stopped')} THEN (SELECT number FROM step) END,
    written_at = CASE WHEN ${told('c.state', 'c.progress', 'fresh.stopped')} THEN $3::timestamptz END
  FROM change AS c JOIN fresh USING (position)
  WHERE i.task_id = $1 AND i.position = c.position
  RETURNING i.position, fresh.before, i.state AS after, fresh.stopped
), d AS (
  SELECT ${deltas}, array_agg(position ORDER BY position) AS changed, bool_or(stopped OR after = 'CANCELLED') AS stopped
  FROM changed
)
UPDATE gateway.task AS t SET revision = t.revision + 1, ${sums},
  stopped = t.stopped OR t.cancel_requested AND d.stopped,
  changed_at = $3::timestamptz,
  started_at = coalesce(t.started_at, $3::timestamptz),
  finished_at = CASE WHEN ${finished} THEN $3::timestamptz END,
  expires_at = CASE WHEN ${finished} THEN $4::timestamptz ELSE t.expires_at END
FROM d WHERE t.id = $1 AND d.changed IS NOT NULL
RETURNING t, d.changed`;

export const APPLY = `SELECT (a.task).*, a.changed FROM gateway.apply_changes (${placeholders(4)}) AS a`;

/**
 * Stops a task: its items that are not in flight end, and it is known from now on that it is to be stopped.
 * Answers the task and whether that changed anything; nothing when the tenant has none of this id.
 *
 * $1 tenant, $2 task, $3 now, $4 expires at when this finishes it.
 */
const CANCEL_TASK = `
WITH step AS (
  SELECT nextval('gateway.written') AS number
), target AS (
  SELECT * FROM gateway.task WHERE tenant = $1 AND id = $2 FOR UPDATE
), waiting AS (
  SELECT i.position, i.state AS before FROM gateway.task_item AS i JOIN target ON target.id = i.task_id
  WHERE i.state IN ${OPEN_STATES} AND NOT i.in_flight
  FOR UPDATE OF i
), ended AS (
  UPDATE gateway.task_item AS i SET version = i.version + 1, state = ${stoppedAs('i.progress')},
    written = CASE WHEN (i.progress->>'uncertain')::boolean THEN (SELECT number FROM step) END,
    written_at = CASE WHEN (i.progress->>'uncertain')::boolean THEN $3::timestamptz END
  FROM waiting WHERE i.task_id = $2 AND i.position = waiting.position
  RETURNING waiting.before, i.state AS after
), d AS (
  SELECT ${deltas}, count(*) > 0 AS stopped FROM ended
), changed AS (
  UPDATE gateway.task AS t SET revision = t.revision + 1, ${sums},
    cancel_requested = true,
    stopped = t.stopped OR d.stopped,
    changed_at = $3::timestamptz,
    finished_at = CASE WHEN ${finished} THEN $3::timestamptz END,
    expires_at = CASE WHEN ${finished} THEN $4::timestamptz ELSE t.expires_at END
  FROM d JOIN target ON true
  WHERE t.id = target.id AND t.finished_at IS NULL AND (d.stopped OR NOT t.cancel_requested)
  RETURNING t
)
SELECT changed.t, true FROM changed
UNION ALL
SELECT t, false FROM gateway.task AS t JOIN target ON t.id = target.id WHERE NOT EXISTS (SELECT 1 FROM changed)`;

export const CANCEL = `SELECT (c.task).*, c.changed FROM gateway.cancel_task (${placeholders(4)}) AS c`;

export const CHANGE_FUNCTIONS: readonly string[] = [
  asFunction(
    'apply_changes',
    'text, jsonb, timestamptz, timestamptz',
    'TABLE (task gateway.task, changed integer[])',
    APPLY_CHANGES,
  ),
  asFunction(
    'cancel_task',
    'text, text, timestamptz, timestamptz',
    'TABLE (task gateway.task, changed boolean)',
    CANCEL_TASK,
  ),
];
