/** The house rules on who may know whom, over sources given as path and text. */
import { dirname, normalize } from 'node:path/posix';
import { importsOf, scan } from './source.ts';

export type Sources = ReadonlyMap<string, string>;

/** Lowest first; a file belongs to the first layer whose pattern fits. */
export const LAYERS: readonly { name: string; pattern: RegExp }[] = [
  { name: 'lib', pattern: /^src\/lib\// },
  { name: 'domain', pattern: /^src\/domain\// },
  { name: 'redis', pattern: /^src\/redis\// },
  { name: 'simulator', pattern: /^src\/simulator\// },
  { name: 'outbound', pattern: /^src\/outbound\// },
  { name: 'integrations', pattern: /^src\/integrations\// },
  { name: 'provider', pattern: /^providers\/[^/]+\// },
  { name: 'registry', pattern: /^providers\/registry\.ts$/ },
  { name: 'directory', pattern: /^src\/directory\// },
  { name: 'cache', pattern: /^src\/cache\// },
  { name: 'links', pattern: /^src\/links\// },
  { name: 'loaders', pattern: /^src\/loaders\// },
  { name: 'tasks', pattern: /^src\/tasks\// },
  { name: 'webhooks', pattern: /^src\/webhooks\// },
  { name: 'context', pattern: /^src\/context\.ts$/ },
  { name: 'schema', pattern: /^schema\// },
  { name: 'auth', pattern: /^src\/auth\// },
  { name: 'graphql', pattern: /^src\/graphql\// },
  { name: 'observability', pattern: /^src\/observability\// },
  { name: 'config', pattern: /^src\/config\// },
  { name: 'http', pattern: /^src\/http\// },
  { name: 'app', pattern: /^src\/(?:app\/|(?:main|prepare|simulate)\.ts$)/ },
];

/** Rooms that are given the schema and the providers. */
const GIVEN = /^src\/(?:auth|graphql|http|observability|config)\//;
const TEST = /(?:\.test\.ts$|^test\/)/;

const layerOf = (path: string) => LAYERS.findIndex((layer) => layer.pattern.test(path));
/** The name of the layer that a file belongs to; undefined for none. */
export const layerNameOf = (path: string) => LAYERS[layerOf(path)]?.name;
const roomOf = (path: string) => path.match(/^(?:providers|src)\/[^/]+(?=\/)/)?.[0] ?? path;

/** Why this file may not import that one; null when it may. */
function objection(from: string, to: string): string | null {
  if (to.endsWith('.test.ts')) return 'a test is imported by nobody';
  if (TEST.test(from)) return null;
  if (TEST.test(to)) return 'only tests import test/';
  const [lower, upper] = [layerOf(from), layerOf(to)];
  const [a, b] = [layerNameOf(from), layerNameOf(to)];
  if (b === undefined) return 'it belongs to no layer';
  if (GIVEN.test(from) && /^(?:schema|providers)\//.test(to)) return 'it is given schema and providers';
  if (a === 'app') return null;
  if (upper > lower) return `${b} is above ${a}`;
  if (a === 'schema' && to.startsWith('providers/')) return 'schema and providers never meet';
  if (to.startsWith('providers/') && !from.startsWith('providers/')) return 'providers are given, not imported';
  if (upper === lower && a === 'provider' && roomOf(from) !== roomOf(to)) return `${roomOf(to)} is another provider`;
  if (from === 'schema/builder.ts' && /^schema\/[^/]+\//.test(to)) return 'the builder knows no type';
  return null;
}

/** Every import that goes up, sideways or to a test, and every file without a layer. */
export function layerViolations(sources: Sources): string[] {
  return [...sources].flatMap(([from, source]) => {
    const homeless = !TEST.test(from) && layerOf(from) < 0 ? [`${from}: belongs to no layer`] : [];
    const forbidden = importsOf(source).flatMap(({ specifier, line }) => {
      if (specifier === null) return TEST.test(from) ? [] : [`${from}:${line}: imports something computed`];
      if (!specifier.startsWith('.')) return [];
      const to = normalize(`${dirname(from)}/${specifier}`);
      const reason = objection(from, to);
      return reason === null ? [] : [`${from}:${line}: imports ${to}: ${reason}`];
    });
    return [...homeless, ...forbidden];
  });
}

/** Text that a line may hold although the rule forbids it: where, and what exactly. */
export type Allowance = readonly [path: RegExp, text: RegExp];

const without = (line: string, path: string, allowed: readonly Allowance[]) =>
  allowed.reduce((text, [where, what]) => (where.test(path) ? text.replaceAll(what, '') : text), line);

/** Every line of src and schema that names a vendor in code or text, but not in a comment. */
export function vendorNames(sources: Sources, vendors: readonly string[], allowed: readonly Allowance[]): string[] {
  const vendor = new RegExp(vendors.join('|'), 'i');
  return [...sources].flatMap(([path, source]) => {
    if (TEST.test(path) || !/^(?:src|schema)\//.test(path)) return [];
    const named = vendor.test(path) ? [`${path}: names a vendor`] : [];
    const lines = scan(source).code.split('\n');
    return [
      ...named,
      ...lines.flatMap((line, index) =>
        vendor.test(without(line, path, allowed)) ? [`${path}:${index + 1}: ${line.trim()}`] : [],
      ),
    ];
  });
}

/** Every line that touches `process` outside the given files. */
export function processUses(sources: Sources, files: ReadonlySet<string>, allowed: readonly Allowance[]): string[] {
  return [...sources].flatMap(([path, source]) => {
    if (TEST.test(path) || files.has(path)) return [];
    const { bare } = scan(source);
    // A file with a variable of that name means its own.
    const own = /\b(?:const|let|var|function)\s+process\b/.test(bare);
    const touch = own ? /globalThis\s*\.\s*process\b/ : /(?:globalThis\s*\.\s*|(?<![.#\w$]))process\b(?!\s*\??:|\s*\()/;
    const uses = bare
      .split('\n')
      .flatMap((line, index) =>
        touch.test(without(line, path, allowed)) ? [`${path}:${index + 1}: touches process`] : [],
      );
    const imported = importsOf(source).flatMap(({ specifier, line }) =>
      specifier === 'node:process' || specifier === 'process' ? [`${path}:${line}: imports process`] : [],
    );
    return [...uses, ...imported];
  });
}

/** What keeps "one folder and one line" from being true: lines that are no such export, folders without one, doubles. */
export function registryViolations(registry: string, folders: readonly string[]): string[] {
  const lines = scan(registry)
    .code.split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const names = lines.map((line) => line.match(/^export \{ (\w+) \} from '\.\/\1\/\1\.ts';$/)?.[1] ?? null);
  return [
    ...lines.filter((_, index) => names[index] === null).map((line) => `no provider's line: ${line}`),
    ...folders.filter((folder) => !names.includes(folder)).map((folder) => `not exported: ${folder}`),
    ...names.filter((name) => name !== null && !folders.includes(name)).map((name) => `no such folder: ${name}`),
    ...names.filter((name, index) => name !== null && names.indexOf(name) < index).map((name) => `twice: ${name}`),
  ];
}
