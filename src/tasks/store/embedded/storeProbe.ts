import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreUnavailableError } from '../../../domain/storeUnavailable.ts';
import { refusalCause } from './dataDirectory.ts';
import type { Queryable } from './pglitePool.ts';

/** More than the database extends a table by at once. Not all limits of a disk are told by statfs: a user's quota is not. */
const PROBE = Buffer.alloc(128 * 1024);
/** A write to a row that is always there, which keeps its value. */
const TOUCH = 'UPDATE gateway.migration SET applied_at = applied_at WHERE version = 1';

/**
 * Writes to the disk and to the store. Null where both take it; otherwise a sentence that says why not and what to do. Rejects
 * when the store is lost.
 */
export async function refusalOf(database: Queryable, dataDir: string): Promise<string | null> {
  const file = join(dataDir, 'probe');
  try {
    await writeFile(file, PROBE);
    await database.query(TOUCH);
    return null;
  } catch (error) {
    const remedy = `Free space on the disk of ${dataDir}, or make it writable: reads go on, and no restart is needed.`;
    if (error instanceof StoreUnavailableError && error.refused) return `${error.message} ${remedy}`;
    const cause = refusalCause(error);
    if (cause === null) throw error;
    return `The task store takes no writes: ${cause}. ${remedy}`;
  } finally {
    await rm(file, { force: true }).catch(() => {});
  }
}
