import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export interface Connections {
  /**
   * Closes each connection after its next answer, which says so where it still can, and `lingerMs` later those that wait for
   * nothing. A request that its client sent on an idle connection before it heard of the end is answered meanwhile.
   */
  drain(lingerMs: number): void;
  /** The last answer under way on a connection, also on one that was handed over. */
  answering(socket: Duplex): ServerResponse | undefined;
}

/**
 * Follows which connections have a request under way. `server.closeIdleConnections()` leaves out those that have not sent
 * anything yet, as browsers and load balancers open them ahead, and nobody closes those that were busy when it ran.
 */
export function followConnections(server: Server): Connections {
  const underWay = new Map<Socket, Set<ServerResponse>>();
  const last = new WeakMap<Duplex, ServerResponse>();
  let draining = false;
  let lingering = true;
  const known = new WeakSet<Socket>();
  server.on('connection', (socket) => {
    underWay.set(socket, new Set());
    // A connection comes again when an upgrade that it offered was ignored.
    if (known.has(socket)) return;
    known.add(socket);
    socket.once('close', () => underWay.delete(socket));
  });
  // From here on whoever took it over closes it.
  server.on('upgrade', ({ socket }: IncomingMessage) => underWay.delete(socket));
  server.on('request', ({ socket }, response: ServerResponse) => {
    const responses = underWay.get(socket) ?? new Set();
    underWay.set(socket, responses.add(response));
    last.set(socket, response);
    if (draining) response.shouldKeepAlive = false;
    response.once('close', () => {
      responses.delete(response);
      if (last.get(socket) === response) last.delete(socket);
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
    answering: (socket) => last.get(socket),
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
