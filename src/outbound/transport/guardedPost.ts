import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector, Pool } from 'undici';
import { raceAbort } from '../../lib/raceAbort.ts';
import { isPublicAddress } from './publicAddress.ts';

/** A request out of the house that got no answer. `message` is a sentence without anything the other side said. */
export class EgressError extends Error {
  override readonly name = 'EgressError';
}

/** An answer, of which nobody reads the body. */
export interface EgressAnswer {
  status: number;
  /** The header Retry-After as it came; null without one. */
  retryAfter: string | null;
}

/** The way to one address outside that configuration names and the gateway does not trust. */
export interface Egress {
  /** Rejects with EgressError, or with the signal's reason when aborted. */
  post(headers: Record<string, string>, body: string, signal: AbortSignal): Promise<EgressAnswer>;
  /** Breaks off what is under way. */
  close(): Promise<void>;
}

export interface EgressOptions {
  /** Whether addresses that are not public may be connected to. */
  allowPrivate: boolean;
  /** Connections at once; what is more waits. */
  connections: number;
  /** In place of the system's resolver. */
  lookup?: LookupFunction;
  /** Over the usual time limits. */
  limits?: Partial<EgressLimits>;
}

export interface EgressLimits {
  connectMs: number;
  /** From the end of the request to the end of the answer's headers. */
  headersMs: number;
  /** All of it: a body that drips must not hold a place for long. */
  wholeMs: number;
}

const LIMITS: EgressLimits = { connectMs: 5_000, headersMs: 10_000, wholeMs: 20_000 };

/** Bytes of an answer's body that are read, and dropped, so that the connection can be used again. */
const MAX_BODY = 65_536;

/**
 * Sends to one URL and nowhere else. The address is judged when it is connected to, so that a name cannot show one address to
 * a check and another to the socket (DNS rebinding); redirects are answers, not followed; proxies of the environment are
 * not used, because they would resolve the name themselves.
 */
export function openEgress(url: URL, options: EgressOptions): Egress {
  const limits = { ...LIMITS, ...options.limits };
  const permitted = permission(url, options.allowPrivate);
  const connect = buildConnector({
    timeout: limits.connectMs,
    lookup: guardedLookup(permitted, options.lookup ?? systemLookup),
  });
  const pool = new Pool(url.origin, {
    connections: options.connections,
    headersTimeout: limits.headersMs,
    bodyTimeout: limits.headersMs,
    connect: (target, done) => {
      // A literal address is never looked up.
      if (isIP(target.hostname) !== 0 && !permitted(target.hostname)) done(new EgressError(REFUSED), null);
      else connect(target, done);
    },
  });
  return {
    async post(headers, body, signal) {
      const within = AbortSignal.any([signal, AbortSignal.timeout(limits.wholeMs)]);
      try {
        // undici hears of an abort only once the request has a connection.
        const answer = await raceAbort(
          pool.request({
            method: 'POST',
            path: url.pathname + url.search,
            headers,
            body,
            signal: within,
          }),
          within,
        );
        const { statusCode: status, headers: answered } = answer;
        const retryAfter = answered['retry-after'];
        // The status is the answer; a body that breaks off changes nothing.
        await answer.body.dump({ limit: MAX_BODY, signal: within }).catch(() => {});
        return { status, retryAfter: typeof retryAfter === 'string' ? retryAfter : null };
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        throw egressError(error);
      }
    },
    close: () => pool.destroy(),
  };
}

/** Public addresses over TLS; others where they are allowed, and they alone without TLS. */
function permission(url: URL, allowPrivate: boolean): (address: string) => boolean {
  return (address) => (isPublicAddress(address) ? url.protocol === 'https:' : allowPrivate);
}

/** Looks up as `lookup` does and refuses a name of which any address is refused: which of them is used, the socket decides. */
function guardedLookup(permitted: (address: string) => boolean, lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found, family) => {
      const addresses = typeof found === 'string' ? [{ address: found, family: family ?? isIP(found) }] : found;
      const [first] = addresses ?? [];
      if (error || !first) callback(error ?? new EgressError('The name has no address.'), []);
      else if (!addresses.every(({ address }) => permitted(address))) callback(new EgressError(REFUSED), []);
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

const REFUSED = 'The address is not one that may be connected to (WEBHOOK_PRIVATE, https).';

/** What a failure is called; anything that is not named here is a connection that broke. */
const SENTENCES: Readonly<Record<string, string>> = {
  ENOTFOUND: 'The name could not be resolved.',
  EAI_AGAIN: 'The name could not be resolved.',
  ECONNREFUSED: 'The connection was refused.',
  UND_ERR_CONNECT_TIMEOUT: 'The connection was not made in time.',
  ETIMEDOUT: 'The connection was not made in time.',
  UND_ERR_HEADERS_TIMEOUT: 'No answer came in time.',
  TimeoutError: 'No answer came in time.',
};

function egressError(error: unknown): EgressError {
  if (error instanceof EgressError) return error;
  const code =
    error instanceof Error ? ('code' in error && typeof error.code === 'string' ? error.code : error.name) : '';
  const tls = /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO/.test(code);
  const sentence = SENTENCES[code] ?? (tls ? 'The certificate was not accepted.' : 'The connection broke.');
  return new EgressError(sentence, { cause: error });
}
