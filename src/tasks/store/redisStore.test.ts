import { describe } from 'vitest';
import { startRedis } from '../../../test/support/redis.ts';
import { connectRedis } from '../../redis/connection.ts';
import { taskStoreContract } from './contract.ts';
import { redisStore } from './redisStore.ts';

const log = { info: () => undefined, warn: () => undefined };

describe('the Redis task store', () => {
  taskStoreContract(async (options) => {
    const server = await startRedis();
    const connections = connectRedis(server.url, { log, name: 'store' });
    return {
      store: redisStore(connections.commands, options),
      close: async () => {
        await connections.close();
        await server.stop();
      },
    };
  });
});
