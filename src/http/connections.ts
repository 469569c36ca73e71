import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface Connections {
  /**
   * Closes each connection after its next answer, which says so where it still can, and `lingerMs` later those that wait for
   * nothing. A request that its client sent on an idle connection before it heard of the end is answered meanwhile.
   */
  drain(lingerMs: number): void;
}

/**
 * Follows which connections have a request under way. `server.closeIdleConnections()` leaves out those that have not sent
 * anything yet, as browsers and load balancers open them ahead, and nobody closes those that were busy when it ran.
 */
export function followConnections(server: Server): Connections {
  const underWay = new Map<Socket, Set<ServerResponse>>();
  let draining = false;
  let lingering = true;
  server.on('connection', (socket) => {
    underWay.set(socket, new Set());
    socket.once('close', () => underWay.delete(socket));
  });
  // From here on whoever took it over closes it.
  server.on('upgrade', ({ socket }: IncomingMessage) => underWay.delete(socket));
  server.on('request', ({ socket }, response: ServerResponse) => {
    const responses = underWay.get(socket) ?? new Set();
    underWay.set(socket, responses.add(response));
    if (draining) response.shouldKeepAlive = false;
    response.once('close', () => {
      responses.delete(response);
      if (!socket.destroyed && !lingering && responses.size === 0) socket.destroySoon();
    });
  });
  const closeIdle = (): void => {
    lingering = false;
    for (const [socket, responses] of underWay) {
      if (responses.size === 0) socket.destroySoon();
    }
  };
  return {
    drain(lingerMs) {
      draining = true;
      // Without the header a client would send its next request on a connection that is about to close.
      for (const response of [...underWay.values()].flatMap((responses) => [...responses])) {
        if (!response.headersSent) response.shouldKeepAlive = false;
      }
      if (lingerMs === 0) closeIdle();
      // Where all are closed before, nothing is left to wait for.
      else setTimeout(closeIdle, lingerMs).unref();
    },
  };
}
