import { jsonResponse } from '../../../src/simulator/simulator.ts';
import type { SimResponse } from '../../../src/simulator/simulator.ts';
import type { RawMeta, RawResult } from '../raw.ts';
import type { Query } from './query.ts';
import type { Switches } from './switches.ts';

/** Side-loaded records by map and id. */
export class SideLoad {
  readonly maps: Record<string, Record<string, unknown>> = {};

  /** Every accepted include has its map, also an empty one (kantata.md#envelope). */
  open(key: string): void {
    this.maps[key] ??= {};
  }

  add(key: string, id: number, record: () => unknown): void {
    const map = (this.maps[key] ??= {});
    map[id] ??= record();
  }
}

export interface Listing<Item extends { id: number }> {
  key: string;
  query: Query;
  /** All matches in order. */
  items: readonly Item[];
  /** `only` shows every match at once while `meta` goes on counting by `per_page` (kantata.md#lookup-by-ids). */
  whole?: boolean;
  show(item: Item, side: SideLoad): unknown;
}

/** The list, show, create and update answer (kantata.md#envelope). */
export function envelope<Item extends { id: number }>(listing: Listing<Item>, switches: Switches): SimResponse {
  const { key, items, query } = listing;
  const page = query.page();
  const shown = listing.whole ? items : items.slice(page.from, page.to);
  const side = new SideLoad();
  side.open(key);
  const results: RawResult[] = [];
  // Primary records first: the same record side-loaded has fewer keys (kantata.md#side-loading).
  for (const item of shown) {
    results.push({ key, id: String(item.id) });
    const record = listing.show(item, side);
    (side.maps[key] ??= {})[item.id] = record;
  }
  const count = items.length;
  const meta: RawMeta = {
    count,
    page_count: Math.ceil(count / page.size),
    page_number: count === 0 ? 0 : page.number,
    page_size: page.size,
  };
  return jsonResponse(200, { count, results, ...side.maps, ...(switches.meta === 'present' ? { meta } : {}) });
}

/** Seconds and a numeric offset, as seen on the wire (kantata.md#wire-format). */
export function instantOf(milliseconds: number): string {
  return new Date(milliseconds - 8 * 3_600_000).toISOString().replace(/\.\d+Z$/, '-08:00');
}
