import type { IncomingMessage } from 'node:http';
import type { Origins } from './origins.ts';

/**
 * Refuses a GET that a web page of another site makes a browser send. A POST needs no such check: it takes JSON alone, for
 * which browsers ask first. Nor could a page read the answer, and queries have no effects; but in a sandbox without keys it
 * could make the gateway and the providers work. Browsers say where a request comes from in a header that pages cannot
 * change, so other clients need no header of their own, as the audits of GraphQL over HTTP have it.
 */
export function checkSite({ method, headers }: IncomingMessage, origins: Origins): void {
  if (method !== 'GET') return;
  const site = headers['sec-fetch-site'];
  if (site !== 'cross-site' && site !== 'same-site') return;
  if (!origins.allows(headers.origin)) throw origins.refusal(headers.origin);
}
