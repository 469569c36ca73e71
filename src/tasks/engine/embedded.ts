import { createPostgresBackend, runMigrations } from 'bullmq';
import { postgresLinkStore } from '../../links/postgresLinkStore.ts';
import {
  aboutDirectory,
  damaged,
  hasStore,
  prepareDataDirectory,
  removeLeftovers,
  storeDirectory,
} from '../store/embedded/dataDirectory.ts';
import { lockDirectory } from '../store/embedded/lock.ts';
import { migrate } from '../store/postgres/migrations.ts';
import { PglitePool, StoreClosedError } from '../store/embedded/pglitePool.ts';
import { postgresStore } from '../store/postgres/store.ts';
import { TASK_RETENTION_MS, type TaskStore } from '../store/store.ts';
import { refusalOf } from '../store/embedded/storeProbe.ts';
import { layStore } from '../store/embedded/template.ts';
import { postgresWebhookStore } from '../store/outbox/postgresOutbox.ts';
import { assembleEngine, type EngineParts } from './createEngine.ts';
import { bullQueue } from './bullQueue.ts';
import type { EngineOptions, EngineStatus, OpenEngine } from './engine.ts';
import { localEvents } from './events.ts';
import { onceASecond } from './onceASecond.ts';

/**
 * BullMQ claims this many jobs one after another before it works on the first. In a flood of writes each claim waits half a
 * second and more for the one session of the store, and all claims together must not outlast a lock.
 */
const CONCURRENCY = 24;
/** Work of a killed process is taken up after at most lock + two checks, 12 s; the defaults are 30 s each. */
const LOCK_MS = 10_000;
const STALLED_CHECK_MS = 1000;

export interface EmbeddedOptions extends EngineOptions {
  /** Where the data lie, e.g. `.data`; created when absent. */
  dataDir: string;
}

/**
 * The engine without a server: BullMQ on Postgres in WASM, in a worker thread, its data under `dataDir`.
 * Tasks survive the death of the process, not a power cut (the store never calls fsync).
 * Rejects when another live process owns the directory. The first opening takes some seconds, later ones about half a one.
 */
export async function openEmbeddedEngine(options: EmbeddedOptions): Promise<OpenEngine> {
  const parts = await openEmbeddedParts(options);
  try {
    return await assembleEngine(parts, options);
  } catch (error) {
    await parts.release();
    throw error;
  }
}

/**
 * Store, queue and events of one process without a server: all in one database in a thread, under `dataDir`. Rejects with
 * DataDirectoryError where the directory, or the store in it, cannot be used, and DirectoryLockedError where another process
 * uses it.
 */
async function openEmbeddedParts(options: EmbeddedOptions): Promise<EngineParts> {
  const { dataDir } = options;
  try {
    await prepareDataDirectory(dataDir);
    return await openLocked(options);
  } catch (error) {
    throw aboutDirectory(dataDir, error);
  }
}

async function openLocked({ dataDir, log, retentionMs = TASK_RETENTION_MS }: EmbeddedOptions): Promise<EngineParts> {
  let pool: PglitePool | null = null;
  // Two that write to one database destroy it.
  const taken = () =>
    pool?.lose(`the lock of ${dataDir} is gone: it was deleted, or another process took the directory`);
  const lock = await lockDirectory(dataDir, { lost: taken });
  try {
    await removeLeftovers(dataDir);
    const directory = storeDirectory(dataDir);
    if (!(await hasStore(dataDir))) await layStore(directory, createEmbeddedStore);
    const open = (pool = await openStore(directory));
    const status = onceASecond(() => statusOf(open, dataDir));
    return {
      store: vacuumed(open, postgresStore(open, { retentionMs })),
      links: postgresLinkStore(open),
      webhooks: postgresWebhookStore(open),
      queue: bullQueue({
        connection: open,
        backend: createPostgresBackend,
        concurrency: CONCURRENCY,
        lockMs: LOCK_MS,
        stalledCheckMs: STALLED_CHECK_MS,
        log,
      }),
      events: localEvents(),
      shared: false,
      status,
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

async function statusOf(pool: PglitePool, dataDir: string): Promise<EngineStatus> {
  try {
    const refusal = await refusalOf(pool, dataDir);
    return refusal === null ? { store: 'open', dangers: [] } : { store: 'refusing', dangers: [refusal] };
  } catch {
    // In this process: lost means lost for good, which onLost says.
    return { store: 'away', dangers: [] };
  }
}

/** Creates a store and closes it again. */
export async function createEmbeddedStore(directory: string): Promise<void> {
  await (await openStore(directory)).end();
}

async function openStore(directory: string): Promise<PglitePool> {
  let pool: PglitePool | null = null;
  try {
    pool = await PglitePool.open(directory);
    await migrate(pool);
    await migrateQueue(pool);
    return pool;
  } catch (error) {
    await pool?.end();
    throw damaged(directory, reasonOf(error), error);
  }
}

function reasonOf(error: unknown): string {
  const message =
    error instanceof StoreClosedError ? error.reason : error instanceof Error ? error.message : String(error);
  return message.replace(/\.$/, '');
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
