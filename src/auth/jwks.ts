import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose';
import { isLoopback } from '../lib/loopback.ts';
import type { Log } from '../lib/log.ts';

/** The issuer's keys cannot be had, and the token's is not among those known. */
export class KeysAway extends Error {
  override readonly name = 'KeysAway';
}

/** An answer takes milliseconds; somebody waits for it. */
const TIMEOUT_MS = 5_000;

/** Tokens with unknown keys, forged ones above all, make the set be read again no more often than this. */
const COOLDOWN_MS = 30_000;

/** After a failure the issuer is left alone for so long. */
const RETRY_MS = 5_000;

/** A key that the issuer has withdrawn is trusted no longer than this while requests come. */
const REFRESH_MS = 10 * 60_000;

/** Where nobody has come for so long, the first who does waits for the set to be read: what was withdrawn meanwhile would count. */
const IDLE_MS = 2 * REFRESH_MS;

/** Unless the issuer is away: then known keys are good for a day, or its outage would be everybody's. */
const LONGEST_MS = 24 * 60 * 60_000;

/** The public keys of an issuer: read when first asked for, kept, and read anew beside the requests. */
export function createKeySet(url: string, log: Pick<Log, 'warn'>): JWTVerifyGetKey {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'http:' && !isLoopback(hostname.replace(/^\[|\]$/g, ''))) {
    log.warn({ url }, 'the keys of an issuer are read without TLS: whoever is on the way can make tokens');
  }
  let triedAt = -Infinity;
  let failed = false;
  let readAt = -Infinity;
  const keys = createRemoteJWKSet(new URL(url), {
    timeoutDuration: TIMEOUT_MS,
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: Infinity,
    [customFetch]: async (address, options) => {
      if (failed && Date.now() - triedAt < RETRY_MS) throw new KeysAway('failed a moment ago');
      triedAt = Date.now();
      failed = true;
      try {
        const set = await keysIn(await fetch(address, options));
        failed = false;
        readAt = Date.now();
        return Response.json(set);
      } catch (error) {
        log.warn({ err: error, url }, 'the keys of an issuer cannot be read');
        throw new KeysAway('The keys of the issuer cannot be read.', { cause: error });
      }
    },
  });
  let catchingUp: Promise<void> | null = null;
  return async (header, token) => {
    const age = Date.now() - readAt;
    if (age > LONGEST_MS) await keys.reload();
    else if (age > REFRESH_MS && !keys.reloading) {
      // Known keys serve meanwhile, and where it fails.
      const isIdle = Date.now() - triedAt > IDLE_MS;
      const reading = keys.reload().catch(() => {});
      if (isIdle) catchingUp = reading.finally(() => (catchingUp = null));
    }
    await catchingUp;
    try {
      const key = await keys(header, token);
      if (isWeak(key)) throw new errors.JWKSNoMatchingKey();
      return key;
    } catch (error) {
      if (error instanceof KeysAway || isAboutToken(error)) throw error;
      // The set was read, so it is this key that nothing can be done with.
      log.warn({ err: error, url }, 'a key of an issuer is of no use');
      throw new errors.JWKSNoMatchingKey(undefined, { cause: error });
    }
  };
}

/** Throws what is none: a page that says so with 200 is as good as no answer. */
async function keysIn(response: Response): Promise<JSONWebKeySet> {
  if (response.status !== 200) throw new Error(`The answer's status is ${response.status}.`);
  const set = (await response.json()) as JSONWebKeySet;
  createLocalJWKSet(set);
  return set;
}

/** RFC 7518, section 3.3: 2048 bits or more. jose checks it too, but as a fault of its caller. */
function isWeak(key: Awaited<ReturnType<JWTVerifyGetKey>>): boolean {
  const { modulusLength } = ('algorithm' in key ? key.algorithm : {}) as { modulusLength?: number };
  return modulusLength !== undefined && modulusLength < 2048;
}

function isAboutToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}
