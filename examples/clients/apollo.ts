/** Apollo Client: HTTP for queries and mutations, a WebSocket for subscriptions, a cache by id. */
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, type PossibleTypesMap } from '@apollo/client';
import { Defer20220824Handler } from '@apollo/client/incremental';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { isAbstractType, OperationTypeNode, type GraphQLSchema } from 'graphql';
import type { Client } from 'graphql-ws';

export interface ApolloOptions {
  url: string;
  apiKey: string;
  /** Carries the subscriptions. */
  socket: Client;
  possibleTypes: PossibleTypesMap;
}

/** `@defer` comes in the parts of 2022; the handler asks for them. */
export function createApollo({ url, apiKey, socket, possibleTypes }: ApolloOptions): ApolloClient {
  const http = new HttpLink({ uri: url, headers: { authorization: `Bearer ${apiKey}` } });
  return new ApolloClient({
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(socket),
      http,
    ),
    cache: new InMemoryCache({ possibleTypes }),
    incrementalHandler: new Defer20220824Handler(),
  });
}

/** What the cache must know to match fragments on interfaces and unions; made of schema.graphql when the page is built. */
export function possibleTypesOf(schema: GraphQLSchema): PossibleTypesMap {
  const abstract = Object.values(schema.getTypeMap()).filter(isAbstractType);
  return Object.fromEntries(
    abstract.map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)] as const),
  );
}
