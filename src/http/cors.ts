import type { IncomingMessage } from 'node:http';

/** Seconds a browser may remember a preflight; Chromium takes at most two hours. */
const MAX_AGE = '7200';

/**
 * The CORS headers for a request; none unless its Origin is one of `origins`. Access goes by bearer token, never by
 * cookie, so credentials are not allowed for.
 */
export function corsHeaders(request: IncomingMessage, origins: readonly string[]): Record<string, string> {
  if (origins.length === 0) return {};
  const { origin } = request.headers;
  if (origin === undefined || !origins.includes(origin)) return { Vary: 'Origin' };
  const headers = {
    Vary: 'Origin',
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Expose-Headers': 'X-Request-Id',
  };
  const wanted = request.headers['access-control-request-headers'];
  if (!isPreflight(request)) return headers;
  return {
    ...headers,
    'Access-Control-Allow-Methods': 'GET, POST',
    ...(wanted === undefined ? {} : { 'Access-Control-Allow-Headers': wanted }),
    'Access-Control-Max-Age': MAX_AGE,
  };
}

/** Whether a browser only asks for permission; it sends no credentials with that. */
export function isPreflight(request: IncomingMessage): boolean {
  return request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
}
