import { readFile } from 'node:fs/promises';
import { parse, validate, type GraphQLSchema } from 'graphql';
import { JsonSyntaxError, parseJson } from '../lib/json.ts';
import type { Steps } from '../lib/steps.ts';
import { paramsOfBody, paramsOfUrl, type DocumentParams } from './documentParams.ts';
import type { ErrorCode } from '../domain/errorCodes.ts';
import { DocumentHttpError, HttpError } from '../domain/httpError.ts';
import { queryOf } from './contentChecks.ts';

/** Documents that are known by an id, and what else may be asked. */
export interface PersistedDocuments {
  byId: ReadonlyMap<string, string>;
  /** Refuses every document that is not among them. */
  only: boolean;
}

/** As of GraphQL code generators: hashes of SHA-1 or SHA-256 in hexadecimal, or names. */
const ID = /^[\w.:-]{1,128}$/;

/** Reads a manifest, a JSON object of documents by their ids. Throws with the path and what is wrong with it. */
export async function readPersistedDocuments(path: string): Promise<ReadonlyMap<string, string>> {
  const refuse = (what: string, cause?: unknown) => new Error(`PERSISTED_DOCUMENTS ${path}: ${what}`, { cause });
  let manifest: unknown;
  try {
    manifest = parseJson(await readFile(path, 'utf8'));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw refuse(error instanceof JsonSyntaxError ? error.message : `cannot be read${code}`, error);
  }
  if (typeof manifest !== 'object' || manifest === null || Array.isArray(manifest)) {
    throw refuse('must be an object of documents by their hashes');
  }
  const documents = new Map<string, string>();
  for (const [id, text] of Object.entries(manifest)) {
    if (!ID.test(id) || typeof text !== 'string') throw refuse(`has no document under ${JSON.stringify(id)}`);
    documents.set(id, text);
  }
  return documents;
}

/** A persisted document that is refused whenever it is asked for. */
export interface InvalidDocument {
  id: string;
  complaint: string;
}

/** Tries all documents, one at a step; the first complaint of each that cannot be asked. */
export function* invalidDocuments({ byId }: PersistedDocuments, schema: GraphQLSchema): Steps<InvalidDocument[]> {
  const invalid: InvalidDocument[] = [];
  for (const [id, text] of byId) {
    try {
      const [error] = validate(schema, parse(text));
      if (error) invalid.push({ id, complaint: error.message });
    } catch (error) {
      invalid.push({ id, complaint: error instanceof Error ? error.message : String(error) });
    }
    yield;
  }
  return invalid;
}

/**
 * The text of the document that a request means by its id; null where it brings its own, which then counts. Throws an HttpError:
 * with PERSISTED_QUERY_NOT_FOUND for an unknown id, with PERSISTED_QUERY_ONLY for a text where persisted documents are all
 * that is answered, and with PERSISTED_QUERY_NOT_SUPPORTED for an id where there are none at all (`documents` is null). Upon
 * the first a client of automatic persisted queries sends the text, upon the last it stops sending ids altogether.
 */
export function persistedText(documents: PersistedDocuments | null, params: DocumentParams): string | null {
  const id = idOf(params);
  const { query } = params;
  // Clients over WebSocket cannot leave the text out, and send an empty one.
  const own = typeof query === 'string' && query !== '' ? query : null;
  if (!documents) {
    if (own === null && id !== null) throw unanswerable('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');
    if (isMissing(query)) throw withoutDocument();
    return null;
  }
  const { byId, only } = documents;
  if (own !== null && !only) return null;
  const text = id === null ? null : (byId.get(id) ?? null);
  if (own !== null && own !== text) throw persistedOnly();
  if (text !== null) return text;
  if (id !== null) throw unanswerable('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
  if (only) throw persistedOnly();
  if (isMissing(query)) throw withoutDocument();
  return null;
}

const isMissing = (query: unknown) => query === undefined || query === null;

/** Whatever the client takes: this is no well-formed request (GraphQL over HTTP, 6.4.1), which yoga answers with 200. */
const withoutDocument = () => new HttpError(400, 'BAD_REQUEST', 'Must provide query string.');

const persistedOnly = () =>
  new HttpError(403, 'PERSISTED_QUERY_ONLY', 'Only persisted documents are answered: send the id of one.');

/** Clients know these by their messages, which are Apollo's, and some of them read no body of another status than 200. */
const unanswerable = (code: ErrorCode, message: string) => new DocumentHttpError(400, code, message);

function idOf({ documentId, extensions }: DocumentParams): string | null {
  if (typeof documentId === 'string') return documentId.replace(/^sha256:/, '');
  const persisted = property(extensions, 'persistedQuery');
  const hash = property(persisted, 'sha256Hash');
  return typeof hash === 'string' ? hash : null;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** The body of a POST with the document in place of its id; what is no GraphQL request is left to yoga, which refuses it. */
export function withPersistedText(documents: PersistedDocuments, body: string): string {
  const params = paramsOfBody(body);
  const query = params && persistedText(documents, params);
  if (query === null) return body;
  const { documentId: _, ...rest } = params as Record<string, unknown>;
  try {
    return JSON.stringify({ ...rest, query });
  } catch (error) {
    // Read without calling itself, and written with.
    if (!(error instanceof RangeError)) throw error;
    throw new HttpError(400, 'BAD_REQUEST', 'The variables are nested too deeply.');
  }
}

/** The URL of a GET with the document in place of its id. */
export function withPersistedQuery(documents: PersistedDocuments, url: string): string {
  const query = persistedText(documents, paramsOfUrl(url));
  if (query === null) return url;
  const [path = ''] = url.split('?', 1);
  const params = queryOf(url);
  params.delete('documentId');
  params.set('query', query);
  return `${path}?${params.toString()}`;
}
