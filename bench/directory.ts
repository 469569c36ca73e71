/**
 * A first walk of 100,000 employees and 20,000 skills (docs/performance.md):
 * `npx tsc -p bench/tsconfig.json && node --expose-gc dist/bench/directory.js`. The simulators run in a process of their
 * own, without rate limits; this one is the gateway. BENCH_PEOPLE and BENCH_SKILLS are the numbers.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { readConfig } from '../src/config/environment.ts';
import { startGateway } from '../src/app/gateway.ts';
import { CARDS } from '../src/app/integrations.ts';

const PEOPLE = process.env['BENCH_PEOPLE'] ?? '100000';
const SKILLS = process.env['BENCH_SKILLS'] ?? '20000';
/** Ms between two questions put during the walk: enough to see each pause, too few to be what is measured. */
const ASK_EVERY_MS = 50;
const API_KEY = 'bench-key-0123456789';
const QUESTION = JSON.stringify({
  query:
    '{ employees(first: 25, filter: { text: "mar" }) { totalCount nodes { id displayName manager { displayName } } } }',
});

const collect = globalThis.gc ?? (() => {});
const heapUsed = () => {
  collect();
  return process.memoryUsage().heapUsed;
};

const simulators = spawn(process.execPath, [fileURLToPath(new URL('../src/simulate.js', import.meta.url))], {
  env: {
    PATH: process.env['PATH'] ?? '',
    NODE_OPTIONS: '--max-old-space-size=8192',
    SIMULATOR_PORT: '0',
    SIMULATOR_PEOPLE: PEOPLE,
    SIMULATOR_SKILLS: SKILLS,
    SIMULATOR_LIMITS: 'none',
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const dataDir = await mkdtemp(join(tmpdir(), 'skills-gateway-directory-'));
try {
  const config = readConfig(
    { ...(await environmentOf()), GATEWAY_API_KEYS: API_KEY, PORT: '0', DATA_DIR: dataDir },
    CARDS,
  );
  const before = heapUsed();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const began = performance.now();
  let calls = 0;
  const gateway = await startGateway({
    config,
    log: pino({ level: 'info', base: null }, pino.destination(2)),
    limits: { requestsPerSecond: null },
    onCall: () => {
      calls += 1;
    },
  });
  const waits: number[] = [];
  const asking = new AbortController();
  const asked = (async () => {
    while (!asking.signal.aborted) {
      const start = performance.now();
      const answer = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${API_KEY}` },
        body: QUESTION,
      });
      const { errors } = (await answer.json()) as { errors?: unknown };
      if (errors) throw new Error(JSON.stringify(errors));
      waits.push(performance.now() - start);
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  })();
  await gateway.ready;
  const walkedMs = performance.now() - began;
  asking.abort();
  await asked;
  delay.disable();
  const heap = heapUsed() - before;
  const { directory } = gateway;
  const records = directory.integrations.map(({ name }) => directory.employeeCount(name));
  const employees = directory.employees.all.length;
  const lines = [
    ['employees (records)', `${employees} (${records.join(' + ')})`],
    ['skills', String(directory.skills.all.length)],
    ['first walk', `${(walkedMs / 1000).toFixed(0)} s, ${calls} calls`],
    [
      'event loop delay p50 / p99 / p99.9 / max',
      [50, 99, 99.9, 100].map((p) => ms(delay.percentile(p) / 1e6)).join(' / '),
    ],
    [
      `${waits.length} questions meanwhile, median / p99 / max`,
      [0.5, 0.99, 1].map((p) => ms(quantile(waits, p))).join(' / '),
    ],
    ['heap after collection', `${(heap / 2 ** 20).toFixed(0)} MB, ${Math.round(heap / employees)} bytes an employee`],
  ];
  const kept = directory.integrations.map(({ name }) => directory.ratings(name));
  for (const ratings of kept) if (ratings.at !== null) ratings.replace([], Date.now());
  const bare = heapUsed() - before;
  lines.push([
    'the same without kept ratings',
    `${(bare / 2 ** 20).toFixed(0)} MB, ${Math.round(bare / employees)} bytes an employee`,
  ]);
  process.stdout.write('| | |\n| --- | --- |\n');
  for (const [what, figure] of lines) process.stdout.write(`| ${what} | ${figure} |\n`);
  await gateway.close();
} finally {
  simulators.kill('SIGTERM');
  await rm(dataDir, { recursive: true, force: true });
}

/** The variables that the simulators print, all of them once the last provider has been named. */
async function environmentOf(): Promise<Record<string, string>> {
  const environment: Record<string, string> = {};
  const played = await Promise.all(CARDS.map((card) => card.simulator()));
  const wanted = played.flatMap(({ environment: at }) => Object.keys(at('http://127.0.0.1:1')));
  for await (const line of createInterface({ input: simulators.stdout })) {
    const [, name = '', value = ''] = /^ {2}(\w+)=(.*)$/.exec(line) ?? [];
    if (name !== '') environment[name] = value;
    if (wanted.every((variable) => variable in environment)) return environment;
  }
  throw new Error('the simulators ended before they were ready');
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}
