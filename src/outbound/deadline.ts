import type { Call } from '../domain/ports.ts';
import { GivenUp } from '../domain/problem.ts';
import { withTimeout } from '../lib/timeout.ts';

const LATE = Symbol('late');

/** The milliseconds that a call has left; undefined where it may take as long as it needs. */
export function timeLeft({ deadlineAt }: Pick<Call, 'deadlineAt'>): number | undefined {
  return deadlineAt === undefined ? undefined : Math.max(0, deadlineAt - performance.now());
}

/** The promise's value; rejects with TIMEOUT once the time is over, and the promise goes on. */
export async function inTime<T>(milliseconds: number | undefined, promise: Promise<T>): Promise<T> {
  if (milliseconds === undefined) return promise;
  // Thrown here and not by the timer, where nobody would catch it.
  const value = await withTimeout<T | typeof LATE>(milliseconds, promise, () => LATE);
  if (value !== LATE) return value;
  throw tooLate();
}

/** That the provider did not answer in the time that the client gave it. */
export function tooLate(): GivenUp {
  return new GivenUp('TIMEOUT', 'The provider did not answer within the deadline of the request.');
}
