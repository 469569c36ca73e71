import { linkedSignal } from '../../../src/lib/linkedSignal.ts';
import type { Call } from '../../../src/domain/ports.ts';
import { ProviderError } from '../../../src/domain/problem.ts';
import { isObject, optionalId, optionalNumber, ShapeError } from '../../../src/outbound/payload/payload.ts';
import { PAGE_SIZE } from '../raw.ts';

/** A page as the walk needs it. */
export interface Page {
  items: readonly unknown[];
  /** Rows of the whole result, not of the page; null when not told. */
  total: number | null;
  totalPages: number | null;
  /** The vendor's own marker; null when not told. */
  hasNext: boolean | null;
}

/** New items of one page of a walk. */
export interface WalkedPage {
  items: readonly unknown[];
  total: number | null;
}

/**
 * Requests of one walk in flight: half the pool or less, so that people waiting for an answer find room beside a walk.
 */
const PAGES_IN_FLIGHT = 4;

/**
 * Pages in a row without a new row before a walk counts as going in circles: rows shift between pages while people are
 * added.
 */
const STALE_PAGES = 3;

/** Pages beyond what the total allows: the total drifts while the data lives (imocha.md#paging). */
const SPARE_PAGES = 5;

/** No walk is longer, a million rows at 50 a page: what never ends must end somewhere when no total is told. */
const MAX_PAGES = 20_000;

/**
 * Reads a page envelope (imocha.md#paging); a bare array and a single object are pages too (imocha.md#paging). Throws
 * ShapeError on anything else. An empty page may say page 0 or page 1 of 0.
 */
export function readPage(json: unknown, key: string): Page {
  if (Array.isArray(json)) return { items: json, total: null, totalPages: null, hasNext: null };
  if (!isObject(json)) throw new ShapeError('', 'page', json);
  const { items } = json;
  if (items === undefined && json[key] !== undefined) return { items: [json], total: 1, totalPages: 1, hasNext: false };
  if (!Array.isArray(items) && items !== null) throw new ShapeError('items', 'array', items);
  return {
    items: items ?? [],
    total: optionalNumber(json['totalCount']),
    totalPages: optionalNumber(json['totalPages']),
    hasNext: typeof json['hasNextPage'] === 'boolean' ? json['hasNextPage'] : null,
  };
}

/**
 * Follows pages to their end, a few at once as far as the first says that there are more; each item comes once by its
 * `key`. Where the total falls, rows have left the list and those behind them slid to pages that were read before:
 * these are read again, as many as may have been on their way. Never trusts a short page to be the last: what a too
 * large size does is unknown (imocha.md#paging). A walk that goes in circles or beyond its total throws UNREADABLE.
 * Leaving the walk early aborts what is in flight.
 */
export async function* walkPages(
  load: (pageNumber: number, call: Call) => Promise<Page>,
  key: string,
  call: Call,
): AsyncGenerator<WalkedPage> {
  const leaving = new AbortController();
  const { signal, clear } = linkedSignal(leaving.signal, call.signal);
  const asked = new Map<number, Promise<Page>>();
  const ask = (pageNumber: number): Promise<Page> => {
    const known = asked.get(pageNumber);
    if (known) return known;
    const page = load(pageNumber, { ...call, signal });
    // Whoever awaits the page sees the failure; a page that nobody comes to await must not end the process.
    page.catch(() => {});
    asked.set(pageNumber, page);
    return page;
  };

  const seen = new Set<string>();
  let largest = 1;
  let read = 0;
  let stale = 0;
  let total: number | null = null;
  const take = (page: Page): WalkedPage => ({
    items: page.items.filter((item) => isNew(item, key, seen)),
    total: page.total,
  });
  try {
    for (let pageNumber = 1; ; pageNumber += 1) {
      const page = await ask(pageNumber);
      asked.delete(pageNumber);
      read += page.items.length;
      largest = Math.max(largest, page.items.length);
      const walked = take(page);
      const { items } = walked;
      const more = page.hasNext ?? hasMore(page, { pageNumber, read, fresh: items.length });
      if (total !== null && page.total !== null && page.total < total) {
        for (let before = Math.max(1, pageNumber - PAGES_IN_FLIGHT); before < pageNumber; before += 1) {
          yield take(await load(before, { ...call, signal }));
        }
      }
      total = page.total;
      yield walked;
      if (!more) return;
      call.signal?.throwIfAborted();
      stale = items.length === 0 ? stale + 1 : 0;
      const allowed = page.total === null ? MAX_PAGES : Math.ceil(page.total / largest) + SPARE_PAGES;
      if (page.items.length === 0 || stale >= STALE_PAGES || pageNumber >= Math.min(allowed, MAX_PAGES))
        throw endless();
      const ahead = Math.min(page.totalPages ?? 0, pageNumber + PAGES_IN_FLIGHT);
      for (let next = pageNumber + 1; next <= ahead; next += 1) void ask(next);
    }
  } finally {
    if (asked.size > 0) leaving.abort(new Error('The walk was left.'));
    clear();
  }
}

/**
 * Whether pages follow where the vendor's marker is missing; with nothing to go by, until a page is short or brings
 * nothing new.
 */
function hasMore(
  { items, totalPages, total }: Page,
  { pageNumber, read, fresh }: { pageNumber: number; read: number; fresh: number },
): boolean {
  if (totalPages !== null) return pageNumber < totalPages;
  if (total !== null) return read < total;
  return items.length >= PAGE_SIZE && fresh > 0;
}

/** An item without a readable id is new: the mapper notes it. */
function isNew(item: unknown, key: string, seen: Set<string>): boolean {
  const id = isObject(item) ? optionalId(item[key]) : null;
  if (id === null) return true;
  if (seen.has(id)) return false;
  seen.add(id);
  return true;
}

function endless(): ProviderError {
  return new ProviderError('UNREADABLE', 'The provider sent pages without an end.', { providerCode: 'ENDLESS_PAGES' });
}
