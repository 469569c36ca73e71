import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';
import { ALLOWED_LICENCES, licencesPage, productionPackages } from '../scripts/licencesPage.ts';

const root = join(import.meta.dirname, '..');
const path = join(root, 'docs', 'licences.md');

it('every package of production has a licence that is permitted', () => {
  const packages = productionPackages(root);
  expect(packages.length).toBeGreaterThan(20);
  expect(packages.filter(({ licence }) => !ALLOWED_LICENCES.has(licence))).toEqual([]);
});

it('docs/licences.md names what the lock file installs; npm run licences writes it anew', async () => {
  const options = await resolveConfig(path);
  expect(readFileSync(path, 'utf8')).toBe(await format(licencesPage(root), { ...options, filepath: path }));
});
