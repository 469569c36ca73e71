import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installed } from '../../lib/installed.ts';

/** A tab that GraphiQL opens with. */
export interface GraphiqlTab {
  query: string;
  /** JSON text. */
  variables?: string;
}

/**
 * The example tabs, in the order of their file names: `examples/graphiql/*.graphql`, each with the variables of the
 * `.json` file of the same name, where there is one. None where the examples are not installed.
 */
export async function readGraphiqlTabs(directory?: string): Promise<GraphiqlTab[]> {
  const folder = installed(join('examples', 'graphiql'), directory);
  if (folder === null) return [];
  const names = (await readdir(folder)).toSorted();
  return Promise.all(
    names
      .filter((name) => name.endsWith('.graphql'))
      .map(async (name) => {
        const query = await readFile(join(folder, name), 'utf8');
        const json = name.replace(/\.graphql$/, '.json');
        return names.includes(json) ? { query, variables: await readFile(join(folder, json), 'utf8') } : { query };
      }),
  );
}
