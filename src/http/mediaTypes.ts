export const GRAPHQL_RESPONSE = 'application/graphql-response+json';
export const JSON_TYPE = 'application/json';
export const EVENT_STREAM = 'text/event-stream';
export const MULTIPART = 'multipart/mixed';

export type ResultType = typeof GRAPHQL_RESPONSE | typeof JSON_TYPE;

/**
 * The media type of a single result under an Accept header; null when it takes none, or takes them only by a pattern
 * that is better left to yoga. Follows yoga: the first that fits wins, whatever the weights; a client that names no
 * type, or any, gets application/json as before the media type of its own existed.
 */
export function resultTypeOf(accept: string | undefined): ResultType | null {
  if (accept === undefined || accept === '*/*' || accept === JSON_TYPE) return JSON_TYPE;
  for (const range of accept.toLowerCase().replace(/\s/g, '').split(',')) {
    const [type, ...parameters] = range.split(';');
    const charset = parameters.find((parameter) => parameter.includes('charset='));
    if (charset !== undefined && charset !== 'charset=utf-8') continue;
    if (type === GRAPHQL_RESPONSE) return GRAPHQL_RESPONSE;
    if (type === JSON_TYPE || type === 'application/*' || type === '*/*') return JSON_TYPE;
    if (type?.includes('*')) return null;
  }
  return null;
}

/** Whether a request body is declared as JSON; parameters such as the charset do not matter, JSON is UTF-8. */
export function isJsonBody(contentType: string | undefined): boolean {
  return contentType !== undefined && /^\s*application\/json\s*(?:;|$)/i.test(contentType);
}
