/** urql: HTTP for queries and mutations, subscriptions over a client of one's choice. */
import { cacheExchange, Client, fetchExchange, subscriptionExchange, type SubscriptionForwarder } from '@urql/core';
import type { Client as EventsClient } from 'graphql-sse';
import type { Client as SocketClient } from 'graphql-ws';

/** `forward` carries the subscriptions; without it they come as events over `fetch`. */
export function createUrql(url: string, apiKey: string, forward?: SubscriptionForwarder): Client {
  return new Client({
    url,
    // GET by default, and then queries and their variables are in the logs of every proxy.
    preferGetMethod: false,
    fetchOptions: { headers: { authorization: `Bearer ${apiKey}` } },
    fetchSubscriptions: forward === undefined,
    exchanges: [
      cacheExchange,
      fetchExchange,
      ...(forward ? [subscriptionExchange({ forwardSubscription: forward })] : []),
    ],
  });
}

/** Subscriptions over graphql-ws or graphql-sse. */
export function forwardTo(client: SocketClient | EventsClient): SubscriptionForwarder {
  return ({ query = '', variables, operationName }) => ({
    subscribe: (sink) => ({
      unsubscribe: client.subscribe(
        { query, ...(variables ? { variables } : {}), ...(operationName ? { operationName } : {}) },
        sink as Parameters<typeof client.subscribe>[1],
      ),
    }),
  });
}
