import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWatchServer, type WatchServer } from './support/fakes/watchServer.ts';

let server: WatchServer;
beforeAll(async () => {
  server = await startWatchServer();
});
afterAll(() => server.server.close());

const JSON_TYPE = 'application/json; charset=utf-8';
const RESULT = 'application/graphql-response+json; charset=utf-8';

async function ask(accept: string, query: string) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify({ query }),
  });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

// The second time the document is known and takes the short way.
describe.each(['unknown', 'known'])('an answer to a document that is %s', () => {
  it.each([
    ['application/json;q=0.5, application/graphql-response+json', RESULT],
    ['application/graphql-response+json;q=0.2, application/json;q=0.9', JSON_TYPE],
    ['application/json;q=0, */*', RESULT],
    ['application/json;charset="utf-8"', JSON_TYPE],
    ['application/graphql-response+json;profile="a, b;q=0", application/json;q=0.5', RESULT],
  ])('comes in the type that is preferred by %s', async (accept, type) => {
    expect(await ask(accept, '{ hello }')).toEqual({ status: 200, type, text: '{"data":{"hello":"hello world"}}' });
  });

  it.each(['application/json;q=0', '*/*;q=0', 'application/json;charset=latin1'])(
    'is refused where %s leaves no type',
    async (accept) => {
      const { status, text } = await ask(accept, '{ hello }');
      expect(status).toBe(406);
      expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'NOT_ACCEPTABLE' } }] });
    },
  );

  it('is an event stream where that is preferred', async () => {
    const { type, text } = await ask('text/event-stream, application/json;q=0.5', '{ hello }');
    expect(type).toMatch(/^text\/event-stream/);
    expect(text).toContain('data: {"data":{"hello":"hello world"}}');
  });

  it.each([
    ['multipart/mixed;q=0, application/json', JSON_TYPE],
    ['multipart/mixed;q=0.1, application/json', JSON_TYPE],
    ['text/event-stream, multipart/mixed;q=0.5', 'text/event-stream'],
    ['text/event-stream;q=0.5, multipart/mixed;boundary="a,b"', 'multipart/mixed; boundary="-"'],
  ])('comes in parts as %s says', async (accept, type) => {
    expect((await ask(accept, '{ ... @defer { hello } }')).type).toBe(type);
  });
});
