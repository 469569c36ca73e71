import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as registry from '../providers/registry.ts';
import { GATEWAY_VARIABLES, readConfig, type Config } from '../src/config/environment.ts';

const root = join(import.meta.dirname, '..');
const cards = Object.values(registry);
const read = [...GATEWAY_VARIABLES, ...cards.flatMap((card) => card.variables.map(({ name }) => name))];
const assignments = [...readFileSync(join(root, '.env.example'), 'utf8').matchAll(/^# ([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(
  ([, name = '', value = '']) => [name, value] as const,
);

/** What follows from whether a provider is configured, or has no default to show. */
const DIFFERENT: readonly (keyof Config)[] = [
  'integrations',
  'sandbox',
  'receipts',
  'introspection',
  'graphiql',
  'metrics',
];
const comparable = (config: Config) =>
  Object.fromEntries(Object.entries(config).filter(([name]) => !DIFFERENT.includes(name as keyof Config)));

describe('.env.example', () => {
  it('names exactly the variables that configuration and the providers read, each once', () => {
    expect(assignments.map(([name]) => name).toSorted()).toEqual(read.toSorted());
  });

  it('is accepted with every line taken in, and shows the defaults', () => {
    const key = 'a-key-of-more-than-16';
    const all = { ...Object.fromEntries(assignments), GATEWAY_API_KEYS: key };
    const config = readConfig(all, cards);
    expect(config.integrations.map(({ card }) => card)).toEqual(cards);
    expect(comparable(config)).toEqual({
      ...comparable(readConfig({}, cards)),
      redisUrl: 'redis://127.0.0.1:6379/0',
      apiKeys: [key],
      corsOrigins: ['https://app.example.com'],
    });
  });
});

describe('docs/operations.md', () => {
  it('names every variable', () => {
    const text = readFileSync(join(root, 'docs', 'operations.md'), 'utf8');
    expect(read.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });
});
