import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { ProviderError } from '../../domain/problem.ts';
import { VirtualClock } from '../../lib/clock.ts';
import { createSimulator, jsonResponse } from '../../simulator/simulator.ts';
import { networkError } from './networkError.ts';
import { simulatorTransport, undiciTransport, type Transport, type TransportOptions } from './undiciTransport.ts';
import type { TryTimes } from '../policy/attemptTimeouts.ts';

const OPTIONS: TransportOptions = {
  connections: 2,
  connectTimeoutMs: 500,
  maxBodyBytes: 1_000,
};
const TIMES: TryTimes = { silentMs: 200, wholeMs: 5_000 };

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function listen(server: Server | TcpServer): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  cleanups.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A transport to a server that answers as told, with a count of what reached it. */
async function to(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  options: Partial<TransportOptions> = {},
  basePath = '',
) {
  const seen = { requests: [] as string[], connections: 0 };
  const server = createServer((request, response) => {
    seen.requests.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  server.on('connection', () => (seen.connections += 1));
  const transport = undiciTransport((await listen(server)) + basePath, { ...OPTIONS, ...options });
  cleanups.unshift(() => transport.close());
  return { transport, seen };
}

const get = (transport: Transport, signal?: AbortSignal, times: Partial<TryTimes> = {}) =>
  transport.send({ method: 'GET', path: '/x?a=1', headers: {}, signal, times: { ...TIMES, ...times } });

describe('a request on its way out', () => {
  const post = (transport: Transport, leave: () => void) =>
    transport.send({ method: 'POST', path: '/x', headers: {}, body: '{}', times: TIMES, leave });

  it('is asked for the last time when it has its connection, after every wait for one', async () => {
    let arrive: (response: ServerResponse) => void = () => {};
    const arrival = () => new Promise<ServerResponse>((resolve) => (arrive = resolve));
    const { transport, seen } = await to((_, response) => arrive(response), { connections: 1 });
    const asked: number[] = [];
    const first = arrival();
    const answers = [post(transport, () => asked.push(1)), post(transport, () => asked.push(2))];
    const held = await first;
    expect(asked).toEqual([1]);
    const second = arrival();
    held.end();
    (await second).end();
    expect(asked).toEqual([1, 2]);
    await Promise.all(answers);
    expect(seen.connections).toBe(1);
  });

  it('does not leave when it may not, says so as it was told, and keeps the connection for the next', async () => {
    const { transport, seen } = await to((_, response) => response.end(), { connections: 1 });
    await post(transport, () => {});
    const refusal = new ProviderError('TIMEOUT', 'Not ours.');
    await expect(
      post(transport, () => {
        throw refusal;
      }),
    ).rejects.toBe(refusal);
    await post(transport, () => {});
    expect(seen).toEqual({ requests: ['POST /x', 'POST /x'], connections: 1 });
  });
});

describe('undici transport', () => {
  it('joins the base path, sends the body and gives status, headers in lower case and text', async () => {
    const { transport, seen } = await to(
      (request, response) => {
        let body = '';
        request.on('data', (chunk: Buffer) => (body += chunk.toString()));
        request.on('end', () => {
          response.writeHead(201, { 'X-Request-Id': 'r1', 'Set-Cookie': ['a=1', 'b=2'] });
          response.end(`${request.headers['x-key']?.toString()}:${body}`);
        });
      },
      {},
      '/v1/',
    );
    const answer = await transport.send({
      method: 'POST',
      path: '/x?a=1',
      headers: { 'x-key': 'k' },
      body: 'žluť',
      times: TIMES,
    });
    expect(answer).toMatchObject({ status: 201, text: 'k:žluť' });
    expect(answer.headers).toMatchObject({ 'x-request-id': 'r1', 'set-cookie': 'a=1, b=2' });
    expect(seen.requests).toEqual(['POST /v1/x?a=1']);
  });

  it('reads a chunked body whose characters are cut between chunks', async () => {
    const bytes = Buffer.from('{"name":"Zoë"}');
    const { transport } = await to((_, response) => {
      response.write(bytes.subarray(0, 12));
      setImmediate(() => response.end(bytes.subarray(12)));
    });
    expect((await get(transport)).text).toBe('{"name":"Zoë"}');
  });

  it('asks for no compression, and names one that comes all the same', async () => {
    const asked: unknown[] = [];
    const { transport } = await to((request, response) => {
      asked.push(request.headers['accept-encoding']);
      const { headers, body } = answers.shift() ?? { headers: {}, body: '{}' };
      response.writeHead(200, headers).end(body);
    });
    const answers = ['gzip', 'identity'].map((name) => ({
      headers: { 'content-encoding': name },
      body: name === 'gzip' ? gzipSync('{}') : '{}',
    }));
    const failed = get(transport);
    await expect(failed).rejects.toMatchObject({ code: 'UNREADABLE', mayHaveApplied: true, retryable: false });
    await expect(failed).rejects.toThrow('gzip');
    expect((await get(transport)).text).toBe('{}');
    expect(asked).toEqual(['identity', 'identity']);
  });

  it.each([
    ['Identity'],
    ['IDENTITY, identity'],
    [''],
    [' , '],
    ['none'],
    ['utf-8'],
    ['aws-chunked'],
    // A proxy has uncompressed it and left the header.
    ['gzip'],
  ])('reads an answer for what it is where its coding is said to be %j', async (coding) => {
    const { transport } = await to((_, response) =>
      response.writeHead(200, { 'content-encoding': coding }).end('{"name":"Zoë"}'),
    );
    expect((await get(transport)).text).toBe('{"name":"Zoë"}');
  });

  it('names a compression in any case, and in a list', async () => {
    const { transport } = await to((_, response) =>
      response.writeHead(200, { 'content-encoding': 'identity, GZip' }).end(gzipSync('{}')),
    );
    await expect(get(transport)).rejects.toThrow('(gzip)');
  });

  it.each([
    ['iso-8859-1', Buffer.from('{"name":"Zo\xeb"}', 'latin1')],
    ['"ISO-8859-1"', Buffer.from('{"name":"Zo\xeb"}', 'latin1')],
    ['latin1', Buffer.from('{"name":"Zoë"}')],
    ['utf-16le', Buffer.from('{"name":"Zoë"}', 'utf16le')],
    ['nonsense', Buffer.from('{"name":"Zoë"}')],
    ['utf-8', Buffer.from('{"name":"Zoë"}')],
  ])('reads a body that declares %s', async (charset, body) => {
    const { transport } = await to((_, response) =>
      response.writeHead(200, { 'content-type': `application/json; charset=${charset}` }).end(body),
    );
    expect((await get(transport)).text).toBe('{"name":"Zoë"}');
  });

  it.each([
    [204, {}],
    [200, { 'content-length': '0' }],
  ])('takes no compression for one where there is no body: %i %j', async (status, headers) => {
    const { transport } = await to((_, response) =>
      response.writeHead(status, { ...headers, 'content-encoding': 'gzip' }).end(),
    );
    expect(await get(transport)).toMatchObject({ status, text: '' });
  });

  it('keeps the connection for the next request, also after an error status', async () => {
    let status = 500;
    const answer = (_: IncomingMessage, response: ServerResponse) => response.writeHead(status).end('{}');
    const { transport, seen } = await to(answer, { connections: 1 });
    expect((await get(transport)).status).toBe(500);
    status = 200;
    for (let i = 0; i < 3; i += 1) expect((await get(transport)).status).toBe(200);
    expect([seen.requests.length, seen.connections]).toEqual([4, 1]);
  });

  it('says that a refused connection sent nothing', async () => {
    const server = createServer();
    const origin = await listen(server);
    await cleanups.pop()?.();
    const transport = undiciTransport(origin, OPTIONS);
    cleanups.push(() => transport.close());
    await expect(get(transport)).rejects.toMatchObject({
      code: 'UNREACHABLE',
      mayHaveApplied: false,
      retryable: true,
      status: null,
    });
  });

  /** A TLS record with an alert: fatal, of this description (RFC 8446, 6). */
  const alert = (description: number) => Buffer.from([0x15, 3, 3, 0, 2, 2, description]);

  it.each<[string, (socket: Socket) => void, boolean]>([
    ['a reset', (socket) => socket.resetAndDestroy(), true],
    ['an end', (socket) => socket.end(), true],
    ['another protocol', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), false],
    ['an alert on the name', (socket) => socket.end(alert(112)), false],
    ['an alert of an internal error', (socket) => socket.end(alert(80)), true],
    ['an alert on what was decoded', (socket) => socket.end(alert(50)), false],
    ['nonsense', (socket) => socket.end(Buffer.alloc(64, 0x16)), false],
  ])('says that nothing was sent where TLS fails in the handshake by %s', async (_, breakOff, retryable) => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => breakOff(socket));
    });
    const origin = await listen(server);
    const transport = undiciTransport(origin.replace('http:', 'https:'), OPTIONS);
    cleanups.unshift(() => transport.close());
    const sent = transport.send({ method: 'POST', path: '/x', headers: {}, body: '{}', times: TIMES });
    await expect(sent).rejects.toMatchObject({ code: 'UNREACHABLE', mayHaveApplied: false, retryable });
  });

  it('says that a connection reset after sending may have taken effect', async () => {
    const { transport, seen } = await to((request) => request.socket.destroy());
    await expect(get(transport)).rejects.toMatchObject({ code: 'UNREACHABLE', mayHaveApplied: true });
    expect(seen.requests).toHaveLength(1);
  });

  it('takes a body cut off before its declared end for a broken connection', async () => {
    const { transport } = await to((request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => request.socket.destroy());
    });
    await expect(get(transport)).rejects.toMatchObject({ code: 'UNREACHABLE', mayHaveApplied: true });
  });

  it('times out on late headers', async () => {
    const { transport } = await to(() => {});
    await expect(get(transport)).rejects.toMatchObject({ code: 'TIMEOUT', mayHaveApplied: true, retryable: true });
  });

  it('times out on a body that stops', async () => {
    const { transport } = await to((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
    });
    await expect(get(transport)).rejects.toMatchObject({ code: 'TIMEOUT', mayHaveApplied: true });
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['a body that drips', (response) => response.write(' ')],
    ['102 before 102', (response) => response.writeProcessing()],
  ])('ends %s after its whole time, though it is never silent, and gives its connection back', async (_, drop) => {
    let isWell = false;
    const { transport } = await to(
      (_request, response) => {
        if (isWell) return void response.end('{}');
        drop(response);
        const drops = setInterval(() => drop(response), 20);
        response.once('close', () => clearInterval(drops));
      },
      { connections: 1 },
    );
    const failed = get(transport, undefined, { wholeMs: 300 });
    await expect(failed).rejects.toMatchObject({ code: 'TIMEOUT', mayHaveApplied: true, retryable: true });
    isWell = true;
    expect((await get(transport)).status).toBe(200);
  });

  it('closes though an answer never ends, and says of it that it may have taken effect', async () => {
    let arrived = () => {};
    const first = new Promise<void>((resolve) => (arrived = resolve));
    const { transport } = await to(() => arrived());
    const endless = get(transport, undefined, { silentMs: 60_000, wholeMs: 60_000 });
    const failed = endless.catch((error: unknown) => error);
    await first;
    void transport.close(60_000);
    await transport.close(50);
    expect(await failed).toMatchObject({ code: 'UNREACHABLE', mayHaveApplied: true });
  });

  it.each([
    ['a declared length', { 'content-length': '1001' }],
    ['no declared length', {}],
  ])('refuses a body over the limit with %s, and goes on working', async (_, headers) => {
    let size = 1_001;
    const { transport } = await to((_request, response) => {
      response.writeHead(200, size > 1_000 ? headers : {});
      response.write('x'.repeat(500));
      response.end('x'.repeat(size - 500));
    });
    await expect(get(transport)).rejects.toMatchObject({ code: 'UNREADABLE', mayHaveApplied: true, retryable: false });
    size = 1_000;
    expect((await get(transport)).text).toHaveLength(1_000);
  });

  it('rejects with the reason when aborted before, while waiting for headers and while reading the body', async () => {
    const reason = new Error('the client left');
    let onRequest = () => {};
    let sendBody = false;
    const { transport, seen } = await to((_, response) => {
      if (sendBody) response.write('half');
      // The client has the headers one turn after they are written at the earliest.
      setTimeout(onRequest, sendBody ? 20 : 0);
    });
    const patient = { silentMs: 5_000 };
    await expect(get(transport, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(seen.requests).toHaveLength(0);
    for (sendBody of [false, true]) {
      const controller = new AbortController();
      onRequest = () => controller.abort(reason);
      await expect(get(transport, controller.signal, patient)).rejects.toBe(reason);
    }
    expect(seen.requests).toHaveLength(2);
  });

  it('rejects with the reason while waiting for a free connection, and sends nothing', async () => {
    const held: ServerResponse[] = [];
    let arrived = () => {};
    const first = new Promise<void>((resolve) => (arrived = resolve));
    const { transport, seen } = await to(
      (_, response) => {
        held.push(response);
        arrived();
      },
      { connections: 1 },
    );
    const holding = get(transport, undefined, { silentMs: 5_000 });
    await first;
    const controller = new AbortController();
    const waiting = get(transport, controller.signal);
    const reason = new Error('the client left');
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    held[0]?.end('{}');
    expect((await holding).status).toBe(200);
    expect(seen.requests).toHaveLength(1);
  });

  it('survives headers and paths that no request can carry', async () => {
    const { transport, seen } = await to((_, response) => response.end('{}'));
    await expect(
      transport.send({ method: 'GET', path: '/x', headers: { 'x-key': 'a\nb' }, times: TIMES }),
    ).rejects.toMatchObject({
      code: 'UNREACHABLE',
      mayHaveApplied: false,
    });
    expect(seen.requests).toHaveLength(0);
  });
});

describe('networkError', () => {
  it.each([
    ['ENOTFOUND', 'UNREACHABLE', false],
    ['EAI_AGAIN', 'UNREACHABLE', false],
    ['EADDRNOTAVAIL', 'UNREACHABLE', false],
    ['UND_ERR_CONNECT_TIMEOUT', 'TIMEOUT', false],
    ['ETIMEDOUT', 'TIMEOUT', true],
    ['UND_ERR_HEADERS_TIMEOUT', 'TIMEOUT', true],
    ['UND_ERR_SOCKET', 'UNREACHABLE', true],
    ['EPIPE', 'UNREACHABLE', true],
  ])('reads %s as %s', (code, problem, mayHaveApplied) => {
    const error = Object.assign(new Error('x'), { code });
    expect(networkError(error)).toMatchObject({ code: problem, mayHaveApplied });
    expect(networkError(new TypeError('failed', { cause: error }))).toMatchObject({ code: problem, mayHaveApplied });
  });

  it('says that nothing was sent where the system gave up connecting', () => {
    const one = Object.assign(new Error('x'), { code: 'ETIMEDOUT', syscall: 'connect' });
    const all = Object.assign(new AggregateError([one, one]), { code: 'ETIMEDOUT' });
    for (const error of [one, all])
      expect(networkError(error)).toMatchObject({ code: 'TIMEOUT', mayHaveApplied: false });
  });

  // Linux ends a connection that stood with what it last heard of the way, in place of ETIMEDOUT (tcp_write_err).
  it.each(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH'])(
    'says of %s that nothing was sent only where the system connected',
    (code) => {
      const failedAt = (syscall: string) =>
        networkError(Object.assign(new Error('x'), { code, syscall })).mayHaveApplied;
      expect([failedAt('connect'), failedAt('read')]).toEqual([false, true]);
    },
  );

  it.each([
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
  ])('says of %s that somebody has to act, and that nothing was sent', (code) => {
    const error = networkError(Object.assign(new Error('x'), { code }));
    const { retryable, mayHaveApplied } = error;
    expect([error.code, retryable, mayHaveApplied]).toEqual(['UNREACHABLE', false, false]);
    expect(error.message).toContain('TLS');
  });

  it('takes a record of TLS that is broken later for a broken connection', () => {
    const error = Object.assign(new Error('x'), { code: 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC' });
    expect(networkError(error)).toMatchObject({ code: 'UNREACHABLE', retryable: true, mayHaveApplied: true });
  });

  it('takes what it does not know for a broken connection', () => {
    expect(networkError('what')).toMatchObject({ code: 'UNREACHABLE', mayHaveApplied: true });
  });
});

describe('simulator transport', () => {
  const echo = () =>
    createSimulator(
      {
        provider: 'echo',
        switches: {},
        answer: ({ request }) =>
          jsonResponse(200, { path: request.path, a: request.query.get('a'), key: request.headers['x-key'] }),
        refuse: (status) => jsonResponse(status, { refused: status }),
      },
      new VirtualClock(),
    );

  it('gives the simulator what a socket would', async () => {
    const transport = simulatorTransport(echo(), '/v1/');
    const answer = await transport.send({
      method: 'GET',
      path: '/x?a=b%2Cc+d',
      headers: { 'X-Key': 'k' },
      times: TIMES,
    });
    expect(JSON.parse(answer.text)).toEqual({ path: '/v1/x', a: 'b,c d', key: 'k' });
  });

  it('breaks as a socket would', async () => {
    const simulator = echo();
    const transport = simulatorTransport(simulator, '');
    simulator.addFault({ shape: { kind: 'reset' }, times: 1 });
    simulator.addFault({ shape: { kind: 'hang' }, times: 2 });
    await expect(get(transport)).rejects.toMatchObject({ code: 'UNREACHABLE', mayHaveApplied: true });
    simulator.clearFaults();
    simulator.addFault({ shape: { kind: 'hang' } });
    await expect(get(transport)).rejects.toMatchObject({ code: 'TIMEOUT', mayHaveApplied: true });
    const controller = new AbortController();
    const reason = new Error('the client left');
    const hanging = get(transport, controller.signal);
    setImmediate(() => controller.abort(reason));
    await expect(hanging).rejects.toBe(reason);
  });

  it('rejects with the reason during latency', async () => {
    const simulator = echo();
    simulator.addFault({ shape: { kind: 'latency', milliseconds: 1_000 } });
    const controller = new AbortController();
    const reason = new Error('the client left');
    const slow = get(simulatorTransport(simulator, ''), controller.signal);
    controller.abort(reason);
    await expect(slow).rejects.toBe(reason);
  });
});
