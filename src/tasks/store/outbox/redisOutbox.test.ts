import { describe } from 'vitest';
import { startRedis } from '../../../../test/support/redis.ts';
import { connectRedis } from '../../../redis/redis.ts';
import { redisStore } from '../redis/store.ts';
import { webhookStoreContract } from './contract.ts';
import { redisWebhookStore } from './redisOutbox.ts';

const log = { info: () => undefined, warn: () => undefined };

describe('the Redis outbox of webhooks', () => {
  webhookStoreContract(async () => {
    const server = await startRedis();
    const connections = connectRedis(server.url, { log, name: 'webhooks' });
    return {
      tasks: redisStore(connections.commands),
      webhooks: redisWebhookStore(connections.commands),
      close: async () => {
        await connections.close();
        await server.stop();
      },
    };
  });
});
