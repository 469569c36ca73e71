import { createHash } from 'node:crypto';
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWatchServer, type WatchServer } from './support/fakes/watchServer.ts';
import { wsClient } from './support/wsClient.ts';

let server: WatchServer;
beforeAll(async () => {
  server = await startWatchServer();
});
afterAll(() => server.server.close());

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const extensions = { persistedQuery: { version: 1, sha256Hash: sha256('{ hello }') } };

describe('automatic persisted queries at a gateway without persisted documents', () => {
  it.each([
    ['POST', 'application/graphql-response+json', false],
    ['POST', 'application/json', false],
    ['GET', 'application/graphql-response+json', true],
    ['GET', 'application/json', true],
  ])('are given up by Apollo Client after one %s, which then sends texts: %s', async (method, accept, byGet) => {
    const sent: string[] = [];
    const send = (input: string | URL | Request, options?: RequestInit) => {
      const what = typeof options?.body === 'string' && options.body.includes('"query"') ? 'text' : 'hash';
      sent.push(`${options?.method} ${what}`);
      return fetch(input, options);
    };
    const client = new ApolloClient({
      link: ApolloLink.from([
        new PersistedQueryLink({ sha256, useGETForHashedQueries: byGet }),
        new HttpLink({ uri: `${server.url}/graphql`, fetch: send, headers: { accept } }),
      ]),
      cache: new InMemoryCache(),
    });
    const { data } = await client.query({ query: gql('{ hello }') });
    expect(data).toEqual({ hello: 'hello world' });
    const again = await client.query({ query: gql('query ($n: String) { hello(name: $n) }'), variables: { n: 'x' } });
    expect(again.data).toEqual({ hello: 'hello x' });
    expect(sent).toEqual([`${method} hash`, 'POST text', 'POST text']);
    client.stop();
  });

  // The status that clients of each media type read a body with.
  it.each([
    ['application/graphql-response+json', 400],
    ['application/json', 200],
    ['text/event-stream', 400],
  ])('are answered under %s with %d', async (accept, status) => {
    for (const body of [{ extensions }, { documentId: 'abc' }, { query: '', extensions }]) {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept },
        body: JSON.stringify(body),
      });
      expect(response.status).toBe(status);
      expect(await response.json()).toEqual({
        errors: [{ message: 'PersistedQueryNotSupported', extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' } }],
      });
    }
  });

  it('are refused with the same code over WebSockets', async () => {
    const client = wsClient(server.url);
    const asking = client.iterate({ query: '', extensions }).next();
    await expect(asking).rejects.toMatchObject([{ extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' } }]);
    await client.dispose();
  });
});

describe('members of a request that the gateway does not know', () => {
  // The second time the document is known and takes the short way.
  it.each(['unknown', 'known'])('are ignored, over HTTP and WebSockets, the document %s', async () => {
    const query = '{ hello requestId }';
    const body = { query, id: 'q1', doc_id: 'x', documentId: 'y', queryId: null, batch: [1], hints: { a: 1 } };
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      body: JSON.stringify(body),
    });
    expect([response.status, await response.json()]).toMatchObject([200, { data: { hello: 'hello world' } }]);
    const client = wsClient(server.url);
    for await (const result of client.iterate(body)) expect(result.data).toMatchObject({ hello: 'hello world' });
    await client.dispose();
  });
});
