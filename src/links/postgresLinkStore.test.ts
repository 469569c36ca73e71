import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { migrate } from '../tasks/store/migrations.ts';
import { PglitePool } from '../tasks/store/pglitePool.ts';
import { linkStoreContract } from './contract.ts';
import { postgresLinkStore } from './postgresLinkStore.ts';

describe('the Postgres link store', () => {
  linkStoreContract(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'links-'));
    const pool = await PglitePool.open(directory);
    await migrate(pool);
    return {
      store: postgresLinkStore(pool),
      close: async () => {
        await pool.end();
        await rm(directory, { recursive: true, force: true });
      },
    };
  });
});
