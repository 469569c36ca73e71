import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { brokenCitations, brokenLinks, outsideCitations, type Library } from './support/house/citations.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NOT_OURS = /(?:^|\/)(?:node_modules|dist|coverage|generated|\.[^/]+)(?:\/|$)/;

const under = (folder: string) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length).replaceAll('\\', '/'))
    .filter((path) => !NOT_OURS.test(path));

const CODE_FOLDERS = ['bench', 'deploy', 'examples', 'providers', 'schema', 'scripts', 'src', 'test', 'web'];
const FILES = [
  ...readdirSync(ROOT, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : [])),
  ...[...CODE_FOLDERS, 'docs'].flatMap(under),
];
const textOf = (paths: readonly string[]) =>
  new Map(paths.map((path): [string, string] => [path, readFileSync(join(ROOT, path), 'utf8')]));

const PAGES = textOf(FILES.filter((path) => path.endsWith('.md')));
/** These two hold examples of what they look for. */
const OWN = new Set(['test/citations.test.ts', 'test/support/house/citations.ts']);
const SOURCES = textOf(
  FILES.filter((path) => /\.(?:ts|mjs|css|html|yaml|graphql)$|^Dockerfile$/.test(path) && !OWN.has(path)),
);
const LIBRARY: Library = { pages: PAGES, files: FILES };

describe('what is cited', () => {
  it('exists: pages, sections, decisions and files', () => {
    expect(SOURCES.size).toBeGreaterThan(800);
    expect(PAGES.size).toBeGreaterThan(15);
    expect(brokenCitations(new Map([...SOURCES, ...PAGES]), LIBRARY)).toEqual([]);
  });

  it('is in the repository or public', () => {
    expect(outsideCitations(new Map([...SOURCES, ...PAGES]))).toEqual([]);
  });

  it('exists where a page links to it', () => {
    expect(brokenLinks(LIBRARY)).toEqual([]);
  });
});

describe('the check of citations', () => {
  const library: Library = {
    pages: new Map([
      ['README.md', '# Home'],
      ['docs/providers/acme.md', '# Acme\n\n## Rate limits\n\n### `GET /x` (old)\n'],
      ['docs/decisions.md', '# Decisions\n\n1. **One.** Why.\n2. **Two.** Why.\n'],
    ]),
    files: ['README.md', 'docs/providers/acme.md', 'docs/decisions.md', 'src/cache/cache.ts'],
  };
  const broken = (text: string, path = 'src/a.ts') => brokenCitations(new Map([[path, text]]), library);
  const outside = (text: string) => outsideCitations(new Map([['src/a.ts', text]]));

  it.each([
    ['// 300 a minute (acme.md#rate-limits).', []],
    ['// docs/providers/acme.md#get-x-old, README.md, PROTOCOL.md of graphql-ws', []],
    ['// acme.md#limits', ['src/a.ts:1: acme.md#limits: no such section']],
    ['\n/**\n * See docs/acme.md for more.\n */', ['src/a.ts:2: docs/acme.md: no such page']],
    ['const a = 1; // nowhere.md', ['src/a.ts:1: nowhere.md: no such page']],
    ["const page = 'nowhere.md';", []],
    ['// decisions 1, 2 and 3', ['src/a.ts:1: decision 3: no such decision']],
    ['// as cache.ts and src/cache/cache.ts have it', []],
    ['// src/loaders/cache.ts', ['src/a.ts:1: src/loaders/cache.ts: no such file']],
  ])('reads %j', (text, complaints) => {
    expect(broken(text)).toEqual(complaints);
  });

  it('reads the whole of a file that is not TypeScript', () => {
    expect(broken('# nowhere.md', 'deploy/a.yaml')).toHaveLength(1);
  });

  it.each([
    ['// As the sheet has it.', 1],
    ["it('follows the fact sheet', () => {});", 1],
    ['// DESIGN: Words', 1],
    ['// a hidden question (U27)', 1],
    ['// See section 4.2.', 1],
    ['// Ids are text (6.1).', 1],
    ['// Ids are text (6.1, 7).', 1],
    ['// RFC 6750, section 3', 0],
    ['// Closed (RFC 9112, 9.6) and understood\n// in chunks (6.1).', 0],
    ['// half of it (0.5) or a style sheet', 1],
    ['const value = f(0.5); // a style sheet', 0],
  ])('counts what is outside in %j', (text, count) => {
    expect(outside(text)).toHaveLength(count);
  });

  it('follows links from where they stand', () => {
    const page =
      '[a](providers/acme.md#rate-limits) [b](../README.md#home) [c](acme.md) [d](#gone) [e](https://x.test/y)';
    const pages = new Map([...library.pages, ['docs/index.md', page]]);
    expect(brokenLinks({ pages, files: [...library.files, 'docs/index.md'] })).toEqual([
      'docs/index.md: docs/acme.md: no such file',
      'docs/index.md: docs/index.md#gone: no such section',
    ]);
  });
});
