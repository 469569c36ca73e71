import type { Call } from '../../domain/ports.ts';
import { GivenUp, type ProviderError } from '../../domain/problem.ts';

/** A signal that ends with another one, or by itself when a time is over. */
export interface AttemptSignal {
  signal: AbortSignal | undefined;
  /** What it ended with if that was the time, else null. */
  readonly late: ProviderError | null;
  /** Lets go of the timer and of the other signal. */
  clear(): void;
}

/**
 * The signal for one try. What a request has begun goes on beyond its deadline and warms the cache; what a task or a walk
 * has begun ends with theirs, if they have one.
 */
export function attemptSignal({ signal, purpose, deadline }: Call, now: () => number): AttemptSignal {
  if (deadline === undefined || purpose === 'request') return { signal, late: null, clear: () => {} };
  const late = new GivenUp('TIMEOUT', 'The provider did not answer within the time left.', { mayHaveApplied: true });
  return timedSignal(deadline.at - now(), signal, late);
}

/** A signal that ends with the given one, or with `late` after so many milliseconds. */
export function timedSignal(milliseconds: number, signal: AbortSignal | undefined, late: ProviderError): AttemptSignal {
  const controller = new AbortController();
  const abort = () => controller.abort(signal?.reason);
  const timer = setTimeout(() => controller.abort(late), Math.max(0, Math.ceil(milliseconds)));
  if (signal?.aborted) abort();
  else signal?.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    get late() {
      return controller.signal.reason === late ? late : null;
    },
    clear: () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    },
  };
}
