import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { importCycles } from './support/house/importCycles.ts';
import {
  layerViolations,
  processUses,
  registryViolations,
  vendorNames,
  type Allowance,
} from './support/house/layers.ts';
import { lackingFiles } from './support/house/providerFolders.ts';
import { importsOf, scan } from './support/house/source.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Folders of providers; an empty one is no provider. */
const FOLDERS = readdirSync(join(ROOT, 'providers'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && readdirSync(join(ROOT, 'providers', entry.name)).length > 0)
  .map((entry) => entry.name);

/** The former name of one vendor is a vendor's name too. */
const VENDORS = [...FOLDERS, 'mavenlink'];

/** Every file of code that is written by hand. */
const CODE = ['bench', 'examples', 'providers', 'schema', 'scripts', 'src', 'test']
  .flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
  )
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => /\.(?:ts|mjs)$/.test(path) && !path.includes('node_modules') && !path.includes('/generated/'));

const SOURCES = new Map(
  CODE.filter((path) => path.endsWith('.ts') && /^(?:src|schema|providers|test)\//.test(path)).map(
    (path): [string, string] => [path, readFileSync(join(ROOT, path), 'utf8')],
  ),
);

/** Examples in descriptions of the schema; nothing else may name a vendor. */
const EXAMPLES: Allowance[] = [
  [/^schema\/integration\/integration\.ts$/, /e\.g\. kombo-main\b|e\.g\. kombo, imocha, kantata\b/g],
  [/^schema\/(?:employee|skill)\//, /\(Kombo `remote_id`\)/g],
];

/** The lock of the embedded store asks whether its owner, known by pid, is still alive. */
const PROCESS_ALLOWED: Allowance[] = [[/^src\/tasks\/store\//, /\bprocess\.(?:pid\b|platform\b|kill\(\w+, 0\))/g]];
const TOUCH_PROCESS = new Set(['src/main.ts', 'src/simulate.ts']);

describe('the house', () => {
  it('imports only from its own layer and those below', () => {
    expect(SOURCES.size).toBeGreaterThan(40);
    expect(layerViolations(SOURCES)).toEqual([]);
  });

  it('has no import cycle', () => {
    const own = new Map([...SOURCES].filter(([path]) => !path.startsWith('test/') && !path.endsWith('.test.ts')));
    expect(importCycles(own)).toEqual([]);
  });

  it('names vendors only in their own folders', () => {
    expect(vendorNames(SOURCES, VENDORS, EXAMPLES)).toEqual([]);
  });

  it('touches process only where it starts', () => {
    const own = new Map([...SOURCES].filter(([path]) => !path.startsWith('test/')));
    expect(processUses(own, TOUCH_PROCESS, PROCESS_ALLOWED)).toEqual([]);
  });

  it('names files in camelCase, and keeps at most 30 source files in a folder', () => {
    expect(CODE.filter((path) => !/(?:^|\/)[a-z][a-zA-Z0-9]*(?:\.[a-z]+)*\.(?:ts|mjs)$/.test(path))).toEqual([]);
    const sizes = new Map<string, number>();
    for (const path of CODE) {
      if (!path.endsWith('.test.ts')) sizes.set(dirname(path), (sizes.get(dirname(path)) ?? 0) + 1);
    }
    expect([...sizes].filter(([, size]) => size > 30)).toEqual([]);
  });

  it('takes a provider for one folder and one line', () => {
    const registry = join(ROOT, 'providers', 'registry.ts');
    expect(existsSync(registry)).toBe(true);
    expect(registryViolations(readFileSync(registry, 'utf8'), FOLDERS)).toEqual([]);
  });

  it('finds the same files in every provider', () => {
    const files = new Set(CODE.map((path) => path.replace(/^providers\//, '')));
    expect(FOLDERS.flatMap((name) => lackingFiles(name, files))).toEqual([]);
    expect(lackingFiles('kombo', new Set([...files].filter((path) => path !== 'kombo/reads/reads.ts')))).toEqual([
      'kombo/reads/reads.ts',
    ]);
  });
});

/** What the checker says of one file importing another. */
const importing = (from: string, to: string) => layerViolations(new Map([[from, `import { x } from '${to}';`]]));

describe('the check of layers', () => {
  it.each([
    ['src/domain/a.ts', '../outbound/shape.ts', 'outbound is above domain'],
    ['src/simulator/a.ts', '../outbound/shape.ts', 'outbound is above simulator'],
    ['src/outbound/a.ts', '../../providers/kombo/kombo.ts', 'provider is above outbound'],
    ['src/outbound/a.ts', '../directory/directory.ts', 'directory is above outbound'],
    ['providers/kombo/a.ts', '../imocha/imocha.ts', 'providers/imocha is another provider'],
    ['providers/kombo/a.ts', '../registry.ts', 'registry is above provider'],
    ['providers/kombo/a.ts', '../../schema/builder.ts', 'schema is above provider'],
    ['src/directory/a.ts', '../loaders/a.ts', 'loaders is above directory'],
    ['src/directory/a.ts', '../../providers/registry.ts', 'providers are given, not imported'],
    ['src/loaders/a.ts', '../tasks/a.ts', 'tasks is above loaders'],
    ['src/tasks/store/a.ts', '../../webhooks/a.ts', 'webhooks is above tasks'],
    ['src/tasks/a.ts', '../../providers/kombo/kombo.ts', 'providers are given, not imported'],
    ['src/tasks/a.ts', '../context.ts', 'context is above tasks'],
    ['src/context.ts', '../schema/builder.ts', 'schema is above context'],
    ['schema/skill/skill.ts', '../../providers/kombo/kombo.ts', 'schema and providers never meet'],
    ['schema/skill/skill.ts', '../../src/config/config.ts', 'config is above schema'],
    ['schema/builder.ts', './skill/skill.ts', 'the builder knows no type'],
    ['src/loaders/a.ts', '../http/server.ts', 'http is above loaders'],
    ['src/config/a.ts', '../../providers/registry.ts', 'it is given schema and providers'],
    ['src/graphql/a.ts', '../../schema/index.ts', 'it is given schema and providers'],
    ['src/http/a.ts', '../../schema/index.ts', 'it is given schema and providers'],
    ['src/main.ts', './domain/ids.test.ts', 'a test is imported by nobody'],
    ['src/main.ts', '../test/support/house/layers.ts', 'only tests import test/'],
    ['test/a.test.ts', './b.test.ts', 'a test is imported by nobody'],
    ['src/main.ts', './other/a.ts', 'it belongs to no layer'],
  ])('names %s importing %s', (from, to, reason) => {
    expect(importing(from, to)).toEqual([expect.stringMatching(new RegExp(`^${from}:1: imports .*: ${reason}$`))]);
  });

  it.each([
    ['src/outbound/a.ts', '../simulator/simulator.ts'],
    ['providers/kombo/a.ts', './b.ts'],
    ['providers/kombo/a.ts', '../../src/outbound/card.ts'],
    ['providers/registry.ts', './kombo/kombo.ts'],
    ['src/tasks/a.ts', './store/store.ts'],
    ['src/tasks/a.ts', '../directory/directory.ts'],
    ['src/context.ts', './loaders/loaders.ts'],
    ['schema/skill/skill.ts', '../employee/employee.ts'],
    ['schema/skill/skill.ts', '../../src/tasks/rateSkills.ts'],
    ['src/app/a.ts', '../../providers/registry.ts'],
    ['src/main.ts', '../schema/index.ts'],
    ['src/domain/a.test.ts', '../main.ts'],
    ['src/main.ts', 'undici'],
  ])('lets %s import %s', (from, to) => {
    expect(importing(from, to)).toEqual([]);
  });

  it('names a file that belongs to no layer', () => {
    expect(layerViolations(new Map([['src/helpers.ts', '']]))).toEqual(['src/helpers.ts: belongs to no layer']);
  });

  it.each([
    "import type { X } from '../main.ts';",
    "import '../main.ts';",
    'import {\n  a,\n  b,\n} from "../main.ts";',
    "export * from '../main.ts';",
    "export { a as b } from '../main.ts';",
    "const a = await import('../main.ts');",
    "type A = import('../main.ts').A;",
    "const a = createRequire(import.meta.url)('x'); require('../main.ts');",
    "new Worker(new URL('../main.ts', import.meta.url));",
    "const s = `${await import('../main.ts')}`;",
    "const r = /[/'\"]/.test(s); import x from '../main.ts';",
  ])('sees %j', (source) => {
    expect(importsOf(source).map((found) => found.specifier)).toContain('../main.ts');
    expect(layerViolations(new Map([['src/domain/a.ts', source]]))).toHaveLength(1);
  });

  it('sees that a computed import cannot be read', () => {
    expect(layerViolations(new Map([['src/tasks/a.ts', '\nawait import(name);']]))).toEqual([
      'src/tasks/a.ts:2: imports something computed',
    ]);
  });

  it('takes neither comments nor text for imports', () => {
    const source = [
      "// import a from '../main.ts';",
      "/* import a from '../main.ts'; */",
      'const text = "import a from \'../main.ts\'";',
      "const template = `import a from '../main.ts' ${1}`;",
      "const url = new URL('../main.ts', base);",
    ].join('\n');
    expect(importsOf(source)).toEqual([]);
  });

  it('tells comments, text and code apart', () => {
    const { code, bare } = scan("a('//b'); // c\nd = `e${f({ g: 'h' })}i` / j; /* k */ l.match(/\\/m'/g);");
    expect(code.replaceAll(/ +/g, ' ')).toBe("a('//b'); \nd = `e${f({ g: 'h' })}i` / j; l.match(/\\/m'/g);");
    expect(bare.replaceAll(/\s/g, '')).toBe("a('');d=`${f({g:''})}`/j;l.match();");
  });
});

describe('the search for import cycles', () => {
  const cyclesOf = (imports: Record<string, string[]>) =>
    importCycles(
      new Map(
        Object.entries(imports).map(([name, targets]): [string, string] => [
          `src/${name}.ts`,
          targets.map((target) => `import type { X } from './${target}.ts';`).join('\n'),
        ]),
      ),
    );

  it('finds each group of files that import each other, types included', () => {
    expect(cyclesOf({ a: ['b'], b: ['c'], c: ['a', 'd'], d: ['e'], e: ['d'], f: ['a'] })).toEqual([
      ['src/d.ts', 'src/e.ts'],
      ['src/a.ts', 'src/b.ts', 'src/c.ts'],
    ]);
  });

  it('takes files that share an import for no cycle', () => {
    expect(cyclesOf({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] })).toEqual([]);
  });
});

describe('the guard of vendor names', () => {
  const allowed: Allowance[] = [[/^schema\/a\.ts$/, /e\.g\. kombo-main/g]];
  const names = (path: string, source: string) => vendorNames(new Map([[path, source]]), ['kombo', 'kantata'], allowed);

  it('names a line of code or text, and a file', () => {
    expect(names('src/loaders/a.ts', "\nif (name === 'Kombo') x();")).toEqual([
      "src/loaders/a.ts:2: if (name === 'Kombo') x();",
    ]);
    expect(names('schema/a.ts', 'const kantataScale = 5;')).toHaveLength(1);
    expect(names('src/kombo.ts', '')).toEqual(['src/kombo.ts: names a vendor']);
  });

  it('leaves comments, tests, providers and allowed examples alone', () => {
    expect(names('src/a.ts', '// Kombo is slow')).toEqual([]);
    expect(names('src/a.test.ts', "'kombo'")).toEqual([]);
    expect(names('providers/kombo/a.ts', "'kombo'")).toEqual([]);
    expect(names('schema/a.ts', "'The name, e.g. kombo-main.'")).toEqual([]);
    expect(names('schema/a.ts', "'The name, e.g. kombo-main.' + kombo")).toHaveLength(1);
    expect(names('schema/b.ts', "'The name, e.g. kombo-main.'")).toHaveLength(1);
  });
});

describe('the guard of process', () => {
  const uses = (path: string, source: string) => processUses(new Map([[path, source]]), TOUCH_PROCESS, PROCESS_ALLOWED);

  it.each([
    'const port = process.env.PORT;',
    'const { env } = process;',
    'globalThis.process.exit();',
    'const process = globalThis.process;',
    "import { env } from 'node:process';",
    'process?.on;',
  ])('names %j', (source) => {
    expect(uses('src/loaders/a.ts', source)).toHaveLength(1);
  });

  it('leaves the entrances, other words and the one allowed use alone', () => {
    expect(uses('src/main.ts', 'process.exit();')).toEqual([]);
    expect(
      uses('src/loaders/a.ts', "queue.process(job); const a = { process: 1 }; // process.env\n'process.env';"),
    ).toEqual([]);
    expect(uses('src/loaders/a.ts', 'const process = async (job) => job;\nnew Worker(process);')).toEqual([]);
    expect(uses('src/tasks/store/lock.ts', 'const owner = process.pid;')).toEqual([]);
    expect(uses('src/tasks/store/lock.ts', 'process.pid; process.env.X;')).toHaveLength(1);
    expect(uses('src/tasks/a.ts', 'const owner = process.pid;')).toHaveLength(1);
  });
});

describe('the guard of the registry', () => {
  const good = "/** The providers. */\nexport { a } from './a/a.ts';\nexport { b } from './b/b.ts';\n";

  it('is content with one line a folder', () => {
    expect(registryViolations(good, ['a', 'b'])).toEqual([]);
  });

  it('names what is more or less than that', () => {
    expect(registryViolations(good, ['a', 'b', 'c'])).toEqual(['not exported: c']);
    expect(registryViolations(good, ['a'])).toEqual(['no such folder: b']);
    expect(registryViolations(`${good}const extra = 1;`, ['a', 'b'])).toEqual(["no provider's line: const extra = 1;"]);
    expect(registryViolations(good.replace('./b/b.ts', './b/card.ts'), ['a'])).toHaveLength(1);
    expect(registryViolations(`${good}export { a } from './a/a.ts';`, ['a', 'b'])).toEqual(['twice: a']);
  });
});
