import type { Server } from 'node:net';

/**
 * What stands in for an address that this machine does not have: the loopback of the other protocol, and every address of the
 * one protocol that there is. Neither reaches further than the address it replaces.
 */
const REPLACEMENTS: Readonly<Record<string, string>> = { '127.0.0.1': '::1', '::': '0.0.0.0' };

/** Linux says the first of an address that no interface has, and the second without support of the protocol. */
const IS_MISSING: ReadonlySet<unknown> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);

/**
 * Listens; answers the URL where it does, without a path. On a machine without IPv4 127.0.0.1 is ::1, and without IPv6 `::`
 * is 0.0.0.0. Rejects with Node's error where the address cannot be had.
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
