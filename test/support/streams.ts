import { eventsOf, type Answer } from './gateway.ts';
import { all, wsClient } from './wsClient.ts';

export const WATCH = 'subscription { integrationUpdated { name } }';
export const COMPLETE = 'event: complete';

/** An event stream of WATCH that began; `until` reads up to its first part that has this text. */
export async function eventStream({ url }: { url: string }, bearer: string) {
  const leaving = new AbortController();
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${bearer}`,
    },
    body: JSON.stringify({ query: WATCH }),
    signal: leaving.signal,
  });
  const parts = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    /** The events up to the end; none before it. */
    async until(wanted: string): Promise<Answer<unknown>[]> {
      while (!text.includes(wanted)) {
        const part = await parts?.read();
        if (part?.done !== false) throw new Error(`the stream ended without ${wanted}: ${text}`);
        text += part.value;
      }
      return wanted === COMPLETE ? eventsOf(text) : [];
    },
    leave: () => leaving.abort(),
  };
}

/** A subscription to WATCH on a socket that began. */
export async function socketStream({ url }: { url: string }, bearer: string) {
  const client = wsClient(url, { connectionParams: { authorization: `Bearer ${bearer}` } });
  const results: unknown[] = [];
  let told = () => {};
  const first = new Promise<void>((resolve) => (told = resolve));
  const ended = (async () => {
    for await (const result of client.iterate({ query: WATCH })) {
      results.push(result);
      told();
    }
    return results;
  })();
  // Answered after what was asked before it on the same socket.
  await all(client, '{ __typename }');
  return { client, first, ended };
}
