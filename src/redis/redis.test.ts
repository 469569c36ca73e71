import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRedis, type TestRedis } from '../../test/support/redis.ts';
import { connectRedis, type RedisConnections } from './redis.ts';
import { luaScript } from './script.ts';
import { RedisUnavailableError } from './unavailable.ts';

const PREFIX = '{test}:';
const ADD = luaScript("return redis.call('INCRBY', KEYS[1] .. 'sum', ARGV[1])");

describe('a connection to Redis', () => {
  let server: TestRedis;
  let connections: RedisConnections;
  let logged: [object, string][];
  const log = {
    info: (object: object, message: string) => void logged.push([object, message]),
    warn: (object: object, message: string) => void logged.push([object, message]),
  };

  beforeEach(async () => {
    logged = [];
    server = await startRedis();
    connections = connectRedis(server.url, { log, name: 'test' });
  });
  afterEach(async () => {
    await connections.close();
    await server.stop();
  });

  it('rejects commands while the server is away, and goes on when it is back', async () => {
    expect(await ADD(connections.commands, PREFIX, [1])).toBe(1);
    await server.stop('SIGTERM');
    await expect(ADD(connections.commands, PREFIX, [1])).rejects.toBeInstanceOf(RedisUnavailableError);
    const ready = once(connections.commands, 'ready');
    await server.restart();
    await ready;
    // The server has forgotten the script, too.
    expect(await ADD(connections.commands, PREFIX, [1])).toBe(2);
    expect(logged.map(([, message]) => message)).toEqual(['Redis is away; trying again.', 'Redis is back.']);
  });

  it('throws errors of a script unchanged', async () => {
    const broken = luaScript("return redis.call('INCR', KEYS[1] .. 'text')");
    await connections.commands.set(`${PREFIX}text`, 'a');
    await expect(broken(connections.commands, PREFIX, [])).rejects.toThrow('not an integer');
  });

  it('subscribes again after the server was away', async () => {
    const subscriber = connections.subscriber();
    await subscriber.subscribe('news');
    const ready = once(subscriber, 'ready');
    await server.restart();
    await ready;
    const heard = once(subscriber, 'message');
    // Subscribing once more waits behind the subscriptions of before.
    await subscriber.subscribe('other');
    await connections.commands.publish('news', 'hello');
    expect(await heard).toEqual(['news', 'hello']);
  });

  it('sends a command again whose answer was cut off', async () => {
    await ADD(connections.commands, PREFIX, [1]);
    const paused = connections.commands.call('CLIENT', 'PAUSE', '300', 'ALL');
    await paused;
    const answer = ADD(connections.commands, PREFIX, [1]);
    await server.restart();
    expect(await answer).toBe(2);
  });

  it('closes while the server is away', async () => {
    const opened = [connections.commands, connections.subscriber(), connections.waiting()];
    await server.stop('SIGKILL');
    const [waiting] = await Promise.allSettled([opened[2]?.ping(), connections.close()]);
    expect(opened.map(({ status }) => status)).toEqual(['end', 'end', 'end']);
    expect(waiting).toMatchObject({ status: 'rejected', reason: { message: 'Connection is closed.' } });
  });

  it('never shows the password', async () => {
    const secret = connectRedis(`redis://:s3cret@127.0.0.1:${server.port}/2`, { log, name: 'test' });
    await server.stop('SIGKILL');
    await expect(secret.commands.ping()).rejects.toThrow('max retries');
    await secret.close();
    expect(logged.length).toBeGreaterThan(0);
    expect(JSON.stringify(logged)).toContain(`redis://127.0.0.1:${server.port}/2`);
    expect(logged.map(([object]) => String(Object.values(object))).join()).not.toContain('s3cret');
    expect(JSON.stringify(logged)).not.toContain('s3cret');
    for (const url of ['http://:s3cret@host', 'redis://:s3cret@host/db', 's3cret']) {
      expect(() => connectRedis(url, { log, name: 'test' })).toThrow(/^(?!.*s3cret).*Redis URL/);
    }
  });
});
