/**
 * The store's SQL. Each change is one statement, so one trip to the database's thread, and atomic by itself. The long ones
 * are functions, whose plans the session keeps: planned anew each time, they took two to five times as long.
 */
import { OPEN_STATES } from './openStates.ts';
import { CHANGE_FUNCTIONS } from './changeStatements.ts';
import { LIST_FUNCTIONS } from './listStatements.ts';
import { asFunction, placeholders } from './sqlFunction.ts';

/**
 * Stores a task, unless its idempotency key was claimed within its lifetime, and cancels what it overtakes, by ITEM_TRANSITIONS.
 * Answers the new task and the tasks it overtook; nothing when the key is taken.
 *
 * $1 id, $2 tenant, $3 client, $4 kind, $5 now, $6 expires at, $7 idempotency key, $8 body hash, $9 keys older than this are
 * free, $10 items, $11 subjects overtaken, $12 the problem of what is overtaken, $13 expires at for what that finishes,
 * $14 integrations, $15 parent.
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
  INSERT INTO gateway.task
    (id, tenant, client, kind, created_at, changed_at, expires_at, total, pending, integrations, parent_id)
  SELECT $1::text, $2::text, $3::text, $4::text, $5::timestamptz, $5::timestamptz, $6::timestamptz, n, n, $14::text[], $15::text
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
  WHERE subject = ANY ($11::text[]) AND state IN ${OPEN_STATES} AND NOT in_flight AND EXISTS (SELECT 1 FROM own)
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
    changed_at = $5::timestamptz,
    finished_at = CASE WHEN t.pending + t.running = lost.pending + lost.running THEN $5::timestamptz END,
    expires_at = CASE WHEN t.pending + t.running = lost.pending + lost.running THEN $13::timestamptz ELSE t.expires_at END
  FROM lost WHERE t.id = lost.task_id
  RETURNING t.*
)
SELECT * FROM own UNION ALL SELECT * FROM others`;

export const START = `SELECT * FROM gateway.start_task (${placeholders(15)})`;

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
  WHERE earlier.subject = i.subject AND earlier.accepted < i.accepted AND earlier.state IN ${OPEN_STATES}
) AS blocked, t.cancel_requested AS cancelling
FROM gateway.task_item AS i JOIN gateway.task AS t ON t.id = i.task_id
WHERE i.task_id = $1 AND i.batch = $2 AND i.state IN ${OPEN_STATES}
ORDER BY i.position`;

export const OPEN = `SELECT (o.item).*, o.tenant, o.blocked, o.cancelling FROM gateway.open_items (${placeholders(2)}) AS o`;

/** Made at every opening. They need the tables. */
export const FUNCTIONS: readonly string[] = [
  asFunction(
    'start_task',
    'text, text, text, text, timestamptz, timestamptz, text, text, timestamptz, jsonb, text[], jsonb, timestamptz, text[], text',
    'SETOF gateway.task',
    START_TASK,
  ),
  asFunction(
    'open_items',
    'text, integer',
    'TABLE (item gateway.task_item, tenant text, blocked boolean, cancelling boolean)',
    OPEN_ITEMS,
  ),
  ...CHANGE_FUNCTIONS,
  ...LIST_FUNCTIONS,
];

/** $1 now. */
export const EXPIRE = `
WITH expired AS (
  UPDATE gateway.task SET expired = true, revision = revision + 1, changed_at = $1::timestamptz
  WHERE finished_at IS NOT NULL AND NOT expired AND expires_at <= $1::timestamptz RETURNING *
), dropped AS (
  DELETE FROM gateway.task_item USING expired WHERE task_id = expired.id
)
SELECT * FROM expired`;

/** $1 tombstones that expired before this go. */
export const BURY = 'DELETE FROM gateway.task WHERE expired AND expires_at <= $1::timestamptz';

/** $1 keys claimed before this go. */
export const FORGET_KEYS = 'DELETE FROM gateway.idempotency_key WHERE created_at <= $1::timestamptz';
