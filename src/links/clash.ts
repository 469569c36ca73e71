import type { Link, RecordName } from '../domain/links.ts';
import type { LinkError, NamedRecords } from './linkInput.ts';
import { pairKey, recordKey } from './pair.ts';

/** The current state: the decisions by pair, and whether two records belong to one object. */
export interface Standing {
  links: ReadonlyMap<string, Link>;
  together: (a: RecordName, b: RecordName) => boolean;
}

/**
 * Why these records cannot be linked: together with the records linked to them, they would form an object with two
 * records of one integration, or join two records that were parted. Rules do not matter: what they joined gives way to
 * a link.
 */
export function linkClashes(named: NamedRecords, standing: Standing): LinkError[] {
  const { kind, field } = named;
  const keys = named.records.map(recordKey);
  const all = linkedWith(named, standing);
  const errors: LinkError[] = [];
  const ofIntegration = new Map<string, RecordName>();
  all.forEach((record, index) => {
    const at = index < keys.length ? [...field, String(index)] : [...field];
    const linked = index < keys.length ? '' : ' by an earlier link: unlink it first';
    const first = ofIntegration.get(record.integration);
    ofIntegration.set(record.integration, first ?? record);
    if (first) {
      const message = `An object has at most one record of an integration. Of ${record.integration}, both ${first.remoteId} and ${record.remoteId} would be in this one${linked}.`;
      errors.push({ code: 'INVALID', message, field: at });
    }
    for (const other of all.slice(0, index)) {
      // A pair of named records is being decided again.
      if (index < keys.length || standing.links.get(pairKey({ kind, a: other, b: record }))?.verdict !== 'parted')
        continue;
      const message = `${nameOf(other)} and ${nameOf(record)} were parted, and this would join them: name both to overrule that.`;
      errors.push({ code: 'INVALID', message, field: [...field] });
    }
  });
  return errors;
}

/** The named records, then those linked to them, by links in force only: both ends belong to one object. */
function linkedWith({ kind, records }: NamedRecords, { links, together }: Standing): RecordName[] {
  const neighbours = new Map<string, RecordName[]>();
  const note = (from: RecordName, to: RecordName): void => {
    const known = neighbours.get(recordKey(from));
    if (known) known.push(to);
    else neighbours.set(recordKey(from), [to]);
  };
  for (const { kind: of, verdict, a, b } of links.values()) {
    if (of !== kind || verdict !== 'joined' || !together(a, b)) continue;
    note(a, b);
    note(b, a);
  }
  const found = new Map(records.map((record) => [recordKey(record), record]));
  for (const record of found.values()) {
    for (const next of neighbours.get(recordKey(record)) ?? []) {
      if (!found.has(recordKey(next))) found.set(recordKey(next), next);
    }
  }
  return [...found.values()];
}

const nameOf = ({ integration, remoteId }: RecordName): string => `${remoteId} of ${integration}`;
