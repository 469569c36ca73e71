import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Whether a request asks for a WebSocket, and not for some other protocol. */
export function asksForWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * Has an ordinary request that offers another protocol answered as if it did not: a server may ignore an offer, and Java's
 * client offers h2c with each first request. Node hands such a request over as soon as anybody listens for upgrades, so its
 * head is put back without the offer and read once more.
 */
export function ignoreUpgrade(server: Server, request: IncomingMessage, socket: Duplex, rest: Buffer): void {
  const { method, url, httpVersion, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    // Without `Connection` the connection is kept alive, which is what the offer's `Connection: Upgrade` meant as well.
    if (!/^(?:upgrade|connection|http2-settings)$/i.test(name)) lines.push(`${name}: ${rawHeaders[at + 1]}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), rest]));
  server.emit('connection', socket);
}

/**
 * Has an upgrade wait until what its client asked before on the same connection is answered: an answer that is written in
 * between, or after, would be read as part of another protocol. Node hands a connection over as soon as it has read the
 * request, and does no more for the answer under way. `then` is not called where the connection closes first.
 */
export function afterAnswer(response: ServerResponse | undefined, socket: Duplex, then: () => void): void {
  if (!response) return then();
  const failed = (): void => void socket.destroy();
  const drained = (): boolean => response.emit('drain');
  socket.on('error', failed).on('drain', drained);
  response.once('close', () => {
    socket.off('error', failed).off('drain', drained);
    if (!socket.destroyed && socket.writable) then();
  });
}
