import type { Engine } from './engine.ts';
import { queryOf } from './requestChecks.ts';

/** The text of a request's document that has to be parsed; null where it is known, or there is none. */
export function unknownDocument(
  { documents }: Pick<Engine, 'documents'>,
  body: string | undefined,
  url: string,
): string | null {
  const text = body === undefined ? queryOf(url).get('query') : textIn(body);
  return text === null || documents.has(text) ? null : text;
}

function textIn(body: string): string | null {
  try {
    const params = JSON.parse(body) as unknown;
    if (typeof params !== 'object' || params === null || !('query' in params)) return null;
    return typeof params.query === 'string' ? params.query : null;
  } catch {
    // Whoever reads the request complains of it.
    return null;
  }
}
