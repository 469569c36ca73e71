/** An answer's bytes as text, whatever its headers say of them: a wrong header must not take an integration down. */

/**
 * Content codings that change the bytes (the registry of RFC 9110, 16.6.1, and the older names of 8.4.1). `identity`, nothing
 * and words that are no coding (`none`, `utf-8`, `aws-chunked`) leave them as they are.
 */
const COMPRESSING = new Set([
  'gzip',
  'x-gzip',
  'deflate',
  'br',
  'zstd',
  'dcb',
  'dcz',
  'compress',
  'x-compress',
  'exi',
  'pack200-gzip',
]);

type Header = string | string[] | undefined;

/** The compressing codings that a Content-Encoding header names; it is a list, and its case does not count (RFC 9110, 8.4). */
export function compressionsOf(header: Header): string[] {
  return [header ?? []]
    .flat()
    .flatMap((value) => value.split(','))
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => COMPRESSING.has(coding));
}

/** Whether bytes begin as JSON, HTML or any other text does, and as nothing compressed does: with printable ASCII or a mark of UTF-8. */
export function beginsAsText(bytes: Buffer): boolean {
  const start = bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
  return bytes.subarray(start, start + 8).every((byte) => (byte >= 0x20 && byte < 0x7f) || BLANKS.has(byte));
}

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const BLANKS = new Set([0x09, 0x0a, 0x0d]);

/** The charset that a Content-Type header names; null for UTF-8 and for none, which JSON is written in (RFC 8259, 8.1). */
export function charsetOf(header: Header): string | null {
  const name = /;\s*charset\s*=\s*"?([^";,\s]+)/i.exec([header ?? []].flat()[0] ?? '')?.[1]?.toLowerCase();
  return name === undefined || name === 'utf-8' || name === 'utf8' || name === 'us-ascii' ? null : name;
}

/**
 * The text of a body for which a charset other than UTF-8 is declared. What is valid UTF-8 is read as that: servers declare
 * Latin-1 by default, and Latin-1 beyond ASCII is hardly ever valid UTF-8. An unknown charset is read as UTF-8, too.
 */
export function decoded(bytes: Buffer, charset: string): string {
  const declared = decoderOf(charset);
  if (declared === null) return bytes.toString('utf8');
  // Zeros between ASCII letters are valid in both.
  if (declared.encoding.startsWith('utf-16')) return declared.decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return declared.decode(bytes);
  }
}

function decoderOf(charset: string): TextDecoder | null {
  try {
    return new TextDecoder(charset);
  } catch {
    return null;
  }
}
