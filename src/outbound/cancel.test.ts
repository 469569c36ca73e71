/** What an aborted call holds, over real sockets: nothing, at once. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { undiciTransport } from './transport/undiciTransport.ts';
import { alike } from './policy/attemptTimeouts.ts';
import { createUpstream, type Upstream, type UpstreamRequest } from './upstream.ts';
import type { Limits } from './limits.ts';

const LIMITS: Limits = {
  requestsPerSecond: null,
  readsInFlight: 1,
  writesInFlight: 1,
  attempts: 3,
  connectTimeoutMs: 5_000,
  times: alike(60_000),
  maxBodyBytes: 1_000,
};
const read = (path: string): UpstreamRequest => ({ operation: 'ratings', method: 'GET', path, kind: 'read' });

let upstream: Upstream;
let requests: string[];
/** Called with each request that is to stay unanswered. */
let onHang: (response: ServerResponse) => void;
const server = createServer((request, response) => {
  requests.push(request.url ?? '');
  if (request.url === '/ok') response.end('{}');
  else {
    if (request.url === '/body') response.write('{');
    onHang(response);
  }
});

beforeEach(async () => {
  requests = [];
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const transport = undiciTransport(origin, { ...LIMITS, connections: 1 });
  upstream = createUpstream({ integration: 'one', transport, limits: LIMITS, headers: {}, failureOf: () => null });
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
  await upstream.close();
});

it.each(['/headers', '/body'])('gives back socket and place when its %s do not come and nobody waits', async (path) => {
  const hanging = new Promise<ServerResponse>((resolve) => (onHang = resolve));
  const client = new AbortController();
  const reason = new Error('the client left');
  const call = upstream.send(read(path), { purpose: 'request', signal: client.signal });
  const response = await hanging;
  const next = upstream.send(read('/ok'), { purpose: 'request' });
  const closed = once(response, 'close');
  client.abort(reason);
  await expect(call).rejects.toBe(reason);
  await closed;
  // One place and one connection: the next call needs those of the aborted one.
  await expect(next).resolves.toMatchObject({ status: 200 });
  expect(requests).toEqual([path, '/ok']);
});

it('never reaches the provider when it is aborted in the line', async () => {
  const hanging = new Promise<ServerResponse>((resolve) => (onHang = resolve));
  const first = upstream.send(read('/headers'), { purpose: 'request' });
  const response = await hanging;
  const client = new AbortController();
  const second = upstream.send(read('/second'), { purpose: 'request', signal: client.signal });
  client.abort(new Error('the client left'));
  await expect(second).rejects.toBe(client.signal.reason);
  response.end('{}');
  await expect(first).resolves.toMatchObject({ status: 200 });
  await expect(upstream.send(read('/ok'), { purpose: 'request' })).resolves.toMatchObject({ status: 200 });
  expect(requests).toEqual(['/headers', '/ok']);
});
