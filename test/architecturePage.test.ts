import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { layerNameOf, LAYERS } from './support/house/layers.ts';

const ROOT = join(import.meta.dirname, '..');
const PAGE = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');

/** The rows of the table of rooms: the layer, and the paths that it names. */
const ROWS = [...PAGE.matchAll(/^\| (\w+) +\| (`.*?) +\|/gm)].map(([, layer = '', where = '']) => ({
  layer,
  paths: [...where.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path),
}));

describe('docs/architecture.md', () => {
  it('names only files and folders that exist', () => {
    const paths = [...PAGE.matchAll(/`((?:bench|docs|providers|schema|scripts|src|test)(?:\/[\w.-]+)+)`/g)];
    expect(paths.length).toBeGreaterThan(50);
    expect(paths.map(([, path = '']) => path).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('lists the layers that imports are held to, in their order', () => {
    expect(ROWS.map(({ layer }) => layer)).toEqual(LAYERS.map(({ name }) => name));
  });

  it.each(ROWS)('says where the layer $layer is', ({ layer, paths }) => {
    const files = paths.map((path) => {
      if (!statSync(join(ROOT, path)).isDirectory()) return path;
      return layer === 'provider' ? `${path}/any/any.ts` : `${path}/any.ts`;
    });
    expect(files.map(layerNameOf)).toEqual(files.map(() => layer));
  });
});
