import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getOperationAST, parse } from 'graphql';
import { afterEach, describe, expect, it } from 'vitest';
import { readGraphiqlTabs } from './graphiqlTabs.ts';

const folders: string[] = [];

afterEach(() => Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true }))));

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tabs-'));
  folders.push(folder);
  return folder;
}

describe('readGraphiqlTabs', () => {
  it('reads the examples of this repository, each a named operation', async () => {
    const tabs = await readGraphiqlTabs();
    expect(tabs.map(({ query }) => getOperationAST(parse(query))?.name?.value)).toEqual([
      'EmployeesWithRatings',
      'OneSkill',
      'Experts',
      'SkillGaps',
      'SearchSkills',
      'RateASkill',
      'WatchATask',
      'Integrations',
    ]);
  });

  it('finds them above the folder it starts in, in order, with their variables', async () => {
    const root = await emptyFolder();
    const examples = join(root, 'examples', 'graphiql');
    const start = join(root, 'dist', 'src', 'http');
    await Promise.all([mkdir(examples, { recursive: true }), mkdir(start, { recursive: true })]);
    await writeFile(join(examples, '02-b.graphql'), 'query B { b }');
    await writeFile(join(examples, '01-a.graphql'), 'query A { a }');
    await writeFile(join(examples, '02-b.json'), '{ "id": 1 }');
    expect(await readGraphiqlTabs(start)).toEqual([
      { query: 'query A { a }' },
      { query: 'query B { b }', variables: '{ "id": 1 }' },
    ]);
  });

  it('gives none where no examples are installed', async () => {
    expect(await readGraphiqlTabs(await emptyFolder())).toEqual([]);
  });
});
