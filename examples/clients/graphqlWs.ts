/** graphql-ws: queries, mutations and subscriptions on one socket, for services. */
import { CloseCode, createClient, type Client, type ClientOptions } from 'graphql-ws';
import { WebSocket } from 'ws';

/** `url` is the gateway's, e.g. https://skills.example.com/graphql. */
export function connectByWebSocket(url: string, apiKey: string, options: Partial<ClientOptions> = {}): Client {
  return createClient({
    url: url.replace(/^http/, 'ws'),
    // Sent with each new socket; the gateway waits five seconds for it.
    connectionParams: { authorization: `Bearer ${apiKey}` },
    // Browsers have one of their own, and Node from version 22 on.
    webSocketImpl: WebSocket,
    // Whatever else closes the socket is tried again, five times; a key that is refused stays refused.
    shouldRetry: (reason) => closeCodeOf(reason) !== null && closeCodeOf(reason) !== CloseCode.Forbidden,
    ...options,
  });
}

function closeCodeOf(reason: unknown): number | null {
  const { code } = reason as { code?: unknown };
  return typeof code === 'number' ? code : null;
}
