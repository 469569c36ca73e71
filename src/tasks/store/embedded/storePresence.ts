import { fstatSync, openSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';

const CONTROL = 'global/pg_control';
/** Without any of them the next start finds no store, or not this one. */
const PARTS = [CONTROL, 'pg_wal', 'base'];

/** The files of a store were removed or replaced under the database that has them open. */
export class StoreGoneError extends Error {
  override readonly name = 'StoreGoneError';
}

/**
 * Watches the files that a database has opened. The system lets files be deleted that are open: the database would go on
 * writing to them, and all that would be lost with the process.
 */
export class StorePresence {
  readonly #directory: string;
  /** Kept open, so that a file system without lasting file numbers does not give it another one meanwhile. */
  readonly #control: number;

  /** The directory holds a store; throws where it does not. The thread that watches ends with the store. */
  constructor(directory: string) {
    this.#directory = directory;
    this.#control = openSync(join(directory, CONTROL), 'r');
  }

  /** Throws StoreGoneError where a part was deleted, or the store was replaced. Takes some microseconds. */
  check(): void {
    const opened = fstatSync(this.#control);
    for (const part of PARTS) {
      const found = statOf(join(this.#directory, part));
      if (found === 'unknown') continue;
      if (found && (part !== CONTROL || isSame(found, opened))) continue;
      throw new StoreGoneError(`${join(this.#directory, part)} was deleted or replaced while the gateway used it`);
    }
  }
}

/** Null where there is no such file; unknown where the file system fails, which the database will find out. */
function statOf(path: string): Stats | 'unknown' | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return 'unknown';
  }
}

function isSame(a: Stats, b: Stats): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}
