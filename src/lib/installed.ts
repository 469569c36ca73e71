import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Where a file or folder of the installation is, such as `web` or `examples/graphiql`; null where it is not installed.
 * Looked for upwards from `directory` to the folder with package.json, because this file runs from the sources as well as from
 * the build; what lies further up is not the gateway's.
 */
export function installed(path: string, directory: string = import.meta.dirname): string | null {
  const found = join(directory, path);
  if (existsSync(found)) return found;
  const parent = dirname(directory);
  return parent === directory || existsSync(join(directory, 'package.json')) ? null : installed(path, parent);
}
