import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createDataDir, type DataDir } from '../../../../test/support/dataDir.ts';
import { PglitePool, StoreClosedError } from './pglitePool.ts';

let directories: DataDir[];
let pool: PglitePool;

/** One that the tests share, or another. */
const open = (which: 0 | 1): Promise<PglitePool> => PglitePool.open(join(directories[which]?.path ?? '', 'postgres'));

beforeAll(async () => {
  directories = await Promise.all([createDataDir(), createDataDir()]);
  pool = await open(0);
  await pool.query('CREATE TABLE number (n int)');
});

afterAll(async () => {
  await pool.end();
  await Promise.all(directories.map((directory) => directory.remove()));
});

async function numbers(): Promise<number[]> {
  const { rows } = await pool.query<{ n: number }>('SELECT n FROM number ORDER BY n');
  return rows.map((row) => row.n);
}

describe('the embedded database as a pool', () => {
  it('gives rows in the types of node-postgres', async () => {
    const { rows, rowCount } = await pool.query('SELECT $1::bigint AS big, $2::jsonb AS json, $3::text[] AS list', [
      '9007199254740993',
      JSON.stringify({ a: 1 }),
      ['x', 'y'],
    ]);
    expect({ rows, rowCount }).toEqual({
      rows: [{ big: '9007199254740993', json: { a: 1 }, list: ['x', 'y'] }],
      rowCount: 1,
    });
  });

  it('keeps code and detail of a database error', async () => {
    await pool.query('CREATE TABLE once (n int PRIMARY KEY); INSERT INTO once VALUES (1)');
    await expect(pool.query('INSERT INTO once VALUES ($1)', [1])).rejects.toMatchObject({
      code: '23505',
      detail: 'Key (n)=(1) already exists.',
    });
  });

  it('lets other queries wait while a client is inside a transaction', async () => {
    const client = await pool.connect();
    await client.query('BEGIN');
    await client.query('INSERT INTO number VALUES (1)');
    const outside = pool.query('INSERT INTO number VALUES (2)');
    await client.query('ROLLBACK');
    client.release();
    await outside;
    expect(await numbers()).toEqual([2]);
  });

  it('runs two transactions one after the other', async () => {
    await pool.query('DELETE FROM number; INSERT INTO number VALUES (0)');
    const increment = async (): Promise<void> => {
      const client = await pool.connect();
      await client.query('BEGIN');
      const { rows } = await client.query<{ n: number }>('SELECT n FROM number');
      await client.query('UPDATE number SET n = $1', [(rows[0]?.n ?? 0) + 1]);
      await client.query('COMMIT');
      client.release();
    };
    await Promise.all(Array.from({ length: 10 }, increment));
    expect(await numbers()).toEqual([10]);
  });

  it('rolls back what a released client left open', async () => {
    const client = await pool.connect();
    await client.query('BEGIN');
    await client.query('DELETE FROM number');
    client.release();
    expect(await numbers()).toEqual([10]);
  });

  it('delivers notifications to a client that listens', async () => {
    const client = await pool.connect();
    await client.query('LISTEN news');
    const heard = new Promise((resolve) => {
      client.once('notification', resolve);
    });
    await pool.query("SELECT pg_notify('news', 'hello')");
    expect(await heard).toMatchObject({ channel: 'news', payload: 'hello' });
    client.release();
  });

  it('rejects everything under way and everything later once it is closed', async () => {
    const other = await open(1);
    const owner = await other.connect();
    await owner.query('BEGIN');
    const waiting = other.query('SELECT 1');
    const ended = other.end();
    await expect(waiting).rejects.toBeInstanceOf(StoreClosedError);
    await ended;
    await expect(other.query('SELECT 1')).rejects.toThrow('The task store is closed.');
    await expect(other.connect()).rejects.toBeInstanceOf(StoreClosedError);
  });

  it('rejects what is under way and waiting, and tells of it once, when its thread dies', async () => {
    const posts = vi.spyOn(Worker.prototype, 'postMessage');
    const other = await open(1);
    const owner = await other.connect();
    await owner.query('BEGIN');
    const lost = vi.fn<(error: Error) => void>();
    other.on('error', lost);
    const queries = [owner.query('SELECT pg_sleep(60)'), other.query('SELECT 1')];
    const outcomes = Promise.allSettled(queries);
    const thread: unknown = posts.mock.contexts[0];
    if (!(thread instanceof Worker)) throw new Error('The pool posts to a thread.');
    await thread.terminate();
    expect(await outcomes).toMatchObject(queries.map(() => ({ reason: { name: 'StoreClosedError' } })));
    await expect(other.query('SELECT 1')).rejects.toThrow('The task store is lost: its thread ended with code 1');
    expect(lost).toHaveBeenCalledTimes(1);
    await other.end();
  });

  it('refuses to open a directory that is no database', async () => {
    await expect(PglitePool.open('/dev/null/nowhere')).rejects.toBeInstanceOf(StoreClosedError);
  });
});
