import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Whether a request asks for an upgrade to WebSocket rather than to another protocol. */
export function asksForWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * Answers an ordinary request that offers another protocol as if it did not: a server may ignore the offer, and Java's client
 * offers h2c with each first request. Node emits such a request as an upgrade once there is a listener for upgrades, so its
 * head is put back without the offer and parsed again.
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
 * Delays an upgrade until the earlier requests on the same connection are answered: an answer written later would be read as
 * part of the other protocol. Node hands the connection over as soon as it has parsed the request, and stops serving the
 * answer in progress. `then` is not called if the connection closes first.
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
