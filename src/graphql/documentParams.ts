import type { Engine } from './engine.ts';
import { queryOf } from './contentChecks.ts';

/** The parameters of a GraphQL request, as far as they say which document is meant. */
export interface DocumentParams {
  query?: unknown;
  documentId?: unknown;
  extensions?: unknown;
}

/** What the URL of a GET says of its document. */
export function paramsOfUrl(url: string): DocumentParams {
  const params = queryOf(url);
  const extensions = params.get('extensions');
  return {
    query: params.get('query'),
    documentId: params.get('documentId'),
    extensions: extensions === null || extensions === '' ? null : (JSON.parse(extensions) as unknown),
  };
}

/** What the body of a POST says of its document; null where it is not an object of JSON, which yoga then refuses. */
export function paramsOfBody(body: string): DocumentParams | null {
  try {
    const params = JSON.parse(body) as unknown;
    return typeof params === 'object' && params !== null && !Array.isArray(params) ? params : null;
  } catch {
    return null;
  }
}

/** The text of a document that has to be parsed; null where it is known, or there is none. */
export function unknownText({ documents }: Pick<Engine, 'documents'>, query: unknown): string | null {
  return typeof query === 'string' && !documents.has(query) ? query : null;
}
