import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { OPERATIONS, WRITES, type WritePortName } from '../src/domain/operations.ts';
import { scan } from './support/house/source.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * Code of the product without comments; tests and the suites that they share are left out. The directory knows no writes,
 * and its own `removeSkills` drops records.
 */
const CODE = ['src', 'schema']
  .flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
  )
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts') && !/\.test\.ts$|\/contract(?:\/|\w*\.ts$)|^src\/directory\//.test(path))
  .map((path): [string, string] => [path, scan(readFileSync(join(ROOT, path), 'utf8')).code]);

/** Two mutations that share one file, since they differ in a port alone. */
const FILE_OF: Partial<Record<string, string>> = { assignSkills: 'rateSkills' };

/** What every kind of write has. */
const PLACES = (mutation: string) => [
  'src/domain/operations.ts',
  'src/domain/ports.ts',
  `src/tasks/commands/${FILE_OF[mutation] ?? mutation}.ts`,
  `schema/task/${FILE_OF[mutation] ?? mutation}.ts`,
  'schema/task/index.ts',
];

/** Where some kinds have a peculiarity that another kind need not have. */
const PECULIAR: Partial<Record<WritePortName, readonly string[]>> = {
  // Read back first, where the value is null.
  assign: ['src/tasks/engine/heldRatings.ts'],
  // Shown in the directory and in ratings before the next sync.
  remove: ['src/tasks/readYourWrites.ts'],
  upsertEmployees: ['src/tasks/readYourWrites.ts'],
  // The description of an upsert's exitDate points to the mutation.
  setStatus: ['src/tasks/readYourWrites.ts', 'schema/task/upsertEmployees.ts'],
  upsertSkills: ['src/tasks/readYourWrites.ts'],
};

const PORTS = Object.keys(WRITES) as WritePortName[];

describe('a kind of write', () => {
  it.each(PORTS)('%s is named by its row, its port, its command and its mutation alone', (port) => {
    const { kind, mutation } = WRITES[port];
    // A port may be a common word: it counts where it is compared with, or given as, an operation.
    const named = new RegExp(`\\b(?:${kind}|${mutation})\\b|(?:operation(?::| ===)|case|usable\\(.*) '${port}'`);
    const files = CODE.flatMap(([path, code]) => (named.test(code) ? [path] : []));
    const expected = [...PLACES(mutation), ...(PECULIAR[port] ?? [])];
    expect(files.filter((path) => !expected.includes(path))).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(PLACES(mutation).slice(2, 4)));
  });

  it('is an operation of integrations, once', () => {
    const kinds = PORTS.map((port) => WRITES[port].kind);
    expect(OPERATIONS.slice(-kinds.length)).toEqual(kinds);
    expect(new Set(OPERATIONS).size).toBe(OPERATIONS.length);
  });
});
