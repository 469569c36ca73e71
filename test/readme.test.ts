/** The README's queries give the answers that stand beside them; `npx tsx scripts/frontPage.ts` writes them again. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { comparable, examplesOf, withAnswers } from '../scripts/readmeAnswers.ts';
import { startSandbox, type Sandbox } from '../scripts/sandbox.ts';

const README = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
}, 120_000);
afterAll(() => sandbox?.close());

it('each query of the README gives the answer beside it', async () => {
  const written = examplesOf(README);
  const given = examplesOf(await withAnswers(README, sandbox.ask));
  expect(written.length).toBe(README.split('```graphql').length - 1);
  expect(given.map(({ answer }) => comparable(answer))).toEqual(written.map(({ answer }) => comparable(answer)));
});

it('the request of the README is answered', async () => {
  const body = /-d '([^']+)'/.exec(README)?.[1] ?? '';
  const answer = await sandbox.ask((JSON.parse(body) as { query: string }).query);
  expect(answer).not.toHaveProperty('errors');
  expect(answer).toHaveProperty('data.experts.nodes.0');
});
