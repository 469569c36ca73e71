import { createHash, timingSafeEqual } from 'node:crypto';

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Says which client an Authorization header belongs to. */
export interface ApiKeys {
  /** True where no key is configured, so that everybody passes. */
  open: boolean;
  /** A short stable name of the client, made from its key; null when the header holds none of the keys. */
  clientOf(authorization: string | undefined): string | null;
}

/**
 * Compares bearer tokens with the configured keys in constant time: both sides as SHA-256, so that lengths do not differ,
 * and against every key, so that the position tells nothing either.
 */
export function createApiKeys(keys: readonly string[]): ApiKeys {
  const known = keys.map((key) => ({
    hash: sha256(key),
    // Of another hash than the one compared; 48 bits tell clients apart in logs and give nothing back of the key.
    client: sha256(`client ${key}`).toString('hex').slice(0, 12),
  }));
  return {
    open: keys.length === 0,
    clientOf(authorization) {
      const token = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(authorization ?? '')?.[1];
      if (token === undefined) return null;
      const hash = sha256(token);
      let client: string | null = null;
      for (const key of known) {
        if (timingSafeEqual(hash, key.hash)) client = key.client;
      }
      return client;
    },
  };
}
