import { readFileSync } from 'node:fs';
import { CombinedGraphQLErrors } from '@apollo/client';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { buildSchema, getOperationAST, OperationTypeNode, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createApollo, possibleTypesOf } from '../../examples/clients/apollo.ts';
import { connectByWebSocket } from '../../examples/clients/graphqlWs.ts';
import {
  EmployeeIdentityDocument,
  EmployeesPageDocument,
  ExpertsDocument,
  OneEmployeeDocument,
  IntegrationsHealthDocument,
  JobProfilesDocument,
  SkillWithScalesDocument,
  TasksDocument,
} from '../../examples/generated/graphql.ts';
import { codesOf, told, type Answered, type ClientUnderTest, type Variables } from './adapters.ts';
import { ADA, API_KEY, clientContract, DEFERRED, plain, WHOLE } from './contract.ts';

const possibleTypes = possibleTypesOf(
  buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8')),
);

function open(url: string, apiKey: string) {
  const socket = connectByWebSocket(url, apiKey, { retryAttempts: 0 });
  return { socket, apollo: createApollo({ url, apiKey, socket, possibleTypes }) };
}

function answered<Data>({ data, error }: { data?: unknown; error?: unknown }): Answered<Data> {
  if (error !== undefined && !CombinedGraphQLErrors.is(error)) throw error;
  return { data: data as Data, codes: codesOf(error?.errors) };
}

function connect(url: string, apiKey: string): ClientUnderTest {
  const { socket, apollo } = open(url, apiKey);
  const errorPolicy = 'all';
  return {
    async ask<Data, V extends Variables>(document: TypedDocumentNode<Data, V>, variables: V, signal?: AbortSignal) {
      const context = { fetchOptions: { signal } };
      const isMutation = getOperationAST(document)?.operation === OperationTypeNode.MUTATION;
      return answered<Data>(
        isMutation
          ? await apollo.mutate({ mutation: document, variables, errorPolicy, context })
          : await apollo.query({ query: document, variables, errorPolicy, context }),
      );
    },
    async *watch<Data, V extends Variables>(document: TypedDocumentNode<Data, V>, variables: V) {
      const results = apollo.subscribe({ query: document, variables, errorPolicy });
      for await (const result of told<{ data?: unknown; error?: unknown }>((sink) => {
        const subscription = results.subscribe(sink);
        return () => subscription.unsubscribe();
      })) {
        yield answered<Data>(result);
      }
    },
    async close() {
      apollo.stop();
      await socket.dispose();
    },
  };
}

/** With what they are asked; between them they show every type that pages are made of. */
const DOCUMENTS: readonly (readonly [TypedDocumentNode<unknown, never>, Variables])[] = [
  [EmployeeIdentityDocument, { by: ADA }],
  [OneEmployeeDocument, { by: ADA }],
  [EmployeesPageDocument, { first: 20 }],
  [SkillWithScalesDocument, { by: { name: 'TypeScript' } }],
  [ExpertsDocument, { skills: [{ skill: { name: 'TypeScript' }, minLevel: 0.5 }] }],
  [JobProfilesDocument, { first: 5 }],
  [IntegrationsHealthDocument, {}],
  [TasksDocument, {}],
];

describe('Apollo Client', () => {
  const { gateway } = clientContract({ connect, unauthenticated: { codes: ['UNAUTHENTICATED'] } });

  it.each(DOCUMENTS)('gives an answer back from its cache as it came: document %#', async (document, variables) => {
    const { apollo } = open(`${gateway().url}/graphql`, API_KEY);
    const query = document as TypedDocumentNode<unknown, Variables>;
    const { data, error } = await apollo.query({ query, variables, fetchPolicy: 'no-cache' });
    expect(error).toBeUndefined();
    apollo.cache.writeQuery({ query, variables, data });
    expect(apollo.cache.readQuery({ query, variables })).toEqual(data);
  });

  it('keeps a person in its cache once, whatever was asked of them and how they were found', async () => {
    const { apollo } = open(`${gateway().url}/graphql`, API_KEY);
    const { data } = await apollo.query({ query: EmployeeIdentityDocument, variables: { by: ADA } });
    const id = data?.employee?.id;
    await apollo.query({
      query: parse('query ($id: ID!) { node(id: $id) { id ... on Employee { workEmail } } }'),
      variables: { id },
    });
    const kept = Object.entries(apollo.cache.extract() as object).filter(([key]) => key === `Employee:${id}`);
    expect(kept).toEqual([
      [
        `Employee:${id}`,
        expect.objectContaining({ displayName: data?.employee?.displayName, workEmail: expect.stringContaining('@') }),
      ],
    ]);
  });

  it('takes what is deferred after the rest', async () => {
    gateway()
      .simulator('kombo')
      .addFault({ shape: { kind: 'latency', milliseconds: 500 } });
    const { apollo } = open(`${gateway().url}/graphql`, API_KEY);
    const results = apollo.watchQuery({ query: parse(DEFERRED), variables: { by: ADA } });
    const seen: { state: string; data: unknown }[] = [];
    for await (const { data, dataState, error } of told<{ data?: unknown; dataState: string; error?: unknown }>(
      (sink) => {
        const subscription = results.subscribe(sink);
        return () => subscription.unsubscribe();
      },
    )) {
      expect(error).toBeUndefined();
      if (data !== undefined) seen.push({ state: dataState, data: plain(data) });
      if (dataState === 'complete') break;
    }
    const whole = await gateway().ask(WHOLE, { by: ADA });
    expect(seen).toEqual([
      { state: 'streaming', data: { employee: { displayName: expect.any(String) } } },
      { state: 'complete', data: whole.data },
    ]);
  });
});
