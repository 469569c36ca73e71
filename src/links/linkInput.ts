import type { Link, RecordName } from '../domain/links.ts';
import { recordKey } from './pair.ts';

/** Records to join or to part; exactly one list of `records` is given. */
export interface LinkInput {
  records: { employees?: readonly RecordName[] | null | undefined; skills?: readonly RecordName[] | null | undefined };
  note?: string | null | undefined;
}

/** What the caller can correct. */
export interface LinkError {
  code: 'INVALID' | 'INVALID_COUNT' | 'NOT_FOUND' | 'DUPLICATE';
  message: string;
  /** The path from the argument down, with list positions as digits: input, records, employees, 1, remoteId. */
  field: string[];
}

/** A parsed input. */
export interface NamedRecords {
  kind: Link['kind'];
  records: readonly RecordName[];
  note: string | null;
  /** The path of the list of records. */
  field: readonly string[];
}

/** Each pair is a decision of its own, and a hundred records are five thousand pairs. */
const MAX_RECORDS = 100;
/** Long enough for a reason, but not for a document: all links are in memory. */
const LONGEST_NOTE = 1000;

export function namedRecords({ records: { employees, skills }, note }: LinkInput): NamedRecords {
  const kind = employees ? 'employee' : 'skill';
  const trimmed = note?.trim() ?? '';
  return {
    kind,
    records: employees ?? skills ?? [],
    note: trimmed === '' ? null : trimmed,
    field: ['input', 'records', `${kind}s`],
  };
}

/** The errors of an input: too few or too many records, unknown ones (those in `missing`), or the same one twice. */
export function objections(
  { records, note, field }: NamedRecords,
  missing: (record: RecordName) => 'integration' | 'remoteId' | null,
): LinkError[] {
  const errors: LinkError[] = [];
  if (note !== null && note.length > LONGEST_NOTE) {
    errors.push({ code: 'INVALID', message: `At most ${LONGEST_NOTE} characters.`, field: ['input', 'note'] });
  }
  if (records.length < 2 || records.length > MAX_RECORDS) {
    const message = `Between 2 and ${MAX_RECORDS} records are taken.`;
    return [...errors, { code: 'INVALID_COUNT', message, field: [...field] }];
  }
  const seen = new Set<string>();
  records.forEach((record, index) => {
    const at = [...field, String(index)];
    const unknown = missing(record);
    const key = recordKey(record);
    if (unknown !== null) {
      const message = unknown === 'integration' ? 'There is no such integration.' : 'There is no such record.';
      errors.push({ code: 'NOT_FOUND', message, field: [...at, unknown] });
    } else if (seen.has(key)) {
      errors.push({ code: 'DUPLICATE', message: 'This record is named twice.', field: at });
    }
    seen.add(key);
  });
  return errors;
}
