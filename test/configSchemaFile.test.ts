import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { printedConfigSchema } from '../scripts/printedConfigSchema.ts';
import { fileSchema } from '../src/config/fileSchema.ts';
import { CARDS } from '../src/app/integrations.ts';

const docs = join(import.meta.dirname, '..', 'docs');

it('docs/config.schema.json is what the code takes (else: npm run codegen)', () => {
  const committed = JSON.parse(readFileSync(join(docs, 'config.schema.json'), 'utf8')) as unknown;
  expect(committed).toEqual(JSON.parse(printedConfigSchema(CARDS)));
});

it('docs/configuration.md shows a file that is taken', () => {
  const text = readFileSync(join(docs, 'configuration.md'), 'utf8');
  const [, example = ''] = /```json\n([^]*?)```/.exec(text) ?? [];
  expect(fileSchema(CARDS).safeParse(JSON.parse(example)).error?.issues).toBeUndefined();
});
