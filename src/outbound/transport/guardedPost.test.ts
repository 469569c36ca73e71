import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openEgress, type Egress, type EgressOptions } from './guardedPost.ts';

const servers: Server[] = [];
const ways: Egress[] = [];
const never = new AbortController().signal;

afterEach(async () => {
  await Promise.all(ways.splice(0).map((way) => way.close()));
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server on loopback that counts its requests. */
async function serve(listener: RequestListener): Promise<{ port: number; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    listener(request, response);
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, requests };
}

function open(url: string, options: Partial<EgressOptions> = {}): Egress {
  const way = openEgress(new URL(url), { allowPrivate: false, connections: 4, ...options });
  ways.push(way);
  return way;
}

/** A resolver that answers these addresses to every name, and counts. */
function resolver(...addresses: string[]): LookupFunction & { asked: string[] } {
  const asked: string[] = [];
  const lookup: LookupFunction = (hostname, _, callback) => {
    asked.push(hostname);
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return Object.assign(lookup, { asked });
}

const post = (way: Egress) => way.post({}, '{}', never);

describe('an egress', () => {
  it('posts to its path and query, and tells the status and Retry-After', async () => {
    const { port, requests } = await serve((_, response) => {
      response.writeHead(503, { 'retry-after': '7' }).end('busy');
    });
    const way = open(`http://127.0.0.1:${port}/in?key=a`, { allowPrivate: true });
    expect(await post(way)).toEqual({ status: 503, retryAfter: '7' });
    expect(requests).toEqual(['/in?key=a']);
  });

  it.each(['127.0.0.1', '[::ffff:127.0.0.1]', '0x7f.1', '2130706433', '0.0.0.0'])(
    'refuses the private address %s without a connection',
    async (host) => {
      const { port, requests } = await serve((_, response) => response.end());
      await expect(post(open(`http://${host}:${port}/`))).rejects.toThrow(/^The address is not one/);
      await expect(post(open(`https://${host}:${port}/`))).rejects.toThrow(/^The address is not one/);
      expect(requests).toEqual([]);
    },
  );

  it.each([[['127.0.0.1']], [['::ffff:127.0.0.1']], [['8.8.8.8', '127.0.0.1']]])(
    'refuses a name that resolves to %j',
    async (addresses) => {
      const { port, requests } = await serve((_, response) => response.end());
      const lookup = resolver(...addresses);
      await expect(post(open(`https://receiver.test:${port}/`, { lookup }))).rejects.toThrow(/^The address is not one/);
      expect(lookup.asked).toEqual(['receiver.test']);
      expect(requests).toEqual([]);
    },
  );

  it('judges a name again at every connection, so that it cannot turn private after the first', async () => {
    const { port } = await serve((_, response) => response.writeHead(200, { connection: 'close' }).end());
    const answers = ['127.0.0.1', '8.8.8.8'];
    const lookup: LookupFunction = (_, __, callback) => callback(null, [{ address: answers.shift() ?? '', family: 4 }]);
    // The other way round needs a public server: without TLS only private addresses are allowed.
    const way = open(`http://receiver.test:${port}/`, { lookup, allowPrivate: true });
    expect((await post(way)).status).toBe(200);
    await expect(post(way)).rejects.toThrow(/^The address is not one/);
  });

  it('reaches a name at a private address that is allowed', async () => {
    const { port, requests } = await serve((_, response) => response.end());
    const way = open(`http://receiver.test:${port}/`, { lookup: resolver('127.0.0.1'), allowPrivate: true });
    expect(await post(way)).toEqual({ status: 200, retryAfter: null });
    expect(requests).toHaveLength(1);
  });

  it('does not follow a redirect', async () => {
    const target = await serve((_, response) => response.end());
    const { port } = await serve((_, response) => {
      response.writeHead(307, { location: `http://127.0.0.1:${target.port}/secret` }).end();
    });
    const way = open(`http://127.0.0.1:${port}/`, { allowPrivate: true });
    expect((await post(way)).status).toBe(307);
    expect(target.requests).toEqual([]);
  });

  it('reads no endless body, and ends with the status', async () => {
    let sent = 0;
    const { port } = await serve((_, response) => {
      const more = () => {
        for (let room = true; room && !response.destroyed; sent += 1) room = response.write(Buffer.alloc(16_384));
      };
      response.on('drain', more);
      more();
    });
    const way = open(`http://127.0.0.1:${port}/`, { allowPrivate: true });
    expect((await post(way)).status).toBe(200);
    // What the sockets' buffers took, a few megabytes at most; not what a second of loopback carries.
    expect(sent * 16_384).toBeLessThan(16_000_000);
  });

  it('gives up when no headers come', async () => {
    const { port } = await serve(() => {});
    const way = open(`http://127.0.0.1:${port}/`, { allowPrivate: true, limits: { wholeMs: 300 } });
    await expect(post(way)).rejects.toThrow('No answer came in time.');
  });

  it('waits for a body that does not end no longer than for the rest', async () => {
    const { port } = await serve((_, response) => {
      response.writeHead(200).write('a');
    });
    const way = open(`http://127.0.0.1:${port}/`, { allowPrivate: true, limits: { wholeMs: 300 } });
    expect((await post(way)).status).toBe(200);
  });

  it('says in its own words why there was no answer', async () => {
    const { port } = await serve((request) => request.socket.destroy());
    await expect(post(open(`http://127.0.0.1:${port}/`, { allowPrivate: true }))).rejects.toThrow(
      'The connection broke.',
    );
    await expect(post(open(`https://127.0.0.1:${port}/`, { allowPrivate: true }))).rejects.toThrow(
      /^The (?:connection broke|certificate was not accepted)\.$/,
    );
    await expect(post(open('http://127.0.0.1:1/', { allowPrivate: true }))).rejects.toThrow(
      'The connection was refused.',
    );
  });

  it('rejects with the reason of its caller, who gave up', async () => {
    const controller = new AbortController();
    const { port } = await serve(() => controller.abort(new Error('stopping')));
    const way = open(`http://127.0.0.1:${port}/`, { allowPrivate: true });
    await expect(way.post({}, '{}', controller.signal)).rejects.toThrow('stopping');
  });
});
