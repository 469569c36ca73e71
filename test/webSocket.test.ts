import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect as connectTcp } from 'node:net';
import type { Client } from 'graphql-ws';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MAX_OPERATIONS } from '../src/http/websocket/protocol.ts';
import { startWatchServer, type WatchServer } from './support/fakes/watchServer.ts';
import { all, rawSocket, upgradeStatus, wsClient, wsUrl } from './support/wsClient.ts';

const KEY = 'a-key-of-more-than-16';
const started: WatchServer[] = [];
const clients: Client[] = [];

async function serve(...options: Parameters<typeof startWatchServer>): Promise<WatchServer> {
  const server = await startWatchServer(...options);
  started.push(server);
  return server;
}

function connect(...options: Parameters<typeof wsClient>): Client {
  const client = wsClient(...options);
  clients.push(client);
  return client;
}

afterEach(async () => {
  vi.useRealTimers();
  for (const client of clients.splice(0)) await client.dispose();
  await Promise.all(started.splice(0).map(({ server }) => server.close()));
});

describe('operations over a WebSocket', () => {
  it('are queries, mutations and subscriptions', async () => {
    const { url, publish } = await serve();
    publish('t', 3, 'SUCCEEDED');
    const client = connect(url);
    expect(await all(client, 'query ($n: String) { hello(name: $n) }', { n: 'x' })).toEqual([
      { data: { hello: 'hello x' } },
    ]);
    expect(await all(client, 'mutation { set }')).toEqual([{ data: { set: true } }]);
    expect(await all(client, 'subscription { task(id: "t") { revision } }')).toEqual([
      { data: { task: { revision: 3 } } },
    ]);
  });

  it('each have a context, an id and the deadline of their own', async () => {
    const { url, requests, log } = await serve();
    const client = connect(url);
    const before = performance.now();
    const [first] = await all(client, '{ requestId }');
    const [second] = await all(client, '{ requestId }');
    expect(first?.data?.['requestId']).not.toBe(second?.data?.['requestId']);
    const began = requests.map(({ deadline }) => deadline.at - 9_750);
    expect([before, ...began, performance.now()].toSorted((a, b) => a - b)).toEqual([
      before,
      ...began,
      expect.any(Number),
    ]);
    expect(began).toHaveLength(2);
    expect(log.filter(({ message }) => message === 'request').map(({ fields }) => fields)).toMatchObject([
      { method: 'WS', requestId: first?.data?.['requestId'] },
      { method: 'WS', requestId: second?.data?.['requestId'] },
    ]);
  });

  it('give each event of a subscription a context of its own', async () => {
    const { url, publish, requests, listeners } = await serve();
    publish('t', 1);
    const watching = all(connect(url), 'subscription { task(id: "t") { revision } }');
    await listeners(1);
    publish('t', 2, 'SUCCEEDED');
    await watching;
    expect(new Set(requests).size).toBeGreaterThanOrEqual(2);
    expect(new Set(requests.map(({ requestId }) => requestId)).size).toBe(1);
  });

  it.each([
    ['{ hello', 'GRAPHQL_PARSE_FAILED'],
    ['{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['query A { hello } query B { hello }', 'OPERATION_RESOLUTION_FAILURE'],
    [`{ ${'hello '.repeat(10_001)} }`, 'GRAPHQL_PARSE_FAILED'],
  ])('that are wrong are refused with a code, as over HTTP: %.40s', async (query, code) => {
    const { url } = await serve();
    const socket = await rawSocket(url);
    for (const id of ['1', '2']) {
      socket.subscribe(id, query);
      expect(await socket.next()).toMatchObject({ type: 'error', id, payload: [{ extensions: { code } }] });
    }
    socket.socket.terminate();
  });

  it.each(['{ fails }', 'subscription { broken }'])(
    'that fail unexpectedly show a correlation id, under which the log has error and request: %s',
    async (query) => {
      const { url, log } = await serve();
      const [result] = await all(connect(url), query);
      const { code, correlationId, ...rest } = result?.errors?.[0]?.extensions ?? {};
      expect([code, rest]).toEqual(['INTERNAL', {}]);
      expect(JSON.stringify(result)).not.toContain('database');
      const line = log.find(({ level }) => level === 'error');
      const requestId = log.find(({ message }) => message === 'request')?.fields['requestId'];
      expect(line?.fields).toMatchObject({ correlationId, requestId });
      expect(String(line?.fields['err'])).toContain('database');
    },
  );

  it('fail as a whole when their context cannot be made', async () => {
    const { url } = await serve({}, { context: () => Promise.reject(new Error('no context')) });
    const socket = await rawSocket(url);
    socket.subscribe('1', '{ hello }');
    expect(await socket.next()).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'INTERNAL' } }] });
    socket.socket.terminate();
  });

  it('come with their receipt where it is asked for and permitted', async () => {
    const { url } = await serve();
    const client = connect(url);
    for await (const result of client.iterate({ query: '{ hello }', extensions: { receipt: true } })) {
      expect(result.extensions).toMatchObject({ receipt: { total: { calls: 0 } } });
    }
    expect(await all(client, '{ hello }')).toEqual([{ data: { hello: 'hello world' } }]);
  });

  it('on tasks that do not exist are refused with NOT_FOUND, and end', async () => {
    const { url } = await serve();
    const [result, ...more] = await all(connect(url), 'subscription { task(id: "x") { revision } }');
    expect(result?.errors?.[0]?.extensions).toEqual({ code: 'NOT_FOUND' });
    expect(more).toEqual([]);
  });

  it('are at most a hundred at once on a socket', async () => {
    const { url, publish, listeners } = await serve();
    publish('t', 1);
    const socket = await rawSocket(url);
    for (let id = 1; id <= MAX_OPERATIONS; id += 1) {
      socket.subscribe(String(id), 'subscription { task(id: "t") { revision } }');
    }
    for (let id = 1; id <= MAX_OPERATIONS; id += 1) expect(await socket.next()).toMatchObject({ type: 'next' });
    socket.subscribe('more', '{ hello }');
    expect(await socket.next()).toMatchObject({
      type: 'error',
      id: 'more',
      payload: [{ extensions: { code: 'TOO_MANY_OPERATIONS' } }],
    });
    socket.send({ type: 'complete', id: '7' });
    await listeners(MAX_OPERATIONS - 1);
    socket.subscribe('again', '{ hello }');
    expect(await socket.next()).toMatchObject({ type: 'next', id: 'again' });
    socket.socket.terminate();
  });

  it('are stopped when the client completes them', async () => {
    const { url, requests, slowRuns } = await serve();
    const socket = await rawSocket(url);
    socket.subscribe('1', '{ slow }');
    await slowRuns;
    socket.send({ type: 'complete', id: '1' });
    const signal = requests[0]?.deadline.signal;
    if (signal?.aborted === false) await once(signal, 'abort');
    socket.subscribe('1', '{ hello }');
    expect(await socket.next()).toMatchObject({ type: 'next', payload: { data: { hello: 'hello world' } } });
    socket.socket.terminate();
  });

  it('larger than a megabyte close the socket with 1009', async () => {
    const { url } = await serve();
    const socket = await rawSocket(url);
    socket.subscribe('1', `{ hello(name: "${'x'.repeat(1_048_576)}") }`);
    expect(await socket.next()).toBe(1009);
  });

  it('nested too deeply to be sent back close the socket with 4400, and are no failure of the gateway', async () => {
    const { url, log } = await serve();
    const socket = await rawSocket(url);
    socket.socket.send(`{"type":"ping","payload":{"v":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`);
    expect(await socket.next()).toBe(4400);
    expect(log.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('that are no messages of the protocol close the socket with 4400', async () => {
    const { url } = await serve();
    const socket = await rawSocket(url);
    socket.socket.send('{"type":"complete"');
    expect(await socket.next()).toBe(4400);
  });
});

describe('upgrades', () => {
  it.each([
    ['to another path', { path: '/other' }, 404],
    ['under a foreign host name', { headers: { Host: 'evil.example' } }, 421],
    ['by pages of another origin', { headers: { Origin: 'https://evil.example' } }, 403],
    ['by pages without an origin', { headers: { Origin: 'null' } }, 403],
    ['to another protocol', { protocol: 'graphql-ws' }, 400],
    ['by pages that are let in', { headers: { Origin: 'https://app.example' } }, 101],
    ['by programs', {}, 101],
  ])('%s', async (_, options, status) => {
    const { url } = await serve({ corsOrigins: ['https://app.example'] });
    expect(await upgradeStatus(url, options)).toBe(status);
  });

  it('by pages of the gateway itself', async () => {
    const { url } = await serve();
    expect(await upgradeStatus(url, { headers: { Origin: url } })).toBe(101);
    expect(await upgradeStatus(url, { headers: { Origin: url.replace(/\d+$/, '1') } })).toBe(403);
  });

  it('to other protocols are left alone, and the request is answered', async () => {
    const { url } = await serve();
    const ask = (body: string) =>
      new Promise<string>((resolve, reject) => {
        const request = httpRequest(`${url}/graphql`, {
          method: 'POST',
          headers: {
            'Content-Type': 'application/json',
            'Content-Length': body.length,
            Connection: 'Upgrade, HTTP2-Settings',
            Upgrade: 'h2c',
            'HTTP2-Settings': 'AAEAAEAAAAIAAAAB',
          },
        });
        request.on('error', reject);
        request.on('response', (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.on('end', () => resolve(text));
        });
        request.end(body);
      });
    expect(await ask('{"query":"{ hello }"}')).toBe('{"data":{"hello":"hello world"}}');
    const large = JSON.stringify({
      query: 'query ($n: String) { hello(name: $n) }',
      variables: { n: 'x'.repeat(500_000) },
    });
    expect(await ask(large)).toContain('{"data":{"hello":"hello xxx');
  });
});

describe('requests on one connection that each offer an upgrade', () => {
  const head = (url: string, path: string, ...more: string[]) =>
    [`${path} HTTP/1.1`, `Host: ${new URL(url).host}`, 'Connection: Upgrade', ...more, '', ''].join('\r\n');
  const read = (url: string) => {
    const tcp = connectTcp(Number(new URL(url).port), '127.0.0.1');
    let text = '';
    tcp.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    return { tcp, text: () => text, bodies: () => text.match(/\{"data":.*?\}\}/g) ?? [] };
  };
  const query = (text: string) => `/graphql?query=${encodeURIComponent(text)}`;

  it('are all answered, in their order, though they come at once', async () => {
    const { url, slowRuns, release } = await serve();
    const { tcp, bodies } = read(url);
    const offer = ['Upgrade: h2c', 'HTTP2-Settings: AAEAAEAAAAIAAAAB'];
    const body = '{"query":"{ hello(name: \\"post\\") }"}';
    const post = ['Content-Type: application/json', `Content-Length: ${body.length}`];
    tcp.write(
      head(url, `GET ${query('{ slow }')}`, ...offer) +
        head(url, `GET ${query('{ hello }')}`, ...offer) +
        `${head(url, 'POST /graphql', ...offer, ...post)}${body}` +
        head(url, `GET ${query('{ hello(name: "last") }')}`),
    );
    await slowRuns;
    release();
    await expect
      .poll(bodies)
      .toEqual([
        '{"data":{"slow":"done"}}',
        '{"data":{"hello":"hello world"}}',
        '{"data":{"hello":"hello post"}}',
        '{"data":{"hello":"hello last"}}',
      ]);
    tcp.destroy();
  });

  it('become a WebSocket after the answers to what was asked before', async () => {
    const { url, slowRuns, release } = await serve();
    const { tcp, text } = read(url);
    const socket = [
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Protocol: graphql-transport-ws',
    ];
    tcp.write(head(url, `GET ${query('{ slow }')}`, 'Upgrade: h2c') + head(url, 'GET /graphql', ...socket));
    await slowRuns;
    release();
    await expect.poll(text).toMatch(/^HTTP\/1\.1 200 OK[^]*\{"data":\{"slow":"done"\}\}HTTP\/1\.1 101 /);
    tcp.destroy();
  });

  it('leave no trace of a client that goes while one waits for its turn', async () => {
    const { url, slowRuns, requests } = await serve();
    const { tcp } = read(url);
    const offer = 'Upgrade: h2c';
    tcp.write(head(url, `GET ${query('{ slow }')}`, offer) + head(url, `GET ${query('{ hello }')}`, offer));
    await slowRuns;
    tcp.resetAndDestroy();
    const signal = requests[0]?.deadline.signal;
    if (signal?.aborted === false) await once(signal, 'abort');
    expect(requests).toHaveLength(1);
  });
});

describe('API keys over a WebSocket', () => {
  it.each([
    ['with the upgrade', { headers: { Authorization: `Bearer ${KEY}` } }],
    ['with connection_init', { connectionParams: { authorization: `Bearer ${KEY}` } }],
    ['with connection_init in capitals', { connectionParams: { Authorization: `Bearer ${KEY}` } }],
  ])('come %s', async (_, options) => {
    const { url } = await serve({ apiKeys: [KEY] });
    const [result] = await all(connect(url, options), '{ client }');
    expect(result?.data?.['client']).toMatch(/^[0-9a-f]{12}$/);
  });

  it.each([
    ['none', {}],
    ['another', { connectionParams: { authorization: `Bearer ${KEY}x` } }],
    [
      'another with connection_init than with the upgrade',
      {
        headers: { Authorization: `Bearer ${KEY}` },
        connectionParams: { authorization: 'Bearer another-key-of-16' },
      },
    ],
  ])('that are %s close the socket with 4403', async (_, options) => {
    const { url, requests } = await serve({ apiKeys: [KEY] });
    await expect(all(connect(url, options), '{ hello }')).rejects.toMatchObject({ code: 4403 });
    expect(requests).toEqual([]);
  });

  it('are waited for five seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { url } = await serve({ apiKeys: [KEY] });
    const socket = await rawSocket(url, {}, null);
    vi.advanceTimersByTime(4_999);
    expect(socket.socket.readyState).toBe(socket.socket.OPEN);
    vi.advanceTimersByTime(1);
    expect(await socket.next()).toBe(4408);
  });

  it('come before operations, or the socket is closed with 4401', async () => {
    const { url } = await serve({ apiKeys: [KEY] });
    const socket = await rawSocket(url, { headers: { Authorization: `Bearer ${KEY}` } }, null);
    socket.subscribe('1', '{ hello }');
    expect(await socket.next()).toBe(4401);
  });
});

describe('heartbeats', () => {
  it('tear down a client that answers none, and nothing is left listening', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const { url, publish, listeners } = await serve();
    publish('t', 1);
    const deaf = await rawSocket(url, { autoPong: false });
    const well = await rawSocket(url);
    for (const socket of [deaf, well]) {
      socket.subscribe('1', 'subscription { task(id: "t") { revision } }');
      await socket.next();
    }
    const pinged = Promise.all([once(deaf.socket, 'ping'), once(well.socket, 'ping')]);
    vi.advanceTimersByTime(12_000);
    await pinged;
    // The server has heard the pong when it answers what was sent after it.
    well.subscribe('2', '{ hello }');
    await well.next();
    await well.next();
    vi.advanceTimersByTime(12_000);
    expect(await deaf.next()).toBe(1006);
    await listeners(1);
    publish('t', 2, 'SUCCEEDED');
    expect(await well.next()).toMatchObject({ payload: { data: { task: { revision: 2 } } } });
    well.socket.terminate();
  });
});

describe('the log', () => {
  const lines = ({ log }: WatchServer) =>
    log.filter(({ message }) => message === 'request').map(({ fields }) => fields);

  it('has a line of each operation: answered, refused, and failed before it began', async () => {
    let broken = false;
    const server = await serve({}, { context: (info) => (broken ? Promise.reject(new Error('no context')) : info) });
    const { subscribe, next, socket } = await rawSocket(server.url);
    subscribe('1', '{ hello }');
    expect(await next()).toMatchObject({ type: 'next' });
    await next();
    subscribe('2', '{ nothing }');
    expect(await next()).toMatchObject({ type: 'error' });
    broken = true;
    subscribe('3', '{ hello }');
    expect(await next()).toMatchObject({ type: 'error' });
    socket.terminate();
    const line = { method: 'WS', route: 'graphql', client: null, requestId: expect.any(String) as string };
    const milliseconds = expect.any(Number) as number;
    expect(lines(server)).toEqual([
      { ...line, status: 200, milliseconds },
      { ...line, status: 400, milliseconds },
      { ...line, status: 500, milliseconds },
    ]);
  });

  it('has a line of each operation whose client vanished', async () => {
    const server = await serve();
    const { subscribe, socket } = await rawSocket(server.url);
    subscribe('1', '{ slow }');
    await server.slowRuns;
    socket.terminate();
    await expect.poll(() => lines(server)).toMatchObject([{ method: 'WS', status: null, aborted: true }]);
  });

  it('has a line of each connection_init that is refused, with the reason and no key', async () => {
    const server = await serve({ apiKeys: [KEY] });
    const tries = [{}, { authorization: 'Bearer wrong-key-of-16-letters' }, { authorization: 'Basic wrong-key-of-16' }];
    for (const connectionParams of tries) {
      await expect(all(connect(server.url, { connectionParams }), '{ hello }')).rejects.toMatchObject({ code: 4403 });
    }
    const line = { method: 'WS', route: 'graphql', client: null, status: 401 };
    const some = { requestId: expect.any(String) as string, milliseconds: expect.any(Number) as number };
    expect(lines(server)).toEqual([
      { ...line, ...some, reason: 'missing' },
      { ...line, ...some, reason: 'unknown_key' },
      { ...line, ...some, reason: 'malformed' },
    ]);
    expect(JSON.stringify(server.log)).not.toContain('wrong-key');
  });

  it('says why a request over HTTP was refused as well', async () => {
    const server = await serve({ apiKeys: [KEY] });
    await fetch(`${server.url}/graphql?query={hello}`);
    await fetch(`${server.url}/graphql?query={hello}`, { method: 'PUT', headers: { authorization: `Bearer ${KEY}` } });
    await expect
      .poll(() => lines(server))
      .toMatchObject([
        { status: 401, reason: 'missing' },
        { status: 405, reason: 'METHOD_NOT_ALLOWED' },
      ]);
  });

  it('names an upgrade that is refused as other requests', async () => {
    const server = await serve();
    await upgradeStatus(server.url, { path: '/other', headers: { 'x-request-id': 'mine' } });
    expect(lines(server)).toMatchObject([
      { requestId: 'mine', method: 'GET', route: 'other', status: 404, reason: 'NOT_FOUND' },
    ]);
  });
});

describe('vanished clients', () => {
  it('leave nothing behind, two hundred of them', { timeout: 30_000 }, async () => {
    const { url, publish, listeners, requests } = await serve();
    publish('t', 1);
    const sockets = await Promise.all(Array.from({ length: 200 }, () => rawSocket(url)));
    await Promise.all(
      sockets.map(({ subscribe, next }) => {
        subscribe('1', 'subscription { task(id: "t") { revision } }');
        return next();
      }),
    );
    await listeners(200);
    for (const { socket } of sockets) socket.terminate();
    await listeners(0);
    expect(requests.every(({ deadline }) => deadline.signal.aborted)).toBe(true);
  });
});

describe('closing with WebSockets', () => {
  it('ends subscriptions with a last event that says why, and closes with 1001', async () => {
    const { url, server, publish, listening, listeners } = await serve();
    publish('t', 1);
    const socket = await rawSocket(url);
    socket.subscribe('1', 'subscription { task(id: "t") { revision } }');
    await socket.next();
    const closed = server.close();
    expect(await socket.next()).toMatchObject({
      type: 'next',
      payload: { errors: [{ extensions: { code: 'SHUTTING_DOWN' } }] },
    });
    expect(await socket.next()).toEqual({ type: 'complete', id: '1' });
    expect(await socket.next()).toBe(1001);
    await closed;
    await listeners(0);
    expect(listening).toBeLessThanOrEqual(1);
  });

  it('waits for what is under way and takes nothing new', async () => {
    const { url, server, slowRuns, release } = await serve();
    const socket = await rawSocket(url);
    socket.subscribe('1', '{ slow }');
    await slowRuns;
    const closed = server.close();
    socket.subscribe('2', '{ hello }');
    expect(await socket.next()).toMatchObject({
      id: '2',
      type: 'error',
      payload: [{ extensions: { code: 'SHUTTING_DOWN' } }],
    });
    release();
    expect(await socket.next()).toMatchObject({ id: '1', payload: { data: { slow: 'done' } } });
    expect(await socket.next()).toEqual({ type: 'complete', id: '1' });
    expect(await socket.next()).toBe(1001);
    await closed;
  });

  it('breaks off what takes too long, and clients that do not answer the close', async () => {
    const { url, server, slowRuns, requests } = await serve({}, { drainMs: 20 });
    const socket = await rawSocket(url);
    socket.subscribe('1', '{ slow }');
    await slowRuns;
    socket.socket.pause();
    await server.close();
    expect(requests[0]?.deadline.signal.aborted).toBe(true);
    socket.socket.terminate();
  });

  it('closes idle sockets at once', async () => {
    const { url, server } = await serve();
    const socket = await rawSocket(url, {}, null);
    const closed = server.close();
    expect(await socket.next()).toBe(1001);
    await closed;
    expect(wsUrl(url)).toMatch(/^ws:/);
  });
});
