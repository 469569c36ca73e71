import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The path of an installed file or folder, such as `web` or `examples/graphiql`; null where it is not installed. The
 * search goes up from `directory` to the folder with package.json, because this file runs from the sources as well as
 * from the build; anything above that folder is not part of the gateway.
 */
export function installed(path: string, directory: string = import.meta.dirname): string | null {
  const found = join(directory, path);
  if (existsSync(found)) return found;
  const parent = dirname(directory);
  return parent === directory || existsSync(join(directory, 'package.json')) ? null : installed(path, parent);
}
