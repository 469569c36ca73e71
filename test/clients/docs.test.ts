import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const folder = new URL('../../examples/clients/', import.meta.url);
const page = readFileSync(new URL('../../docs/clients.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block = '']) => block.trim());

describe('docs/clients.md', () => {
  it('shows of every example what the tests run', () => {
    const shown = readdirSync(folder).map((name) => {
      const text = readFileSync(new URL(name, folder), 'utf8');
      return [name, blocks.filter((block) => text.includes(block)).length];
    });
    expect(shown).toEqual(shown.map(([name]) => [name, 1]));
    expect(blocks).toHaveLength(shown.length);
  });
});
