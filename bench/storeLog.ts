/**
 * What writes cost the embedded store on disk (docs/operations.md, "Data directory"):
 * `npx tsc -p bench/tsconfig.json && node dist/bench/storeLog.js`. BENCH_TASKS is the number of tasks of one item (5000). Prints
 * the bytes that a task adds to the log of changes and to the tables, and how large the log was at most.
 */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RatingWrite } from '../src/domain/ports.ts';
import type { RatingRow } from '../src/domain/records.ts';
import type { WritePort } from '../src/domain/ports.ts';
import { storeDirectory } from '../src/tasks/store/embedded/dataDirectory.ts';
import { type OpenEngine } from '../src/tasks/engine/engine.ts';
import { openEmbeddedEngine } from '../src/tasks/engine/embedded.ts';
import { PglitePool } from '../src/tasks/store/embedded/pglitePool.ts';
import type { NewTask } from '../src/tasks/task.ts';

const TASKS = Number(process.env['BENCH_TASKS'] ?? 5000);
const AT_ONCE = 16;

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const rate: WritePort<RatingWrite, RatingRow> = {
  batchSize: 1,
  repeat: 'safe',
  run: (items) =>
    Promise.resolve(items.map((_, index) => ({ state: 'done', row: null, remoteId: `r${index}`, warnings: [] }))),
};
const dataDir = await mkdtemp(join(tmpdir(), 'skills-gateway-log-'));
const directory = storeDirectory(dataDir);

try {
  // Opening writes, too: as often before as after what is measured.
  await withEngine(() => Promise.resolve(0));
  const opened = await position();
  await withEngine(() => Promise.resolve(0));
  const before = await position();
  let most = 0;
  const took = await withEngine(async (engine) => {
    const began = performance.now();
    let next = 0;
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        while (next < TASKS) {
          next += 1;
          await finish(engine, taskOf(next));
          if (next % 100 === 0) most = Math.max(most, await sizeOf(join(directory, 'pg_wal')));
        }
      }),
    );
    return performance.now() - began;
  });
  const after = await position();
  const log = after.log - before.log - (before.log - opened.log);
  const shown = (bytes: number): string => `${(bytes / TASKS / 1000).toFixed(1)} kB`;
  process.stdout.write(
    `${TASKS} tasks of one item, ${((TASKS * 1000) / took).toFixed(0)} a second, Node ${process.version}\n` +
      `log of changes: ${shown(log)} a task, ${(log / 1e6).toFixed(0)} MB in all, at most ${(most / 1e6).toFixed(0)} MB on disk\n` +
      `tables and indexes: ${shown(after.tables - before.tables)} a task\n`,
  );
} finally {
  await rm(dataDir, { recursive: true, force: true });
}

async function withEngine<Answer>(work: (engine: OpenEngine) => Promise<Answer>): Promise<Answer> {
  const engine = await openEmbeddedEngine({ dataDir, ports: () => ({ rate }), log: silent });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

/** Bytes written to the log so far, and those of the database's files. */
async function position(): Promise<{ log: number; tables: number }> {
  const pool = await PglitePool.open(directory);
  const { rows } = await pool.query<{ log: number; tables: number }>(
    `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 AS log,
       pg_database_size(current_database())::float8 AS tables`,
  );
  await pool.end();
  return rows[0] ?? { log: 0, tables: 0 };
}

function taskOf(number: number): NewTask {
  const write = {
    employeeId: `employee-${number % 1000}`,
    skillId: `skill-${number}`,
    value: { kind: 'number', value: 3 },
    scale: null,
  } as const;
  const item = {
    index: 0,
    key: null,
    integration: 'hr',
    conversion: null,
    warnings: [],
    work: { operation: 'rate', write },
  } as const;
  return {
    tenant: 'default',
    client: 'bench',
    kind: 'RATE_SKILLS',
    items: [{ ...item, warnings: [] }],
    idempotency: { key: `bench-${number}`, bodyHash: 'hash' },
    parentId: null,
  };
}

async function finish(engine: OpenEngine, task: NewTask): Promise<void> {
  const result = await engine.start(task);
  if (result.outcome === 'keyReused') throw new Error('the key is used');
  for await (const state of (await engine.watch(task.tenant, result.task.id, {})) ?? []) void state;
}

async function sizeOf(folder: string): Promise<number> {
  const files = await readdir(folder, { withFileTypes: true });
  const sizes = files.filter((file) => file.isFile()).map(async ({ name }) => (await stat(join(folder, name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
