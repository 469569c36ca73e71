/**
 * The store's SQL. Each change is one statement, so one trip to the database's thread, and atomic by itself. The long ones
 * are functions, whose plans the session keeps: planned anew each time, they took two to five times as long.
 */

function asFunction(name: string, parameters: string, returns: string, statement: string): string {
  return `CREATE OR REPLACE FUNCTION gateway.${name} (${parameters}) RETURNS ${returns} LANGUAGE plpgsql AS $function$
#variable_conflict use_column
BEGIN
  RETURN QUERY ${statement};
END $function$`;
}

/**
 * Stores a task, unless its idempotency key was claimed within its lifetime, and cancels what it overtakes.
 * Answers the new task and the tasks it overtook; nothing when the key is taken.
 *
 * $1 id, $2 tenant, $3 client, $4 kind, $5 now, $6 expires at, $7 idempotency key, $8 body hash, $9 keys older than this are
 * free, $10 items, $11 subjects overtaken, $12 the problem of what is overtaken, $13 expires at for what that finishes.
 */
const START_TASK = `
WITH claim AS (
  INSERT INTO gateway.idempotency_key AS k (tenant, client, key, body_hash, task_id, created_at)
  SELECT $2::text, coalesce($3::text, ''), $7::text, $8::text, $1::text, $5::timestamptz WHERE $7::text IS NOT NULL
  ON CONFLICT (tenant, client, key) DO UPDATE
    SET body_hash = excluded.body_hash, task_id = excluded.task_id, created_at = excluded.created_at
    WHERE k.created_at <= $9::timestamptz
  RETURNING 1
), own AS (
  INSERT INTO gateway.task (id, tenant, client, kind, created_at, expires_at, total, pending)
  SELECT $1::text, $2::text, $3::text, $4::text, $5::timestamptz, $6::timestamptz, n, n
  FROM (SELECT jsonb_array_length($10::jsonb) AS n) AS size
  WHERE $7::text IS NULL OR EXISTS (SELECT 1 FROM claim)
  RETURNING *
), items AS (
  INSERT INTO gateway.task_item
    (task_id, position, batch, subject, input_index, key, integration, work, conversion, warnings, progress)
  SELECT own.id, i.position, i.batch, i.subject, i.index, i.key, i.integration, i.work, i.conversion, i.warnings, i.progress
  FROM own, jsonb_to_recordset($10::jsonb) AS i (position integer, batch integer, subject text, index integer, key text,
    integration text, work jsonb, conversion jsonb, warnings jsonb, progress jsonb)
  ORDER BY i.position
), overtaken AS (
  SELECT task_id, position, state FROM gateway.task_item
  WHERE subject = ANY ($11::text[]) AND state IN ('PENDING', 'RUNNING') AND NOT in_flight AND EXISTS (SELECT 1 FROM own)
  FOR UPDATE
), cancelled AS (
  UPDATE gateway.task_item AS i SET state = 'CANCELLED', problem = $12::jsonb, version = i.version + 1
  FROM overtaken AS o WHERE i.task_id = o.task_id AND i.position = o.position
  RETURNING i.task_id, o.state
), lost AS (
  SELECT task_id, count(*) FILTER (WHERE state = 'PENDING')::integer AS pending,
    count(*) FILTER (WHERE state = 'RUNNING')::integer AS running
  FROM cancelled GROUP BY task_id
), others AS (
  UPDATE gateway.task AS t SET
    revision = t.revision + 1,
    pending = t.pending - lost.pending,
    running = t.running - lost.running,
    cancelled = t.cancelled + lost.pending + lost.running,
    finished_at = CASE WHEN t.pending + t.running = lost.pending + lost.running THEN $5::timestamptz END,
    expires_at = CASE WHEN t.pending + t.running = lost.pending + lost.running THEN $13::timestamptz ELSE t.expires_at END
  FROM lost WHERE t.id = lost.task_id
  RETURNING t.*
)
SELECT * FROM own UNION ALL SELECT * FROM others`;

export const START = `SELECT * FROM gateway.start_task (${placeholders(13)})`;

/** $1 tenant, $2 client, $3 key, $4 keys older than this are free: the body hash and the task of a claimed key. */
export const CLAIMED = `
SELECT k.body_hash, t.* FROM gateway.idempotency_key AS k JOIN gateway.task AS t ON t.id = k.task_id
WHERE k.tenant = $1 AND k.client = coalesce($2::text, '') AND k.key = $3 AND k.created_at > $4::timestamptz`;

/** $1 tenant, $2 id. */
export const TASK = 'SELECT * FROM gateway.task WHERE tenant = $1 AND id = $2';

/** $1 tenant, $2 task, $3 after this position, $4 up to this position, $5 states or null, $6 limit. */
export const ITEMS = `
SELECT i.* FROM gateway.task_item AS i JOIN gateway.task AS t ON t.id = i.task_id
WHERE t.tenant = $1 AND i.task_id = $2 AND i.position > $3 AND i.position <= $4
  AND ($5::text[] IS NULL OR i.state = ANY ($5::text[]))
ORDER BY i.position LIMIT $6`;

/** $1 task, $2 batch. Of two items with one subject, the later accepted is blocked until the earlier is final. */
const OPEN_ITEMS = `
SELECT i, t.tenant, EXISTS (
  SELECT 1 FROM gateway.task_item AS earlier
  WHERE earlier.subject = i.subject AND earlier.accepted < i.accepted AND earlier.state IN ('PENDING', 'RUNNING')
) AS blocked
FROM gateway.task_item AS i JOIN gateway.task AS t ON t.id = i.task_id
WHERE i.task_id = $1 AND i.batch = $2 AND i.state IN ('PENDING', 'RUNNING')
ORDER BY i.position`;

export const OPEN = `SELECT (o.item).*, o.tenant, o.blocked FROM gateway.open_items (${placeholders(2)}) AS o`;

const STATE_COLUMNS = {
  pending: 'PENDING',
  running: 'RUNNING',
  succeeded: 'SUCCEEDED',
  failed: 'FAILED',
  unknown: 'OUTCOME_UNKNOWN',
  skipped: 'SKIPPED',
  cancelled: 'CANCELLED',
} as const;

const deltas = Object.entries(STATE_COLUMNS).map(
  ([column, state]) =>
    `(count(*) FILTER (WHERE after = '${state}') - count(*) FILTER (WHERE before = '${state}'))::integer AS ${column}`,
);
const sums = Object.keys(STATE_COLUMNS).map((column) => `${column} = t.${column} + d.${column}`);

/**
 * Applies changes to items that are still in the version they were made from, and counts them in the task.
 * Answers the task with the changed positions; nothing when none changed.
 *
 * $1 task, $2 changes, $3 now, $4 expires at when this finishes it.
 */
const APPLY_CHANGES = `
WITH change AS (
  SELECT * FROM jsonb_to_recordset($2::jsonb) AS c (position integer, version integer, state text, "inFlight" boolean,
    attempts integer, "providerTaskId" text, outcome jsonb, problem jsonb, warnings jsonb, progress jsonb)
), fresh AS (
  SELECT i.position, i.state FROM gateway.task_item AS i JOIN change AS c USING (position)
  WHERE i.task_id = $1 AND i.version = c.version AND i.state IN ('PENDING', 'RUNNING')
  FOR UPDATE OF i
), changed AS (
  UPDATE gateway.task_item AS i SET version = i.version + 1, state = c.state, in_flight = c."inFlight",
    attempts = c.attempts, provider_task_id = c."providerTaskId", outcome = c.outcome, problem = c.problem,
    warnings = c.warnings, progress = c.progress
  FROM change AS c JOIN fresh USING (position)
  WHERE i.task_id = $1 AND i.position = c.position
  RETURNING i.position, fresh.state AS before, i.state AS after
), d AS (
  SELECT ${deltas.join(', ')}, array_agg(position ORDER BY position) AS changed FROM changed
)
UPDATE gateway.task AS t SET revision = t.revision + 1, ${sums.join(', ')},
  started_at = coalesce(t.started_at, $3::timestamptz),
  finished_at = CASE WHEN t.pending + d.pending + t.running + d.running = 0 THEN $3::timestamptz END,
  expires_at = CASE WHEN t.pending + d.pending + t.running + d.running = 0 THEN $4::timestamptz ELSE t.expires_at END
FROM d WHERE t.id = $1 AND d.changed IS NOT NULL
RETURNING t, d.changed`;

export const APPLY = `SELECT (a.task).*, a.changed FROM gateway.apply_changes (${placeholders(4)}) AS a`;

/** Created at every opening, so that they are those of this program. Needs the tables. */
export const FUNCTIONS: readonly string[] = [
  asFunction(
    'start_task',
    'text, text, text, text, timestamptz, timestamptz, text, text, timestamptz, jsonb, text[], jsonb, timestamptz',
    'SETOF gateway.task',
    START_TASK,
  ),
  asFunction('open_items', 'text, integer', 'TABLE (item gateway.task_item, tenant text, blocked boolean)', OPEN_ITEMS),
  asFunction(
    'apply_changes',
    'text, jsonb, timestamptz, timestamptz',
    'TABLE (task gateway.task, changed integer[])',
    APPLY_CHANGES,
  ),
];

export const UNFINISHED = `
SELECT task_id, batch FROM gateway.task_item WHERE state IN ('PENDING', 'RUNNING')
GROUP BY task_id, batch ORDER BY min(accepted)`;

/** $1 now. */
export const EXPIRE = `
WITH expired AS (
  UPDATE gateway.task SET expired = true, revision = revision + 1
  WHERE finished_at IS NOT NULL AND NOT expired AND expires_at <= $1::timestamptz RETURNING *
), dropped AS (
  DELETE FROM gateway.task_item USING expired WHERE task_id = expired.id
)
SELECT * FROM expired`;

/** $1 tombstones that expired before this go. */
export const BURY = 'DELETE FROM gateway.task WHERE expired AND expires_at <= $1::timestamptz';

/** $1 keys claimed before this go. */
export const FORGET_KEYS = 'DELETE FROM gateway.idempotency_key WHERE created_at <= $1::timestamptz';

function placeholders(count: number): string {
  return Array.from({ length: count }, (_, index) => `$${index + 1}`).join(', ');
}
