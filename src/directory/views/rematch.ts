import type { Link, RecordName } from '../../domain/links.ts';
import { nameKey, type Placed } from '../../domain/matching/grouping.ts';

/** A record that is new or changed, or, with a null row, removed. */
export interface Change<Row> extends RecordName {
  row: Row | null;
}

/** The unified objects that a few changes may affect, with their current records, to be matched again. */
export interface Rematch<Entity, Row> {
  entities: ReadonlySet<Entity>;
  /** In order of integration precedence. */
  placed: Placed<Row>[];
  links: readonly Link[];
}

/** The most records to match again at once, some 20 ms; a key that more records share requires a rebuilt view. */
const MAX_RECORDS = 2000;

export interface RematchOptions<Entity, Row> {
  changes: readonly Change<Row>[];
  integrations: readonly string[];
  links: LinkIndex;
  /** The current object of a record. */
  entityOf: (name: RecordName) => Entity | null;
  recordsOf: (entity: Entity) => readonly Placed<Row>[];
  /** Objects with a record that shares a key of this row. */
  sharing: (row: Row) => Iterable<Entity>;
}

/**
 * What has to be matched again after changes: everything that equal keys and links connect, in any number of steps, to
 * a changed record as it was or as it is. Matching only these gives the same result as matching everything. Null for
 * too many.
 */
export function rematchOf<Entity, Row extends { remoteId: string }>(
  options: RematchOptions<Entity, Row>,
): Rematch<Entity, Row> | null {
  const { changes, integrations, entityOf, recordsOf, sharing } = options;
  const entities = new Set<Entity>();
  const links = new Set<Link>();
  let records = 0;
  const take = (entity: Entity | null) => {
    if (entity === null || entities.has(entity)) return;
    entities.add(entity);
    records += recordsOf(entity).length;
  };
  const takeLinked = (name: RecordName) => {
    for (const link of options.links.of(name)) {
      links.add(link);
      take(entityOf(link.a));
      take(entityOf(link.b));
    }
  };
  for (const change of changes) {
    take(entityOf(change));
    takeLinked(change);
    if (change.row) for (const entity of sharing(change.row)) take(entity);
  }
  const most = MAX_RECORDS + changes.length;
  const changed = new Set(changes.map(nameKey));
  const placed: Placed<Row>[] = changes.flatMap(({ integration, row }) => (row ? [{ integration, row }] : []));
  // The set grows while it is iterated.
  for (const entity of entities) {
    if (records > most) return null;
    for (const { integration, row } of recordsOf(entity)) {
      const name = { integration, remoteId: row.remoteId };
      takeLinked(name);
      for (const other of sharing(row)) take(other);
      if (!changed.has(nameKey(name))) placed.push({ integration, row });
    }
  }
  const rank = new Map(integrations.map((name, index) => [name, index]));
  placed.sort((a, b) => (rank.get(a.integration) ?? 0) - (rank.get(b.integration) ?? 0));
  return { entities, placed, links: links.size === 0 ? [] : options.links.all.filter((link) => links.has(link)) };
}

/** Links by the records that they are about. */
export class LinkIndex {
  readonly all: readonly Link[];
  readonly #byRecord = new Map<string, Link[]>();

  constructor(links: readonly Link[]) {
    this.all = links;
    for (const link of links) {
      for (const name of [link.a, link.b]) {
        const known = this.#byRecord.get(nameKey(name));
        if (known) known.push(link);
        else this.#byRecord.set(nameKey(name), [link]);
      }
    }
  }

  of(name: RecordName): readonly Link[] {
    return this.#byRecord.size === 0 ? [] : (this.#byRecord.get(nameKey(name)) ?? []);
  }
}
