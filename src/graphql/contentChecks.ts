import type { IncomingMessage } from 'node:http';
import {
  answerTypesOf,
  EVENT_STREAM,
  GRAPHQL_RESPONSE,
  isJsonBody,
  JSON_TYPE,
  type AnswerTypes,
} from './mediaTypes.ts';
import { HttpError } from '../domain/httpError.ts';

/** Only JSON: a web page can send the other types without asking for permission first. */
export function checkMediaType({ headers }: IncomingMessage): void {
  if (!isJsonBody(headers['content-type'])) {
    throw new HttpError(415, 'UNSUPPORTED_MEDIA_TYPE', `A POST takes ${JSON_TYPE}.`, {
      'accept-post': JSON_TYPE,
    });
  }
  if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity') {
    throw new HttpError(415, 'UNSUPPORTED_MEDIA_TYPE', 'A POST must not be compressed.', {
      'accept-encoding': 'identity',
    });
  }
}

/** The media types of the answer. Throws an HttpError with 406 where the client takes none that there is. */
export function acceptedTypes({ headers }: IncomingMessage): AnswerTypes {
  const types = answerTypesOf(headers.accept);
  if (!types) throw notAcceptable();
  return types;
}

/** Says what there is, as 406 should. */
export function notAcceptable(): HttpError {
  const message = `There are answers as ${JSON_TYPE} and ${GRAPHQL_RESPONSE}; subscriptions come as ${EVENT_STREAM}, or over a WebSocket.`;
  return new HttpError(406, 'NOT_ACCEPTABLE', message);
}

/** What is asked for in a URL; a second question mark is part of it. */
export function queryOf(url: string): URLSearchParams {
  const at = url.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : url.slice(at));
}

/** Variables and extensions of a GET are JSON within the query string; yoga would take broken JSON for a failure of its own. */
export function checkQuery({ url }: IncomingMessage): void {
  const query = queryOf(url ?? '');
  for (const name of ['variables', 'extensions']) {
    const text = query.get(name);
    if (text === null || text === '') continue;
    try {
      JSON.parse(text);
    } catch {
      throw new HttpError(400, 'BAD_REQUEST', `The parameter ${name} is no JSON.`);
    }
  }
}
