import { HttpError } from '../domain/httpError.ts';

/** How a client says how long it waits. */
export const DEADLINE_HEADER = 'x-request-deadline-ms';

/** How long requests may take, in milliseconds. */
export interface DeadlineLimits {
  /** What a request without the header gets. */
  usual: number;
  /** What one with the header gets at most. */
  most: number;
}

/**
 * Milliseconds that a request may take: what its header asks for, within the limits. Throws an HttpError with 400 for anything
 * but a whole number from 1: a client that believes in a deadline has to have it.
 */
export function deadlineOf(header: string | null, { usual, most }: DeadlineLimits): number {
  if (header === null) return usual;
  if (!/^[1-9]\d{0,8}$/.test(header)) {
    throw new HttpError(400, 'BAD_REQUEST', 'X-Request-Deadline-Ms takes a whole number of milliseconds, from 1.');
  }
  return Math.min(Number(header), most);
}
