import type { IncomingMessage } from 'node:http';
import { HttpError } from '../domain/httpError.ts';
import { isLoopback } from '../lib/loopback.ts';

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

/** A host and maybe a port (RFC 9112, 3.2; RFC 3986, 3.2.2); empty where the target has no authority. */
const HOST = /^(?:\[[\da-f:.%\w-]+\]|[\w.~!$&'()*+,;=%-]*)(?::\d*)?$/i;

/**
 * Throws an HttpError with 400 where a request names several hosts, or something that is no host (RFC 9112, 3.2): proxies and
 * servers would differ in which they take. And with 421 where the host may not be served.
 */
export function checkHost(
  { rawHeaders, headers, httpVersion }: Pick<IncomingMessage, 'rawHeaders' | 'headers' | 'httpVersion'>,
  isAllowedHost: (host: string | undefined) => boolean,
): void {
  const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && name.length === 4 && name.toLowerCase() === 'host');
  const isLacking = hosts.length === 0 && httpVersion !== '1.0';
  if (hosts.length > 1 || isLacking) throw new HttpError(400, 'BAD_REQUEST', 'A request has one Host header.');
  const { host } = headers;
  if (host !== undefined && !HOST.test(host)) throw new HttpError(400, 'BAD_REQUEST', 'The Host header names no host.');
  if (!isAllowedHost(host)) {
    throw new HttpError(421, 'MISDIRECTED_REQUEST', 'The gateway is not known under this host name.');
  }
}
