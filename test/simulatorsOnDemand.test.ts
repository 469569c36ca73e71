import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSimulators, type RunningSimulator } from '../src/app/simulators.ts';
import { createDataDir, type DataDir } from './support/dataDir.ts';
import { startProgram } from './support/processes.ts';

const BUILT = 'dist/src/main.js';

let simulators: RunningSimulator[] = [];
let dataDir: DataDir;
const coverage = mkdtempSync(join(tmpdir(), 'loaded-'));

beforeAll(async () => {
  if (!existsSync(BUILT)) throw new Error(`${BUILT} is missing: npm run build makes it`);
  [dataDir, simulators] = await Promise.all([
    createDataDir(),
    startSimulators({ people: 20, skills: 10, limits: 'none', seed: 'on demand' }),
  ]);
});

afterAll(async () => {
  await Promise.all([...simulators.map((simulator) => simulator.close()), dataDir.remove()]);
  rmSync(coverage, { recursive: true, force: true });
});

/** The modules of the gateway that a run of the build loads until it has stopped: V8 lists each in its coverage. */
async function modulesOf(name: string, environment: Record<string, string>): Promise<string[]> {
  const folder = join(coverage, name);
  const program = startProgram(
    'main',
    { PORT: '0', DATA_DIR: dataDir.path, NODE_V8_COVERAGE: folder, ...environment },
    { arguments: [BUILT] },
  );
  await program.prints(/"msg":"ready"/);
  await program.stop('SIGTERM');
  const urls = readdirSync(folder).flatMap((file) => {
    const { result } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { result: { url: string }[] };
    return result.map(({ url }) => url);
  });
  return [...new Set(urls)].flatMap((url) => /\/dist\/(.*)$/.exec(url)?.[1] ?? []).toSorted();
}

it('a gateway of configured providers loads no file of a simulator, and a sandbox does', async () => {
  const configured = await modulesOf('configured', {
    ...Object.assign({}, ...simulators.map(({ environment }) => environment)),
    GATEWAY_API_KEYS: 'a-key-for-configured-providers',
  });
  expect(configured).toContain('providers/kombo/kombo.js');
  expect(configured.filter((path) => /simulator/i.test(path))).toEqual([]);
  const sandbox = await modulesOf('sandbox', { SANDBOX: 'on', SIMULATOR_PEOPLE: '20' });
  expect(sandbox).toContain('providers/kombo/simulator/simulator.js');
}, 120_000);
