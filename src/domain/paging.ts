/**
 * Relay's pagination over a sorted list, by position instead of by number: cursors stay valid while the list changes.
 */

/** The position of an item: its sort key, and its id, which breaks ties. */
export interface Position {
  key: string | null;
  id: string;
}

export const DIRECTIONS = ['ASC', 'DESC'] as const;
export type Direction = (typeof DIRECTIONS)[number];

const collator = new Intl.Collator('en', { sensitivity: 'variant', numeric: true });

/** Compares by key (Unicode collation; null last in either direction), then by id. */
export function comparePositions(a: Position, b: Position, direction: Direction = 'ASC'): number {
  if (a.key === null || b.key === null) {
    if (a.key !== b.key) return a.key === null ? 1 : -1;
  } else {
    const order = collator.compare(a.key, b.key) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
    if (order !== 0) return direction === 'ASC' ? order : -order;
  }
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

export interface PageArgs {
  first?: number | null | undefined;
  after?: Position | null | undefined;
  last?: number | null | undefined;
  before?: Position | null | undefined;
}

export interface Page<T> {
  items: readonly T[];
  hasNext: boolean;
  hasPrevious: boolean;
}

/**
 * The page of a sorted list that the arguments ask for (https://relay.dev/graphql/connections.htm, Pagination
 * algorithm). The item at a position may have left the list.
 */
export function pageOf<T>(
  items: readonly T[],
  positionOf: (item: T) => Position,
  args: PageArgs,
  direction: Direction = 'ASC',
): Page<T> {
  const compare = (item: T, position: Position) => comparePositions(positionOf(item), position, direction);
  let start = args.after ? lowerBound(items, (item) => compare(item, args.after as Position) <= 0) : 0;
  let end = args.before ? lowerBound(items, (item) => compare(item, args.before as Position) < 0) : items.length;
  end = Math.max(start, end);
  const [low, high] = [start, end];
  if (typeof args.first === 'number') end = Math.min(end, start + args.first);
  if (typeof args.last === 'number') start = Math.max(start, end - args.last);
  return {
    items: items.slice(start, end),
    hasNext: typeof args.first === 'number' ? end < high : high < items.length,
    hasPrevious: typeof args.last === 'number' ? start > low : low > 0,
  };
}

/** The number of leading items for which `before` holds. */
function lowerBound<T>(items: readonly T[], before: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (before(items[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A cursor: base64url of [list, key, id]. `list` names what was paged, so that a cursor of another list is refused. */
export function encodeCursor(list: string, position: Position): string {
  return Buffer.from(JSON.stringify([list, position.key, position.id])).toString('base64url');
}

/**
 * The longest cursor, far longer than any name or search requires: it is decoded again for each object that has the
 * list.
 */
const LONGEST_CURSOR = 16_384;

/** The position of a cursor; null when it does not belong to this list. */
export function decodeCursor(list: string, cursor: string): Position | null {
  if (cursor.length > LONGEST_CURSOR) return null;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
  if (!Array.isArray(value) || value.length !== 3 || value[0] !== list) return null;
  const [, key, id] = value as unknown[];
  return (key === null || typeof key === 'string') && typeof id === 'string' ? { key, id } : null;
}
