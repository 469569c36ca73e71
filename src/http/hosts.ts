import { BlockList, isIP } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');

/** Whether listening on this host reaches this machine only: 127.0.0.0/8, ::1 or localhost. */
export function isLoopback(host: string): boolean {
  if (host.toLowerCase() === 'localhost') return true;
  const version = isIP(host);
  return version !== 0 && LOOPBACK.check(host, version === 6 ? 'ipv6' : 'ipv4');
}

/**
 * Says whether a request's Host header may be served. On a loopback bind only loopback's own names and the bound host
 * pass, with any port: a foreign name there means a web page that had its own name resolve to 127.0.0.1 (DNS rebinding)
 * and reads the gateway as its own origin. Other binds are reached by names that the gateway cannot know; they require keys.
 */
export function createHostCheck(boundHost: string): (header: string | undefined) => boolean {
  if (!isLoopback(boundHost)) return () => true;
  const bound = boundHost.toLowerCase();
  const names = new Set(['localhost', '127.0.0.1', '[::1]', bound, `[${bound}]`]);
  return (header) => {
    const name = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::\d+)?$/i.exec(header ?? '')?.[1];
    return name !== undefined && names.has(name.toLowerCase());
  };
}
