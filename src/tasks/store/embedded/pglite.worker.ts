/** The embedded database's own thread: in the main one it would block the event loop for 20 to 50 ms at a time. */
import { PGlite, types, type Results } from '@electric-sql/pglite';
import { parentPort, workerData } from 'node:worker_threads';
import { Checkpoints, LOG_SETTINGS } from './checkpoints.ts';
import { DatabaseLog } from './databaseLog.ts';
import { DiskGuard } from './diskSpace.ts';
import { isFatal } from './storeErrors.ts';
import { StorePresence } from './storePresence.ts';
import type { WireError, WireMessage, WireRequest } from './wire.ts';

const { dataDir } = workerData as { dataDir: string };
const log = new DatabaseLog();

/** Between two looks whether the files are still there while no statement comes. */
const LOOK_MS = 1_000;

function post(message: WireMessage): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(message);
}

function flat(error: unknown): WireError {
  if (!(error instanceof Error)) return { message: String(error) };
  const read = (name: string): string | undefined => {
    const value: unknown = Reflect.get(error, name);
    return typeof value === 'string' ? value : undefined;
  };
  return { message: error.message, code: read('code'), detail: read('detail') };
}

/** An error after which the database is of no use, in the database's own words where it has said why. */
function fatal(error: unknown): void {
  const { message, ...rest } = flat(error);
  post({ kind: 'fatal', error: { message: log.reason() ?? message, ...rest } });
}

async function run(db: PGlite, text: string, params: readonly unknown[] | undefined): Promise<Results<unknown>> {
  if (params !== undefined && params.length > 0) return db.query<unknown>(text, [...params]);
  // Without parameters a text may hold several statements, as migrations do; the last one's result counts.
  return (await db.exec(text)).at(-1) ?? { rows: [], fields: [] };
}

async function serve(): Promise<void> {
  const settings = ['shared_buffers=8MB', ...LOG_SETTINGS];
  const db = await PGlite.create({
    dataDir,
    // As node-postgres gives them: BIGINT does not fit a number.
    parsers: { [types.INT8]: (value: string) => value },
    // 8 MB of buffers in place of 128: reopens in 410 ms and 156 MB, not 514 ms and 301 MB.
    startParams: [...PGlite.defaultStartParams, ...settings.flatMap((setting) => ['-c', setting])],
    onStderr: (line) => {
      log.add(line);
      return false;
    },
  });
  db.onNotification((channel, payload) => post({ kind: 'notification', channel, payload }));
  const presence = new StorePresence(dataDir);
  const disk = new DiskGuard(dataDir);
  const checkpoints = new Checkpoints(db);
  let inTransaction = false;

  /** Null where the database is closed by it. */
  const execute = async (text: string | null, params: WireRequest['params']): Promise<Results<unknown> | null> => {
    if (text === null) return db.close().then(() => null);
    if (!inTransaction) await disk.check((sql) => db.exec(sql));
    const result = await run(db, text, params);
    if (/^\s*BEGIN\b/i.test(text)) inTransaction = true;
    // What was written to files that are gone is lost: it is not acknowledged.
    presence.check();
    return result;
  };
  const answer = async ({ id, text, params }: WireRequest): Promise<void> => {
    try {
      const { rows, affectedRows } = (await execute(text, params)) ?? { rows: [], affectedRows: 0 };
      post({ kind: 'result', id, rows, rowCount: rows.length || (affectedRows ?? 0) });
    } catch (error) {
      // It rejects this statement, too, and all that wait.
      if (isFatal(error)) return fatal(error);
      post({ kind: 'error', id, error: flat(error) });
    }
    if (text === null) return;
    if (/^\s*(?:COMMIT|ROLLBACK)\b/i.test(text)) inTransaction = false;
    if (inTransaction) return;
    // What fails here and leaves the database whole fails again with the next write, whose client hears of it.
    await checkpoints.after().catch((error: unknown) => isFatal(error) && fatal(error));
  };
  let turn = Promise.resolve();
  parentPort?.on('message', (request: WireRequest) => {
    turn = turn.then(() => answer(request));
  });
  setInterval(() => {
    try {
      presence.check();
    } catch (error) {
      fatal(error);
    }
  }, LOOK_MS).unref();
  post({ kind: 'ready' });
}

serve().catch(fatal);
