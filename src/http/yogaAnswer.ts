import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Engine, RequestScope } from './engine.ts';
import { EVENT_STREAM, JSON_TYPE, MULTIPART, type AnswerTypes } from './mediaTypes.ts';
import { notAcceptable } from './requestChecks.ts';

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
  { yoga }: Engine,
  request: YogaRequest,
  scope: RequestScope,
  response: ServerResponse,
  headers: Record<string, string>,
  streaming: () => void,
): Promise<void> {
  const { Request } = yoga.fetchAPI;
  const answer = await yoga.handleRequest(
    new Request(`http://gateway${request.url}`, {
      method: request.method,
      headers: {
        accept: acceptFor(request.types),
        ...(request.body === undefined ? {} : { 'content-type': JSON_TYPE }),
      },
      ...(request.body === undefined ? {} : { body: request.body }),
      signal: scope.signal,
    }),
    { scope },
  );
  // Yoga's own has no body, and says neither why nor what there is.
  if (answer.status === 406) throw notAcceptable();
  const sent = { ...headers };
  answer.headers.forEach((value, name) => {
    // Yoga's Headers keep the case that they were written in.
    const key = name.toLowerCase();
    if (!LEFT_OUT.has(key)) sent[key] = value;
  });
  if (response.destroyed) return;
  const type = answer.headers.get('content-type') ?? '';
  if (answer.body && (type.startsWith(EVENT_STREAM) || type.startsWith(MULTIPART))) {
    streaming();
    // nginx would keep events back until its buffer is full.
    response.writeHead(answer.status, { ...sent, 'x-accel-buffering': 'no' });
    await pipeline(answer.body, response).catch((error: unknown) => {
      if (!response.destroyed) throw error;
    });
    return;
  }
  const body = Buffer.from(await answer.text());
  response.writeHead(answer.status, { ...sent, 'content-length': body.length });
  response.end(body);
}

/** What yoga chooses from, which reads no weights: one type for each kind of answer. */
function acceptFor({ single, parts, stream }: AnswerTypes): string {
  return [...new Set([single, parts, stream])].filter((type) => type !== null).join(', ');
}
