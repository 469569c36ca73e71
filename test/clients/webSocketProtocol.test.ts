import { afterEach, describe, expect, it } from 'vitest';
import { startWatchServer, type WatchServer } from '../support/fakes/watchServer.ts';
import { rawSocket } from '../support/wsClient.ts';

/** Close codes of the graphql-transport-ws protocol. */
const INVALID = 4400;
const TOO_EARLY = 4401;
const DUPLICATE_ID = 4409;
const SECOND_INIT = 4429;

const started: WatchServer[] = [];

async function serve(...options: Parameters<typeof startWatchServer>): Promise<WatchServer> {
  const server = await startWatchServer(...options);
  started.push(server);
  return server;
}

afterEach(() => Promise.all(started.splice(0).map(({ server }) => server.close())));

const WATCH = 'subscription { task(id: "t") { revision } }';
const hello = { query: '{ hello }' };

describe('graphql-transport-ws closes the socket with 4400', () => {
  it.each([
    ['no JSON', 'hello'],
    ['an array', '[]'],
    ['null', 'null'],
    ['without a type', '{}'],
    ['of no text as type', '{"type":1}'],
    ['of an unknown type', '{"type":"start","id":"1"}'],
    ['a payload of a ping that is no object', '{"type":"ping","payload":"x"}'],
    ['a subscribe without an id', JSON.stringify({ type: 'subscribe', payload: hello })],
    ['a subscribe with an empty id', JSON.stringify({ type: 'subscribe', id: '', payload: hello })],
    ['a subscribe without a payload', JSON.stringify({ type: 'subscribe', id: '1' })],
    ['a subscribe without a query', JSON.stringify({ type: 'subscribe', id: '1', payload: {} })],
    [
      'variables that are a list',
      JSON.stringify({ type: 'subscribe', id: '1', payload: { ...hello, variables: [1] } }),
    ],
    [
      'extensions that are text',
      JSON.stringify({ type: 'subscribe', id: '1', payload: { ...hello, extensions: 'x' } }),
    ],
    ['a complete without an id', '{"type":"complete"}'],
    ['what only servers say: connection_ack', '{"type":"connection_ack"}'],
    ['what only servers say: next', '{"type":"next","id":"1","payload":{}}'],
    ['what only servers say: error', '{"type":"error","id":"1","payload":[{"message":"x"}]}'],
  ])('that sends %s, and logs no failure of its own', async (_, text) => {
    const { url, log } = await serve();
    const socket = await rawSocket(url);
    socket.socket.send(text);
    expect(await socket.next()).toBe(INVALID);
    expect(log.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('graphql-transport-ws', () => {
  it('acknowledges an init, with a payload or without', async () => {
    const { url } = await serve();
    for (const init of [{ type: 'connection_init' }, { type: 'connection_init', payload: { any: 'thing' } }]) {
      const socket = await rawSocket(url, {}, null);
      socket.send(init);
      expect(await socket.next()).toEqual({ type: 'connection_ack' });
      socket.socket.terminate();
    }
  });

  it('closes with 4429 on a second init', async () => {
    const { url } = await serve();
    const socket = await rawSocket(url);
    socket.send({ type: 'connection_init' });
    expect(await socket.next()).toBe(SECOND_INIT);
  });

  it('closes with 4401 on an operation before the acknowledgement', async () => {
    const { url, requests } = await serve();
    const socket = await rawSocket(url, {}, null);
    socket.subscribe('1', '{ hello }');
    expect(await socket.next()).toBe(TOO_EARLY);
    expect(requests).toEqual([]);
  });

  it('closes with 4409 on an id that is in use, and stops what ran', async () => {
    const { url, publish, listeners } = await serve();
    publish('t', 1);
    const socket = await rawSocket(url);
    socket.subscribe('1', WATCH);
    await socket.next();
    socket.subscribe('1', '{ hello }');
    expect(await socket.next()).toBe(DUPLICATE_ID);
    await listeners(0);
  });

  it('takes an id again after the operation has ended, either way', async () => {
    const { url, publish } = await serve();
    publish('t', 1, 'SUCCEEDED');
    const socket = await rawSocket(url);
    const next = { type: 'next', id: '1' };
    const complete = { type: 'complete', id: '1' };
    for (const [query, answer] of [
      ['{ hello }', [next, complete]],
      ['{ nothing }', [{ type: 'error', id: '1' }]],
      [WATCH, [next, complete]],
      ['{ hello }', [next, complete]],
    ] as const) {
      socket.subscribe('1', query);
      for (const message of answer) expect(await socket.next()).toMatchObject(message);
    }
    socket.socket.terminate();
  });

  it('answers pings with their payload, before the acknowledgement too, and takes pongs', async () => {
    const { url } = await serve();
    const socket = await rawSocket(url, {}, null);
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
    socket.send({ type: 'pong', payload: { unasked: true } });
    socket.send({ type: 'ping', payload: { at: 1 } });
    expect(await socket.next()).toEqual({ type: 'pong', payload: { at: 1 } });
    socket.socket.terminate();
  });

  it('ends an operation once: with complete after results, with error alone where it is refused', async () => {
    const { url } = await serve();
    const socket = await rawSocket(url);
    socket.subscribe('1', '{ hello }');
    expect(await socket.next()).toEqual({ type: 'next', id: '1', payload: { data: { hello: 'hello world' } } });
    expect(await socket.next()).toEqual({ type: 'complete', id: '1' });
    socket.subscribe('2', '{ nothing }');
    expect(await socket.next()).toMatchObject({ type: 'error', id: '2', payload: [{ message: expect.any(String) }] });
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
    socket.socket.terminate();
  });

  it('sends nothing more of what the client has completed, and ignores a complete of what there is not', async () => {
    const { url, publish, listeners } = await serve();
    publish('t', 1);
    const socket = await rawSocket(url);
    socket.subscribe('1', WATCH);
    await socket.next();
    socket.send({ type: 'complete', id: '1' });
    socket.send({ type: 'complete', id: 'never' });
    await listeners(0);
    publish('t', 2, 'SUCCEEDED');
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
    socket.socket.terminate();
  });

  it('carries operations side by side, each under its id', async () => {
    const { url, publish, listeners } = await serve();
    publish('t', 1);
    const socket = await rawSocket(url);
    socket.subscribe('watch', WATCH);
    expect(await socket.next()).toMatchObject({ type: 'next', id: 'watch' });
    socket.subscribe('ask', '{ hello }');
    expect(await socket.next()).toMatchObject({ type: 'next', id: 'ask' });
    expect(await socket.next()).toEqual({ type: 'complete', id: 'ask' });
    await listeners(1);
    publish('t', 2, 'SUCCEEDED');
    expect(await socket.next()).toMatchObject({ type: 'next', id: 'watch' });
    expect(await socket.next()).toEqual({ type: 'complete', id: 'watch' });
    socket.socket.terminate();
  });

  it('shows nothing internal of a stream that breaks off', async () => {
    let made = 0;
    const { url, publish } = await serve(
      {},
      {
        context: (info) => {
          made += 1;
          if (made > 1) throw new Error('the database at 10.0.0.5 said no');
          return info;
        },
      },
    );
    publish('t', 1);
    const socket = await rawSocket(url);
    socket.subscribe('1', WATCH);
    const told = await socket.next();
    expect(JSON.stringify(told)).not.toContain('database');
    expect(told).toMatchObject({ id: '1', type: 'error', payload: [{ extensions: { code: 'INTERNAL' } }] });
    socket.socket.terminate();
  });
});
