/** What an error of the embedded database means: for the request that met it, and for the database itself. */
import { StoreUnavailableError } from '../../../domain/storeUnavailable.ts';
import { LEAST_FREE_BYTES } from './diskSpace.ts';
import { StoreGoneError } from './storePresence.ts';
import type { WireError } from './wire.ts';

/**
 * Error codes of a database that is in order but cannot serve now (PostgreSQL, appendix A): 53 insufficient resources, with
 * 53100 for a full disk; 57P shut down; 58 failures of the system beneath, such as 58030 for reading and writing; 25006 a write
 * while the session is read-only, which diskSpace.ts makes it; 42501 for files on a disk that was mounted read-only.
 */
const REASONS: readonly (readonly [code: RegExp, reason: string])[] = [
  [/^53100$/, 'its disk is full'],
  [/^25006$/, `its disk has less than ${LEAST_FREE_BYTES / 2 ** 20} MB left`],
  [/^53/, 'it has run out of a resource'],
  [/^58/, 'its disk cannot be read or written'],
  [/^57P/, 'it is shutting down'],
];
const FILE_PERMISSION = /^could not (?:open|write|extend|create|read|fsync) /;

/** The error as queries reject with it: StoreUnavailableError where the database cannot serve now. */
export function databaseError({ message, code, detail }: WireError): Error {
  const error = Object.assign(new Error(message), { code, detail });
  const reason = reasonOf(message, code);
  if (reason === null) return error;
  // The code stays readable: the job queue, too, looks at it.
  return Object.assign(
    new StoreUnavailableError(`The task store takes no writes: ${reason}.`, { cause: error, refused: true }),
    {
      code,
      detail,
    },
  );
}

function reasonOf(message: string, code: string | undefined): string | null {
  if (code === undefined) return null;
  if (code === '42501' && FILE_PERMISSION.test(message)) return 'its files cannot be written';
  return REASONS.find(([pattern]) => pattern.test(code))?.[1] ?? null;
}

/**
 * Whether the database is of no use after this error and only a new one can go on from the files: it ended itself (PANIC,
 * FATAL), the module trapped or exited, or files of it are missing.
 */
export function isFatal(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof WebAssembly.RuntimeError) return true;
  const { severity, code } = error as { severity?: unknown; code?: unknown };
  return error instanceof StoreGoneError || severity === 'PANIC' || severity === 'FATAL' || code === '58P01';
}
