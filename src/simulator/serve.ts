import { createServer } from 'node:http';
import { listen } from '../lib/listen.ts';
import type { Simulator } from './simulator.ts';

/** Between two drops: short of every patience with silence. */
const DRIP_MS = 50;

export interface ServedSimulator {
  /** E.g. http://127.0.0.1:4101, or http://[::1]:4101 on a machine without IPv4; without a base path. */
  origin: string;
  close(): Promise<void>;
}

/** Serves a simulator on loopback; port 0 takes a free one. */
export async function serveSimulator(simulator: Simulator, port = 0): Promise<ServedSimulator> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => response.destroy());
    request.on('end', () => {
      // Prefixed, not resolved: a target of // or http://elsewhere/ is a path too, and must not throw here.
      const url = new URL(`http://simulator${(request.url ?? '/').replace(/^(?!\/)/, '/')}`);
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
      );
      void simulator
        .handle({
          method: request.method ?? 'GET',
          path: url.pathname,
          query: url.searchParams,
          headers,
          body: Buffer.concat(chunks).toString('utf8'),
        })
        .then((answer) => {
          if (answer.broken === 'hang') return;
          if (answer.broken === 'reset') {
            request.socket.destroy();
            return;
          }
          response.writeHead(answer.status, answer.headers);
          if (answer.broken === 'stall') {
            response.write(answer.body.slice(0, Math.ceil(answer.body.length / 2)));
            return;
          }
          if (answer.broken === 'drip') {
            const drops = setInterval(() => response.write(' '), DRIP_MS);
            response.once('close', () => clearInterval(drops));
            return;
          }
          response.end(answer.status === 204 ? undefined : answer.body);
        });
    });
  });
  return {
    origin: await listen(server, { host: '127.0.0.1', port }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
