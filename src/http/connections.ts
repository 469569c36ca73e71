import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface Connections {
  /** Closes connections without a request now, and each other one after its answer. */
  drain(): void;
}

/**
 * Follows which connections have a request under way. `server.closeIdleConnections()` leaves out those that have not sent
 * anything yet, as browsers and load balancers open them ahead, and nobody closes those that were busy when it ran.
 */
export function followConnections(server: Server): Connections {
  const underWay = new Map<Socket, number>();
  let draining = false;
  server.on('connection', (socket) => {
    underWay.set(socket, 0);
    socket.once('close', () => underWay.delete(socket));
  });
  // From here on whoever took it over closes it.
  server.on('upgrade', ({ socket }: IncomingMessage) => underWay.delete(socket));
  server.on('request', ({ socket }, response: ServerResponse) => {
    underWay.set(socket, (underWay.get(socket) ?? 0) + 1);
    response.once('close', () => {
      const left = (underWay.get(socket) ?? 1) - 1;
      if (socket.destroyed) return;
      underWay.set(socket, left);
      if (draining && left === 0) socket.destroySoon();
    });
  });
  return {
    drain() {
      draining = true;
      for (const [socket, requests] of underWay) {
        if (requests === 0) socket.destroySoon();
      }
    },
  };
}
