import { describe } from 'vitest';
import { startRedis } from '../../test/support/redis.ts';
import { connectRedis } from '../redis/connection.ts';
import { linkStoreContract } from './contract.ts';
import { redisLinkStore } from './redisLinkStore.ts';

const log = { info: () => undefined, warn: () => undefined };

describe('the Redis link store', () => {
  linkStoreContract(async () => {
    const server = await startRedis();
    const connections = connectRedis(server.url, { log, name: 'links' });
    return {
      store: redisLinkStore(connections.commands),
      close: async () => {
        await connections.close();
        await server.stop();
      },
    };
  });
});
