/** Speaks the vendor's words over the policy: pages by cursor, comma lists in chunks, envelopes. */
import type { Call } from '../../src/domain/ports.ts';
import { ProviderError } from '../../src/domain/problem.ts';
import {
  isObject,
  type Json,
  optionalId,
  parseJson,
  requiredArray,
  requiredObject,
  ShapeError,
  unreadable,
} from '../../src/outbound/payload/payload.ts';
import { providerText } from '../../src/outbound/payload/providerText.ts';
import type { Upstream } from '../../src/outbound/upstream.ts';
import { PAGE_SIZE } from './raw.ts';

export interface List {
  /** Its name in meters and drift notes. */
  operation: string;
  path: string;
  /** Whether a tenant may well lack it, so that even 403 means "not offered". */
  optional: boolean;
  filters?: Record<string, string>;
}

/** Pages in a row without anything new after which a list is taken for endless; a filter may well empty a few. */
const BARREN_PAGES = 20;

/**
 * The records of a list, page by page, each id once; filters are repeated on every page because the cursor does not
 * hold them (kombo.md#paging). Throws ProviderError; a list that never ends is UNREADABLE.
 */
export async function* listPages(upstream: Upstream, list: List, call: Call): AsyncGenerator<unknown[]> {
  const ids = new Set<string>();
  const cursors = new Set<string>();
  let barren = 0;
  for (let cursor: string | null = null; ; cursors.add(cursor)) {
    call.signal?.throwIfAborted();
    const page = await readPage(upstream, list, cursor, call);
    const fresh = page.results.filter((record) => {
      const id = isObject(record) ? optionalId(record.id) : null;
      const isRepeated = id !== null && ids.has(id);
      if (id !== null) ids.add(id);
      return !isRepeated;
    });
    yield fresh;
    if (page.next === null) return;
    barren = fresh.length === 0 ? barren + 1 : 0;
    if (cursors.has(page.next) || barren > BARREN_PAGES) throw endless(upstream, list, 'a cursor that leads nowhere');
    cursor = page.next;
  }
}

export function endless(upstream: Upstream, list: List, found: string): ProviderError {
  upstream.drift({ operation: list.operation, path: 'data.next', expected: 'an end', found });
  return new ProviderError('UNREADABLE', 'The provider sent a list that never ends.');
}

interface Page {
  results: unknown[];
  next: string | null;
}

async function readPage(upstream: Upstream, list: List, cursor: string | null, call: Call): Promise<Page> {
  const { operation, path, filters } = list;
  const query = { ...filters, page_size: PAGE_SIZE, cursor: cursor ?? undefined };
  try {
    const response = await upstream.send({ operation, method: 'GET', path, query, kind: 'read' }, call);
    const data = requiredObject(requiredObject(parseJson(response.text), '').data, 'data');
    return { results: requiredArray(data.results, 'data.results'), next: nextOf(data.next) };
  } catch (error) {
    if (error instanceof ProviderError) throw ofList(error, list);
    if (error instanceof ShapeError) throw unreadable(error, operation, (note) => upstream.drift(note));
    throw error;
  }
}

/** Longer than any cursor, and short enough for a URL; those of a list are all remembered. */
const LONGEST_CURSOR = 4_096;

/** Null, absent and blank end a list, as in the official client (kombo.md#paging). */
function nextOf(next: unknown): string | null {
  if (next === undefined || next === null) return null;
  if (typeof next === 'string' && next.length > LONGEST_CURSOR) {
    throw new ShapeError('data.next', `cursor of at most ${LONGEST_CURSOR} characters`, next);
  }
  if (typeof next !== 'string') throw new ShapeError('data.next', 'cursor or null', next);
  return next.trim() === '' ? null : next;
}

/** Codes that concern every call of the integration, not the one list. */
const OF_EVERYTHING: ReadonlySet<string> = new Set(['PLATFORM.INTEGRATION_NOT_FOUND', 'PLATFORM.IP_NOT_WHITELISTED']);

/** A failure as it is meant on a list: the route is missing, and what cannot conflict waits for the first sync. */
function ofList(error: ProviderError, list: List): ProviderError {
  const { status, providerCode, requestId } = error;
  if (providerCode !== null && OF_EVERYTHING.has(providerCode)) return error;
  if (status === 404 || status === 501 || (status === 403 && list.optional)) {
    const message = 'The provider does not offer this list for the connected HR system.';
    return new ProviderError('NOT_OFFERED', message, { status, providerCode, requestId, cause: error });
  }
  if (status === 409 && providerCode === null) {
    const message = 'The first sync of the HR system has not finished.';
    return new ProviderError('FIRST_SYNC_PENDING', message, { status, requestId, retryAfterSeconds: 60, cause: error });
  }
  return error;
}

/** The `data` of an answer, with its warnings, which are hints for people (kombo.md#envelopes). */
export interface Answer {
  data: Json;
  warnings: string[];
}

export interface Submission {
  operation: string;
  /** POST when left out. */
  method?: 'POST' | 'PATCH';
  path: string;
  body: object;
  /** Whether sending it twice does the same as once. */
  repeatable: boolean;
}

/** Sends a write. Throws ProviderError; UNREADABLE with `mayHaveApplied` when the answer to it cannot be read. */
export async function submit(upstream: Upstream, submission: Submission, call: Call): Promise<Answer> {
  const { operation, method = 'POST', path, body, repeatable } = submission;
  const response = await upstream.send({ operation, method, path, body, kind: 'write', repeatable }, call);
  return readAnswer(upstream, operation, response.text);
}

/** Reads one object, e.g. a task. */
export async function readOne(upstream: Upstream, operation: string, path: string, call: Call): Promise<Answer> {
  const response = await upstream.send({ operation, method: 'GET', path, kind: 'read' }, call);
  return readAnswer(upstream, operation, response.text);
}

function readAnswer(upstream: Upstream, operation: string, text: string): Answer {
  try {
    const body = requiredObject(parseJson(text), '');
    const warnings = Array.isArray(body.warnings) ? (body.warnings as unknown[]) : [];
    return {
      data: requiredObject(body.data, 'data'),
      warnings: warnings
        .map((warning) => providerText(isObject(warning) ? warning.message : warning))
        .filter((message) => message !== null),
    };
  } catch (error) {
    throw unreadable(error, operation, (note) => upstream.drift(note));
  }
}
