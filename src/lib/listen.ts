import type { Server } from 'node:net';

/**
 * Replacements for addresses that this machine lacks: the loopback of the other protocol, and all addresses of the only
 * protocol. Neither exposes more than the address it replaces.
 */
const REPLACEMENTS: Readonly<Record<string, string>> = { '127.0.0.1': '::1', '::': '0.0.0.0' };

/** Linux reports the first for an address that no interface has, and the second where the protocol is not supported. */
const IS_MISSING: ReadonlySet<unknown> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);

/**
 * Listens and answers the URL, without a path. On a machine without IPv4, 127.0.0.1 becomes ::1; without IPv6, `::`
 * becomes
 * 0.0.0.0. Rejects with Node's error where the address is not available.
 */
export async function listen(
  server: Server,
  { host, port }: { host: string; port: number },
  replacements = REPLACEMENTS,
): Promise<string> {
  try {
    await listening(server, host, port);
  } catch (error) {
    const other = replacements[host];
    if (other === undefined || !(error instanceof Error && 'code' in error && IS_MISSING.has(error.code))) throw error;
    return listen(server, { host: other, port }, {});
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
