import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installed } from '../../lib/installed.ts';

/** The text of a file in `web/`, which the pages for browsers are made of. */
export async function readWebFile(name: string): Promise<string> {
  const folder = installed('web');
  if (folder === null) throw new Error('The folder web is not installed.');
  return readFile(join(folder, name), 'utf8');
}
