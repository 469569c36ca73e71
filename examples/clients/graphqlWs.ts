/** graphql-ws: queries, mutations and subscriptions on one socket, for services. */
import { createClient, type Client, type ClientOptions } from 'graphql-ws';
import { WebSocket } from 'ws';

/** `url` is the gateway's, e.g. https://skills.example.com/graphql. */
export function connectByWebSocket(url: string, apiKey: string, options: Partial<ClientOptions> = {}): Client {
  return createClient({
    url: url.replace(/^http/, 'ws'),
    // Sent with each new socket; the gateway waits five seconds for it.
    connectionParams: { authorization: `Bearer ${apiKey}` },
    // Browsers have one of their own, and Node from version 22 on.
    webSocketImpl: WebSocket,
    ...options,
  });
}
