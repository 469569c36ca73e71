import { createPostgresBackend, runMigrations } from 'bullmq';
import { join } from 'node:path';
import { postgresLinkStore } from '../../links/postgresLinkStore.ts';
import { lockDirectory } from '../store/lock.ts';
import { migrate } from '../store/migrations.ts';
import { PglitePool } from '../store/pglitePool.ts';
import { postgresStore } from '../store/postgresStore.ts';
import type { TaskStore } from '../store/store.ts';
import type { EngineParts } from './assemble.ts';
import { bullQueue } from './bullQueue.ts';
import type { EngineOptions } from './engine.ts';
import { localEvents } from './events.ts';

/** Store, queue and events of one process without a server: all in one database in a thread, under `dataDir`. */
export async function openEmbeddedParts({
  dataDir,
  log,
}: Pick<EngineOptions, 'dataDir' | 'log'>): Promise<EngineParts> {
  const lock = await lockDirectory(dataDir);
  let pool: PglitePool | null = null;
  try {
    pool = await PglitePool.open(join(dataDir, 'postgres'));
    const open = pool;
    await migrate(open);
    await migrateQueue(open);
    return {
      store: vacuumed(open, postgresStore(open)),
      links: postgresLinkStore(open),
      queue: bullQueue({ connection: open, backend: createPostgresBackend, log }),
      events: localEvents(),
      onLost: (lost) => open.once('error', lost),
      release: async () => {
        await open.end();
        await lock.release();
      },
    };
  } catch (error) {
    await pool?.end();
    await lock.release();
    throw error;
  }
}

/** A Postgres in WASM has no autovacuum: what queue and tasks leave behind would slow both down and never be reused. */
function vacuumed(pool: PglitePool, store: TaskStore): TaskStore {
  return {
    ...store,
    async expire(now) {
      const expired = await store.expire(now);
      // Table by table, so that queries get in between.
      const { rows } = await pool.query<{ name: string }>(
        `SELECT c.oid::regclass::text AS name FROM pg_class AS c
         WHERE c.relkind = 'r' AND c.relnamespace IN ('gateway'::regnamespace, 'bullmq'::regnamespace)`,
      );
      for (const { name } of rows) await pool.query(`VACUUM (ANALYZE) ${name}`);
      return expired;
    },
  };
}

/** BullMQ names its tables without their schema and takes it from the session. */
async function migrateQueue(pool: PglitePool): Promise<void> {
  const client = await pool.connect();
  try {
    await runMigrations(client);
  } finally {
    client.release();
  }
  await pool.query('SET search_path TO bullmq, public');
}
