import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRedis, type TestRedis } from '../../test/support/redis.ts';
import { openTasks } from './openTaskEngine.ts';
import { quiet } from '../tasks/engine/contractBench.ts';

let server: TestRedis;

beforeAll(async () => {
  server = await startRedis({ args: ['--requirepass', 'right'] });
});
afterAll(() => server.stop());

const open = (redisUrl: string) =>
  openTasks({
    config: { redisUrl, roles: { serve: true, work: false }, dataDir: '', taskRetentionMs: 1000 },
    webhookReceivers: [],
    ports: () => null,
    log: quiet,
    onFailure: () => {},
    signal: new AbortController().signal,
  });

it.each([
  ['no password', '', 'it asks for a password, and REDIS_URL has none'],
  ['a wrong password', ':wrong@', 'it does not accept the user and password of REDIS_URL'],
])('with %s for Redis the store is refused at once, and not waited for', async (_, password, reason) => {
  await expect(open(server.url.replace('redis://', `redis://${password}`))).rejects.toThrow(
    `Redis does not serve: ${reason}.`,
  );
});

it('with the right password it opens', async () => {
  const engine = await open(server.url.replace('redis://', 'redis://:right@'));
  expect(await engine.status()).toMatchObject({ store: 'open' });
  await engine.close();
});
