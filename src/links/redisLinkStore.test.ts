import { describe, expect, it } from 'vitest';
import { startRedis } from '../../test/support/redis.ts';
import { connectRedis } from '../redis/redis.ts';
import { linkStoreContract } from './contract.ts';
import { redisLinkStore } from './redisLinkStore.ts';

const log = { info: () => undefined, warn: () => undefined };

describe('the Redis link store', () => {
  linkStoreContract(async () => {
    const server = await startRedis();
    const connections = connectRedis(server.url, { log, name: 'links' });
    return {
      store: redisLinkStore({ redis: connections.commands, subscriber: () => connections.subscriber() }),
      close: async () => {
        await connections.close();
        await server.stop();
      },
    };
  });

  it('notifies other processes of a decision, even after the server was away', async () => {
    const server = await startRedis();
    const [mine, other] = ['mine', 'other'].map((name) => connectRedis(server.url, { log, name }));
    if (!mine || !other) throw new Error('two connections');
    const open = ({ commands, subscriber }: typeof mine) => redisLinkStore({ redis: commands, subscriber });
    const hearers: (() => void)[] = [];
    const heard = () =>
      new Promise<void>((resolve) => {
        hearers.push(resolve);
      });
    try {
      await open(other).follow?.('t', () => hearers.shift()?.());
      const first = heard();
      const record = { integration: 'hr', remoteId: '1' };
      const decision = { kind: 'employee', verdict: 'parted', a: record, b: { ...record, remoteId: '2' } } as const;
      await open(mine).save('t', [{ ...decision, by: 'ops', at: '2026-03-02T10:00:00.000Z', note: null }]);
      await first;
      expect(await open(other).load('t')).toHaveLength(1);
      const afterGap = heard();
      await server.restart();
      await afterGap;
    } finally {
      await Promise.all([mine.close(), other.close()]);
      await server.stop();
    }
  });
});
