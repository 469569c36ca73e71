import { Agent, request, type IncomingMessage } from 'node:http';
import { API_KEY } from './chaos/world.ts';

/** What came back of one question; `refused`: nobody listens, and nothing was sent. */
export type Asked = { status: number; answer: unknown } | 'refused';

/** A client with one connection, which it keeps as pools and load balancers do. */
export interface KeptConnection {
  /** Rejects when the answer does not come whole, also where the connection was closed under a question just sent. */
  ask(url: string, query: string, variables?: object): Promise<Asked>;
  close(): void;
}

export function keptConnection(): KeptConnection {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    ask: (url, query, variables = {}) =>
      new Promise((resolve, reject) => {
        const asked = request(url, {
          agent,
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${API_KEY}` },
        });
        asked.once('error', (error: NodeJS.ErrnoException) => {
          if (error.code === 'ECONNREFUSED') resolve('refused');
          else reject(error);
        });
        asked.once('response', (response) => {
          textOf(response)
            .then((text) => resolve({ status: response.statusCode ?? 0, answer: JSON.parse(text) }))
            .catch(reject);
        });
        asked.end(JSON.stringify({ query, variables }));
      }),
    close: () => agent.destroy(),
  };
}

async function textOf(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8');
  let text = '';
  for await (const part of response) text += String(part);
  return text;
}

/** Between two questions of a client that is not always busy: its connection is idle meanwhile. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
