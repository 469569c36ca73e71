import type { IncomingMessage } from 'node:http';
import { isJsonBody, JSON_TYPE } from './mediaTypes.ts';
import { Refusal } from './refusal.ts';

/** Only JSON: a web page can send the other types without asking for permission first. */
export function checkMediaType({ headers }: IncomingMessage): void {
  if (!isJsonBody(headers['content-type'])) {
    throw new Refusal(415, 'UNSUPPORTED_MEDIA_TYPE', `A POST takes ${JSON_TYPE}.`, {
      'accept-post': JSON_TYPE,
    });
  }
  if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity') {
    throw new Refusal(415, 'UNSUPPORTED_MEDIA_TYPE', 'A POST must not be compressed.', {
      'accept-encoding': 'identity',
    });
  }
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
      throw new Refusal(400, 'BAD_REQUEST', `The parameter ${name} is no JSON.`);
    }
  }
}
