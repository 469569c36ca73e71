import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A package of the production set. */
export interface InstalledPackage {
  name: string;
  version: string;
  /** SPDX, as its package.json says. */
  licence: string;
}

/** Licences that ask for no more than that they are named and shipped along. */
export const ALLOWED_LICENCES: ReadonlySet<string> = new Set([
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
]);

interface Lock {
  packages: Record<
    string,
    { version?: string; dev?: boolean; devOptional?: boolean; optional?: boolean; license?: string }
  >;
}

/**
 * What `npm ci --omit=dev` installs, by the lock file; the licence is read from what is installed, and from the lock for
 * binaries of other platforms.
 */
export function productionPackages(root: string): InstalledPackage[] {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
  const found = Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true)
    .map(([path, entry]) => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version: entry.version ?? '',
      licence: licenceOf(join(root, path, 'package.json')) ?? entry.license ?? 'unknown',
    }));
  const unique = new Map(found.map((each) => [`${each.name}@${each.version}`, each]));
  return [...unique.values()].toSorted((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}

function licenceOf(path: string): string | null {
  if (!existsSync(path)) return null;
  const { license, licenses } = JSON.parse(readFileSync(path, 'utf8')) as {
    license?: string | { type: string };
    licenses?: { type: string }[];
  };
  if (typeof license === 'string') return license;
  return license?.type ?? licenses?.[0]?.type ?? null;
}

/** The page of all of them; prettier aligns its table. */
export function licencesPage(root: string): string {
  const packages = productionPackages(root);
  const counts = new Map<string, number>();
  for (const { licence } of packages) counts.set(licence, (counts.get(licence) ?? 0) + 1);
  const summary = [...counts].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return [
    '# Licences',
    '',
    `What the image contains beside Node.js: the ${packages.length} packages that \`npm ci --omit=dev\` installs, by`,
    '`npm run licences`. A test compares this page with the lock file and takes no licence that',
    '`scripts/licencesPage.ts` does not permit.',
    '',
    `${summary.map(([licence, count]) => `${licence}: ${count}`).join(', ')}.`,
    '',
    '| package | version | licence |',
    '| --- | --- | --- |',
    ...packages.map(({ name, version, licence }) => `| \`${name}\` | ${version} | ${licence} |`),
    '',
  ].join('\n');
}
