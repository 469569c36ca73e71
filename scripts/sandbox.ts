import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../src/config/environment.ts';
import { startGateway } from '../src/app/gateway.ts';
import { CARDS } from '../src/app/integrations.ts';
import type { AskSandbox } from './readmeAnswers.ts';

export interface Sandbox {
  url: string;
  ask: AskSandbox;
  close(): Promise<void>;
}

/** A quick start as the README describes it, on a free port, when it has read all providers. */
export async function startSandbox(): Promise<Sandbox> {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const gateway = await startGateway({ config: readConfig({ PORT: '0', DATA_DIR: folder }, CARDS), log });
  await gateway.ready;
  return {
    url: gateway.url,
    async ask(query) {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        body: JSON.stringify({ query }),
      });
      const events = (await response.text()).split('\n').filter((line) => /^(?:data: )?\{/.test(line));
      return JSON.parse(events.at(-1)?.replace(/^data: /, '') ?? 'null') as unknown;
    },
    async close() {
      await gateway.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
