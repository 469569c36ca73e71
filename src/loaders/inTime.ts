import { GivenUp } from '../domain/problem.ts';
import { within } from './within.ts';

const LATE = Symbol('late');

/** The promise's value; rejects with TIMEOUT once the time is over, and the promise goes on. */
export async function inTime<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  // Thrown here and not by the timer, where nobody would catch it.
  const value = await within<T | typeof LATE>(milliseconds, promise, () => LATE);
  if (value !== LATE) return value;
  throw tooLate();
}

/** That the provider did not answer in the time that the client gave it. */
export function tooLate(): GivenUp {
  return new GivenUp('TIMEOUT', 'The provider did not answer within the deadline of the request.');
}
