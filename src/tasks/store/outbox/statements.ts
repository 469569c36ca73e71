/** The outbox's SQL: each method is one statement. Deliveries come up by a trigger, see `postgresTrigger.ts`. */

/** $1 names. */
export const RECEIVERS = `
WITH dropped AS (
  DELETE FROM gateway.webhook_receiver WHERE name <> ALL ($1::text[])
)
INSERT INTO gateway.webhook_receiver (name) SELECT DISTINCT unnest($1::text[]) ON CONFLICT DO NOTHING`;

/** $1 now, $2 end of the lease, $3 limit, $4 receiver or null. */
export const CLAIM = `
WITH due AS (
  SELECT receiver, task_id, due_at AS was FROM gateway.webhook_delivery
  WHERE state = 'PENDING' AND due_at <= $1::timestamptz AND ($4::text IS NULL OR receiver = $4)
  ORDER BY due_at, came LIMIT $3 FOR UPDATE SKIP LOCKED
), claimed AS (
  UPDATE gateway.webhook_delivery AS d SET due_at = $2::timestamptz
  FROM due WHERE d.receiver = due.receiver AND d.task_id = due.task_id
  RETURNING d.*, due.was
)
SELECT * FROM claimed ORDER BY was, came`;

/** $1 receiver, $2 task, $3 revision, $4 now. */
export const DELIVERED = `
WITH gone AS (
  DELETE FROM gateway.webhook_delivery WHERE receiver = $1 AND task_id = $2 AND revision <= $3
)
UPDATE gateway.webhook_delivery SET state = 'PENDING', attempts = 0, due_at = $4::timestamptz, tried_at = $4::timestamptz,
  problem = NULL, status = NULL
WHERE receiver = $1 AND task_id = $2 AND revision > $3`;

/** $1 receiver, $2 task, $3 revision, $4 due at or null, $5 now, $6 problem, $7 status. */
export const FAILED = `
UPDATE gateway.webhook_delivery SET
  state = CASE WHEN $4::timestamptz IS NULL AND revision <= $3 THEN 'DEAD' ELSE 'PENDING' END,
  attempts = CASE WHEN $4::timestamptz IS NULL AND revision > $3 THEN 0 ELSE attempts + 1 END,
  due_at = coalesce($4::timestamptz, $5::timestamptz),
  tried_at = $5::timestamptz, problem = $6, status = $7
WHERE receiver = $1 AND task_id = $2`;

export const NEXT_DUE = `SELECT min(due_at) AS due_at FROM gateway.webhook_delivery WHERE state = 'PENDING'`;

/** $1 tenant, $2 states or null, $3 came up before this one or null, $4 limit. One row without a delivery on an empty page. */
export const LIST = `
WITH found AS (
  SELECT * FROM gateway.webhook_delivery WHERE tenant = $1 AND ($2::text[] IS NULL OR state = ANY ($2::text[]))
)
SELECT page.*, counted.total FROM (SELECT count(*)::integer AS total FROM found) AS counted LEFT JOIN (
  SELECT * FROM found WHERE $3::bigint IS NULL OR came < $3::bigint ORDER BY came DESC LIMIT $4
) AS page ON true
ORDER BY page.came DESC`;

/** $1 tenant, $2 receiver, $3 task, $4 now. */
export const REDELIVER = `
UPDATE gateway.webhook_delivery SET state = 'PENDING', attempts = 0, due_at = $4::timestamptz
WHERE tenant = $1 AND receiver = $2 AND task_id = $3
RETURNING *`;
