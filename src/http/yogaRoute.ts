import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Engine } from '../graphql/engine.ts';
import type { RequestScope } from '../graphql/requestScope.ts';
import { EVENT_STREAM, JSON_TYPE, MULTIPART, type AnswerTypes } from '../graphql/mediaTypes.ts';
import { notAcceptable } from '../graphql/contentChecks.ts';

export interface YogaRequest {
  method: 'GET' | 'POST';
  /** Path and query. */
  url: string;
  types: AnswerTypes;
  /** The JSON of a POST, read and bounded. */
  body: string | undefined;
}

/**
 * Headers of yoga's that are not sent. Those about the connection and the framing are Node's to write: only it knows whether
 * the client wants the connection closed (RFC 9112, 9.6) and understands chunks (6.1). `Content-Encoding: none` is not a
 * registered coding, and the exchange has a stricter `Cache-Control` of its own.
 */
const LEFT_OUT = new Set(['connection', 'transfer-encoding', 'content-encoding', 'content-length', 'cache-control']);

/**
 * Lets yoga answer: documents not seen before, errors in requests, GET, event streams, and answers in parts. Resolves when the
 * last byte was handed on, or the client went away. `streaming` is called before the first byte of what comes bit by bit.
 */
export async function answerByYoga(
  engine: Engine,
  request: YogaRequest,
  scope: RequestScope,
  response: ServerResponse,
  headers: Record<string, string>,
  streaming: () => void,
): Promise<void> {
  let unread: Response['body'] = null;
  try {
    const answer = await answerOf(engine, request, scope);
    unread = answer.body;
    // Yoga's own has no body, and says neither why nor what there is.
    if (answer.status === 406) throw notAcceptable();
    if (response.destroyed) return;
    const sent = { ...headers, ...headersOf(answer) };
    unread = null;
    if (!answer.body || !isStream(answer)) {
      const text = Buffer.from(await answer.text());
      response.writeHead(answer.status, { ...sent, 'content-length': text.length });
      response.end(text);
      return;
    }
    streaming();
    // nginx would keep events back until its buffer is full.
    response.writeHead(answer.status, { ...sent, 'x-accel-buffering': 'no' });
    await pipeline(answer.body, response).catch((error: unknown) => {
      if (!response.destroyed) throw error;
    });
  } finally {
    // Nothing goes on for a client that is sent nothing. Not to be waited for: a source may return only after its next event.
    for (const ended of [unread?.cancel(), scope.stream?.[Symbol.asyncIterator]().return?.()]) ended?.catch(() => {});
  }
}

function answerOf({ yoga }: Engine, { method, url, types, body }: YogaRequest, scope: RequestScope) {
  const { Request } = yoga.fetchAPI;
  const headers = { accept: acceptFor(types), ...(body === undefined ? {} : { 'content-type': JSON_TYPE }) };
  const init = { method, headers, ...(body === undefined ? {} : { body }), signal: scope.signal };
  return yoga.handleRequest(new Request(`http://gateway${url}`, init), { scope });
}

/** The headers of yoga's answer that are sent, in lower case: yoga's Headers keep the case that they were written in. */
function headersOf({ headers }: Response): Record<string, string> {
  const lowered = [...headers].map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  return Object.fromEntries(lowered.filter(([name]) => !LEFT_OUT.has(name)));
}

function isStream({ headers }: Response): boolean {
  const type = headers.get('content-type') ?? '';
  return type.startsWith(EVENT_STREAM) || type.startsWith(MULTIPART);
}

/** What yoga chooses from, which reads no weights: one type for each kind of answer. */
function acceptFor({ single, parts, stream }: AnswerTypes): string {
  return [...new Set([single, parts, stream])].filter((type) => type !== null).join(', ');
}
