/** Who a request acts for, and what it may do. */

/** What can be permitted; `admin` is all of them. */
export const SCOPES = [
  'employees:read',
  'employees:write',
  'skills:read',
  'skills:write',
  'ratings:read',
  'ratings:write',
  'tasks:read',
  'identity:write',
  'integrations:read',
  'admin',
] as const;
export type Scope = (typeof SCOPES)[number];

/**
 * `ratings:read` limited to the ratings of the token's person. Only tokens can have it, since a key does not stand for
 * a person, so it is not in SCOPES.
 */
export const OWN_RATINGS = 'ratings:read:own';

/** What a viewer may have. */
export type ScopeWord = Scope | typeof OWN_RATINGS;

const SCOPE_WORDS: ReadonlySet<unknown> = new Set([...SCOPES, OWN_RATINGS]);

/** Whether a word is a scope. */
export function isScopeWord(word: unknown): word is ScopeWord {
  return SCOPE_WORDS.has(word);
}

/** Who asks. */
export interface Viewer {
  tenant: string;
  /** The client's configured name or the token's subject; null while access control is off. */
  client: string | null;
  /** `iss` of its token: subjects are unique within an issuer only. Absent for keys. */
  issuer?: string | undefined;
  scopes: ReadonlySet<ScopeWord>;
  /** The person that a token speaks for, for rules about one's own data; null for services. */
  person: { workEmail: string } | null;
  /** When the token ends, milliseconds since the epoch; null for keys. */
  expiresAt: number | null;
  /** Query cost that it may spend in a window, where that is not the configuration's own. */
  budget?: Budget | undefined;
}

/** Everything, for the open sandbox and for keys without scopes of their own. */
export const ALL_SCOPES: ReadonlySet<Scope> = new Set(SCOPES);

/** Whether the viewer has this scope. */
export function permits(viewer: Pick<Viewer, 'scopes'>, scope: Scope): boolean {
  return viewer.scopes.has(scope) || viewer.scopes.has('admin');
}

/**
 * Identifies a client within its tenant, for budgets and idempotency keys. Subjects of two issuers may have one name,
 * so the issuer is included; neither issuers nor clients with a key contain a space.
 */
export function ownerOf({ client, issuer }: Pick<Viewer, 'client' | 'issuer'>): string | null {
  return client !== null && issuer !== undefined ? `${issuer} ${client}` : client;
}

/** A service with a key. */
export interface ClientConfig {
  name: string;
  tenant: string;
  /** SHA-256 of the key, hexadecimal: the key itself is not kept. */
  keyHashes: readonly string[];
  scopes: ReadonlySet<Scope>;
  /** Query cost that it may spend in a window; null for the configuration's own. */
  budget: Budget | null;
}

/** Cost units in a window of time. */
export interface Budget {
  limit: number;
  windowSeconds: number;
}

/** An issuer whose tokens (JWT) are accepted. */
export interface IssuerConfig {
  /** `iss`, exactly. */
  issuer: string;
  /** One of them must be in `aud`. */
  audiences: readonly string[];
  /** Where its public keys are (JWKS). */
  jwksUrl: string;
  /** The tenant of all its tokens, or the claim that names it. */
  tenant: { fixed: string } | { claim: string };
  /** The claim with the scopes, a list or words separated by blanks; unknown words are ignored. */
  scopeClaim: string;
  /** The claim with the person's work e-mail, for the personal rule; null where tokens speak for services. */
  emailClaim: string | null;
  budget: Budget | null;
}

/** What types and fields of the schema carry as extensions. */
export type AccessExtensions = {
  /** One of them is needed. */
  scopes?: readonly Scope[];
  /**
   * On a field: OWN_RATINGS will do in place of `ratings:read` for what is below, and its resolver checks whose they
   * are.
   */
  own?: true;
  /** On a field of an interface or union: the scopes of the types that come are checked elsewhere. */
  checkedByType?: true;
};
