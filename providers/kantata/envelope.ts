import {
  isObject,
  optionalId,
  optionalNumber,
  requiredArray,
  requiredObject,
  type Json,
} from '../../src/outbound/payload/payload.ts';

/** Records that came along with an answer. */
export interface Included {
  /** The record under this id; null when the answer does not carry it. */
  find(key: string, id: string | null): Json | null;
  /** The records whose `field` holds this id. */
  pointingTo(key: string, field: string, id: string): Json[];
}

/** An answer of the API (kantata.md#envelope), with records in the order of `results`. */
export interface Envelope extends Included {
  /** One item per entry of `results`; an entry whose record is missing is undefined, so that it is noted as drift. */
  records: unknown[];
  /** Ids in the order of `results`, null where unreadable. */
  ids: (string | null)[];
  /** Matches of the whole query; null when the answer does not say. */
  count: number | null;
  /** Null when there is no `meta`, as in older answers (kantata.md#envelope). */
  pageCount: number | null;
}

/**
 * Reads an envelope. `results` is the only authority on order and membership (kantata.md#envelope): the maps also hold
 * side-loaded records of the same type, and JavaScript orders their keys by number. Throws ShapeError when there are no
 * `results`.
 */
export function readEnvelope(value: unknown): Envelope {
  const body = requiredObject(value, '');
  const results = requiredArray(body.results, 'results');
  const meta = isObject(body.meta) ? body.meta : {};
  const pageCount = optionalNumber(meta.page_count);
  const find = (key: string, id: string | null) => {
    const map = body[key];
    const record = isObject(map) && id !== null && Object.hasOwn(map, id) ? map[id] : null;
    return isObject(record) ? record : null;
  };
  const entries = results.map((entry) => {
    const id = isObject(entry) ? optionalId(entry.id) : null;
    const key = isObject(entry) && typeof entry.key === 'string' ? entry.key : '';
    return { id, record: withId(find(key, id), id) };
  });
  return {
    records: entries.map((entry) => entry.record),
    ids: entries.map((entry) => entry.id),
    count: optionalNumber(body.count) ?? optionalNumber(meta.count),
    // 0 stands for "no rows"; beside rows it says nothing.
    pageCount: pageCount !== null && pageCount >= 1 ? Math.ceil(pageCount) : null,
    find,
    pointingTo: foreignKeys(body),
  };
}

/** The published schemas leave the id out of records (kantata.md#records), so the one in `results` stands in. */
function withId(record: Json | null, id: string | null): Json | undefined {
  if (record === null) return undefined;
  return optionalId(record.id) === null ? { ...record, id } : record;
}

/** Looks records up by a foreign key, indexing each (map, field) at its first use: a page holds 200 of them. */
function foreignKeys(body: Json): Included['pointingTo'] {
  const indexes = new Map<string, Map<string, Json[]>>();
  return (key, field, id) => {
    const name = `${key}.${field}`;
    let index = indexes.get(name);
    if (index === undefined) {
      index = new Map();
      const map = body[key];
      for (const record of isObject(map) ? Object.values(map) : []) {
        const target = isObject(record) ? optionalId(record[field]) : null;
        if (!isObject(record) || target === null) continue;
        const found = index.get(target);
        if (found) found.push(record);
        else index.set(target, [record]);
      }
      indexes.set(name, index);
    }
    return index.get(id) ?? [];
  };
}
