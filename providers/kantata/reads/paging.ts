import { together } from '../../../src/outbound/allOrAbort.ts';
import type { Call } from '../../../src/domain/ports.ts';
import { ProviderError } from '../../../src/domain/problem.ts';
import type { Envelope } from '../envelope.ts';

export type ReadPage = (page: number, call: Call) => Promise<Envelope>;

/** More than any account fills: 5000 skills each for 400 people is 10,000 pages of 200 (kantata.md#skills). */
const MAX_PAGES = 100_000;

/**
 * The pages one after the other, to the end that `meta` names, else the one that `count` and the first page's length
 * give, else the first empty page. Where `count` falls, rows have left the list and those behind them slid to the page
 * before, which then comes a second time. Throws UNREADABLE when pages repeat, outrun `count` or end before it.
 */
export async function* pagesInTurn(read: ReadPage, call: Call, given?: Envelope): AsyncGenerator<Envelope> {
  let rows = 0;
  let first: Envelope | null = null;
  let previous: Envelope | null = null;
  for (let number = 1; number <= MAX_PAGES; number += 1) {
    call.signal?.throwIfAborted();
    const page: Envelope = number === 1 && given ? given : await read(number, call);
    checkPage(page, previous, rows);
    if (number > 1 && hasFallen(page, previous)) yield await read(number - 1, call);
    if (page.ids.length === 0 && number > 1) return;
    yield page;
    first ??= page;
    previous = page;
    rows += page.ids.length;
    if (page.ids.length === 0 || number >= (pagesOf(page, first) ?? Number.POSITIVE_INFINITY)) return;
  }
  throw endless();
}

/**
 * All pages: the first, then the others at once. `check` sees each page as it arrives and may throw, which gives the
 * pages still under way up. Where `count` falls among them, all but the last come a second time, as in `pagesInTurn`.
 */
export async function pagesTogether(read: ReadPage, call: Call, check: (page: Envelope) => void): Promise<Envelope[]> {
  const first = await read(1, call);
  check(first);
  checkPage(first, null, 0);
  const last = pagesOf(first, first);
  if (last === null || first.count === null) {
    const pages: Envelope[] = [];
    for await (const page of pagesInTurn(read, call, first)) {
      if (page !== first) check(page);
      pages.push(page);
    }
    return pages;
  }
  if (last === 1 || first.ids.length === 0) return [first];
  // One page over is an off-by-one to live with; more would be asked for in vain.
  if (last > Math.ceil(first.count / first.ids.length) + 1) throw endless();
  const numbers = Array.from({ length: last - 1 }, (_, index) => index + 2);
  const rest = await together(call, numbers, async (number, shared) => {
    const page = await read(number, shared);
    check(page);
    checkPage(page, first, (number - 1) * first.ids.length);
    return page;
  });
  if (!rest.some((page) => hasFallen(page, first))) return [first, ...rest];
  const again = await together(call, [1, ...numbers.slice(0, -1)], async (number, shared) => {
    const page = await read(number, shared);
    check(page);
    return page;
  });
  return [first, ...rest, ...again];
}

/**
 * The number of pages; null when neither `meta` nor `count` tells. The asked size is no measure: it may be clamped
 * (kantata.md#paging).
 */
function pagesOf(page: Envelope, first: Envelope): number | null {
  if (page.pageCount !== null) return page.pageCount;
  return page.count === null || first.ids.length === 0 ? null : Math.ceil(page.count / first.ids.length);
}

/**
 * `rows` stand before this page. Rows that come or go meanwhile move `count` with them, so it is the page's own that
 * counts.
 */
function checkPage(page: Envelope, previous: Envelope | null, rows: number): void {
  if (page.ids.length === 0) {
    if (page.count !== null && rows < page.count) {
      throw new ProviderError('UNREADABLE', "The provider's list ends before its own count.");
    }
    return;
  }
  if (page.count !== null && rows >= page.count) throw endless();
  if (previous && page.ids.some((id) => id !== null) && page.ids.join() === previous.ids.join()) throw endless();
}

/** Whether rows have left the list since the page before was read. */
function hasFallen(page: Envelope, previous: Envelope | null): boolean {
  return previous !== null && page.count !== null && previous.count !== null && page.count < previous.count;
}

function endless(): ProviderError {
  return new ProviderError('UNREADABLE', "The provider's list does not end: pages repeat, or outrun its own count.");
}
