import { API_KEY } from './world.ts';

/** One GraphQL request over HTTP that does not give up before `signal` does; rejects when the connection breaks. */
export async function post(
  url: string,
  query: string,
  variables: object,
  options: { accept?: string; signal?: AbortSignal } = {},
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${API_KEY}`,
      accept: options.accept ?? 'application/json',
    },
    body: JSON.stringify({ query, variables }),
    signal: options.signal ?? null,
  });
}

/** The `next` events of an event stream as they come; ends with `complete`, rejects when the stream breaks off before. */
export async function* events(response: Response): AsyncGenerator {
  if (!response.body || !response.headers.get('content-type')?.startsWith('text/event-stream')) {
    throw new Error(`no event stream: ${response.status} ${await response.text()}`);
  }
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      const name = /^event: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (name === 'complete') return;
      if (name === 'next' && data !== undefined) yield JSON.parse(data);
    }
  }
  throw new Error('the stream broke off');
}

/** Random numbers from a seed (mulberry32), so that a run can be had again. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
