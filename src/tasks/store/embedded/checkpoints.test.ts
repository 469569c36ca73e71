import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDataDir, type DataDir } from '../../../../test/support/dataDir.ts';
import { PglitePool } from './pglitePool.ts';

let dataDir: DataDir;
let pool: PglitePool;

beforeAll(async () => {
  dataDir = await createDataDir();
  pool = await PglitePool.open(join(dataDir.path, 'postgres'));
  await pool.query('CREATE TABLE number (n int)');
});

afterAll(async () => {
  await pool.end();
  await dataDir.remove();
});

/** Files of the log, 16 MB each. */
const segments = async () =>
  (await readdir(join(dataDir.path, 'postgres', 'pg_wal'))).filter((name) => /^[0-9A-F]{24}$/.test(name)).length;

it('the log of the embedded database stays short, however much is written', async () => {
  let most = 0;
  for (let file = 0; file < 20; file += 1) {
    // A write, and the rest of the 16 MB of its file of the log left unused.
    await pool.query('INSERT INTO number VALUES ($1)', [file]);
    await pool.query('SELECT pg_switch_wal()');
    // As many statements as pass between two looks.
    for (let index = 0; index < 16; index += 1) await pool.query('SELECT 1');
    most = Math.max(most, await segments());
  }
  expect(most).toBeLessThanOrEqual(5);
  const { rows } = await pool.query('SELECT count(*) FROM number');
  expect(rows).toEqual([{ count: '20' }]);
});

it('no checkpoint comes into a transaction, whose changes stay undone when it is rolled back', async () => {
  const client = await pool.connect();
  await client.query('BEGIN');
  await client.query('INSERT INTO number VALUES (100)');
  await expect(client.query('SELECT 1 / 0')).rejects.toMatchObject({ code: '22012' });
  for (let index = 0; index < 20; index += 1) {
    await expect(client.query('SELECT 1')).rejects.toMatchObject({ code: '25P02' });
  }
  await client.query('ROLLBACK');
  client.release();
  expect((await pool.query('SELECT n FROM number WHERE n = 100')).rows).toEqual([]);
});
