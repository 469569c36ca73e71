import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A tab that GraphiQL opens with. */
export interface GraphiqlTab {
  query: string;
  /** JSON text. */
  variables?: string;
}

/**
 * The example tabs, in the order of their file names: `examples/graphiql/*.graphql`, each with the variables of the
 * `.json` file of the same name, where there is one. Looked for upwards from `directory`, because this file runs from the
 * sources as well as from the build; none where the examples are not installed.
 */
export async function readGraphiqlTabs(directory: string = import.meta.dirname): Promise<GraphiqlTab[]> {
  const folder = join(directory, 'examples', 'graphiql');
  if (!existsSync(folder)) {
    const parent = dirname(directory);
    return parent === directory ? [] : readGraphiqlTabs(parent);
  }
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
