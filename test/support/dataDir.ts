import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';

export interface DataDir {
  path: string;
  remove(): Promise<void>;
}

/** A data directory of one's own with an empty task store in it. */
export async function createDataDir(): Promise<DataDir> {
  const path = await mkdtemp(join(tmpdir(), 'data-'));
  await cp(inject('dataTemplate'), path, { recursive: true });
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
