import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { CARDS } from '../../src/app/integrations.ts';
import { openEmbeddedEngine } from '../../src/tasks/engine/embedded.ts';
import { describeLeaks, leaksIn } from './runLogSearch.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A data directory whose store has been created and closed: copying it takes a tenth of creating one. */
    dataTemplate: string;
    /** The folder that all gateways of the run are logged into. */
    runLogs: string;
  }
}

/** Creates the template of a data directory once for all test files, and searches their logs when they are done. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const runLogs = await mkdtemp(join(tmpdir(), 'run-logs-'));
  project.provide('runLogs', runLogs);
  const directory = await mkdtemp(join(tmpdir(), 'template-'));
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const engine = await openEmbeddedEngine({ dataDir: directory, ports: () => null, log: silent });
  await engine.close();
  project.provide('dataTemplate', directory);
  return async () => {
    try {
      await failOnLeaks(runLogs);
    } finally {
      await Promise.all([directory, runLogs].map((path) => rm(path, { recursive: true, force: true })));
    }
  };
}

/** A teardown that throws is shown, but fails no run by itself. */
async function failOnLeaks(runLogs: string): Promise<void> {
  const simulated = await Promise.all(
    CARDS.map(async (card) => {
      const values = (await card.simulator()).environment('http://127.0.0.1');
      return card.variables.flatMap(({ name, secret }) => (secret && values[name] ? [values[name]] : []));
    }),
  );
  const leaks = leaksIn(runLogs, simulated.flat());
  if (leaks.length === 0) return;
  process.exitCode = 1;
  throw new Error(`the logs of this run hold secrets or personal data:\n${describeLeaks(leaks)}`);
}
