import type { IncomingMessage } from 'node:http';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, handleProtocols } from 'graphql-ws';
import type { Origins } from '../origins.ts';
import { checkHost } from '../hostCheck.ts';
import { HttpError } from '../../domain/httpError.ts';

export interface UpgradeRules {
  isAllowedHost: (host: string | undefined) => boolean;
  /** Origins of web pages that may open sockets, besides the gateway's own. */
  origins: Origins;
}

/**
 * Throws an HttpError unless this request may open a WebSocket. Every check runs before the upgrade, so that a page that is
 * refused learns only the status.
 */
export function checkUpgrade(request: IncomingMessage, { isAllowedHost, origins }: UpgradeRules): void {
  const { url, headers } = request;
  const [path] = (url ?? '/').split('?', 1);
  if (path !== '/graphql') throw new HttpError(404, 'NOT_FOUND', 'There is nothing here; GraphQL is at /graphql.');
  checkHost(request, isAllowedHost);
  const { origin } = headers;
  // CORS does not cover WebSockets: browsers let a page open one to any host, and read everything on it.
  if (origin !== undefined && !isOwn(origin, headers.host) && !origins.allows(origin)) throw origins.refusal(origin);
  if (handleProtocols(headers['sec-websocket-protocol'] ?? '') === false) {
    throw new HttpError(400, 'BAD_REQUEST', `A WebSocket here speaks ${GRAPHQL_TRANSPORT_WS_PROTOCOL}.`);
  }
}

/** Whether a page comes from the host it connects to. The scheme is not compared: a proxy may have terminated TLS. */
function isOwn(origin: string, host: string | undefined): boolean {
  try {
    return new URL(origin).host === host?.toLowerCase();
  } catch {
    return false;
  }
}
