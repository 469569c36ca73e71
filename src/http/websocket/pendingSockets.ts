import type { Socket } from 'node:net';

/** What is kept of a socket until its client is acknowledged. */
export interface PendingSocket {
  /** The TCP connection below it. */
  connection: Socket;
  /** Closes it with this code, without waiting for the other end. */
  end: (code: number, reason: string) => void;
}

export interface PendingSockets {
  /** Limits a socket until the returned function is called, when its client is acknowledged or it closes. */
  add(socket: PendingSocket): () => void;
}

/** Twice the largest token: Node accepts headers of 16 KiB. The rest is for pings. */
const MAX_BYTES = 32_768;

/** Charged for each chunk beside its bytes, as it costs memory: a message may arrive one byte at a time. */
const CHUNK_BYTES = 128;

/** At 32 KiB each they take at most 8 MB; a client is acknowledged within milliseconds of its first message. */
export const MAX_PENDING = 256;

/**
 * Sockets whose clients are not acknowledged yet. Anybody can open one, so their number and what each may send are limited.
 * When there are too many, the oldest socket of the address with the most is closed: a slow client loses its socket only to a
 * flood from its own address, or from very many addresses, and may try again (1013).
 */
export function createPendingSockets(most = MAX_PENDING): PendingSockets {
  const byAddress = new Map<string, Set<PendingSocket>>();
  let count = 0;

  const remove = (address: string, socket: PendingSocket): void => {
    const sockets = byAddress.get(address);
    if (!sockets?.delete(socket)) return;
    count -= 1;
    if (sockets.size === 0) byAddress.delete(address);
  };

  const evict = (): void => {
    let [address, sockets] = ['', new Set<PendingSocket>()];
    for (const entry of byAddress) if (entry[1].size > sockets.size) [address, sockets] = entry;
    for (const oldest of sockets) {
      remove(address, oldest);
      oldest.end(1013, 'Too many sockets wait to be let in');
      return;
    }
  };

  return {
    add(socket) {
      const { connection } = socket;
      const address = connection.remoteAddress ?? '';
      if (count >= most) evict();
      const sockets = byAddress.get(address) ?? new Set();
      byAddress.set(address, sockets.add(socket));
      count += 1;
      let left = MAX_BYTES;
      const read = (chunk: Buffer): void => {
        left -= chunk.length + CHUNK_BYTES;
        if (left < 0) socket.end(1009, 'Too much was sent before connection_ack');
      };
      // Before ws reads the chunk, so that nothing beyond the limit is processed.
      connection.prependListener('data', read);
      return () => {
        connection.off('data', read);
        remove(address, socket);
      };
    },
  };
}
