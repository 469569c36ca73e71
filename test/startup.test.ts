import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startProgram, type Program } from './support/processes.ts';
import { startRedis, type TestRedis } from './support/redis.ts';

const BUILT = 'dist/src/main.js';
const ENVIRONMENT = { PORT: '0', SANDBOX: 'on', SIMULATOR_PEOPLE: '100', SIMULATOR_LIMITS: 'none' };

let redis: TestRedis;
const programs: Program[] = [];
const dataDir = mkdtempSync(join(tmpdir(), 'startup-'));

beforeAll(async () => {
  if (!existsSync(BUILT)) throw new Error(`${BUILT} is missing: npm run build makes it`);
  redis = await startRedis();
});

afterAll(async () => {
  await Promise.all(programs.map((program) => program.stop('SIGKILL')));
  await redis.stop('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
});

interface Times {
  listening: number;
  ready: number;
}

/** Seconds from the start of the process until it listens, and until it is ready. */
async function timed(environment: Record<string, string>): Promise<Times> {
  const began = performance.now();
  const program = startProgram(
    'main',
    { ...ENVIRONMENT, ...environment },
    { arguments: ['--enable-source-maps', BUILT] },
  );
  programs.push(program);
  const seconds = () => (performance.now() - began) / 1000;
  await program.prints(/"msg":"listening"/);
  const listening = seconds();
  await program.prints(/"msg":"ready"/);
  const ready = seconds();
  await program.stop('SIGTERM');
  return { listening, ready };
}

const newDirectory = () => mkdtempSync(join(dataDir, 'new-'));
const used = join(dataDir, 'used');

it.each([
  ['on Redis', () => ({ REDIS_URL: redis.url })],
  ['on a new data directory', () => ({ DATA_DIR: newDirectory() })],
  ['on a data directory that is there', () => ({ DATA_DIR: used })],
])(
  'the build that is started %s listens before it is ready',
  async (name, environment) => {
    if (name.endsWith('there')) await timed(environment());
    const { listening, ready } = await timed(environment());
    process.stdout.write(
      `started ${name}: listens after ${listening.toFixed(2)} s, ready after ${ready.toFixed(2)} s\n`,
    );
    expect(listening).toBeLessThan(ready);
  },
  120_000,
);

it('a process that is told to stop while it starts is gone at once, with 0', async () => {
  const program = startProgram(
    'main',
    { ...ENVIRONMENT, REDIS_URL: redis.url },
    {
      arguments: ['--enable-source-maps', BUILT],
    },
  );
  programs.push(program);
  await program.prints(/this is a sandbox/);
  await program.stop('SIGTERM');
  expect(await program.exited).toBe(0);
}, 60_000);
