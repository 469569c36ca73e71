import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { JSON_TYPE } from '../graphql/mediaTypes.ts';
import type { Observed } from '../graphql/observer.ts';
import type { RequestEnd } from './accessLog.ts';

/** One request on its way to its answer. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  requestId: string;
  /** Sent with whatever answer. All header names are lower case, so that one can replace another. */
  headers: Record<string, string>;
  abort: AbortController;
  started: number;
  /** For the log. */
  route: RequestEnd['route'];
  client: string | null;
  reason?: string;
  /** Who watches it; null where nobody does. */
  seen: Observed | null;
}

/** A new exchange, under the request's own id or a new one. */
export function createExchange(request: IncomingMessage, response: ServerResponse): Exchange {
  const requestId = requestIdOf(request);
  return {
    request,
    response,
    requestId,
    headers: { 'x-request-id': requestId, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' },
    abort: new AbortController(),
    started: performance.now(),
    route: 'other',
    client: null,
    seen: null,
  };
}

/** The client's own where it sent a plain one. */
export function requestIdOf(request: IncomingMessage): string {
  const given = headerOf(request, 'x-request-id');
  // Goes into logs and back out: nothing but plain characters, and not many.
  return given !== null && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
}

/** A header's value; null when absent, repeated ones joined. */
export function headerOf(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name.toLowerCase()];
  return Array.isArray(value) ? value.join(', ') : (value ?? null);
}

/** Sends a whole answer; nothing when the client is gone. */
export function send(
  { response, headers }: Exchange,
  status: number,
  more: Record<string, string>,
  body: string,
): void {
  if (response.destroyed) return;
  response.writeHead(status, { ...headers, ...more, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

export function sendJson(exchange: Exchange, status: number, body: object): void {
  send(exchange, status, { 'content-type': `${JSON_TYPE}; charset=utf-8` }, JSON.stringify(body));
}
