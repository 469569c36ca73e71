import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { layStore, makeTemplate } from './template.ts';

let folder: string;
let templates: string;
let target: string;
let made: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'template-'));
  templates = join(folder, 'templates');
  target = join(folder, 'postgres');
  made = 0;
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** As a store is: folders, and files that only their owner may read. */
const create = async (directory: string): Promise<void> => {
  made += 1;
  await mkdir(join(directory, 'base'));
  await writeFile(join(directory, 'base', '1'), `store ${made}`, { mode: 0o600 });
};

const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

describe('the template of a store', () => {
  it('is laid where there is no store, for its owner alone', async () => {
    await makeTemplate(create, templates);
    await layStore(target, create, templates);
    expect(await readFile(join(target, 'base', '1'), 'utf8')).toBe('store 1');
    expect(await Promise.all(['', 'base', 'base/1'].map((path) => modeOf(join(target, path))))).toEqual([
      '700',
      '700',
      '600',
    ]);
  });

  it('can be read by whoever runs the program', async () => {
    await makeTemplate(create, templates);
    const [name = ''] = await readdir(templates);
    const paths = ['', 'base', 'base/1'].map((path) => join(templates, name, path));
    expect(await Promise.all(paths.map(modeOf))).toEqual(['755', '755', '644']);
  });

  it('takes the place of an empty directory', async () => {
    await makeTemplate(create, templates);
    await mkdir(target);
    await layStore(target, create, templates);
    expect(await readdir(target)).toEqual(['base']);
  });

  it('is made once, and in place of other versions', async () => {
    await mkdir(join(templates, '0.0.1-old'), { recursive: true });
    await makeTemplate(create, templates);
    await makeTemplate(create, templates);
    expect(made).toBe(1);
    expect(await readdir(templates)).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+-[0-9a-f]{12}$/)]);
  });

  it('is made anew where it could not be finished, and until then a store is created in place', async () => {
    const fails = async (directory: string) => {
      await create(directory);
      throw new Error('no room');
    };
    await expect(makeTemplate(fails, templates)).rejects.toThrow('no room');
    await layStore(target, create, templates);
    expect(await readFile(join(target, 'base', '1'), 'utf8')).toBe('store 2');
    await makeTemplate(create, templates);
    await layStore(join(folder, 'other'), create, templates);
    expect(await readFile(join(folder, 'other', 'base', '1'), 'utf8')).toBe('store 3');
  });

  it('leaves nothing behind where the store cannot be created', async () => {
    const fails = async (directory: string) => {
      await create(directory);
      throw new Error('no room');
    };
    await expect(layStore(target, fails, templates)).rejects.toThrow('no room');
    expect(await readdir(folder)).toEqual([]);
  });
});
