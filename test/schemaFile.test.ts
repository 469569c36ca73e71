import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generate } from '@graphql-codegen/cli';
import { describe, expect, it } from 'vitest';
import config from '../codegen.ts';
import { schema } from '../schema/index.ts';
import { printedSchema } from '../scripts/printedSchema.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

describe('what is generated and committed', () => {
  it('has in schema.graphql what the code says (else: npm run codegen)', () => {
    expect(read('schema.graphql')).toBe(printedSchema(schema));
  });

  it('has types of the documents as they are (else: npm run codegen)', async () => {
    const outputs: { filename: string; content: string }[] = await generate(
      { ...config, cwd: ROOT, silent: true },
      false,
    );
    const folders = Object.keys(config.generates);
    expect(folders).toContain('examples/generated/');
    const generated = Object.fromEntries(outputs.map(({ filename, content }) => [filename, content]));
    const committed = folders.flatMap((folder) => readdirSync(join(ROOT, folder)).map((file) => `${folder}${file}`));
    expect(committed.toSorted()).toEqual(Object.keys(generated).toSorted());
    expect(Object.fromEntries(committed.map((path) => [path, read(path)]))).toEqual(generated);
  });
});
