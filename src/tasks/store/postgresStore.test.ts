import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { taskStoreContract } from './contract.ts';
import { migrate } from './migrations.ts';
import { PglitePool } from './pglitePool.ts';
import { postgresStore } from './postgresStore.ts';

describe('the Postgres task store', () => {
  taskStoreContract(async (options) => {
    const directory = await mkdtemp(join(tmpdir(), 'store-'));
    const pool = await PglitePool.open(directory);
    await migrate(pool);
    return {
      store: postgresStore(pool, options),
      close: async () => {
        await pool.end();
        await rm(directory, { recursive: true, force: true });
      },
    };
  });

  it('is migrated once, and refused when a newer program wrote it', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'store-'));
    const pool = await PglitePool.open(directory);
    await Promise.all([migrate(pool), migrate(pool)]);
    const { rows } = await pool.query('SELECT version FROM gateway.migration');
    expect(rows).toEqual([{ version: 1 }, { version: 2 }, { version: 3 }, { version: 4 }]);
    await pool.query('INSERT INTO gateway.migration (version) VALUES (99)');
    await expect(migrate(pool)).rejects.toThrow('at version 99');
    await pool.end();
    await rm(directory, { recursive: true, force: true });
  });
});
