import { withTimeout } from '../lib/timeout.ts';
import { GivenUp } from './problem.ts';

/**
 * How long the caller waits. Made once per request, and handed down unchanged to loaders, readers and the provider's
 * calls.
 */
export class Deadline {
  /** In milliseconds of `performance.now()`. */
  readonly at: number;
  /** Aborted when the caller has gone. */
  readonly signal: AbortSignal;

  constructor(at: number, signal = new AbortController().signal) {
    this.at = at;
    this.signal = signal;
  }

  /** The deadline that is so many milliseconds away. */
  static after(milliseconds: number, signal?: AbortSignal): Deadline {
    return new Deadline(performance.now() + milliseconds, signal);
  }

  /** Milliseconds until then; 0 once it has passed. */
  left(): number {
    return Math.max(0, this.at - performance.now());
  }

  /** The promise's value, or `late()` at the deadline; the promise itself goes on. */
  race<T>(promise: Promise<T>, late: () => T): Promise<T> {
    return withTimeout(this.left(), promise, late);
  }
}

/** The provider did not answer before the caller's deadline. */
export function pastDeadline(): GivenUp {
  return new GivenUp('TIMEOUT', 'The provider did not answer within the deadline of the request.');
}
