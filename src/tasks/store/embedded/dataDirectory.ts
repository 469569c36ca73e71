/** What is wrong with the directory of the embedded store, in sentences for whoever runs the gateway. */
import { mkdir, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { freeBytes, LEAST_FREE_BYTES } from './diskSpace.ts';

/** The directory, or the store in it, cannot be used. The message names the directory, the cause and the remedy. */
export class DataDirectoryError extends Error {
  override readonly name = 'DataDirectoryError';
}

const FULL = 'its disk is full';
const FORBIDDEN = 'the gateway may not read and write there';
const NO_DIRECTORY = 'it, or a folder above it, is a file';
const CAUSES: Readonly<Record<string, string>> = {
  ENOSPC: FULL,
  EDQUOT: FULL,
  EACCES: FORBIDDEN,
  EPERM: FORBIDDEN,
  EROFS: 'its file system is read-only',
  ENOTDIR: NO_DIRECTORY,
  EEXIST: NO_DIRECTORY,
};

/** What a new store takes: its files and the first ones of its log. */
const NEW_STORE_BYTES = 64 * 2 ** 20;
const MEGABYTE = 2 ** 20;

/** The store in the data directory. */
export function storeDirectory(dataDir: string): string {
  return join(dataDir, 'postgres');
}

/** Why the system refused something in the data directory, as the part of a sentence; null where that is not the error. */
export function refusalCause(error: unknown): string | null {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return null;
  const code = String(error.code);
  const cause = CAUSES[code];
  return cause === undefined ? `the system refuses (${code})` : `${cause} (${code})`;
}

/** The error as it is thrown on: a DataDirectoryError where the system refused something in the directory. */
export function aboutDirectory(dataDir: string, error: unknown): unknown {
  const cause = refusalCause(error);
  return cause === null ? error : unusable(dataDir, cause, cause.startsWith(FULL), error);
}

/**
 * Makes the data directory where there is none. Throws DataDirectoryError where the gateway cannot write to it, or its disk is
 * so full that the store would take no writes.
 */
export async function prepareDataDirectory(dataDir: string): Promise<void> {
  // Tasks name people: nobody else's business.
  const made = await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const needed = LEAST_FREE_BYTES + ((await hasStore(dataDir)) ? 0 : NEW_STORE_BYTES);
  const free = freeBytes(dataDir);
  if (free === null || free >= needed) return;
  if (made !== undefined) await rmdir(dataDir);
  const [left, least] = [free, needed].map((bytes) => Math.floor(bytes / MEGABYTE));
  throw unusable(
    dataDir,
    `its disk has ${left} MB left, and the task store needs ${least} MB to start`,
    true,
    undefined,
  );
}

/** Removes what a process left behind that was killed while it made a store. The directory is locked. */
export async function removeLeftovers(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (/^postgres-\w{6}$/.test(name)) await rm(join(dataDir, name), { recursive: true, force: true });
  }
}

/**
 * Whether there is a store. Throws DataDirectoryError where there are files and no PG_VERSION among them: the database would
 * make an empty store in their place.
 */
export async function hasStore(dataDir: string): Promise<boolean> {
  const directory = storeDirectory(dataDir);
  try {
    if ((await readdir(directory)).length === 0) return false;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
  try {
    await readFile(join(directory, 'PG_VERSION'));
    return true;
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw damaged(directory, 'the file PG_VERSION is missing', error);
  }
}

/** The store does not open, for this cause. */
export function damaged(directory: string, cause: string, error: unknown): DataDirectoryError {
  const restore = /incompatible|at version/.test(cause)
    ? 'Start the version of the gateway that wrote it'
    : 'Restore the directory from a copy';
  return new DataDirectoryError(
    `The task store in ${directory} cannot be opened: ${cause}. ${restore}, or move the directory away to start with an ` +
      'empty store: the tasks in it are then unknown to the gateway.',
    { cause: error },
  );
}

function unusable(dataDir: string, cause: string, isFull: boolean, error: unknown): DataDirectoryError {
  const remedy = isFull
    ? 'Free space on it, or set DATA_DIR to a directory on another disk.'
    : 'Set DATA_DIR to a directory that the gateway may write to.';
  return new DataDirectoryError(`The data directory ${dataDir} cannot be used: ${cause}. ${remedy}`, { cause: error });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
