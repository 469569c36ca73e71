import type { DriftNote } from '../../domain/ports.ts';
import { isStorable } from '../../domain/storable.ts';

/** Characters of a text at most: names, titles, labels and keys are far shorter, and nobody reads more of one. */
export const LONGEST_TEXT = 2_000;
/** Of a description, which is prose. */
export const LONGEST_DESCRIPTION = 10_000;
/** Entries of a list within a row: synonyms, keys, options of a scale. */
export const LONGEST_LIST = 1_000;
/** Rows are flat; what lies deeper is a vendor's own and is read elsewhere. */
const DEEPEST = 6;

/** Hears of a value that was changed: its path in the row, what was expected and what came. */
export type NoteChange = (note: Pick<DriftNote, 'path' | 'expected' | 'found'>) => void;

/**
 * The row with texts and lists that are no longer than a gateway can keep of a million rows, and without what no store
 * takes: longer ones are cut (a URL, which would lead elsewhere, is null), NUL is left out and half of a surrogate pair
 * becomes U+FFFD. The same object where nothing has to be changed.
 */
export function boundedRow<Row>(row: Row, note: NoteChange): Row {
  return bounded(row, '', [], note) as Row;
}

/** `path` is one list for the whole row, and made a text only to note a change: a page has thousands of rows, and almost all are fine. */
function bounded(value: unknown, key: string, path: string[], note: NoteChange): unknown {
  if (typeof value === 'string') return boundedText(value, key, path, note);
  if (typeof value !== 'object' || value === null || path.length >= DEEPEST) return value;
  if (Array.isArray(value)) {
    const items = value as unknown[];
    // Rows within a row were read by a reader of their own, and may be any number.
    if (typeof items[0] === 'object' && key !== 'options') return value;
    const tooLong = items.length > LONGEST_LIST;
    if (tooLong) {
      note({ path: path.join('.'), expected: `at most ${LONGEST_LIST} entries`, found: 'more entries' });
    }
    let changed: unknown[] | null = tooLong ? items.slice(0, LONGEST_LIST) : null;
    path.push('*');
    for (const [index, item] of (changed ?? items).entries()) {
      const next = bounded(item, key, path, note);
      if (next === item) continue;
      changed ??= [...items];
      changed[index] = next;
    }
    path.pop();
    return changed ?? value;
  }
  const row = value as Record<string, unknown>;
  let changed: Record<string, unknown> | null = null;
  // Object.keys would make an array for each row; a row inherits no fields.
  for (const name in row) {
    const item = row[name];
    path.push(name);
    const next = bounded(item, name, path, note);
    path.pop();
    if (next === item) continue;
    changed ??= { ...row };
    changed[name] = next;
  }
  return changed ?? value;
}

function boundedText(value: string, key: string, path: readonly string[], note: NoteChange): string | null {
  let text = value;
  if (!isStorable(text)) {
    note({ path: path.join('.'), expected: 'text of whole characters without NUL', found: 'other text' });
    text = text.replaceAll('\0', '').replaceAll(/\p{Cs}/gu, '\ufffd');
  }
  const longest = key === 'description' ? LONGEST_DESCRIPTION : LONGEST_TEXT;
  if (text.length <= longest) return text;
  note({ path: path.join('.'), expected: `text of at most ${longest} characters`, found: 'longer text' });
  return key === 'url' ? null : `${text.slice(0, longest - 1).replace(/\p{Cs}$/u, '')}…`;
}
