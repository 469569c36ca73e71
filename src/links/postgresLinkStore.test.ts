import { join } from 'node:path';
import { describe } from 'vitest';
import { createDataDir } from '../../test/support/dataDir.ts';
import { PglitePool } from '../tasks/store/embedded/pglitePool.ts';
import { linkStoreContract } from './contract.ts';
import { postgresLinkStore } from './postgresLinkStore.ts';

describe('the Postgres link store', () => {
  linkStoreContract(async () => {
    const dataDir = await createDataDir();
    const pool = await PglitePool.open(join(dataDir.path, 'postgres'));
    return {
      store: postgresLinkStore(pool),
      close: async () => {
        await pool.end();
        await dataDir.remove();
      },
    };
  });
});
