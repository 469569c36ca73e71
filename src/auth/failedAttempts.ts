import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Viewer } from '../domain/access.ts';
import type { Clients } from './authenticator.ts';
import type { TokenFault } from './jwt.ts';
import { HttpError } from '../domain/httpError.ts';

/** Wrong keys and tokens that an address may send in a minute. A client that was configured badly stays below it by waiting. */
export const MAX_GUESSES = 20;
const WINDOW_SECONDS = 60;

/** Counts the wrong keys and tokens of an address. */
export interface Guesses {
  /** Counts one more; the refusal with 429 where there were too many, else null. */
  wrong(address: string | undefined): Promise<HttpError | null>;
}

/**
 * Counted by this process, by the address that connects. That may be a proxy with everybody behind it, so a right key is
 * never refused for others' guesses: 96 bits are not guessed at any rate, and what is spared is the attention.
 */
export function createGuesses(most = MAX_GUESSES): Guesses {
  const counter = new RateLimiterMemory({ points: most, duration: WINDOW_SECONDS });
  return {
    async wrong(address) {
      try {
        await counter.consume(networkOf(address ?? ''));
        return null;
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
        const retryAfterSeconds = Math.max(1, Math.ceil(error.msBeforeNext / 1000));
        const message = `Too many wrong keys came from this address: try again in ${retryAfterSeconds} s.`;
        return new HttpError(
          429,
          'RATE_LIMITED',
          message,
          { 'retry-after': String(retryAfterSeconds) },
          { retryAfterSeconds },
        );
      }
    },
  };
}

/**
 * Whose guesses are counted together: an IPv4 address, also as a socket for both protocols writes it (::ffff:192.0.2.1), and the
 * first 64 bits of an IPv6 address, since every host has the 2^64 addresses of its network to choose from (RFC 4291, 2.5.4).
 */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined || !address.includes(':')) return mapped ?? address;
  const [head = '', tail] = address.split('%', 1)[0]?.toLowerCase().split('::') ?? [];
  const [before, after] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':')));
  const zeros = Array<string>(Math.max(0, 8 - (before?.length ?? 0) - (after?.length ?? 0))).fill('0');
  return `${[...(before ?? []), ...zeros, ...(after ?? [])].slice(0, 4).join(':')}::/64`;
}

/** Says whom a header from this address speaks for, as `Clients` does; wrong ones are counted. */
export type Doorkeeper = (authorization: string | undefined, address: string | undefined) => Promise<Viewer>;

/**
 * Why tokens are refused that the issuer has signed: nobody guessed those. Many people's tokens end in a minute behind one
 * proxy, and whoever hears 429 waits in place of getting a new one.
 */
const SIGNED: ReadonlySet<unknown> = new Set<TokenFault>(['expired', 'not_yet_valid', 'audience', 'claims']);

/** One for every way in, so that whoever guesses over HTTP and over WebSockets has no more guesses for it. */
export function createDoorkeeper({ viewerOf }: Pick<Clients, 'viewerOf'>, guesses: Guesses): Doorkeeper {
  return async (authorization, address) => {
    try {
      return await viewerOf(authorization);
    } catch (error) {
      const isRefused = error instanceof HttpError && error.status === 401 && authorization !== undefined;
      const isWrong = isRefused && !SIGNED.has(error.extensions['reason']);
      throw (isWrong ? await guesses.wrong(address) : null) ?? error;
    }
  };
}
