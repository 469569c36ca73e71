import { createHash, timingSafeEqual } from 'node:crypto';
import type { JWTVerifyGetKey } from 'jose';
import { ALL_SCOPES, type ClientConfig, type IssuerConfig, type Viewer } from '../domain/access.ts';
import { DEFAULT_TENANT } from '../domain/tenant.ts';
import { AccessWatch } from './revocationWatch.ts';
import { createJwtCheck, isJwt, TokenError, type TokenFault } from './jwt.ts';
import { createKeySet, KeysAway } from './jwks.ts';
import type { Log } from '../lib/log.ts';
import { HttpError } from '../domain/httpError.ts';

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Who is let in. */
export interface AccessRules {
  clients: readonly ClientConfig[];
  issuers: readonly IssuerConfig[];
  /** Whether there is a tenant of this name, for tokens that name one; left out: every name is good. */
  isTenant?: (name: string) => boolean;
}

/** Says whom a request acts for. */
export interface Clients {
  /** True where neither client nor issuer is configured, so that everybody passes. */
  readonly open: boolean;
  /** Whom an Authorization header speaks for; an HttpError when for nobody. At once for keys, promised for tokens. */
  viewerOf(authorization: string | undefined): Viewer | Promise<Viewer>;
  /** New rules for every request from now on. Throws when they would open what was closed. */
  replace(rules: AccessRules): void;
  /**
   * Calls `end` once new rules refuse this header, or make another viewer of it or one that may less; answers how to let go.
   * For what goes on longer than a request.
   */
  watch(authorization: string | undefined, viewer: Viewer, end: () => void): () => void;
}

/** More than any issuer's tokens have, and less than Node takes as headers. */
const LONGEST_TOKEN = 8_192;

/** Whoever asks where access is open. */
export const EVERYBODY: Viewer = {
  tenant: DEFAULT_TENANT,
  client: null,
  scopes: ALL_SCOPES,
  person: null,
  expiresAt: null,
};

/** Keys without a configuration of their own: one client each, with all scopes, under a short stable name that is none of the key. */
export function clientsOfKeys(keys: readonly string[]): ClientConfig[] {
  return keys.map((key) => ({
    // Of another hash than the one compared; 48 bits tell clients apart in logs and give nothing back of the key.
    name: sha256(`client ${key}`).toString('hex').slice(0, 12),
    tenant: DEFAULT_TENANT,
    keyHashes: [sha256(key).toString('hex')],
    scopes: ALL_SCOPES,
    budget: null,
  }));
}

/**
 * Knows clients by their keys and tokens by their issuers. A bearer token is compared with every key in constant time:
 * both sides as SHA-256, so that lengths do not differ, and against all, so that the position tells nothing either. What
 * is no key and has the shape of a JWT is checked as one.
 */
export function createClients(rules: AccessRules, log: Pick<Log, 'warn'>): Clients {
  const keySets = new Map<string, JWTVerifyGetKey>();
  const keysAt = (url: string): JWTVerifyGetKey => {
    let keys = keySets.get(url);
    if (!keys) keySets.set(url, (keys = createKeySet(url, log)));
    return keys;
  };
  let table = tableOf(rules, keysAt);

  const ofToken = async (token: string, { names, checkJwt, isTenant, viewers }: Table): Promise<Viewer> => {
    try {
      const viewer = await checkJwt(token);
      // A subject that is called like a client would pass for it in logs, quotas and idempotency keys.
      if (names.has(viewer.client ?? '') || isTenant?.(viewer.tenant) === false) throw new TokenError('claims');
      viewers.add(viewer);
      return viewer;
    } catch (error) {
      if (error instanceof TokenError) throw unauthenticated(error.fault);
      if (!(error instanceof KeysAway)) throw error;
      throw new HttpError(503, 'AUTHENTICATION_UNAVAILABLE', 'The keys of the issuer cannot be read now. Try again.', {
        'retry-after': '5',
      });
    }
  };

  const viewerOf: Clients['viewerOf'] = (authorization) => {
    if (table.open) return EVERYBODY;
    const token = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw unauthenticated(authorization === undefined ? 'missing' : 'malformed');
    if (token.length > LONGEST_TOKEN) throw unauthenticated('malformed');
    const hash = sha256(token);
    let viewer: Viewer | null = null;
    for (const key of table.keys) {
      if (timingSafeEqual(hash, key.hash)) viewer = key.viewer;
    }
    if (viewer) return viewer;
    if (table.issuers > 0 && isJwt(token)) return ofToken(token, table);
    throw unauthenticated('unknown_key');
  };
  const watches = new AccessWatch(viewerOf);

  return {
    get open() {
      return table.open;
    },
    viewerOf,
    replace(next) {
      const replaced = tableOf(next, keysAt);
      if (replaced.open && !table.open) throw new Error('a configuration without clients would open the gateway');
      table = replaced;
      watches.rulesChanged();
    },
    watch: (authorization, viewer, end) => watches.watch(authorization, viewer, !table.viewers.has(viewer), end),
  };
}

interface Table {
  open: boolean;
  names: ReadonlySet<string>;
  keys: { hash: Buffer; viewer: Viewer }[];
  /** Found by these rules. */
  viewers: WeakSet<Viewer>;
  issuers: number;
  checkJwt: (token: string) => Promise<Viewer>;
  isTenant: ((name: string) => boolean) | undefined;
}

function tableOf({ clients, issuers, isTenant }: AccessRules, keysAt: (url: string) => JWTVerifyGetKey): Table {
  // What there is to say of where the keys are is said now, not when the first token comes.
  for (const { jwksUrl } of issuers) keysAt(jwksUrl);
  const keys = clients.flatMap(({ name, tenant, keyHashes, scopes, budget }) =>
    keyHashes.map((hash) => ({
      hash: Buffer.from(hash, 'hex'),
      viewer: { tenant, client: name, scopes, person: null, expiresAt: null, ...(budget ? { budget } : {}) },
    })),
  );
  return {
    open: clients.length === 0 && issuers.length === 0,
    names: new Set(clients.map(({ name }) => name)),
    keys,
    viewers: new WeakSet(keys.map(({ viewer }) => viewer)),
    issuers: issuers.length,
    checkJwt: createJwtCheck(issuers, keysAt),
    isTenant,
  };
}

const REALM = 'Bearer realm="skills-gateway"';

const SENTENCES: Partial<Record<Fault, string>> = {
  missing: 'Send an API key or a token as Authorization: Bearer.',
  expired: 'The token has expired.',
  not_yet_valid: 'The token is not valid yet.',
  audience: 'The token is for somebody else: its audience is not this gateway.',
  claims: 'The token lacks a claim that is needed here, or has one that does not fit.',
};

type Fault = TokenFault | 'missing' | 'unknown_key';

/** RFC 6750, section 3: who sent nothing is told of no error. */
function unauthenticated(reason: Fault): HttpError {
  const challenge = reason === 'missing' ? REALM : `${REALM}, error="invalid_token"`;
  const message = SENTENCES[reason] ?? 'Neither a valid API key nor a valid token was sent.';
  return new HttpError(401, 'UNAUTHENTICATED', message, { 'www-authenticate': challenge }, { reason });
}
