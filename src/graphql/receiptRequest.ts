import { queryOf } from './contentChecks.ts';

/** How a client asks for the receipt; `X-Gateway-Receipt` as people write it. */
export const RECEIPT_HEADER = 'x-gateway-receipt';

export interface ReceiptQuestion {
  /** The value of the header; null when absent. */
  header: string | null;
  /** The JSON of a POST; undefined for a GET. */
  body: string | undefined;
  /** Path and query. */
  url: string | undefined;
}

/**
 * Whether a request asks for its receipt: by the header with 1 or true, or by `extensions: { receipt: true }` among the
 * GraphQL parameters. Bodies are parsed for it only when they hold the word; broken ones ask for nothing, and are
 * complained of by whoever reads them for the query.
 */
export function isReceiptWanted({ header, body, url }: ReceiptQuestion): boolean {
  if (header !== null) return header === '1' || header.toLowerCase() === 'true';
  if (body !== undefined) return body.includes('"receipt"') && asksFor(property(parsed(body), 'extensions'));
  const text = queryOf(url ?? '').get('extensions');
  return text !== null && asksFor(parsed(text));
}

function asksFor(extensions: unknown): boolean {
  return property(extensions, 'receipt') === true;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
