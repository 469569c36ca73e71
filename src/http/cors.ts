import type { IncomingMessage } from 'node:http';
import type { Origins } from './origins.ts';

/** Seconds a browser may remember a preflight; Chromium takes at most two hours. */
const MAX_AGE = '7200';

/**
 * The CORS headers for a request; none but Vary unless its Origin is allowed. Access goes by bearer token, never by
 * cookie, so credentials are not allowed for.
 */
export function corsHeaders(request: IncomingMessage, origins: Origins): Record<string, string> {
  const { origin } = request.headers;
  if (origin === undefined || !origins.allows(origin)) return { vary: 'Origin' };
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
