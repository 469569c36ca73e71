import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { taskStoreContract } from '../contract/contract.ts';
import { MIGRATIONS, migrate } from './migrations.ts';
import { PglitePool } from '../embedded/pglitePool.ts';
import { postgresStore } from './store.ts';
import { taskStateOf } from '../../stateMachine.ts';

describe('the Postgres task store', () => {
  let directory: string;
  let pool: PglitePool;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'store-'));
    pool = await PglitePool.open(directory);
    await Promise.all([migrate(pool), migrate(pool)]);
  });
  afterAll(async () => {
    await pool.end();
    await rm(directory, { recursive: true, force: true });
  });

  // One database for all: opening one takes seconds.
  taskStoreContract((options) =>
    Promise.resolve({ store: postgresStore(pool, options), close: () => Promise.resolve() }),
  );

  it('filters by the very states that it shows', async () => {
    const count = fc.integer({ min: 0, max: 2 });
    const facts = fc.record({
      counts: fc.record({
        total: count,
        pending: count,
        running: count,
        succeeded: count,
        failed: count,
        unknown: count,
        skipped: count,
        cancelled: count,
      }),
      started: fc.boolean(),
      expired: fc.boolean(),
      cancelRequested: fc.boolean(),
      stopped: fc.boolean(),
    });
    const samples = fc.sample(facts, 2000);
    const rows = samples.map(({ counts, started, expired, cancelRequested, stopped }) => ({
      ...counts,
      expired,
      stopped,
      cancel_requested: cancelRequested,
      started_at: started ? '2026-03-02T10:00:00Z' : null,
    }));
    const { rows: answered } = await pool.query<{ state: string }>(
      `SELECT gateway.task_state(jsonb_populate_record(NULL::gateway.task, given)) AS state
       FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS rows (given, position) ORDER BY position`,
      [JSON.stringify(rows)],
    );
    expect(answered.map(({ state }) => state)).toEqual(samples.map(({ counts, ...rest }) => taskStateOf(counts, rest)));
  });

  it('refuses a cursor that it did not give', async () => {
    const store = postgresStore(pool);
    await expect(store.list('t', {}, { after: '1; DROP', limit: 1 })).rejects.toThrow(RangeError);
    await expect(store.written({ after: '7' }, 1)).rejects.toThrow(RangeError);
    await expect(store.unfinished({ after: 'x:1', limit: 1 })).rejects.toThrow(RangeError);
  });

  // From here on the database is no store any more.
  it('is migrated once, and refused when a newer program wrote it', async () => {
    const { rows } = await pool.query('SELECT version FROM gateway.migration');
    expect(rows).toEqual([{ version: 1 }, { version: 2 }, { version: 3 }, { version: 4 }]);
    await pool.query('INSERT INTO gateway.migration (version) VALUES (99)');
    await expect(migrate(pool)).rejects.toThrow('at version 99');
  });

  it('of the first release is taken over with its tasks', async () => {
    await pool.query(`DROP SCHEMA gateway CASCADE;
      CREATE SCHEMA gateway;
      CREATE TABLE gateway.migration (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());
      INSERT INTO gateway.migration (version) VALUES (1), (2);
      ${MIGRATIONS.slice(0, 2).join('')}
      CREATE FUNCTION gateway.open_items (text, integer) RETURNS TABLE (item gateway.task_item, tenant text, blocked boolean)
        LANGUAGE sql AS 'SELECT i, ''t'', false FROM gateway.task_item AS i';
      INSERT INTO gateway.task (id, tenant, kind, created_at, expires_at, total, pending, succeeded, finished_at) VALUES
        ('second', 't', 'RATE_SKILLS', '2026-03-02T10:00:00Z', '2026-03-09T10:00:00Z', 1, 1, 0, NULL),
        ('first', 't', 'RATE_SKILLS', '2026-03-02T10:00:00Z', '2026-03-09T10:00:00Z', 1, 0, 1, '2026-03-02T10:00:01Z'),
        ('buried', 't', 'RATE_SKILLS', '2026-01-02T10:00:00Z', '2026-01-09T10:00:00Z', 1, 0, 1, '2026-01-02T10:00:01Z');
      INSERT INTO gateway.task_item (task_id, position, batch, state, input_index, integration, work, warnings, progress)
      VALUES
        ('first', 0, 0, 'SUCCEEDED', 0, 'hr', '{}', '[]', '{"tries": 0}'),
        ('second', 0, 0, 'PENDING', 0, 'crm', '{}', '[]',
          '{"tries": 1, "dueAt": null, "acceptedAt": null, "resubmitted": false}');`);
    await migrate(pool);
    const store = postgresStore(pool);
    const ids = async (integrations?: string[]) =>
      (await store.list('t', { integrations }, { after: null, limit: 9 })).tasks.map(({ task }) => task.id);
    expect(await ids()).toEqual(['second', 'first', 'buried']);
    expect(await ids(['crm'])).toEqual(['second']);
    expect(await store.unfinished({ after: null, limit: 9 })).toEqual({
      batches: [{ taskId: 'second', batch: 0 }],
      next: null,
    });
    expect(await store.open({ taskId: 'second', batch: 0 })).toMatchObject([
      { cancelling: false, progress: { tries: 1, uncertain: false } },
    ]);
    const now = Date.parse('2026-03-02T11:00:00Z');
    expect(await store.written({ since: 0 }, 9)).toEqual({ events: [], cursor: null });
    const stored = { id: 'third', tenant: 't', client: null, kind: 'RATE_SKILLS', parentId: 'first' } as const;
    await store.start({ ...stored, items: [], batches: [], idempotency: null }, now);
    expect(await store.cancel('t', 'second', now)).toMatchObject({ changed: true, task: { state: 'CANCELLED' } });
    expect(await ids()).toEqual(['third', 'second', 'first', 'buried']);
  });
});
