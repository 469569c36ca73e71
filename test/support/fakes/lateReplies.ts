import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';

/** A way to a server on loopback on which its replies can be held up, each for so long; what it is sent is not. */
export interface LateReplies {
  port: number;
  delay(milliseconds: number): void;
  close(): void;
}

/** Holds nothing up before `delay` is called. */
export async function startLateReplies(to: number): Promise<LateReplies> {
  let delayMs = 0;
  const sockets = new Set<{ destroy(): unknown }>();
  const server = createServer((client) => {
    const there = connect(to, '127.0.0.1');
    client.pipe(there);
    there.on('data', (chunk: Buffer) => {
      setTimeout(() => client.write(chunk), delayMs);
    });
    for (const [one, other] of [
      [client, there],
      [there, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    delay: (milliseconds) => {
      delayMs = milliseconds;
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
