/** A service's client without a library: `fetch`, and types made of its documents. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print, type GraphQLFormattedError } from 'graphql';

/** The gateway's refusal; `codes` are stable, messages are not. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly codes: readonly unknown[];
  /** Under which the gateway's log has the request. */
  readonly requestId: string | null;

  constructor(errors: readonly GraphQLFormattedError[], requestId: string | null) {
    super(errors.map(({ message }) => message).join(' '));
    this.codes = errors.map(({ extensions }) => extensions?.['code']);
    this.requestId = requestId;
  }
}

/** Asks one typed document; throws a GatewayError unless all of it was answered. */
export function createRequest(url: string, apiKey: string) {
  return async <Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json',
        authorization: `Bearer ${apiKey}`,
      },
      body: JSON.stringify({ query: print(document), variables }),
    });
    const { data, errors } = (await response.json()) as { data?: Data; errors?: GraphQLFormattedError[] };
    if (errors || data === undefined) throw new GatewayError(errors ?? [], response.headers.get('x-request-id'));
    return data;
  };
}
