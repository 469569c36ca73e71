import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWatchServer, type WatchServer } from './support/fakes/watchServer.ts';
import { rawSocket } from './support/wsClient.ts';

const REVISIONS = 5_000;
/** Of each state: all of them are 50 MB, far more than what the kernel keeps for a reader that does not read. */
const PADDING = 10_000;
const WATCH = `subscription { task(id: "t", padding: ${PADDING}) { revision state padding } }`;

interface Step {
  revision: number;
  state: string;
}

/** One watcher, by either transport. */
interface Watcher {
  pause(): void;
  resume(): void;
  /** The next state that comes in; null at the end. */
  next(): Promise<Step | null>;
  leave(): void;
}

async function overWebSocket(url: string): Promise<Watcher> {
  const { socket, next, subscribe: start } = await rawSocket(url);
  start('1', WATCH);
  return {
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    leave: () => socket.terminate(),
    async next() {
      const message = (await next()) as { type: string; payload?: { data: { task: Step } } };
      return message.payload?.data.task ?? null;
    },
  };
}

async function overEventStream(url: string): Promise<Watcher> {
  const request = httpRequest(`${url}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream' },
  });
  request.on('error', () => {});
  request.end(JSON.stringify({ query: WATCH }));
  const response = await new Promise<IncomingMessage>((resolve) => request.on('response', resolve));
  const blocks = (async function* () {
    let text = '';
    for await (const chunk of response) {
      text += String(chunk);
      const parts = text.split('\n\n');
      text = parts.pop() ?? '';
      yield* parts;
    }
  })();
  return {
    // Nobody asks for the next block, so nothing is read of the socket.
    pause: () => {},
    resume: () => {},
    leave: () => request.destroy(),
    async next() {
      for (;;) {
        const { value = 'event: complete' } = (await blocks.next()) as { value?: string };
        if (value.startsWith('event: complete')) return null;
        const data = /^data: (.*)$/m.exec(value)?.[1];
        if (data) return (JSON.parse(data) as { data: { task: Step } }).data.task;
      }
    },
  };
}

const TRANSPORTS: [string, (url: string) => Promise<Watcher>][] = [
  ['a WebSocket', overWebSocket],
  ['an event stream', overEventStream],
];

let watched: WatchServer;
let sockets: Socket[];
const note = (message: unknown) => void sockets.push((message as { socket: Socket }).socket);

/** Bytes that this process holds for readers. */
const buffered = () => Math.max(...sockets.map(({ writableLength }) => writableLength));

beforeEach(async () => {
  sockets = [];
  subscribe('net.server.socket', note);
  watched = await startWatchServer();
});

afterEach(async () => {
  unsubscribe('net.server.socket', note);
  await watched.server.close();
});

describe.each(TRANSPORTS)('a reader of %s that stops reading', (_, open) => {
  it('fills no memory, holds nobody up, and finds the newest and the last state', { timeout: 60_000 }, async () => {
    const { url, publish } = watched;
    publish('t', 1);
    const slow = await open(url);
    expect((await slow.next())?.revision).toBe(1);
    slow.pause();
    const quick = await open(url);
    expect((await quick.next())?.revision).toBe(1);
    let most = 0;
    for (let revision = 2; revision <= REVISIONS; revision += 1) {
      publish('t', revision);
      expect((await quick.next())?.revision).toBe(revision);
      most = Math.max(most, buffered());
    }
    expect(most).toBeLessThan(1_048_576);
    publish('t', REVISIONS + 1, 'SUCCEEDED');
    expect(await quick.next()).toMatchObject({ revision: REVISIONS + 1 });
    expect(await quick.next()).toBeNull();

    slow.resume();
    const seen: Step[] = [];
    for (let step = await slow.next(); step !== null; step = await slow.next()) seen.push(step);
    expect(seen.length).toBeLessThan(REVISIONS / 2);
    expect(seen.map(({ revision }) => revision)).toEqual(
      seen.map(({ revision }) => revision).toSorted((a, b) => a - b),
    );
    expect(seen.at(-1)).toMatchObject({ revision: REVISIONS + 1, state: 'SUCCEEDED' });
    slow.leave();
    quick.leave();
    await watched.listeners(0);
  });
});

describe('a watcher', () => {
  it('of an event stream is given up when nothing could be written for a minute', async () => {
    const { url, publish, listeners } = watched;
    publish('t', 1);
    const slow = await overEventStream(url);
    expect((await slow.next())?.revision).toBe(1);
    const [socket] = sockets;
    if (!socket) throw new Error('no connection');
    expect(socket.timeout).toBe(60_000);
    await listeners(1);
    // What node does at the end of that minute.
    socket.emit('timeout');
    await listeners(0);
    expect(socket.destroyed).toBe(true);
  });

  it.each(TRANSPORTS)('leaves nothing behind when its connection breaks off: %s', async (_, open) => {
    const { url, publish, listeners } = watched;
    publish('t', 1);
    const watchers = await Promise.all(Array.from({ length: 20 }, () => open(url)));
    await Promise.all(watchers.map((watcher) => watcher.next()));
    await listeners(20);
    for (const watcher of watchers) watcher.leave();
    await listeners(0);
    expect(watched.listening).toBe(0);
  });

  it('goes on where it was left, and ends at once when the last state was seen', async () => {
    const { url, publish } = watched;
    publish('t', 4, 'SUCCEEDED');
    const socket = await rawSocket(url);
    socket.subscribe('1', 'subscription { task(id: "t", after: 3) { revision } }');
    expect(await socket.next()).toMatchObject({ payload: { data: { task: { revision: 4 } } } });
    expect(await socket.next()).toEqual({ type: 'complete', id: '1' });
    socket.subscribe('2', 'subscription { task(id: "t", after: 4) { revision } }');
    expect(await socket.next()).toEqual({ type: 'complete', id: '2' });
    socket.socket.terminate();
  });
});
