import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { isPublicAddress } from '../outbound/transport/publicAddress.ts';

/** Where webhooks go. */
export interface Receiver {
  /** Stable, and without a secret that the path may hold: shown, logged and stored. */
  name: string;
  url: URL;
}

/** Receivers there may be: each is a delivery more for every change of every task. */
export const MAX_RECEIVERS = 10;

const PROBLEMS = {
  malformed: 'is no URL that begins with https://',
  userinfo: 'has a name or password in it; the signature is how a receiver knows the sender',
  plain: 'is not https, which only receivers at private addresses need not be, with WEBHOOK_PRIVATE=allow',
  private: 'is at a private address, which WEBHOOK_PRIVATE=allow permits',
};

/** The receiver that a URL names, or what is wrong with the URL, as a predicate that does not show it. */
export function receiverOf(text: string, allowPrivate: boolean): Receiver | string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return PROBLEMS.malformed;
  }
  if (!/^https?:$/.test(url.protocol)) return PROBLEMS.malformed;
  if (url.username !== '' || url.password !== '') return PROBLEMS.userinfo;
  // Names are judged when they are connected to; what is plain already is said at the start.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isPublic = isIP(host) === 0 ? null : isPublicAddress(host);
  if (url.protocol === 'http:' && (!allowPrivate || isPublic === true)) return PROBLEMS.plain;
  if (!allowPrivate && (isPublic === false || /^(?:.*\.)?localhost\.?$/.test(host))) return PROBLEMS.private;
  url.hash = '';
  return { name: nameOf(url), url };
}

/** The origin with eight digits of a digest of the rest: enough for ten receivers, too few to guess a path from. */
function nameOf({ origin, pathname, search }: URL): string {
  const digest = createHash('sha256').update(`${origin}${pathname}${search}`).digest('hex');
  return `${origin}#${digest.slice(0, 8)}`;
}
