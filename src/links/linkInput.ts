import type { Link, RecordName } from '../domain/links.ts';
import { recordKey } from './pair.ts';

/** Records to join or to part; of `records` exactly one list is given. */
export interface LinkInput {
  records: { employees?: readonly RecordName[] | null | undefined; skills?: readonly RecordName[] | null | undefined };
  note?: string | null | undefined;
}

/** What the caller can correct. */
export interface LinkError {
  code: 'INVALID' | 'INVALID_COUNT' | 'NOT_FOUND' | 'DUPLICATE';
  message: string;
  /** From the argument down, list positions as digits: input, records, employees, 1, remoteId. */
  field: string[];
}

/** An input taken apart. */
export interface NamedRecords {
  kind: Link['kind'];
  records: readonly RecordName[];
  note: string | null;
  /** Where the list of records is. */
  field: readonly string[];
}

/** Every pair is a decision of its own, and a hundred records are five thousand pairs. */
const MAX_RECORDS = 100;
/** A reason, not a document: every link is in memory. */
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

/** Everything about an input that is wrong by itself: too few or too many, unknown, named twice. `missing` says what is unknown. */
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
