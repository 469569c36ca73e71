/**
 * Lenient reading of vendors' payloads: unknown fields are ignored, ids become strings, absent and blank become null.
 * A record that cannot be read throws ShapeError, which costs that record alone, unless none can be (see `readRows`).
 */
import type { Call, NoteDrift, SampleField, UnreadableRecord } from '../../domain/ports.ts';
import { textKey, visible } from '../../domain/matching/letters.ts';
import { ProviderError } from '../../domain/problem.ts';
import { isStorable } from '../../domain/storable.ts';
import { boundedRow, type NoteChange } from './boundedRow.ts';

export type Json = Record<string, unknown>;

export class ShapeError extends Error {
  readonly path: string;
  readonly expected: string;
  readonly found: string;

  constructor(path: string, expected: string, value: unknown) {
    super(`${path}: expected ${expected}, found ${typeName(value)}`);
    this.path = path;
    this.expected = expected;
    this.found = typeName(value);
  }
}

/** The type of a value in a word, never the value. */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (value === '') return 'empty string';
  return typeof value;
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The body as JSON, whatever its content type says; a UTF-8 BOM is dropped. Empty is undefined. Throws UNREADABLE. */
export function parseJson(text: string): unknown {
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  if (body.trim() === '') return undefined;
  try {
    return JSON.parse(body) as unknown;
  } catch (error) {
    throw new ProviderError('UNREADABLE', 'The provider sent something that is no JSON.', {
      mayHaveApplied: true,
      cause: error,
    });
  }
}

/** Vendors' ids have some 40 characters; a global id, which carries up to three of them, has at most 512 bytes. */
const LONGEST_ID = 256;

/**
 * An id as a string: text or a safe integer; null when absent, blank or anything else. A text that is too long for an id, or
 * that can neither be stored nor sent in a URL, is none: cut or mended it would be another record's.
 */
export function optionalId(value: unknown): string | null {
  if (typeof value === 'string') {
    return value.trim() === '' || value.length > LONGEST_ID || !isStorable(value) ? null : value;
  }
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : null;
}

export function requiredId(object: Json, key: string): string {
  const id = optionalId(object[key]);
  if (id === null) throw noId(key, object[key]);
  return id;
}

/** The error for a value that is no id. */
export function noId(path: string, value: unknown): ShapeError {
  const isText = typeof value === 'string' && value.trim() !== '';
  return new ShapeError(path, isText ? `id of at most ${LONGEST_ID} whole characters` : 'id', value);
}

/** Trimmed text; null when absent, blank or no text. Invisible characters around it count as blanks. */
export function optionalText(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const text = value.trim();
  if (text === '') return null;
  if (isPlain(text.charCodeAt(0)) && isPlain(text.charCodeAt(text.length - 1))) return text;
  const seen = text.replace(UNSEEN_AROUND, '');
  return seen === '' ? null : seen;
}

/** Within a text, invisible characters may shape its letters; around it they are left over from a copy. */
const UNSEEN_AROUND = /^[\s\p{Cc}\p{Cf}]+|[\s\p{Cc}\p{Cf}]+$/gu;

/** Whether a character is seen for sure: printable ASCII, as most are, and two thousand rows have ten texts each. */
function isPlain(code: number): boolean {
  return code > 0x20 && code < 0x7f;
}

/**
 * A key that people typed, such as an employee number: text or a safe integer as text, trimmed, without invisible
 * characters; null when absent, blank or anything else. Ids that the provider made itself are `optionalId`.
 */
export function optionalKey(value: unknown): string | null {
  const id = optionalId(value);
  return id === null ? null : optionalText(visible(id));
}

/** A finite number, also from numeric text; null otherwise. */
export function optionalNumber(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

/** HTML's valid e-mail address, the rule of the EmailAddress scalar; anything else is null. */
const EMAIL =
  /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;

export function optionalEmail(value: unknown): string | null {
  const text = typeof value === 'string' ? textKey(value) : null;
  return text !== null && EMAIL.test(text) ? text : null;
}

/** ISO 8601: a day, and maybe a time, and maybe a zone. Date.parse alone reads '12' as a year and other text in local time. */
const ISO = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?) ?(Z|[+-]\d{2}:?\d{2})?)?$/i;

/** A day that every month has. */
const ANY_MONTHS_DAY = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])$/;

/** Whether the calendar has the day; Date.parse reads 31 February as 2 March. */
function isDay(day: string): boolean {
  if (ANY_MONTHS_DAY.test(day)) return true;
  const milliseconds = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().startsWith(day);
}

/** An instant in UTC on a day that every month has: most are written so, and a page has two thousand. */
const PLAIN = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{3})?Z?$/;
const TO_SECONDS = 'YYYY-MM-DDTHH:MM:SS'.length;

/** An instant as RFC 3339 in UTC with milliseconds; a zoneless time is read as UTC. Null when it is none. */
export function optionalInstant(value: unknown): string | null {
  if (typeof value === 'string' && PLAIN.test(value)) {
    const text = value.endsWith('Z') ? value : `${value}Z`;
    return text[TO_SECONDS] === '.' ? text : `${text.slice(0, TO_SECONDS)}.000Z`;
  }
  const parts = optionalText(value)?.match(ISO);
  const day = parts?.[1];
  if (!parts || day === undefined || !isDay(day)) return null;
  const milliseconds = Date.parse(`${day}T${parts[2] ?? '00:00'}${(parts[3] ?? 'Z').toUpperCase()}`);
  return Number.isNaN(milliseconds) ? null : new Date(milliseconds).toISOString();
}

/** The calendar day of a date or date-time as the provider wrote it; null when it is none. */
export function optionalDate(value: unknown): string | null {
  const day = optionalText(value)?.match(/^\d{4}-\d{2}-\d{2}(?=$|[T ])/)?.[0];
  return day !== undefined && isDay(day) ? day : null;
}

export function requiredArray(value: unknown, path: string): unknown[] {
  if (!Array.isArray(value)) throw new ShapeError(path, 'array', value);
  return value as unknown[];
}

export function requiredObject(value: unknown, path: string): Json {
  if (!isObject(value)) throw new ShapeError(path, 'object', value);
  return value;
}

/** Fields of a sample at most: more than any vendor's record has, and less than a map of people would. */
const MAX_FIELDS = 40;

/** What a name of a field looks like; what else is a key may be somebody's name or address. */
const FIELD_NAME = /^[A-Za-z_][\w-]{0,40}$/;

/** The fields of a record and of the objects on the way to the one that could not be read: names and types, no values. */
export function sampleOf(record: unknown, path: string): SampleField[] {
  const fields = new Map<string, SampleField>();
  let at: unknown = record;
  let before = '';
  for (const step of [...path.split('.'), '']) {
    if (!isObject(at)) break;
    for (const [key, value] of Object.entries(at)) {
      const shown = /^\d+$/.test(key) ? '*' : key;
      if (fields.size >= MAX_FIELDS || !(shown === '*' || FIELD_NAME.test(shown))) continue;
      const name = before + shown;
      if (!fields.has(name)) fields.set(name, { name, type: typeName(value) });
    }
    before += `${step}.`;
    at = at[step];
  }
  return [...fields.values()];
}

export interface RowsContext {
  operation: string;
  /** Path of the array in the answer. */
  path: string;
  drift: NoteDrift;
  /** Hears of each item that is left out. */
  leftOut?: ((item: unknown) => void) | undefined;
}

/** Tells a call of items that are left out, by the id that says whose they are. */
export function tellsUnread(
  { onUnreadable }: Call,
  of: UnreadableRecord['of'],
  idOf: (raw: Json) => unknown = () => null,
): RowsContext['leftOut'] {
  return onUnreadable && ((item) => onUnreadable({ of, id: isObject(item) ? optionalId(idOf(item)) : null }));
}

/** Rows came, and none of them could be read. The drift is noted already. */
export class UnreadableRows extends ProviderError {
  constructor() {
    super('UNREADABLE', 'The provider sent rows of which none could be read.', { mayHaveApplied: true });
  }
}

/**
 * Maps each item; an item that cannot be read is left out and noted as drift, its neighbours stand. Texts that are too long
 * or cannot be stored are changed and noted likewise (`boundedRow`). Where rows came and none could be read it throws UnreadableRows: read as no rows, they would take everything away that is known.
 */
export function readRows<Row>(items: readonly unknown[], map: (raw: Json) => Row, context: RowsContext): Row[] {
  const rows: Row[] = [];
  const { operation } = context;
  const noteChange: NoteChange = ({ path, ...note }) =>
    context.drift({ operation, path: `${context.path}.*.${path}`, ...note });
  for (const item of items) {
    try {
      rows.push(boundedRow(map(requiredObject(item, '')), noteChange));
    } catch (error) {
      if (!(error instanceof ShapeError || error instanceof UnreadableRows)) throw error;
      context.leftOut?.(item);
      // A record whose own rows could not be read, which are noted.
      if (error instanceof UnreadableRows) continue;
      const path = error.path === '' ? `${context.path}.*` : `${context.path}.*.${error.path}`;
      const note = { operation, path, expected: error.expected, found: error.found };
      context.drift(note, () => sampleOf(item, error.path));
    }
  }
  if (items.length > 0 && rows.length === 0) throw new UnreadableRows();
  return rows;
}

/** As `readRows`, for rows without which what they belong to stands all the same: null where none could be read. */
export function readRowsOrNull<Row>(
  items: readonly unknown[],
  map: (raw: Json) => Row,
  context: RowsContext,
): Row[] | null {
  try {
    return readRows(items, map, context);
  } catch (error) {
    if (error instanceof UnreadableRows) return null;
    throw error;
  }
}

/**
 * As `readRows`, for the pages of one list one after the other. A row that is alone on its page is one bad record among
 * the good ones of the pages before it; `isAmongKnown` where there is no page before, and what is listed was read once.
 */
export function pagesReader(
  context: RowsContext,
  { isAmongKnown = false } = {},
): <Row>(items: readonly unknown[], map: (raw: Json) => Row) => Row[] {
  let hasRead = isAmongKnown;
  return (items, map) => {
    const rows = items.length === 1 && hasRead ? readRowsOrNull(items, map, context) : readRows(items, map, context);
    hasRead ||= items.length > 0;
    return rows ?? [];
  };
}

/** A whole answer that cannot be read, as the typed error; the shape is also noted as drift. */
export function unreadable(error: unknown, operation: string, drift: NoteDrift): ProviderError {
  if (error instanceof ProviderError) return error;
  if (!(error instanceof ShapeError)) throw error;
  drift({ operation, path: error.path, expected: error.expected, found: error.found });
  return new ProviderError('UNREADABLE', 'The provider sent an answer of an unknown shape.', {
    mayHaveApplied: true,
    cause: error,
  });
}
