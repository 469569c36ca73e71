import { afterEach, describe, expect, it } from 'vitest';
import { startWatchServer, type WatchServer } from '../support/fakes/watchServer.ts';

const WATCH = 'subscription { task(id: "t") { revision } }';
const started: WatchServer[] = [];

async function serve(...options: Parameters<typeof startWatchServer>): Promise<WatchServer> {
  const server = await startWatchServer(...options);
  started.push(server);
  return server;
}

afterEach(() => Promise.all(started.splice(0).map(({ server }) => server.close())));

interface Ask {
  accept?: string;
  signal?: AbortSignal;
  variables?: Record<string, unknown>;
}

const post = (url: string, query: string, { accept = 'text/event-stream', signal, variables }: Ask = {}) =>
  fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { accept, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
    ...(signal ? { signal } : {}),
  });

const get = (url: string, query: string) =>
  fetch(`${url}/graphql?${new URLSearchParams({ query }).toString()}`, { headers: { accept: 'text/event-stream' } });

interface Event {
  name: string | undefined;
  data: unknown;
}

/** The events as they come; comments are left out. */
async function* events(response: Response): AsyncGenerator<Event, void> {
  if (!response.body) throw new Error('no body');
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      const valueOf = (field: string) =>
        lines
          .find((line) => line.startsWith(`${field}:`))
          ?.slice(field.length + 1)
          .trimStart();
      if (lines.every((line) => line.startsWith(':') || line === '')) continue;
      const data = valueOf('data');
      yield { name: valueOf('event'), data: data === undefined || data === '' ? data : (JSON.parse(data) as unknown) };
    }
  }
}

async function all(response: Response): Promise<Event[]> {
  const seen: Event[] = [];
  for await (const event of events(response)) seen.push(event);
  return seen;
}

/** A browser's EventSource hears no event without a data field, so `complete` has an empty one. */
const COMPLETE: Event = { name: 'complete', data: '' };
const next = (data: unknown): Event => ({ name: 'next', data });

describe('GraphQL over server-sent events', () => {
  it('says by its headers that it is a stream which nobody may keep or collect', async () => {
    const { url, publish } = await serve();
    publish('t', 1, 'SUCCEEDED');
    const response = await post(url, WATCH);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream\b/);
    expect(response.headers.get('cache-control')).toMatch(/no-(?:cache|store)/);
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    expect(response.headers.get('content-length')).toBeNull();
    await response.text();
  });

  it.each([
    ['POST', post],
    ['GET', get],
  ])('tells each result as next, and the end as complete: %s', async (_, ask) => {
    const { url, publish, listeners } = await serve();
    publish('t', 1);
    const response = await ask(url, WATCH);
    const stream = events(response);
    expect((await stream.next()).value).toEqual(next({ data: { task: { revision: 1 } } }));
    await listeners(1);
    publish('t', 2, 'SUCCEEDED');
    expect((await stream.next()).value).toEqual(next({ data: { task: { revision: 2 } } }));
    expect((await stream.next()).value).toEqual(COMPLETE);
    expect((await stream.next()).done).toBe(true);
  });

  it('answers queries and mutations as streams of one result', async () => {
    const { url } = await serve();
    for (let time = 0; time < 2; time += 1) {
      expect(await all(await post(url, '{ hello }'))).toEqual([next({ data: { hello: 'hello world' } }), COMPLETE]);
      expect(await all(await post(url, 'mutation { set }'))).toEqual([next({ data: { set: true } }), COMPLETE]);
    }
  });

  it.each([
    ['{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['{ hello', 'GRAPHQL_PARSE_FAILED'],
    ['subscription { task(id: "none") { revision } }', 'NOT_FOUND'],
  ])('tells a refusal within an accepted stream: %s', async (query, code) => {
    const { url } = await serve();
    const response = await post(url, query);
    expect(response.status).toBe(200);
    expect(await all(response)).toEqual([
      next(expect.objectContaining({ errors: [expect.objectContaining({ extensions: { code } })] })),
      COMPLETE,
    ]);
  });

  it('stops the operation when the reader goes away', async () => {
    const { url, publish, listeners, requests } = await serve();
    publish('t', 1);
    const leaving = new AbortController();
    const stream = events(await post(url, WATCH, { signal: leaving.signal }));
    await stream.next();
    await listeners(1);
    leaving.abort();
    await listeners(0);
    expect(requests[0]?.deadline.signal.aborted).toBe(true);
  });

  it('ends with a last result that says why, and complete, when the server goes', async () => {
    const { url, server, publish } = await serve();
    publish('t', 1);
    const stream = events(await post(url, WATCH));
    await stream.next();
    const closed = server.close();
    expect((await stream.next()).value).toEqual(
      next({ errors: [expect.objectContaining({ extensions: { code: 'SHUTTING_DOWN' } })] }),
    );
    expect((await stream.next()).value).toEqual(COMPLETE);
    expect((await stream.next()).done).toBe(true);
    await closed;
  });

  it('shows nothing internal of a stream that breaks off', async () => {
    let made = 0;
    const context = (info: object) => {
      made += 1;
      if (made > 1) throw new Error('the database at 10.0.0.5 said no');
      return info;
    };
    const { url, publish } = await serve({}, { context });
    publish('t', 1);
    const response = await post(url, WATCH);
    const text = await response.clone().text();
    expect(text).not.toContain('database');
    const code = expect.objectContaining({ code: 'INTERNAL' }) as unknown;
    expect(await all(response)).toEqual([
      next({ errors: [{ message: 'The gateway failed to answer this.', extensions: code }] }),
      COMPLETE,
    ]);
  });

  it('does not know the mode of one connection for all, and says so', async () => {
    const { url } = await serve();
    const reserved = await fetch(`${url}/graphql`, { method: 'PUT' });
    expect([reserved.status, reserved.headers.get('allow')]).toEqual([405, 'GET, POST']);
  });
});
