import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { Client, CombinedError } from '@urql/core';
import { getOperationAST, OperationTypeNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { connectByEvents } from '../../examples/clients/graphqlSse.ts';
import { connectByWebSocket } from '../../examples/clients/graphqlWs.ts';
import { createUrql, forwardTo } from '../../examples/clients/urql.ts';
import { EmployeeIdentityDocument, OneEmployeeDocument } from '../../examples/generated/graphql.ts';
import { codesOf, told, type Answered, type ClientUnderTest, type Variables } from './adapters.ts';
import { ADA, API_KEY, clientContract, DEFERRED, plain, WHOLE } from './contract.ts';

interface UrqlResult {
  data?: unknown;
  error?: CombinedError | undefined;
  hasNext: boolean;
}

function answered<Data>({ data, error }: UrqlResult): Answered<Data> {
  if (error?.networkError) throw error;
  return { data: data as Data, codes: codesOf(error?.graphQLErrors) };
}

/** urql with subscriptions by whatever it was given. */
function under(urql: Client, close: () => void | Promise<void> = () => {}): ClientUnderTest {
  return {
    async ask<Data, V extends Variables>(document: TypedDocumentNode<Data, V>, variables: V, signal?: AbortSignal) {
      const isMutation = getOperationAST(document)?.operation === OperationTypeNode.MUTATION;
      const source = isMutation ? urql.mutation(document, variables) : urql.query(document, variables);
      for await (const result of told<UrqlResult>((sink) => {
        const { unsubscribe } = source.subscribe((each) => sink.next(each));
        signal?.addEventListener('abort', () => {
          unsubscribe();
          sink.complete();
        });
        return unsubscribe;
      })) {
        return answered<Data>(result);
      }
      throw new Error('there was no answer');
    },
    async *watch<Data, V extends Variables>(document: TypedDocumentNode<Data, V>, variables: V) {
      const source = urql.subscription(document, variables);
      let last = null as UrqlResult | null;
      for await (const result of told<UrqlResult>((sink) => source.subscribe((each) => sink.next(each)).unsubscribe)) {
        // The end is told with the last result once more.
        const isRepeated = last !== null && !result.hasNext && result.data === last.data;
        if (!isRepeated) yield answered<Data>(result);
        if (!result.hasNext) return;
        last = result;
      }
    },
    close,
  };
}

const unauthenticated = { codes: ['UNAUTHENTICATED'] };

describe('urql with graphql-ws', () => {
  clientContract({
    connect: (url, apiKey) => {
      const socket = connectByWebSocket(url, apiKey, { retryAttempts: 0 });
      return under(createUrql(url, apiKey, forwardTo(socket)), () => socket.dispose());
    },
    unauthenticated,
  });
});

describe('urql with graphql-sse', () => {
  clientContract({
    connect: (url, apiKey) => {
      const events = connectByEvents(url, apiKey);
      return under(createUrql(url, apiKey, forwardTo(events)), () => events.dispose());
    },
    unauthenticated,
  });
});

describe('urql by itself', () => {
  const { gateway } = clientContract({
    connect: (url, apiKey) => under(createUrql(url, apiKey)),
    unauthenticated,
  });

  it('takes what is deferred after the rest', async () => {
    gateway()
      .simulator('kombo')
      .addFault({ shape: { kind: 'latency', milliseconds: 500 } });
    const urql = createUrql(`${gateway().url}/graphql`, API_KEY);
    const results: UrqlResult[] = [];
    const source = urql.query<unknown, { by: object }>(DEFERRED, { by: ADA });
    for await (const result of told<UrqlResult>((sink) => source.subscribe((each) => sink.next(each)).unsubscribe)) {
      results.push(result);
      if (!result.hasNext) break;
    }
    expect(results.map(({ error, hasNext }) => [error, hasNext])).toEqual([
      [undefined, true],
      [undefined, false],
    ]);
    expect(results[0]?.data).toEqual({ employee: { __typename: 'Employee', displayName: expect.any(String) } });
    const whole = await gateway().ask(WHOLE, { by: ADA });
    expect(plain(results[1]?.data)).toEqual(whole.data);
  });

  it('asks by GET unless it is told not to, and is answered', async () => {
    const urql = createUrql(`${gateway().url}/graphql`, API_KEY);
    for (const preferGetMethod of [true, false]) {
      const { data, error } = await urql
        .query(EmployeeIdentityDocument, { by: ADA }, { preferGetMethod, requestPolicy: 'network-only' })
        .toPromise();
      expect(error).toBeUndefined();
      expect(data?.employee?.id).toBeTypeOf('string');
    }
  });

  it('answers the same question from its cache', async () => {
    const urql = createUrql(`${gateway().url}/graphql`, API_KEY);
    gateway().forget();
    const calls = () => gateway().calls.filter(({ purpose }) => purpose === 'request').length;
    const ask = () => urql.query(OneEmployeeDocument, { by: ADA }).toPromise();
    const { data } = await ask();
    const once = calls();
    expect(once).toBeGreaterThan(0);
    expect((await ask()).data).toBe(data);
    expect(calls()).toBe(once);
  });
});
