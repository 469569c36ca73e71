/** What V8 takes beside the contents: of a string, an array or an object its head, of each member a slot. */
const HEAD = 24;
const SLOT = 8;

/**
 * About the bytes that plain data takes in memory: two a character, so that no text is counted for less than it takes. Data
 * that shares parts is counted in full for each use.
 */
export function bytesOf(value: unknown): number {
  if (typeof value === 'string') return HEAD + 2 * value.length;
  if (typeof value !== 'object' || value === null) return SLOT;
  let bytes = HEAD;
  for (const member of Array.isArray(value) ? (value as unknown[]) : Object.values(value)) {
    bytes +=
      SLOT +
      (typeof member === 'number' || typeof member === 'boolean' || member === null || member === undefined
        ? 0
        : bytesOf(member));
  }
  return bytes;
}
