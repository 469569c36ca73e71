import { GraphQLError } from 'graphql';
import { endOnAbort } from './endOnAbort.ts';

/** The reason with which a stream ends whose token has. */
export class TokenExpired extends Error {
  override readonly name = 'TokenExpired';
}

/** What a watcher is told then: with a new token it may subscribe again. */
export function tokenExpired(): GraphQLError {
  return new GraphQLError('The token has expired.', { extensions: { code: 'UNAUTHENTICATED', reason: 'expired' } });
}

/** Timers run for 24.8 days at most, and tokens may for years. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A signal that is aborted with the one given, or with TokenExpired at an instant (milliseconds since the epoch). `stop` lets go of the timer. */
function untilExpiry(given: AbortSignal, expiresAt: number): { signal: AbortSignal; stop: () => void } {
  const expiry = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const wait = (): void => {
    const left = expiresAt - Date.now();
    if (left <= 0) expiry.abort(new TokenExpired());
    else timer = setTimeout(wait, Math.min(left, LONGEST_TIMER_MS)).unref();
  };
  wait();
  return { signal: AbortSignal.any([given, expiry.signal]), stop: () => clearTimeout(timer) };
}

/** As endOnAbort, and ended by TokenExpired as soon as the token is over, too; null is a token without an end. */
export function endWithToken<Result>(
  source: AsyncIterable<Result>,
  { signal, expiresAt }: { signal: AbortSignal; expiresAt: number | null },
  farewell: (reason: unknown) => Result | null,
): AsyncIterableIterator<Result> {
  if (expiresAt === null) return endOnAbort(source, signal, farewell);
  const ending = untilExpiry(signal, expiresAt);
  return whenEnded(endOnAbort(source, ending.signal, farewell), ending.stop);
}

/** The same results; `ended` is called once there are no more, or nobody wants them. */
function whenEnded<Result>(source: AsyncIterableIterator<Result>, ended: () => void): AsyncIterableIterator<Result> {
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      try {
        const result = await source.next();
        if (result.done === true) ended();
        return result;
      } catch (error) {
        ended();
        throw error;
      }
    },
    async return() {
      ended();
      return (await source.return?.()) ?? { done: true, value: undefined };
    },
  };
}
