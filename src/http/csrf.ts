import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal.ts';

/**
 * Refuses a GET that a web page of another site makes a browser send. A POST needs no such check: it takes JSON alone, for
 * which browsers ask first. Nor could a page read the answer, and queries have no effects; but in a sandbox without keys it
 * could make the gateway and the providers work. Browsers say where a request comes from in a header that pages cannot
 * change, so other clients need no header of their own, as the audits of GraphQL over HTTP have it.
 */
export function checkSite({ method, headers }: IncomingMessage, corsOrigins: readonly string[]): void {
  if (method !== 'GET') return;
  const site = headers['sec-fetch-site'];
  if (site !== 'cross-site' && site !== 'same-site') return;
  if (headers.origin !== undefined && corsOrigins.includes(headers.origin)) return;
  throw new Refusal(
    403,
    'CROSS_SITE_REQUEST',
    'A page of another site may not ask this. Send a POST of JSON, from an allowed origin.',
  );
}
