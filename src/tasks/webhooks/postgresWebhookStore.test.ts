import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { migrate } from '../store/migrations.ts';
import { PglitePool } from '../store/pglitePool.ts';
import { postgresStore } from '../store/postgresStore.ts';
import { webhookStoreContract } from './contract.ts';
import { postgresWebhookStore } from './postgresWebhookStore.ts';

describe('the Postgres outbox of webhooks', () => {
  webhookStoreContract(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'store-'));
    const pool = await PglitePool.open(directory);
    await migrate(pool);
    return {
      tasks: postgresStore(pool),
      webhooks: postgresWebhookStore(pool),
      close: async () => {
        await pool.end();
        await rm(directory, { recursive: true, force: true });
      },
    };
  });
});
