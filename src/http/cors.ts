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
  if (origin === undefined || !origins.includes(origin)) return { vary: 'Origin' };
  const headers = {
    vary: 'Origin',
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'X-Request-Id, Retry-After, X-Gateway-Simulated',
  };
  const wanted = request.headers['access-control-request-headers'];
  if (!isPreflight(request)) return headers;
  return {
    ...headers,
    'access-control-allow-methods': 'GET, POST',
    ...(wanted === undefined ? {} : { 'access-control-allow-headers': wanted }),
    'access-control-max-age': MAX_AGE,
  };
}

/** Whether a browser only asks for permission; it sends no credentials with that. */
export function isPreflight(request: IncomingMessage): boolean {
  return request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
}
