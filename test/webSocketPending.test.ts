import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MAX_PENDING } from '../src/http/websocket/pendingSockets.ts';
import { startWatchServer, type WatchServer } from './support/fakes/watchServer.ts';
import { rawSocket } from './support/wsClient.ts';

const KEY = 'a-key-of-more-than-16';
const INIT = { type: 'connection_init', payload: { authorization: `Bearer ${KEY}` } };

let server: WatchServer;
beforeEach(async () => {
  // No time passes: whatever ends a connection here does so at once.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
  server = await startWatchServer({ apiKeys: [KEY] });
});
afterEach(async () => {
  vi.useRealTimers();
  await server.server.close();
});

/** A frame of a client, masked with zeros; `declared` is the length that its head says, which may be more than comes. */
function frame(text: string, declared = Buffer.byteLength(text)): Buffer {
  const head = Buffer.alloc(14);
  head.writeUInt8(0x81, 0);
  head.writeUInt8(0x80 | 127, 1);
  head.writeBigUInt64BE(BigInt(declared), 2);
  return Buffer.concat([head, Buffer.from(text)]);
}

/** A client that never answers a close and never ends its side; `ended` resolves with all that came once the server did. */
async function upgraded(): Promise<{ tcp: Socket; ended: Promise<string> }> {
  const { hostname, port } = new URL(server.url);
  const tcp = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  tcp.on('error', () => {});
  tcp.write(
    [
      'GET /graphql HTTP/1.1',
      `Host: ${hostname}:${port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Protocol: graphql-transport-ws',
      '\r\n',
    ].join('\r\n'),
  );
  let text = '';
  tcp.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  await once(tcp, 'data');
  // Where it is cut off in the midst of sending, TCP resets it.
  const ended = Promise.race([once(tcp, 'end'), once(tcp, 'close')]).then(() => text);
  return { tcp, ended };
}

describe('a WebSocket that nobody was let in on', () => {
  it.each([
    ['an unfinished message of a megabyte', (tcp: Socket) => tcp.write(frame('x'.repeat(40_000), 1_048_576))],
    [
      'a message larger than any token',
      (tcp: Socket) => tcp.write(frame(JSON.stringify({ ...INIT, x: 'x'.repeat(40_000) }))),
    ],
    [
      'pings without end',
      (tcp: Socket) => tcp.write(Buffer.concat(Array.from({ length: 2_000 }, () => frame('{"type":"ping"}')))),
    ],
  ])('is cut off at %s', async (_, send) => {
    const { tcp, ended } = await upgraded();
    send(tcp);
    await ended;
    expect(server.requests).toEqual([]);
    tcp.destroy();
  });

  it.each([
    ['a wrong key', { type: 'connection_init', payload: { authorization: 'Bearer another-key-of-16' } }, 4403],
    ['an operation', { type: 'subscribe', id: '1', payload: { query: '{ hello }' } }, 4401],
    ['no message', 'text', 4400],
  ])('is ended after %s without waiting for the other end, with %s and %d', async (_, message, code) => {
    const { tcp, ended } = await upgraded();
    tcp.write(frame(JSON.stringify(message)));
    const sent = Buffer.from(await ended, 'latin1');
    const head = Buffer.alloc(2);
    head.writeUInt16BE(code);
    expect(sent.includes(head)).toBe(true);
    tcp.destroy();
  });

  it('goes when too many wait, the oldest first, and those that were let in stay', async () => {
    const member = await rawSocket(server.url, {}, INIT.payload);
    const oldest = await rawSocket(server.url, {}, null);
    const others = [];
    for (let at = 1; at < MAX_PENDING; at += 1) others.push(await rawSocket(server.url, {}, null));
    expect(oldest.socket.readyState).toBe(oldest.socket.OPEN);
    const last = await rawSocket(server.url, {}, null);
    expect(await oldest.next()).toBe(1013);
    for (const { send, subscribe, next } of [last, others[0] ?? last]) {
      send(INIT);
      expect(await next()).toEqual({ type: 'connection_ack' });
      subscribe('1', '{ hello }');
      expect(await next()).toMatchObject({ type: 'next' });
    }
    member.subscribe('1', `{ hello(name: "${'x'.repeat(100_000)}") }`);
    expect(await member.next()).toMatchObject({ type: 'next' });
    for (const { socket } of [member, last, ...others]) socket.terminate();
  });
});

describe('an upgrade that is refused', () => {
  it('is ended without waiting for the other end', async () => {
    const { hostname, port } = new URL(server.url);
    const tcp = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    tcp.resume();
    tcp.write(`GET /other HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    await once(tcp, 'end');
    // Nobody listens any more: what is written now is answered with a reset.
    const closed = new Promise((resolve) => tcp.once('close', resolve));
    tcp.on('error', () => {});
    const write = (): void => {
      if (tcp.destroyed) return;
      tcp.write('x');
      setImmediate(write);
    };
    write();
    await closed;
    expect(tcp.destroyed).toBe(true);
  });
});
