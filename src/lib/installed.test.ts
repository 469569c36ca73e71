import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { installed } from './installed.ts';

let root: string;
/** Where this code runs from, in an installation below `root`. */
let here: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'installed-'));
  here = join(root, 'app', 'dist', 'src');
  await mkdir(here, { recursive: true });
  await Promise.all([mkdir(join(root, 'app', 'web')), mkdir(join(root, 'docs'))]);
  await writeFile(join(root, 'app', 'package.json'), '{}');
});
afterAll(() => rm(root, { recursive: true, force: true }));

it('is looked for upwards', () => {
  expect(installed('web', here)).toBe(join(root, 'app', 'web'));
});

it('is not what lies outside the installation', () => {
  expect(installed('docs', here)).toBeNull();
});
