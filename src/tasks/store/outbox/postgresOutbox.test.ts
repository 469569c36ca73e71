import { join } from 'node:path';
import { describe } from 'vitest';
import { createDataDir } from '../../../../test/support/dataDir.ts';
import { PglitePool } from '../embedded/pglitePool.ts';
import { postgresStore } from '../postgres/store.ts';
import { webhookStoreContract } from './contract.ts';
import { postgresWebhookStore } from './postgresOutbox.ts';

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
