import type { IncomingMessage } from 'node:http';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, handleProtocols } from 'graphql-ws';
import type { Origins } from '../origins.ts';
import { checkHost } from '../hostCheck.ts';
import { HttpError } from '../../domain/httpError.ts';

export interface UpgradeRules {
  isAllowedHost: (host: string | undefined) => boolean;
  /** Web pages that may open sockets, besides the gateway's own. */
  origins: Origins;
}

/**
 * Throws an HttpError unless a WebSocket may be opened by this request. All of it happens before the upgrade: a page that is
 * not let in learns nothing but the status.
 */
export function checkUpgrade(request: IncomingMessage, { isAllowedHost, origins }: UpgradeRules): void {
  const { url, headers } = request;
  const [path] = (url ?? '/').split('?', 1);
  if (path !== '/graphql') throw new HttpError(404, 'NOT_FOUND', 'There is nothing here; GraphQL is at /graphql.');
  checkHost(request, isAllowedHost);
  const { origin } = headers;
  // Browsers ask nobody before they open a socket to a foreign host, and let the page read all of it: there is no CORS.
  if (origin !== undefined && !isOwn(origin, headers.host) && !origins.allows(origin)) throw origins.refusal(origin);
  if (handleProtocols(headers['sec-websocket-protocol'] ?? '') === false) {
    throw new HttpError(400, 'BAD_REQUEST', `A WebSocket here speaks ${GRAPHQL_TRANSPORT_WS_PROTOCOL}.`);
  }
}

/** Whether a page comes from the host it asks. The scheme is not compared: a proxy may have taken TLS off. */
function isOwn(origin: string, host: string | undefined): boolean {
  try {
    return new URL(origin).host === host?.toLowerCase();
  } catch {
    return false;
  }
}
