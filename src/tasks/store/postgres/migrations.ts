import type { PglitePool } from '../embedded/pglitePool.ts';
import { ARM_DELIVERIES } from '../outbox/postgresTrigger.ts';
import { FUNCTIONS } from './statements.ts';

/** The schema's history, applied once each in this order. Never edit one that was released; append. */
export const MIGRATIONS: readonly string[] = [
  // 1: tasks, items, idempotency keys. Counts are kept with the task: counting a thousand items at each change is dear.
  `
  CREATE TABLE gateway.task (
    id text PRIMARY KEY,
    tenant text NOT NULL,
    client text,
    kind text NOT NULL,
    revision integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    expires_at timestamptz NOT NULL,
    expired boolean NOT NULL DEFAULT false,
    total integer NOT NULL,
    pending integer NOT NULL,
    running integer NOT NULL DEFAULT 0,
    succeeded integer NOT NULL DEFAULT 0,
    failed integer NOT NULL DEFAULT 0,
    unknown integer NOT NULL DEFAULT 0,
    skipped integer NOT NULL DEFAULT 0,
    cancelled integer NOT NULL DEFAULT 0,
    problem jsonb,
    parent_id text
  );
  CREATE INDEX task_expiry ON gateway.task (expires_at) WHERE finished_at IS NOT NULL;

  CREATE TABLE gateway.task_item (
    task_id text NOT NULL REFERENCES gateway.task (id) ON DELETE CASCADE,
    position integer NOT NULL,
    -- The order of acceptance over all tasks.
    accepted bigint GENERATED ALWAYS AS IDENTITY,
    batch integer NOT NULL,
    -- What is written to, where order matters: tenant, integration, employee and skill.
    subject text,
    version integer NOT NULL DEFAULT 0,
    state text NOT NULL DEFAULT 'PENDING',
    in_flight boolean NOT NULL DEFAULT false,
    attempts integer NOT NULL DEFAULT 0,
    provider_task_id text,
    input_index integer NOT NULL,
    key text,
    integration text NOT NULL,
    work jsonb NOT NULL,
    conversion jsonb,
    warnings jsonb NOT NULL,
    outcome jsonb,
    problem jsonb,
    progress jsonb NOT NULL,
    PRIMARY KEY (task_id, position)
  );
  CREATE INDEX task_item_open ON gateway.task_item (task_id, batch) WHERE state IN ('PENDING', 'RUNNING');
  CREATE INDEX task_item_order ON gateway.task_item (subject, accepted)
    WHERE subject IS NOT NULL AND state IN ('PENDING', 'RUNNING');

  CREATE TABLE gateway.idempotency_key (
    tenant text NOT NULL,
    -- '' where there is no client.
    client text NOT NULL,
    key text NOT NULL,
    body_hash text NOT NULL,
    task_id text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, client, key)
  );
  `,
  // 2: what people decided about records. Only ever added to: the latest about a pair counts, the others are history.
  `
  CREATE TABLE gateway.record_link (
    decision bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant text NOT NULL,
    kind text NOT NULL,
    verdict text NOT NULL,
    a_integration text NOT NULL,
    a_remote_id text NOT NULL,
    b_integration text NOT NULL,
    b_remote_id text NOT NULL,
    decided_by text NOT NULL,
    decided_at timestamptz NOT NULL,
    note text
  );
  CREATE INDEX record_link_pair ON gateway.record_link
    (tenant, kind, a_integration, a_remote_id, b_integration, b_remote_id, decision DESC);
  `,
  // 3: cancelling, listing, and the feed of written items. Tasks get a number of acceptance, the old ones that of their items.
  `
  ALTER TABLE gateway.task
    ADD COLUMN accepted bigint,
    -- Of all its items, also once they are dropped.
    ADD COLUMN integrations text[] NOT NULL DEFAULT '{}',
    ADD COLUMN changed_at timestamptz,
    ADD COLUMN cancel_requested boolean NOT NULL DEFAULT false,
    -- Whether that ended an item.
    ADD COLUMN stopped boolean NOT NULL DEFAULT false;
  UPDATE gateway.task AS t SET
    accepted = numbered.accepted,
    changed_at = coalesce(t.finished_at, t.started_at, t.created_at),
    integrations = ARRAY (SELECT DISTINCT i.integration FROM gateway.task_item AS i WHERE i.task_id = t.id)
  FROM (
    SELECT id, row_number() OVER (ORDER BY
      (SELECT min(i.accepted) FROM gateway.task_item AS i WHERE i.task_id = id) NULLS FIRST, created_at, id) AS accepted
    FROM gateway.task
  ) AS numbered
  WHERE numbered.id = t.id;
  ALTER TABLE gateway.task
    ALTER COLUMN accepted SET NOT NULL,
    ALTER COLUMN changed_at SET NOT NULL,
    ALTER COLUMN accepted ADD GENERATED ALWAYS AS IDENTITY;
  SELECT setval(pg_get_serial_sequence('gateway.task', 'accepted'), coalesce(max(accepted), 0) + 1, false) FROM gateway.task;
  CREATE UNIQUE INDEX task_accepted ON gateway.task (accepted);
  CREATE INDEX task_of_tenant ON gateway.task (tenant, accepted);
  CREATE INDEX task_unfinished ON gateway.task (accepted) WHERE finished_at IS NULL;

  -- The step that made an item SUCCEEDED, over all tasks; of what succeeded earlier nobody is told again.
  CREATE SEQUENCE gateway.written;
  ALTER TABLE gateway.task_item ADD COLUMN written bigint, ADD COLUMN written_at timestamptz;
  CREATE INDEX task_item_written ON gateway.task_item (written, position, written_at) WHERE written IS NOT NULL;
  UPDATE gateway.task_item SET progress = progress || '{"uncertain": false}' WHERE state IN ('PENDING', 'RUNNING');
  `,
  // 4: the outbox of webhooks.
  `
  CREATE TABLE gateway.webhook_receiver (name text PRIMARY KEY);
  CREATE TABLE gateway.webhook_delivery (
    receiver text NOT NULL REFERENCES gateway.webhook_receiver (name) ON DELETE CASCADE,
    task_id text NOT NULL REFERENCES gateway.task (id) ON DELETE CASCADE,
    -- The order in which they came up.
    came bigint GENERATED ALWAYS AS IDENTITY,
    tenant text NOT NULL,
    revision integer NOT NULL,
    state text NOT NULL DEFAULT 'PENDING',
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL,
    since timestamptz NOT NULL,
    tried_at timestamptz,
    problem text,
    status integer,
    PRIMARY KEY (receiver, task_id)
  );
  CREATE INDEX webhook_delivery_due ON gateway.webhook_delivery (due_at, came) WHERE state = 'PENDING';
  CREATE INDEX webhook_delivery_of_tenant ON gateway.webhook_delivery (tenant, came);
  CREATE INDEX webhook_delivery_of_task ON gateway.webhook_delivery (task_id);
  `,
];

/** Brings the schema `gateway` up to date, in one transaction. Throws when a newer program has written it. */
export async function migrate(pool: PglitePool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(`
      CREATE SCHEMA IF NOT EXISTS gateway;
      CREATE TABLE IF NOT EXISTS gateway.migration (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())
    `);
    const { rows } = await client.query<{ version: number }>(
      'SELECT coalesce(max(version), 0) AS version FROM gateway.migration',
    );
    const version = rows[0]?.version ?? 0;
    if (version > MIGRATIONS.length) {
      throw new Error(`The task store is at version ${version}, and this program knows ${MIGRATIONS.length} only.`);
    }
    for (const [index, sql] of MIGRATIONS.entries()) {
      if (index < version) continue;
      await client.query(sql);
      await client.query('INSERT INTO gateway.migration (version) VALUES ($1)', [index + 1]);
    }
    for (const sql of [...FUNCTIONS, ARM_DELIVERIES]) await client.query(sql);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}
