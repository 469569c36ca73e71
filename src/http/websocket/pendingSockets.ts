import type { Socket } from 'node:net';

/** What is kept of a socket until its client has been let in. */
export interface PendingSocket {
  /** The connection below it. */
  connection: Socket;
  /** Closes it with this code, and does not wait for the other end. */
  end: (code: number, reason: string) => void;
}

export interface PendingSockets {
  /** Bounds a socket until the function that comes back is called: its client was let in, or it is closed. */
  add(socket: PendingSocket): () => void;
}

/** As many tokens in a header: Node takes headers of 16 KiB. Pings come on top. */
const MAX_BYTES = 32_768;

/** What each chunk takes beside its bytes, in memory too: a message may come a byte at a time. */
const CHUNK_BYTES = 128;

/** At 32 KiB each they take 8 MB at most; a client is let in within milliseconds of its first message. */
export const MAX_PENDING = 256;

/**
 * Sockets whose clients have not been let in. Anybody can open one, so all of them together get little memory, and each
 * little to say. Where there are too many, the oldest goes of the address that has most: clients that are slow for a moment
 * lose theirs only to a flood of their own address, or to one of very many addresses, and try again (1013).
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
      // Before ws reads it, so that nothing of what is too much is dealt with.
      connection.prependListener('data', read);
      return () => {
        connection.off('data', read);
        remove(address, socket);
      };
    },
  };
}
