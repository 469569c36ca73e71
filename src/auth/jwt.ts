import { decodeJwt, decodeProtectedHeader, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { isScopeWord, type IssuerConfig, type ScopeWord, type Viewer } from '../domain/access.ts';
import { isStorable } from '../domain/storable.ts';

/** Why a token is not taken. Nothing of it tells how near a forged one came: whatever is wrong with a signature is `signature`. */
export type TokenFault =
  'malformed' | 'algorithm' | 'issuer' | 'signature' | 'expired' | 'not_yet_valid' | 'audience' | 'claims';

/** A token that is none, or not for this gateway. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  readonly fault: TokenFault;

  constructor(fault: TokenFault) {
    super(`The token is refused: ${fault}.`);
    this.fault = fault;
  }
}

/** Public keys alone: with a shared secret, whoever can check a token can make one. */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];

/** How far clocks may be apart. */
const SKEW_SECONDS = 30;

/** Subjects and tenants go into logs, keys and rows. */
const LONGEST_NAME = 200;

const JWT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/** Whether a bearer token looks like a JWT rather than a key. */
export function isJwt(token: string): boolean {
  return JWT.test(token);
}

/** Checks tokens of these issuers: whom they speak for, or a TokenError, or KeysAway while an issuer's keys cannot be had. */
export function createJwtCheck(
  issuers: readonly IssuerConfig[],
  keysAt: (jwksUrl: string) => JWTVerifyGetKey,
): (token: string) => Promise<Viewer> {
  return async (token) => {
    const { alg, iss, aud } = unverified(token);
    if (!ALGORITHMS.includes(alg)) throw new TokenError('algorithm');
    const ofIssuer = issuers.filter(({ issuer }) => issuer === iss);
    // One issuer may serve several tenants, with audiences of their own. A token for two of them does not say which is meant.
    const [meant, other] = ofIssuer.filter(({ audiences }) => audiences.some((name) => aud.includes(name)));
    const config = meant ?? ofIssuer[0];
    if (!config) throw new TokenError('issuer');
    try {
      const { payload } = await jwtVerify(token, keysAt(config.jwksUrl), {
        algorithms: ALGORITHMS,
        issuer: config.issuer,
        audience: [...config.audiences],
        clockTolerance: SKEW_SECONDS,
        requiredClaims: ['exp'],
      });
      if (other) throw new TokenError('audience');
      return viewerOf(payload, config);
    } catch (error) {
      throw error instanceof errors.JOSEError ? new TokenError(faultOf(error)) : error;
    }
  };
}

/** What is read before anything is checked: which keys to check with. */
function unverified(token: string): { alg: string; iss: string; aud: readonly string[] } {
  try {
    const { iss = '', aud = [] } = decodeJwt(token);
    return { alg: decodeProtectedHeader(token).alg ?? '', iss, aud: [aud].flat() };
  } catch {
    throw new TokenError('malformed');
  }
}

function faultOf(error: errors.JOSEError): TokenFault {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'nbf') return 'not_yet_valid';
    return error.claim === 'aud' ? 'audience' : 'claims';
  }
  return error instanceof errors.JWTInvalid ? 'claims' : 'signature';
}

function viewerOf(payload: JWTPayload, config: IssuerConfig): Viewer {
  const tenant = 'fixed' in config.tenant ? config.tenant.fixed : nameIn(payload[config.tenant.claim]);
  // Tokens of services often have no subject, but say which client they were made for.
  const client = nameIn(payload.sub) ?? nameIn(payload['client_id']) ?? nameIn(payload['azp']);
  if (tenant === null || client === null || payload.exp === undefined) throw new TokenError('claims');
  return {
    tenant,
    client,
    issuer: config.issuer,
    scopes: scopesIn(payload[config.scopeClaim]),
    person: personIn(payload, config.emailClaim),
    expiresAt: payload.exp * 1_000,
    budget: config.budget ?? undefined,
  };
}

function nameIn(value: unknown): string | null {
  const isName = typeof value === 'string' && value.trim() !== '' && value.length <= LONGEST_NAME && isStorable(value);
  return isName ? value : null;
}

function scopesIn(value: unknown): ReadonlySet<ScopeWord> {
  const words: unknown[] = typeof value === 'string' ? value.split(/\s+/) : Array.isArray(value) ? value : [];
  return new Set(words.filter(isScopeWord));
}

function personIn(payload: JWTPayload, claim: string | null): Viewer['person'] {
  const workEmail = claim === null ? null : nameIn(payload[claim]);
  // Where anybody may sign up, an address that is not verified is anybody's. Some issuers write the boolean as a text.
  const { email_verified: verified = true } = payload;
  if (workEmail === null || !workEmail.includes('@') || String(verified) !== 'true') return null;
  return { workEmail: workEmail.trim() };
}
