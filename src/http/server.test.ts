import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { buildSchema, GraphQLError, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SERVER_CONFIG } from '../../test/support/serverConfig.ts';
import type { Observed, Observer } from '../graphql/observer.ts';
import { Metrics } from '../observability/metrics.ts';
import { RedisUnavailableError } from '../redis/unavailable.ts';
import { createGatewayServer, type GatewayServer, type GatewayServerOptions, type RequestInfo } from './server.ts';

const KEY = 'a-key-of-more-than-16';

/** Opens when told to. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

interface Toy {
  schema: GraphQLSchema;
  /** The signals of the requests seen, by field. */
  requests: RequestInfo[];
  /** Resolves when the field `slow` runs; `release` lets it answer. */
  slowRuns: Promise<void>;
  release: () => void;
  streamEnded: Promise<void>;
}

function toy(): Toy {
  const schema = buildSchema(`
    type Query { hello(name: String): String! slow: String! fails: String stopped: String away: String client: String requestId: String }
    type Mutation { set: Boolean store: Boolean! }
    type Subscription { count(to: Int!): Int! forever: Int! unknown: Int! seen: [Int!]! broken: Int }
  `);
  const requests: RequestInfo[] = [];
  const slow = gate();
  const released = gate();
  const ended = gate();
  type Resolve = (source: unknown, args: never, context: RequestInfo) => unknown;
  const set = (type: string, field: string, key: 'resolve' | 'subscribe', function_: Resolve) =>
    Object.assign((schema.getType(type) as GraphQLObjectType).getFields()[field] ?? {}, { [key]: function_ });
  set('Query', 'hello', 'resolve', (_, { name }: { name?: string }, context) => {
    requests.push(context);
    return `hello ${name ?? 'world'}`;
  });
  set('Query', 'slow', 'resolve', async (_, __, context) => {
    requests.push(context);
    slow.open();
    await Promise.race([released.opened, once(context.deadline.signal, 'abort')]);
    return 'done';
  });
  set('Query', 'stopped', 'resolve', async (_, __, context) => {
    const { signal } = context.deadline;
    if (!requests.includes(context)) requests.push(context);
    // What fails is carried out once more, by an executor that says where.
    if (!signal.aborted) await once(signal, 'abort');
    signal.throwIfAborted();
  });
  set('Query', 'away', 'resolve', () => {
    throw new RedisUnavailableError('The store (Redis) does not answer.');
  });
  set('Query', 'fails', 'resolve', () => {
    throw new Error('the database said no to alice@example.test');
  });
  set('Query', 'client', 'resolve', (_, __, context) => context.client);
  set('Query', 'requestId', 'resolve', (_, __, context) => context.requestId);
  set('Mutation', 'set', 'resolve', () => true);
  set('Mutation', 'store', 'resolve', () => {
    throw new RedisUnavailableError('Redis does not serve: its memory is full.', { refused: true });
  });
  set('Subscription', 'count', 'resolve', (value) => value);
  set('Subscription', 'count', 'subscribe', async function* (_, { to }: { to: number }) {
    for (let value = 1; value <= to; value += 1) yield await Promise.resolve(value);
  });
  const contexts = new Map<RequestInfo, number>();
  const numberOf = (context: RequestInfo) => {
    if (!contexts.has(context)) contexts.set(context, contexts.size + 1);
    return contexts.get(context);
  };
  set('Subscription', 'seen', 'resolve', (from, _, context) => [from, numberOf(context)]);
  set('Subscription', 'seen', 'subscribe', async function* (_, __, context) {
    for (let event = 0; event < 2; event += 1) yield await Promise.resolve(numberOf(context));
  });
  set('Subscription', 'broken', 'resolve', () => {
    throw new Error('the database said no to alice@example.test');
  });
  set('Subscription', 'broken', 'subscribe', async function* () {
    yield await Promise.resolve(1);
  });
  set('Subscription', 'forever', 'resolve', (value) => value);
  set('Subscription', 'forever', 'subscribe', (_, __, context) => {
    requests.push(context);
    return (async function* () {
      try {
        yield 1;
        await once(context.deadline.signal, 'abort');
      } finally {
        ended.open();
      }
    })();
  });
  set('Subscription', 'unknown', 'subscribe', () => {
    throw new GraphQLError('No such task.', { extensions: { code: 'NOT_FOUND' } });
  });
  return { schema, requests, slowRuns: slow.opened, release: released.open, streamEnded: ended.opened };
}

interface Line {
  level: string;
  message: string;
  fields: Record<string, unknown>;
}

const started: GatewayServer[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.close()));
});

async function serve(config: Partial<GatewayServerOptions['config']> = {}, more: Partial<GatewayServerOptions> = {}) {
  const fields = toy();
  const lines: Line[] = [];
  const write = (level: string) => (entry: object, message: string) =>
    void lines.push({ level, message, fields: { ...entry } });
  const server = createGatewayServer({
    config: { ...SERVER_CONFIG, ...config },
    schema: fields.schema,
    context: (info) => info,
    ready: () => ({ ready: true, detail: { store: 'open' } }),
    log: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
    graphiql: false,
    ...more,
  });
  started.push(server);
  const { url } = await server.listen();
  return { ...fields, server, url, lines };
}

/** Watches requests with these in place of what does nothing. */
function observerOf(watched: Partial<Observed>): Observer {
  const nothing = () => {};
  const seen: Observed = {
    traceId: null,
    within: (work) => work(),
    operation: null,
    carriedBy: nothing,
    subscribed: () => nothing,
    errors: nothing,
    ended: nothing,
    ...watched,
  };
  return { began: () => seen, socketOpened: () => nothing };
}

interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  json: {
    data?: unknown;
    errors?: { message: string; extensions?: Record<string, unknown> }[];
    extensions?: Record<string, unknown>;
  };
}

interface Ask {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string | undefined;
}

/** One request over node:http, which lets any header be set. */
function ask(url: string, { method, path = '/graphql', headers = {}, body }: Ask): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url + path, { method: method ?? (body === undefined ? 'GET' : 'POST'), headers });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const isJson = response.headers['content-type']?.includes('json') ?? false;
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: text,
          json: isJson ? (JSON.parse(text) as Reply['json']) : {},
        });
      });
    });
    request.end(body);
  });
}

const post = (url: string, query: string, headers: Record<string, string> = {}, variables?: object): Promise<Reply> =>
  ask(url, { body: JSON.stringify({ query, variables }), headers: { 'Content-Type': 'application/json', ...headers } });

/** Opens an event stream; `next` is the next event, null at its end. */
async function stream(url: string, query: string, headers: Record<string, string> = {}) {
  const abort = new AbortController();
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream', ...headers },
    body: JSON.stringify({ query }),
    signal: abort.signal,
  });
  const chunks = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const next = async (): Promise<string | null> => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end >= 0) {
        const event = text.slice(0, end);
        text = text.slice(end + 2);
        if (event.startsWith('event:')) return event;
        if (event === ':') continue;
        continue;
      }
      const chunk = await chunks?.read();
      if (!chunk || chunk.done) return null;
      text += chunk.value;
    }
  };
  return { response, next, leave: () => abort.abort() };
}

describe('queries', () => {
  it('are answered the first time and after', async () => {
    const { url } = await serve();
    for (const name of ['a', 'b']) {
      const reply = await post(url, 'query ($n: String) { hello(name: $n) }', {}, { n: name });
      expect(reply.status).toBe(200);
      expect(reply.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(reply.json).toEqual({ data: { hello: `hello ${name}` } });
    }
  });

  it('are answered in the media type of GraphQL to whoever prefers it', async () => {
    const { url } = await serve();
    for (let time = 0; time < 2; time += 1) {
      const reply = await post(url, '{ hello }', { Accept: 'application/graphql-response+json, application/json' });
      expect(reply.headers['content-type']).toBe('application/graphql-response+json; charset=utf-8');
    }
  });

  it('may come by GET', async () => {
    const { url } = await serve();
    const query = new URLSearchParams({ query: 'query ($n: String) { hello(name: $n) }', variables: '{"n":"x"}' });
    const reply = await ask(url, { path: `/graphql?${query.toString()}` });
    expect(reply.json).toEqual({ data: { hello: 'hello x' } });
  });

  it.each([
    ['{ hello', 'GRAPHQL_PARSE_FAILED'],
    ['{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['query A { hello } query B { hello }', 'OPERATION_RESOLUTION_FAILURE'],
    [`{ ${'hello '.repeat(10_001)} }`, 'GRAPHQL_PARSE_FAILED'],
  ])('that are wrong are refused with a code: %.40s', async (query, code) => {
    const { url, requests } = await serve();
    for (let time = 0; time < 2; time += 1) {
      const legacy = await post(url, query);
      const modern = await post(url, query, { Accept: 'application/graphql-response+json' });
      expect(modern.status).toBe(400);
      expect(modern.json.errors?.[0]?.extensions).toEqual({ code });
      expect(legacy.json).toEqual(modern.json);
    }
    expect(requests).toEqual([]);
  });

  it('that fail because the task store is away are told so, and that trying again is right', async () => {
    const { url, lines } = await serve();
    for (const query of ['{ away }', 'query Slow { away client }']) {
      const { json } = await post(url, query);
      expect(json.errors).toEqual([
        expect.objectContaining({ path: ['away'], extensions: { code: 'STORE_UNAVAILABLE' } }),
      ]);
    }
    expect(lines.filter(({ message }) => message === 'unexpected error')).toEqual([]);
  });

  it('that the task store refuses are a 503 with a time to try again, and 200 as application/json', async () => {
    const { url } = await serve();
    // By yoga, then the short way.
    for (let time = 0; time < 2; time += 1) {
      const modern = await post(url, 'mutation { store }', { Accept: 'application/graphql-response+json' });
      expect(modern.status).toBe(503);
      expect(modern.headers['retry-after']).toBe('5');
      expect(modern.json.errors).toEqual([
        {
          message: expect.stringContaining('nothing was stored') as string,
          path: ['store'],
          locations: [{ line: 1, column: 12 }],
          extensions: { code: 'STORE_UNAVAILABLE' },
        },
      ]);
      expect(await post(url, 'mutation { store }')).toMatchObject({ status: 200, json: modern.json });
      const partial = await post(url, '{ hello away }', { Accept: 'application/graphql-response+json' });
      expect(partial).toMatchObject({ status: 200, json: { data: { hello: 'hello world', away: null } } });
    }
  });

  it('that fail unexpectedly show a correlation id, under which the log has the error', async () => {
    const { url, lines } = await serve();
    // By yoga, then the short way.
    for (let time = 0; time < 2; time += 1) {
      const reply = await post(url, '{ fails }');
      const { code, correlationId } = reply.json.errors?.[0]?.extensions ?? {};
      expect(code).toBe('INTERNAL');
      expect(reply.body).not.toContain('database');
      const logged = lines.filter((line) => line.fields['correlationId'] === correlationId);
      expect(logged).toHaveLength(1);
      expect(logged[0]?.level).toBe('error');
      expect(String(logged[0]?.fields['err'])).toContain('database');
      expect(logged[0]?.fields['requestId']).toBe(reply.headers['x-request-id']);
    }
  });

  it('fail as a whole when their context cannot be made', async () => {
    const { url, lines } = await serve({}, { context: () => Promise.reject(new Error('no context')) });
    const reply = await post(url, '{ hello }', { Accept: 'application/graphql-response+json' });
    expect(reply.status).toBe(500);
    expect(reply.headers['content-type']).toBe('application/graphql-response+json; charset=utf-8');
    expect(reply.json.errors?.[0]?.extensions?.['code']).toBe('INTERNAL');
    expect(reply.body).not.toContain('no context');
    const logged = lines.find((line) => line.level === 'error');
    expect(logged?.fields).toMatchObject({
      correlationId: reply.json.errors?.[0]?.extensions?.['correlationId'],
      requestId: reply.headers['x-request-id'],
    });
  });

  it('are stopped by their signal when the client goes away', async () => {
    const { url, requests, slowRuns, lines } = await serve();
    const request = httpRequest(`${url}/graphql`, { method: 'POST', headers: { 'Content-Type': 'application/json' } });
    request.on('error', () => {});
    request.end('{"query":"{ slow }"}');
    await slowRuns;
    const signal = requests[0]?.deadline.signal;
    expect(signal?.aborted).toBe(false);
    request.destroy();
    if (signal) await once(signal, 'abort');
    // None was sent.
    expect(lines.at(-1)?.fields).toMatchObject({ route: 'graphql', aborted: true, status: null });
  });

  it('count as aborted and not as errors when the client is gone before their answer, known document or not', async () => {
    const metrics = new Metrics(null);
    const { url, requests, lines } = await serve({}, { observer: metrics.requests });
    for (const time of [1, 2]) {
      const request = httpRequest(`${url}/graphql`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
      });
      request.on('error', () => {});
      request.end('{"query":"{ stopped }"}');
      await expect.poll(() => requests.length).toBe(time);
      request.destroy();
      await expect.poll(() => lines.filter(({ fields }) => fields['aborted'] === true).length).toBe(time);
    }
    // What they still had to do is over by then.
    await post(url, '{ hello }');
    const text = await metrics.text();
    expect(text).toContain('gateway_requests_total{transport="http",outcome="aborted"} 2');
    expect(text).not.toContain('gateway_errors_total{');
  });
});

describe('requests that are refused', () => {
  it.each([
    ['text/plain', '{"query":"{ hello }"}'],
    ['application/x-www-form-urlencoded', 'query={hello}'],
    ['application/graphql', '{ hello }'],
    ['multipart/form-data; boundary=x', '--x--'],
    ['application/jsonp', '{}'],
  ])('are those of another media type: %s', async (type, body) => {
    const { url } = await serve();
    const reply = await ask(url, { body, headers: { 'Content-Type': type } });
    expect(reply.status).toBe(415);
    expect(reply.json.errors?.[0]?.extensions).toEqual({ code: 'UNSUPPORTED_MEDIA_TYPE' });
  });

  it('are those without a media type, and compressed ones', async () => {
    const { url } = await serve();
    expect((await ask(url, { body: '{}' })).status).toBe(415);
    const headers = { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' };
    expect((await ask(url, { body: 'x', headers })).status).toBe(415);
  });

  it.each([
    ['broken JSON', '{'],
    ['no object', '1'],
    ['a batch', '[{"query":"{ hello }"}]'],
    ['no query', '{"variables":{}}'],
  ])('are %s', async (_, body) => {
    const { url } = await serve();
    const headers = { 'Content-Type': 'application/json', Accept: 'application/graphql-response+json' };
    const reply = await ask(url, { body, headers });
    expect(reply.status).toBe(400);
    expect(reply.json.errors?.[0]?.extensions?.['code']).toBe('BAD_REQUEST');
  });

  it('are mutations by GET', async () => {
    const { url } = await serve();
    const reply = await ask(url, { path: `/graphql?query=${encodeURIComponent('mutation { set }')}` });
    expect(reply.status).toBe(405);
    expect(reply.headers.allow).toBe('POST');
    expect(reply.json.data).toBeUndefined();
  });

  it('are GETs with broken variables, other methods and other paths', async () => {
    const { url } = await serve();
    const broken = await ask(url, { path: '/graphql?query=%7Bhello%7D&variables=%7B' });
    expect([broken.status, broken.json.errors?.[0]?.extensions]).toEqual([400, { code: 'BAD_REQUEST' }]);
    const put = await ask(url, { method: 'PUT', body: '{}' });
    expect([put.status, put.headers.allow]).toEqual([405, 'GET, POST']);
    expect((await ask(url, { path: '/nowhere' })).status).toBe(404);
    expect((await ask(url, { path: '/graphql/x' })).status).toBe(404);
  });

  it('are bodies of more than a megabyte, by their declared length', async () => {
    const { url, requests } = await serve();
    const body = JSON.stringify({ query: '{ hello }', variables: { text: 'x'.repeat(1_048_576) } });
    const reply = await ask(url, {
      body,
      headers: { 'Content-Type': 'application/json', 'Content-Length': String(body.length) },
    });
    expect(reply.status).toBe(413);
    expect(reply.json.errors?.[0]?.extensions).toEqual({ code: 'PAYLOAD_TOO_LARGE' });
    expect(reply.headers.connection).toBe('close');
    expect(requests).toEqual([]);
  });

  it('are bodies that turn out longer than a megabyte, while they still come', async () => {
    const { url, requests } = await serve();
    const request = httpRequest(`${url}/graphql`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' },
    });
    request.on('error', () => {});
    // Never ended: the answer comes before the end of the request.
    request.write('x'.repeat(1_048_577));
    const [response] = (await once(request, 'response')) as [{ statusCode: number; resume(): void }];
    expect(response.statusCode).toBe(413);
    expect(requests).toEqual([]);
    request.destroy();
  });

  it('takes a body of just a megabyte', async () => {
    const { url } = await serve();
    const frame = JSON.stringify({ query: '{ hello }', variables: { text: '' } }).length;
    const variables = { text: 'x'.repeat(1_048_576 - frame) };
    expect((await post(url, '{ hello }', {}, variables)).status).toBe(200);
  });
});

describe('API keys', () => {
  it('are required when configured', async () => {
    const { url, requests } = await serve({ apiKeys: [KEY, 'another-key-of-16-and-more'] });
    for (const authorization of [undefined, '', 'Bearer', `Bearer ${KEY}x`, `Basic ${KEY}`, KEY, `Bearer ${KEY} x`]) {
      const reply = await post(url, '{ hello }', authorization === undefined ? {} : { Authorization: authorization });
      expect(reply.status).toBe(401);
      expect(reply.json.errors?.[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED' });
      expect(reply.headers['www-authenticate']).toMatch(/^Bearer/);
    }
    expect(requests).toEqual([]);
    expect((await stream(url, 'subscription { forever }')).response.status).toBe(401);
    expect((await ask(url, { path: '/graphql?query=%7Bhello%7D' })).status).toBe(401);
  });

  it('tell clients apart by a stable name that is none of the key', async () => {
    const { url } = await serve({ apiKeys: [KEY, 'another-key-of-16-and-more'] });
    const clientOf = async (key: string) => {
      const { json } = await post(url, '{ client }', { Authorization: `bearer ${key}` });
      return (json.data as { client: string }).client;
    };
    const client = await clientOf(KEY);
    expect(client).toMatch(/^[0-9a-f]{12}$/);
    expect(await clientOf(KEY)).toBe(client);
    expect(await clientOf('another-key-of-16-and-more')).not.toBe(client);
  });

  it('are not asked for when none is configured', async () => {
    const { url } = await serve();
    expect((await post(url, '{ client }')).json).toEqual({ data: { client: null } });
  });
});

describe('host names', () => {
  it.each(['localhost', 'localhost:4000', '127.0.0.1:1', '[::1]:4000', 'LOCALHOST:4000'])(
    'of loopback are served: %s',
    async (host) => {
      const { url } = await serve();
      expect((await post(url, '{ hello }', { Host: host })).status).toBe(200);
    },
  );

  it.each(['evil.example', 'evil.example:4000', 'localhost.evil.example', '127.0.0.1.nip.io', '192.168.0.1'])(
    'of others are refused on loopback: "%s"',
    async (host) => {
      const { url, requests } = await serve();
      const reply = await post(url, '{ hello }', { Host: host });
      expect(reply.status).toBe(421);
      expect((await ask(url, { path: '/health/live', headers: { Host: host } })).status).toBe(421);
      expect(requests).toEqual([]);
    },
  );

  it.each([
    ['two of them', ['Host: localhost', 'host: localhost']],
    ['two that differ', ['Host: localhost', 'Host: evil.example']],
    ['none of HTTP/1.1', []],
    ['what is no host', ['Host: local host']],
    ['a URL', ['Host: http://localhost/']],
  ])('are refused with 400 wherever the gateway listens: %s', async (_, hosts) => {
    for (const config of [{}, { host: '0.0.0.0', apiKeys: [KEY] }]) {
      const { url } = await serve(config);
      for (const more of [[], ['Upgrade: websocket', 'Connection: Upgrade']]) {
        const socket = connect(Number(new URL(url).port), '127.0.0.1');
        const head = ['GET /graphql?query=%7Bhello%7D HTTP/1.1', ...hosts, `Authorization: Bearer ${KEY}`, ...more];
        socket.end(`${head.join('\r\n')}\r\n\r\n`);
        let text = '';
        for await (const chunk of socket) text += String(chunk);
        expect(text).toMatch(/^HTTP\/1\.1 400 /);
      }
    }
  });

  it('are free where the gateway listens beyond loopback', async () => {
    const { url } = await serve({ host: '0.0.0.0', apiKeys: [KEY] });
    const reply = await post(url.replace('0.0.0.0', '127.0.0.1'), '{ hello }', {
      Host: 'gateway.internal',
      Authorization: `Bearer ${KEY}`,
    });
    expect(reply.status).toBe(200);
  });
});

describe('CORS', () => {
  const preflight = {
    method: 'OPTIONS',
    headers: {
      Origin: 'https://app.example.com',
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'authorization,content-type',
    },
  };

  const from = (Origin: string) => ({ ...preflight, headers: { ...preflight.headers, Origin } });

  it('is closed by default, and a refused preflight says which variable opens it, in the log, too', async () => {
    const { url, lines } = await serve({ apiKeys: [KEY] });
    const replies = [await ask(url, preflight), await post(url, '{ hello }', { Origin: 'https://app.example.com' })];
    expect(replies[0]).toMatchObject({
      status: 403,
      json: {
        errors: [
          {
            message:
              'Pages of the origin https://app.example.com may not ask this gateway: CORS_ORIGINS does not list it.',
            extensions: { code: 'CROSS_SITE_REQUEST' },
          },
        ],
      },
    });
    for (const { headers } of replies) {
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
    await ask(url, preflight);
    expect(lines.filter(({ level }) => level === 'warn')).toEqual([
      {
        level: 'warn',
        message: 'a web page was refused: CORS_ORIGINS does not list its origin',
        fields: { origin: 'https://app.example.com' },
      },
    ]);
  });

  it('is open to the pages of this machine in a sandbox on loopback alone', async () => {
    const development = from('http://localhost:5173');
    const sandbox = await serve({}, { simulated: true });
    expect(await ask(sandbox.url, development)).toMatchObject({
      status: 204,
      headers: { 'access-control-allow-origin': 'http://localhost:5173' },
    });
    expect((await ask(sandbox.url, from('https://evil.example'))).status).toBe(403);
    const production = await serve();
    expect((await ask(production.url, development)).status).toBe(403);
    const exposed = await serve({ host: '0.0.0.0', apiKeys: [KEY] }, { simulated: true });
    expect((await ask(exposed.url.replace('0.0.0.0', '127.0.0.1'), development)).status).toBe(403);
  });

  it('is open to the origins configured, errors included, and to no other', async () => {
    const { url } = await serve({ corsOrigins: ['https://app.example.com'], apiKeys: [KEY] });
    const allowed = await ask(url, preflight);
    expect(allowed.status).toBe(204);
    expect(allowed.headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example.com',
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'authorization,content-type',
      vary: 'Origin',
    });
    const refused = await post(url, '{ hello }', { Origin: 'https://app.example.com' });
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([401, 'https://app.example.com']);
    const foreign = await ask(url, from('https://evil.example'));
    expect([foreign.status, foreign.headers['access-control-allow-origin']]).toEqual([403, undefined]);
  });
});

describe('request ids and the log', () => {
  it('takes a plain id, replaces any other, and gives it back', async () => {
    const { url } = await serve();
    const given = await post(url, '{ requestId }', { 'X-Request-Id': 'abc-1.2:3' });
    expect(given.headers['x-request-id']).toBe('abc-1.2:3');
    expect(given.json).toEqual({ data: { requestId: 'abc-1.2:3' } });
    for (const bad of ['with blank', 'x'.repeat(129), 'a"b']) {
      const reply = await post(url, '{ requestId }', { 'X-Request-Id': bad });
      expect(reply.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it('writes one line a request, without query, variables, token or unknown paths', async () => {
    const { url, lines, server } = await serve({ apiKeys: [KEY] });
    const headers = { Authorization: `Bearer ${KEY}`, 'X-Request-Id': 'r-1' };
    await post(url, 'query ($n: String) { hello(name: $n) }', headers, { n: 'alice@example.test' });
    await ask(url, { path: '/graphql?query=%7Bhello%7D', headers });
    await ask(url, { path: '/alice@example.test' });
    await server.close();
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ['info', 'request'],
      ['info', 'request'],
      ['info', 'request'],
    ]);
    expect(lines[0]?.fields).toEqual({
      requestId: 'r-1',
      method: 'POST',
      route: 'graphql',
      status: 200,
      milliseconds: expect.any(Number) as number,
      client: expect.stringMatching(/^[0-9a-f]{12}$/) as string,
    });
    expect(lines[2]?.fields).toMatchObject({ route: 'other', status: 404, client: null });
    expect(JSON.stringify(lines)).not.toMatch(/hello|alice|a-key/);
  });
});

describe('receipts', () => {
  const RECEIPT = { 'X-Gateway-Receipt': '1' };
  const asked = (url: string) =>
    ask(url, {
      body: JSON.stringify({ query: '{ hello }', extensions: { receipt: true } }),
      headers: { 'Content-Type': 'application/json' },
    });

  it('come with the answer by header and by extension, however it is answered', async () => {
    const { url, requests } = await serve();
    const query = encodeURIComponent('{ hello }');
    const replies = [
      // The first by yoga, the second the short way.
      await post(url, '{ hello }', RECEIPT),
      await post(url, '{ hello }', RECEIPT),
      await asked(url),
      await ask(url, { path: `/graphql?query=${query}`, headers: RECEIPT }),
      await ask(url, { path: `/graphql?query=${query}&extensions=${encodeURIComponent('{"receipt":true}')}` }),
    ];
    const receipt = requests[0]?.receipt?.report();
    expect(receipt).toMatchObject({ integrations: {}, total: { calls: 0 } });
    for (const { json } of replies) expect(json).toEqual({ data: { hello: 'hello world' }, extensions: { receipt } });
    expect(new Set(requests.map((request) => request.receipt)).size).toBe(5);
  });

  it('come with errors too', async () => {
    const { url } = await serve();
    for (let time = 0; time < 2; time += 1) {
      const { json } = await post(url, '{ fails }', RECEIPT);
      expect(json).toMatchObject({ data: { fails: null }, errors: [{}], extensions: { receipt: {} } });
    }
  });

  it('are not made unless asked for', async () => {
    const { url, requests } = await serve();
    expect((await post(url, '{ hello }')).json).toEqual({ data: { hello: 'hello world' } });
    expect((await post(url, '{ hello }', { 'X-Gateway-Receipt': '0' })).json.extensions).toBeUndefined();
    expect(requests.map(({ receipt }) => receipt)).toEqual([null, null]);
  });

  it('are not made where they are not permitted, and asking is no error', async () => {
    const { url, requests } = await serve({ receipts: false });
    for (const reply of [await post(url, '{ hello }', RECEIPT), await asked(url)]) {
      expect(reply.status).toBe(200);
      expect(reply.json).toEqual({ data: { hello: 'hello world' } });
    }
    expect(requests.map(({ receipt }) => receipt)).toEqual([null, null]);
  });

  it('do not come with events', async () => {
    const { url } = await serve();
    const events = await stream(url, 'subscription { count(to: 1) }', RECEIPT);
    expect(await events.next()).toContain('{"data":{"count":1}}');
  });
});

describe('deadlines', () => {
  it("are the client's, where it names one, up to the gateway's", async () => {
    const { url, requests } = await serve({ deadlineMs: 5_000, longestDeadlineMs: 8_000 });
    const before = performance.now();
    await post(url, '{ hello }');
    for (const asked of ['250', '60000']) await post(url, '{ hello }', { 'X-Request-Deadline-Ms': asked });
    // A fifth of each, a quarter of a second at most, is to answer in.
    const began = requests.map(({ deadline }, index) => deadline.at - ([4_750, 200, 7_750][index] ?? NaN));
    expect(began).toHaveLength(3);
    expect([before, ...began, performance.now()].toSorted((a, b) => a - b)).toEqual([
      before,
      ...began,
      expect.any(Number),
    ]);
  });

  it('that are no number are refused', async () => {
    const { url, requests } = await serve();
    const reply = await post(url, '{ hello }', { 'X-Request-Deadline-Ms': '1s' });
    expect(reply.status).toBe(400);
    expect(reply.json.errors?.[0]?.message).toContain('X-Request-Deadline-Ms');
    expect(requests).toEqual([]);
  });
});

describe('an answer that nobody reads', () => {
  it('is given up, and its connection with it', async () => {
    const { url, lines } = await serve({}, { stalledMs: 100 });
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    started.push({ listen: () => Promise.reject(new Error()), close: async () => void socket.destroy() });
    // Of 48 MB, of which Linux takes 38 at most.
    socket.pause();
    const query = `query ($n: String) { ${Array.from({ length: 96 }, (_, i) => `a${i}: hello(name: $n)`).join(' ')} }`;
    const body = JSON.stringify({ query, variables: { n: 'x'.repeat(500_000) } });
    const head = `POST /graphql HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: application/json\r\n`;
    socket.write(`${head}content-length: ${body.length}\r\n\r\n${body}`);
    await expect.poll(() => lines.map(({ fields }) => fields), { timeout: 20_000 }).toMatchObject([{ status: 200 }]);
  });
});

describe('a question mark within the query of a URL', () => {
  it('cuts nothing off', async () => {
    const { url } = await serve();
    const bad = await ask(url, { path: `/graphql?a=?&query=${encodeURIComponent('{__typename}')}&variables={bad` });
    expect(bad).toMatchObject({ status: 400, json: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] } });
  });
});

describe('health', () => {
  it('is open to all, and says when the gateway is not ready', async () => {
    let ready = false;
    const { url } = await serve({ apiKeys: [KEY] }, { ready: () => ({ ready, detail: { directory: 'walking' } }) });
    expect((await ask(url, { path: '/health/live' })).status).toBe(200);
    const before = await ask(url, { path: '/health/ready' });
    expect([before.status, before.json]).toEqual([503, { ready: false, directory: 'walking' }]);
    ready = true;
    expect((await ask(url, { path: '/health/ready' })).status).toBe(200);
  });
});

describe('the headers of an answer that comes bit by bit', () => {
  /** What the server sends to this request until it closes the connection, or until `last`. */
  const raw = async (url: string, head: string[], body: string, last?: string): Promise<string> => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const lines = [...head, 'Host: 127.0.0.1', 'Content-Type: application/json', `Content-Length: ${body.length}`];
    socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
    let text = '';
    for await (const chunk of socket) {
      text += String(chunk);
      if (last !== undefined && text.endsWith(last)) break;
    }
    socket.destroy();
    return text;
  };
  const answers = [
    ['text/event-stream', '{"query":"subscription { count(to: 1) }"}', 'event: complete\ndata:\n\n'],
    ['multipart/mixed', '{"query":"{ hello ... @defer { client } }"}', '-----\r\n'],
  ] as const;

  it.each(answers)('of %s come once each, and name no coding', async (accept, body) => {
    const { url } = await serve();
    const text = await raw(url, ['POST /graphql HTTP/1.1', `Accept: ${accept}`], body, '\r\n0\r\n\r\n');
    const names = text
      .slice(0, text.indexOf('\r\n\r\n'))
      .split('\r\n')
      .slice(1)
      .map((line) => line.slice(0, line.indexOf(':')).toLowerCase());
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    expect(names).not.toContain('content-encoding');
    expect(text).toMatch(/^cache-control: no-store\r$/im);
    expect(text).toMatch(/^transfer-encoding: chunked\r$/im);
    expect(text).toMatch(/^connection: keep-alive\r$/im);
  });

  it.each(answers)('of %s close the connection for a client that asks for it', async (accept, body) => {
    const { url } = await serve();
    const text = await raw(url, ['POST /graphql HTTP/1.1', `Accept: ${accept}`, 'Connection: close'], body);
    expect(text).toMatch(/^connection: close\r$/im);
  });

  it.each(answers)('of %s announce no chunks to a client of HTTP/1.0, and none are sent', async (accept, body, end) => {
    const { url } = await serve();
    const text = await raw(url, ['POST /graphql HTTP/1.0', `Accept: ${accept}`], body);
    expect(text).not.toMatch(/^transfer-encoding:/im);
    expect(text.endsWith(end)).toBe(true);
    expect(text).not.toMatch(/^[\da-f]+\r$/m);
  });
});

describe('event streams', () => {
  it('carry every result and complete', async () => {
    const { url } = await serve();
    const { response, next } = await stream(url, 'subscription { count(to: 2) }');
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(await next()).toBe('event: next\ndata: {"data":{"count":1}}');
    expect(await next()).toBe('event: next\ndata: {"data":{"count":2}}');
    expect(await next()).toMatch(/^event: complete/);
    expect(await next()).toBeNull();
  });

  it('read each event anew, in a context of its own', async () => {
    const { url } = await serve({}, { context: (info) => ({ ...info }) });
    const events = await stream(url, 'subscription { seen }');
    expect(await events.next()).toContain('{"data":{"seen":[1,2]}}');
    expect(await events.next()).toContain('{"data":{"seen":[1,3]}}');
  });

  it('show a correlation id for what fails, under which the log has error and request', async () => {
    const { url, lines } = await serve();
    const events = await stream(url, 'subscription { broken }', { 'X-Request-Id': 'the-stream' });
    const event = (await events.next()) ?? '';
    const correlationId = /"correlationId":"([^"]+)"/.exec(event)?.[1];
    expect(event).not.toContain('database');
    expect(lines.find((line) => line.level === 'error')?.fields).toMatchObject({
      correlationId,
      requestId: 'the-stream',
    });
  });

  it('may be asked for by GET', async () => {
    const { url } = await serve();
    const query = encodeURIComponent('subscription { count(to: 1) }');
    const reply = await ask(url, { path: `/graphql?query=${query}`, headers: { Accept: 'text/event-stream' } });
    expect(reply.body).toContain('event: next\ndata: {"data":{"count":1}}');
  });

  it('are kept alive by comments while nothing happens', async () => {
    const { url } = await serve();
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream' },
      body: '{"query":"subscription { forever }"}',
    });
    const chunks = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.endsWith('\n:\n\n')) text += (await chunks?.read())?.value ?? '';
    expect(text).toBe(':\n\nevent: next\ndata: {"data":{"forever":1}}\n\n:\n\n');
    await chunks?.cancel();
  });

  it('refuse before they start what cannot be watched', async () => {
    const { url } = await serve();
    const { next } = await stream(url, 'subscription { unknown }');
    const event = await next();
    expect(event).toContain('"extensions":{"code":"NOT_FOUND"}');
    expect(await next()).toMatch(/^event: complete/);
  });

  it.each([
    ['application/json', 'application/json'],
    // As Apollo Client's HttpLink sends it.
    ['application/graphql-response+json,application/json;q=0.9', 'application/graphql-response+json'],
    ['multipart/mixed, application/json', 'application/json'],
    ['text/event-stream;q=0, */*', 'application/json'],
    ['image/png', 'application/json'],
  ])('do not begin for a client that takes %s', async (accept, type) => {
    const subscribed = vi.fn<Observed['subscribed']>(() => () => {});
    const { url, requests } = await serve({}, { observer: observerOf({ subscribed }) });
    const reply = await post(url, 'subscription { forever }', { Accept: accept });
    expect(reply.status).toBe(406);
    expect(reply.headers['content-type']).toBe(`${type}; charset=utf-8`);
    expect(reply.json.errors).toMatchObject([{ extensions: { code: 'NOT_ACCEPTABLE' } }]);
    expect(requests).toEqual([]);
    expect(subscribed).not.toHaveBeenCalled();
  });

  it('do not begin, nor does a query with a deferred part, for a client that takes no type there is', async () => {
    const { url, requests } = await serve();
    const reply = await post(url, '{ hello ... @defer { slow } }', { Accept: 'multipart/mixed;q=0, image/png' });
    expect(reply.status).toBe(406);
    expect(requests).toEqual([]);
  });

  it('end where they began and cannot be streamed after all', async () => {
    const left = vi.fn<() => void>();
    const carriedBy = () => {
      throw new Error('no more');
    };
    const { url, requests } = await serve({}, { observer: observerOf({ subscribed: () => left, carriedBy }) });
    const reply = await post(url, 'subscription { forever }', { Accept: 'text/event-stream' });
    expect(reply.status).toBe(500);
    expect(requests).toHaveLength(1);
    expect(requests[0]?.deadline.signal.aborted).toBe(false);
    expect(left).toHaveBeenCalled();
  });

  it('end with their client', async () => {
    const { url, requests, streamEnded } = await serve();
    const { next, leave } = await stream(url, 'subscription { forever }');
    await next();
    leave();
    await streamEnded;
    expect(requests[0]?.deadline.signal.aborted).toBe(true);
  });

  it('end with the server, telling the client to come back', async () => {
    const { url, server, streamEnded } = await serve();
    const { next } = await stream(url, 'subscription { forever }');
    await next();
    const closed = server.close();
    expect(await next()).toContain('"extensions":{"code":"SHUTTING_DOWN"}');
    expect(await next()).toMatch(/^event: complete/);
    await Promise.all([closed, streamEnded]);
  });
});

describe('closing', () => {
  it('waits for requests under way and takes no new ones', async () => {
    const { url, server, slowRuns, release } = await serve();
    const reply = post(url, '{ slow }');
    await slowRuns;
    const closed = server.close();
    await expect(post(url, '{ hello }')).rejects.toThrow(/ECONNREFUSED/);
    release();
    expect((await reply).json).toEqual({ data: { slow: 'done' } });
    await closed;
  });

  it.each([
    ['that were used', 'GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['that were only opened', ''],
  ])('does not wait for connections %s', async (_, sent) => {
    const { url, server } = await serve();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    await once(socket, 'connect');
    if (sent !== '') {
      socket.write(sent);
      await once(socket, 'data');
    }
    // Answered on another connection, so the server has seen the first one.
    await ask(url, { path: '/health/live' });
    const closed = Promise.all([once(socket.resume(), 'close'), server.close()]);
    await expect(closed).resolves.toHaveLength(2);
  });

  it.each([
    ['as long as any deadline that is permitted', 8_000, 9_900, 'answered'],
    ['also where that is long', 60_000, 61_900, 'answered'],
    ['and two seconds more, not for ever', 8_000, 10_000, 'cut'],
  ])('waits for requests under way %s', async (_, longestDeadlineMs, milliseconds, outcome) => {
    const { url, server, slowRuns, release } = await serve({ deadlineMs: 1_000, longestDeadlineMs });
    const reply = post(url, '{ slow }', { 'x-request-deadline-ms': String(longestDeadlineMs) }).then(
      () => 'answered',
      () => 'cut',
    );
    await slowRuns;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const closed = server.close();
    vi.advanceTimersByTime(milliseconds);
    vi.useRealTimers();
    if (outcome === 'answered') release();
    expect(await reply).toBe(outcome);
    await closed;
  });

  it('breaks off what takes too long, and its work with it', async () => {
    const { url, server, slowRuns, requests } = await serve({}, { drainMs: 20 });
    const reply = post(url, '{ slow }');
    await slowRuns;
    await Promise.all([expect(reply).rejects.toThrow(/socket hang up|ECONNRESET/), server.close()]);
    // Fails by its time limit where the signal is never aborted.
    const signal = requests[0]?.deadline.signal;
    if (signal?.aborted === false) await once(signal, 'abort');
    expect(signal?.aborted).toBe(true);
  });

  it('may be asked for twice', async () => {
    const { server } = await serve();
    const closed = server.close();
    expect(server.close()).toBe(closed);
    await closed;
  });

  it('rejects when the port is taken', async () => {
    const { url } = await serve();
    await expect(serve({ port: Number(new URL(url).port) })).rejects.toThrow(/EADDRINUSE/);
  });
});

describe('GraphiQL', () => {
  it('is off unless asked for', async () => {
    const { url } = await serve();
    const reply = await ask(url, { headers: { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } });
    expect(reply.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(reply.json.errors?.[0]?.message).toBe('Must provide query string.');
  });

  it('is sent to browsers, compressed, with its tabs and locked to this host', async () => {
    const { url } = await serve({}, { graphiql: true, graphiqlTabs: [{ query: '{ hello } # tab one' }] });
    const page = await fetch(`${url}/graphql`, { headers: { Accept: 'text/html', 'Accept-Encoding': 'gzip' } });
    expect(page.headers.get('content-encoding')).toBe('gzip');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).toContain('# tab one');
    const plain = await ask(url, { headers: { Accept: 'text/html' } });
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.body).toContain('# tab one');
  });
});
