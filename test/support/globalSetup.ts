import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openEmbeddedEngine } from '../../src/tasks/engine/engine.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A data directory whose store has been created and closed: copying it takes a tenth of creating one. */
    dataTemplate: string;
  }
}

/** Creates the template of a data directory once for all test files. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'template-'));
  const silent = { info: () => {}, warn: () => {}, error: () => {} };
  const engine = await openEmbeddedEngine({ dataDir: directory, ports: () => null, log: silent });
  await engine.close();
  project.provide('dataTemplate', directory);
  return () => rm(directory, { recursive: true, force: true });
}
