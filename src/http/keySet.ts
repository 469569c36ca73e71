import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';
import type { Log } from './log.ts';

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

/** A key that the issuer has withdrawn is trusted no longer than this. */
const REFRESH_MS = 10 * 60_000;

/** Unless the issuer is away: then known keys are good for a day, or its outage would be everybody's. */
const LONGEST_MS = 24 * 60 * 60_000;

/** The public keys of an issuer: read when first asked for, kept, and read anew beside the requests. */
export function createKeySet(url: string, log: Pick<Log, 'warn'>): JWTVerifyGetKey {
  let readAt = -Infinity;
  let failedAt = -Infinity;
  const keys = createRemoteJWKSet(new URL(url), {
    timeoutDuration: TIMEOUT_MS,
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: Infinity,
    [customFetch]: async (address, options) => {
      if (Date.now() - failedAt < RETRY_MS) throw new KeysAway('failed a moment ago');
      failedAt = Date.now();
      const response = await fetch(address, options);
      if (response.status === 200) failedAt = -Infinity;
      return response;
    },
  });
  const read = async (): Promise<void> => {
    try {
      await keys.reload();
      readAt = Date.now();
    } catch (error) {
      if (!(error instanceof KeysAway)) log.warn({ err: error, url }, 'the keys of an issuer cannot be read');
      throw new KeysAway('The keys of the issuer cannot be read.', { cause: error });
    }
  };
  return async (header, token) => {
    const age = Date.now() - readAt;
    if (age > LONGEST_MS) await read();
    // Known keys serve meanwhile; `read` has logged the failure.
    else if (age > REFRESH_MS && !keys.reloading) read().catch(() => {});
    try {
      return await keys(header, token);
    } catch (error) {
      if (isAboutToken(error)) throw error;
      throw new KeysAway('The keys of the issuer cannot be read.', { cause: error });
    }
  };
}

function isAboutToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}
