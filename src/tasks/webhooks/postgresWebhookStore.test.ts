import { join } from 'node:path';
import { describe } from 'vitest';
import { createDataDir } from '../../../test/support/dataDir.ts';
import { PglitePool } from '../store/pglitePool.ts';
import { postgresStore } from '../store/postgresStore.ts';
import { webhookStoreContract } from './contract.ts';
import { postgresWebhookStore } from './postgresWebhookStore.ts';

describe('the Postgres outbox of webhooks', () => {
  webhookStoreContract(async () => {
    const dataDir = await createDataDir();
    const pool = await PglitePool.open(join(dataDir.path, 'postgres'));
    return {
      tasks: postgresStore(pool),
      webhooks: postgresWebhookStore(pool),
      close: async () => {
        await pool.end();
        await dataDir.remove();
      },
    };
  });
});
