import { once } from 'node:events';
import { createClient, type Client, type ClientOptions, type FormattedExecutionResult } from 'graphql-ws';
import { WebSocket, type ClientOptions as SocketOptions } from 'ws';

/** A graphql-ws client whose socket is opened with these headers. */
export function wsClient(
  url: string,
  { headers, ...options }: Partial<ClientOptions> & { headers?: Record<string, string> } = {},
): Client {
  class Socket extends WebSocket {
    constructor(address: string, protocols: string) {
      super(address, protocols, headers ? { headers } : {});
    }
  }
  return createClient({
    url: wsUrl(url),
    webSocketImpl: Socket,
    retryAttempts: 0,
    // A failure to connect is told to each operation.
    onNonLazyError: () => {},
    ...options,
  });
}

export const wsUrl = (url: string) => `${url.replace('http', 'ws')}/graphql`;

export type Answer = FormattedExecutionResult<Record<string, unknown>, unknown>;

/** Everything that an operation answers, to its end. */
export async function all(client: Client, query: string, variables?: Record<string, unknown>): Promise<Answer[]> {
  const results: Answer[] = [];
  for await (const result of client.iterate({ query, ...(variables ? { variables } : {}) })) results.push(result);
  return results;
}

/** A bare socket that speaks the protocol by hand; `next` is the next message, or the code it was closed with. */
export async function rawSocket(url: string, options: SocketOptions = {}, init: Record<string, unknown> | null = {}) {
  const socket = new WebSocket(wsUrl(url), 'graphql-transport-ws', options);
  const messages: unknown[] = [];
  const waiting: ((message: unknown) => void)[] = [];
  const heard = (message: unknown) => {
    const wait = waiting.shift();
    if (wait) wait(message);
    else messages.push(message);
  };
  socket.on('message', (data: Buffer) => heard(JSON.parse(data.toString())));
  socket.on('close', (code) => heard(code));
  socket.on('error', () => {});
  await once(socket, 'open');
  const next = () =>
    messages.length > 0 ? Promise.resolve(messages.shift()) : new Promise((resolve) => waiting.push(resolve));
  const send = (message: object) => socket.send(JSON.stringify(message));
  if (init) {
    send({ type: 'connection_init', payload: init });
    await next();
  }
  return {
    socket,
    next,
    send,
    subscribe: (id: string, query: string) => send({ type: 'subscribe', id, payload: { query } }),
  };
}

/** What an upgrade is refused with; 101 where it is not. */
export async function upgradeStatus(
  url: string,
  {
    path = '/graphql',
    protocol = 'graphql-transport-ws',
    headers = {},
  }: {
    path?: string;
    protocol?: string;
    headers?: Record<string, string>;
  } = {},
): Promise<number> {
  const socket = new WebSocket(url.replace('http', 'ws') + path, protocol, { headers });
  socket.on('error', () => {});
  return new Promise((resolve) => {
    socket.on('unexpected-response', (_, response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    socket.on('open', () => {
      socket.terminate();
      resolve(101);
    });
  });
}
