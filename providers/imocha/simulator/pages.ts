import type { SimRequest, SimResponse } from '../../../src/simulator/simulator.ts';
import { PAGE_SIZE, type RawPage } from '../raw.ts';
import { badInput } from './answers.ts';

/** Query parameters by lower-case name: the host is taken to match names without case (imocha.md#paging). */
export type Query = ReadonlyMap<string, string>;

export function queryOf(request: SimRequest): Query {
  return new Map([...request.query].map(([name, value]) => [name.toLowerCase(), value]));
}

export interface Window {
  page: number;
  size: number;
}

/** The asked page and size; the refusal where a value is no positive integer. First page is 1, 50 rows by default. */
export function windowOf(query: Query, largePageSize: 'clamp' | 'reject'): Window | SimResponse {
  const page = positive(query.get('pagenumber'), 1);
  if (page === null) return badInput({ pageNumber: ['The page number must be 1 or more.'] });
  const size = positive(query.get('pagesize'), PAGE_SIZE);
  if (size === null) return badInput({ pageSize: ['The page size must be 1 or more.'] });
  if (size > PAGE_SIZE && largePageSize === 'reject') {
    return badInput({ pageSize: [`The page size must be ${PAGE_SIZE} or less.`] });
  }
  return { page, size: Math.min(size, PAGE_SIZE) };
}

function positive(text: string | undefined, fallback: number): number | null {
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  return Number.isSafeInteger(value) && value >= 1 ? value : null;
}

/** The instant of a delta parameter in milliseconds: null when absent, the refusal when malformed. */
export function instantOf(query: Query, name: string): number | null | SimResponse {
  const text = query.get(name.toLowerCase());
  if (text === undefined || text === '') return null;
  const value = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(value) ? badInput({ [name]: ['The value is no date-time.'] }) : value;
}

/**
 * One page in the host's envelope (imocha.md#paging). An empty result is page 0 of 0, whatever page was asked; past the
 * end is empty.
 */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  { page, size }: Window,
  toItem: (row: Row) => Item,
): RawPage<Item> {
  const totalPages = Math.ceil(rows.length / size);
  const pageNumber = totalPages === 0 ? 0 : page;
  return {
    items: rows.slice((page - 1) * size, page * size).map(toItem),
    pageNumber,
    totalPages,
    totalCount: rows.length,
    hasPreviousPage: pageNumber > 1,
    hasNextPage: totalPages > 0 && pageNumber < totalPages,
  };
}

export function isRefusal(value: unknown): value is SimResponse {
  return typeof value === 'object' && value !== null && 'status' in value && 'headers' in value;
}

/** The body as JSON; undefined where it is none. */
export function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
