/** docs/errors.md lists every error code, and what it says of statuses is what is sent. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GraphQLEnumType } from 'graphql';
import { expect, it } from 'vitest';
import { schema } from '../schema/index.ts';
import { ERROR_CODES } from '../src/domain/errorCodes.ts';
import { PROBLEM_CODES } from '../src/domain/problem.ts';

const ROOT = join(import.meta.dirname, '..');

/** The rows of the page's table: code, where, status, meaning, remedy. */
const ROWS = readFileSync(join(ROOT, 'docs', 'errors.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim().replaceAll('`', '')),
  );

const SOURCES = ['src', 'schema'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.endsWith('errorCodes.ts'))
    .map((path) => readFileSync(join(ROOT, folder, path), 'utf8')),
);

it('has a row for each code in each place it stands, in the order of the alphabet', () => {
  const userErrors = (schema.getType('UserErrorCode') as GraphQLEnumType).getValues().map(({ name }) => name);
  const codes = [
    ...ERROR_CODES.map((code) => `${code} errors`),
    ...PROBLEM_CODES.map((code) => `${code} problem`),
    ...userErrors.map((code) => `${code} userErrors`),
  ].toSorted((a, b) => (a < b ? -1 : 1));
  expect(ROWS.map(([code, where]) => `${code} ${where}`)).toEqual(codes);
});

it('says of each code what it means, and what to do', () => {
  for (const row of ROWS) {
    expect(row).toHaveLength(5);
    expect(row.filter((cell) => cell === '')).toEqual([]);
  }
});

it('names the status of everything that is refused with one', () => {
  const refused = SOURCES.flatMap((text) => [
    ...text.matchAll(/new (?:Document)?HttpError\(\s*(\d{3}),\s*'([A-Z_]+)'/g),
  ]).map(([, status = '', code = '']) => ({ status, code }));
  expect(refused.length).toBeGreaterThan(20);
  for (const { status, code } of refused) {
    const row = ROWS.find(([name, where]) => name === code && where === 'errors');
    expect([code, row?.[2]]).toEqual([code, expect.stringContaining(status)]);
  }
});

it('lists no code that nothing is answered with', () => {
  const unused = ERROR_CODES.filter((code) => !SOURCES.some((text) => text.includes(`'${code}'`)));
  expect(unused).toEqual([]);
});
