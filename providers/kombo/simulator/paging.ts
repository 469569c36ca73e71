/** Paging and the filters that all synced models share (kombo.md#paging, kombo.md#filters). */
import { isObject } from '../../../src/outbound/payload/payload.ts';
import { invalid } from './refusal.ts';

export interface ListQuery {
  pageSize: number;
  offset: number;
  includeDeleted: boolean;
  /** `true`: a filter that the integration does not support is dropped; `false`: it filters everything out. */
  ignoreUnsupported: boolean;
  /** Milliseconds; rows changed after it match, strictly (kombo.md#changes). */
  updatedAfter: number | null;
}

const DEFAULT_PAGE = 100;
const LARGEST_PAGE = 250;
/** Assumed (kombo.md#paging). */
const CURSOR_LIFE_MS = 3_600_000;
const DATE = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?)?Z?$/;

export function listQuery(query: URLSearchParams, now: number): ListQuery {
  const size = query.get('page_size') ?? String(DEFAULT_PAGE);
  const pageSize = /^\d+$/.test(size) ? Number(size) : 0;
  if (pageSize < 1 || pageSize > LARGEST_PAGE) throw invalid(`page_size must be from 1 to ${LARGEST_PAGE}`);
  const cursor = query.get('cursor');
  return {
    pageSize,
    offset: cursor === null ? 0 : offsetOf(cursor, now),
    includeDeleted: flag(query, 'include_deleted'),
    ignoreUnsupported: flag(query, 'ignore_unsupported_filters'),
    updatedAfter: instantOf(query.get('updated_after')),
  };
}

function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name) ?? 'false';
  if (value !== 'true' && value !== 'false') throw invalid(`${name} must be true or false`);
  return value === 'true';
}

function instantOf(value: string | null): number | null {
  if (value === null) return null;
  const milliseconds = DATE.test(value) ? Date.parse(/T.*[^Z]$/.test(value) ? `${value}Z` : value) : Number.NaN;
  if (Number.isNaN(milliseconds)) throw invalid('updated_after must be a date-time');
  return milliseconds;
}

/** The values of a comma list; null when the parameter is absent. */
export function commaList(query: URLSearchParams, name: string): ReadonlySet<string> | null {
  const value = query.get(name);
  return value === null ? null : new Set(value.split(',').filter((item) => item !== ''));
}

/** Opaque to callers: the place in the list and the time of issue. Holds no filters, so they have to be sent again. */
function cursorOf(offset: number, now: number): string {
  return Buffer.from(JSON.stringify({ offset, at: now })).toString('base64');
}

function offsetOf(cursor: string, now: number): number {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(cursor, 'base64').toString('utf8'));
  } catch {
    throw invalid('cursor is not valid');
  }
  const { offset, at } = isObject(value) ? value : {};
  if (typeof offset !== 'number' || typeof at !== 'number' || !Number.isSafeInteger(offset) || offset < 0) {
    throw invalid('cursor is not valid');
  }
  if (now - at > CURSOR_LIFE_MS) throw invalid('cursor has expired');
  return offset;
}

interface Synced {
  changedAt: number;
  deletedAt: number | null;
}

/** One page of the candidates that match; `next` is null when nothing that matches follows. */
export function pageOf<Row extends Synced>(
  candidates: readonly Row[],
  matches: (row: Row) => boolean,
  query: ListQuery,
  now: number,
): { results: Row[]; next: string | null } {
  const { pageSize, updatedAfter, includeDeleted } = query;
  const results: Row[] = [];
  for (let offset = query.offset; offset < candidates.length; offset += 1) {
    const row = candidates[offset];
    if (!row || (row.deletedAt !== null && !includeDeleted)) continue;
    if (updatedAfter !== null && row.changedAt <= updatedAfter) continue;
    if (!matches(row)) continue;
    if (results.length === pageSize) return { results, next: cursorOf(offset, now) };
    results.push(row);
  }
  return { results, next: null };
}
