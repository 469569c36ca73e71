import { afterEach, describe, expect, it } from 'vitest';
import { gate } from './support/fakes/fakeProvider.ts';
import { startWatchServer, type WatchServer } from './support/fakes/watchServer.ts';
import { rawSocket } from './support/wsClient.ts';

const started: WatchServer[] = [];

/** A server whose first operation waits for its context, whatever its client does. */
async function serve(context: 'comes' | 'fails') {
  const { open, passed } = gate();
  const begun = gate();
  let first = true;
  const server = await startWatchServer(
    {},
    {
      context: async (info) => {
        if (!first) return info;
        first = false;
        begun.open();
        await passed;
        if (context === 'fails') throw new Error('no context');
        return info;
      },
    },
  );
  started.push(server);
  const ended = () => server.log.filter(({ message }) => message === 'request');
  return { ...server, begun: begun.passed, open, ended };
}

afterEach(async () => {
  await Promise.all(started.splice(0).map(({ server }) => server.close()));
});

const watch = (task: string) => `subscription { task(id: "${task}") { revision } }`;
const step = (id: string, revision: number) => ({ type: 'next', id, payload: { data: { task: { revision } } } });

describe('the id of an operation that its client has completed', () => {
  it('is free again while the operation still runs, and carries the results of the new one alone', async () => {
    const { url, publish, begun, open, ended } = await serve('comes');
    publish('t', 1);
    const socket = await rawSocket(url);
    socket.subscribe('1', '{ hello }');
    await begun;
    socket.send({ type: 'complete', id: '1' });
    socket.subscribe('1', watch('t'));
    expect(await socket.next()).toEqual(step('1', 1));
    open();
    await expect.poll(ended).toHaveLength(1);
    publish('t', 2, 'SUCCEEDED');
    expect(await socket.next()).toEqual(step('1', 2));
    expect(await socket.next()).toEqual({ type: 'complete', id: '1' });
    // And so it is after the server's own complete.
    socket.subscribe('1', '{ hello }');
    expect(await socket.next()).toMatchObject({ type: 'next', id: '1', payload: { data: { hello: 'hello world' } } });
    expect(await socket.next()).toEqual({ type: 'complete', id: '1' });
    socket.socket.terminate();
  });

  it('brings no more of a stream, and all of the stream that takes it over', async () => {
    const { url, publish, listeners, open } = await serve('comes');
    open();
    publish('t', 1);
    publish('u', 1);
    const socket = await rawSocket(url);
    socket.subscribe('same', watch('t'));
    expect(await socket.next()).toEqual(step('same', 1));
    socket.send({ type: 'complete', id: 'same' });
    socket.subscribe('same', watch('u'));
    expect(await socket.next()).toEqual(step('same', 1));
    await listeners(1);
    publish('t', 2);
    publish('u', 7, 'SUCCEEDED');
    expect(await socket.next()).toEqual(step('same', 7));
    expect(await socket.next()).toEqual({ type: 'complete', id: 'same' });
    socket.socket.terminate();
  });

  it('is counted as ended also where the operation then fails to begin', async () => {
    const { url, begun, open, ended } = await serve('fails');
    const socket = await rawSocket(url);
    socket.subscribe('1', '{ hello }');
    await begun;
    socket.send({ type: 'complete', id: '1' });
    socket.subscribe('2', '{ hello }');
    expect(await socket.next()).toMatchObject({ type: 'next', id: '2' });
    expect(await socket.next()).toEqual({ type: 'complete', id: '2' });
    open();
    await expect.poll(ended).toMatchObject([{ fields: { status: 200 } }, { fields: { status: null, aborted: true } }]);
    socket.socket.terminate();
  });
});

describe('the id of an operation under way', () => {
  it('closes the socket with 4409 when it is used for another', async () => {
    const { url, publish } = await serve('comes');
    publish('t', 1);
    const socket = await rawSocket(url);
    socket.subscribe('1', watch('t'));
    socket.subscribe('1', '{ hello }');
    expect(await socket.next()).toBe(4409);
  });

  it('may be any text, and comes back as it was sent', async () => {
    const { url, open } = await serve('comes');
    open();
    const socket = await rawSocket(url);
    for (const id of ['1', 'ünï"\\\n', '{"id":"7"}', '__proto__', 'x'.repeat(500)]) {
      socket.subscribe(id, '{ hello }');
      expect(await socket.next()).toMatchObject({ type: 'next', id });
      expect(await socket.next()).toEqual({ type: 'complete', id });
    }
    socket.send({ type: 'complete', id: '3' });
    socket.subscribe('', '{ hello }');
    expect(await socket.next()).toBe(4400);
  });
});
