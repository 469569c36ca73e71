import { statfsSync } from 'node:fs';

/**
 * The database ends itself (PANIC) where it cannot extend its log, and that is a lost store. So writes are refused before: two
 * files of the log (16 MB each) stay free for what reads and checkpoints still write.
 */
export const LEAST_FREE_BYTES = 32 * 2 ** 20;
/** More than that, so that a disk at the limit does not go back and forth. */
const ENOUGH_FREE_BYTES = 48 * 2 ** 20;

/** Bytes that this user may still write to the disk of a directory; null where the system does not say. */
export function freeBytes(directory: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return null;
  }
}

/** Makes the session read-only while the disk is almost full. Then reads go on, and writes are refused with 25006. */
export class DiskGuard {
  readonly #directory: string;
  #isLow = false;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Before a statement, outside a transaction, whose rollback would undo it. */
  async check(execute: (sql: string) => Promise<unknown>): Promise<void> {
    const free = freeBytes(this.#directory);
    if (free === null) return;
    const isLow = free < (this.#isLow ? ENOUGH_FREE_BYTES : LEAST_FREE_BYTES);
    if (isLow === this.#isLow) return;
    await execute(`SET default_transaction_read_only = ${isLow ? 'on' : 'off'}`);
    this.#isLow = isLow;
  }
}
