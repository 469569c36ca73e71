import type { Call } from '../domain/ports.ts';
import { GivenUp, type ProviderError } from '../domain/problem.ts';

/** A signal that ends with a call's own, or with TIMEOUT at its deadline. */
export interface CutSignal {
  signal: AbortSignal | undefined;
  /** What it ended with if that was the deadline, else null. */
  readonly late: ProviderError | null;
  /** Lets go of the timer and of the call's signal. */
  clear(): void;
}

/**
 * The signal for one try. What a request has begun goes on beyond its deadline and warms the cache; what a task or a walk
 * has begun ends with theirs, if they have one.
 */
export function cutAt({ signal, purpose, deadlineAt }: Call, now: () => number): CutSignal {
  if (deadlineAt === undefined || purpose === 'request') return { signal, late: null, clear: () => {} };
  const controller = new AbortController();
  const late = new GivenUp('TIMEOUT', 'The provider did not answer within the time left.', {
    mayHaveApplied: true,
  });
  const abort = () => controller.abort(signal?.reason);
  const timer = setTimeout(() => controller.abort(late), Math.max(0, Math.ceil(deadlineAt - now())));
  signal?.addEventListener('abort', abort, { once: true });
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
