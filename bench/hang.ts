/**
 * The second part of `npm run bench`: the page while one provider takes calls and answers none, each in turn. A client that
 * waits a second has its answer then, also of people whom that provider was never asked about; and a warm cache answers
 * without a call. Ends with 1 where either does not hold. BENCH_SECONDS is the length of one measurement (10; of warm
 * ones, which have to be over before copies are due, at most 2), BENCH_DEADLINE_MS the deadline.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild, type Child } from './child.ts';
import { run, type Load, type Target } from './load.ts';
import { questionBodies } from './questions.ts';

const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 10);
const WARM_SECONDS = Math.min(SECONDS, 2);
const CONNECTIONS = 16;
const DEADLINE_MS = Number(process.env['BENCH_DEADLINE_MS'] ?? 1000);
/** What may come on top of the deadline, to put the answer together. */
const MARGIN = 1.05;

const TEST_CORE = 0;
const OTHER_CORE = 1;

/** Reads of ratings; the directory's own reads go on beside. */
const RATINGS = /\/(?:skill-proficiency-ratings|employees\/[^/]+\/skills-profile|skill_memberships)$/;

interface Upstream {
  provider: string;
  origin: string;
  environment: Record<string, string>;
}

const API_KEY = 'bench-key-0123456789';
const { page: body } = questionBodies('');
const dataDir = await mkdtemp(join(tmpdir(), 'skills-gateway-hang-'));
const failures: string[] = [];
const upstream = await startChild('./upstream.js', OTHER_CORE, {});
const upstreams = upstream.ready as Upstream[];

try {
  await control('/_bench/replay', 'POST');
  process.stdout.write(
    `\nThe page with a deadline of ${DEADLINE_MS} ms at ${CONNECTIONS} connections, one provider hanging\n\n` +
      '| hanging | its ratings | requests | p50 ms | p99 ms | calls for ratings |\n| --- | --- | --- | --- | --- | --- |\n',
  );
  for (const { provider } of upstreams) {
    await withGateway(`${provider}-unread`, async (target) => {
      await hang(provider, 'POST');
      report(provider, 'never read', await measured(target, SECONDS));
      await hang(provider, 'DELETE');
    });
  }
  await withGateway('warm', async (target) => {
    await load(target, WARM_SECONDS);
    report('none', 'cached', await measured(target, WARM_SECONDS));
    for (const { provider } of upstreams) {
      await hang(provider, 'POST');
      const result = await measured(target, WARM_SECONDS);
      report(provider, 'cached', result);
      if (result.calls > 0) failures.push(`${provider} hanging: warm pages cost ${result.calls} calls`);
      await hang(provider, 'DELETE');
    }
  });
} finally {
  await upstream.stop();
  await rm(dataDir, { recursive: true, force: true });
}
for (const failure of failures) process.stdout.write(`\n${failure}\n`);
if (failures.length > 0) process.exitCode = 1;

/** A gateway of its own, stopped when the work is done. */
async function withGateway(name: string, work: (target: Target) => Promise<void>): Promise<void> {
  const environment = Object.assign(
    { GATEWAY_API_KEYS: API_KEY, PORT: '0', LOG_LEVEL: 'error', DATA_DIR: join(dataDir, name) },
    ...upstreams.map((each) => each.environment),
  ) as Record<string, string>;
  const child: Child = await startChild('./gateway.js', TEST_CORE, environment);
  try {
    await work({ url: (child.ready as { url: string }).url, apiKey: API_KEY });
  } finally {
    await child.stop();
  }
}

function load(target: Target, seconds: number): Promise<Load> {
  const headers = { 'x-request-deadline-ms': String(DEADLINE_MS) };
  return run(target, { body, connections: CONNECTIONS, milliseconds: 1000 * seconds, headers });
}

async function measured(target: Target, seconds: number): Promise<Load & { calls: number }> {
  // Compiles what is run, and lets connections that began together spread.
  await load(target, seconds);
  await control('/_simulator/journal', 'DELETE');
  const began = new Date().toISOString();
  const result = await load(target, seconds);
  const journals = (await control('/_simulator/journal', 'GET')) as { at: string; path: string }[][];
  // Calls that hung before come into the journal when they are given up.
  return { ...result, calls: journals.flat().filter(({ at, path }) => at >= began && RATINGS.test(path)).length };
}

function report(provider: string, ratings: string, { requests, p50, p99, calls }: Load & { calls: number }): void {
  process.stdout.write(
    `| ${provider} | ${ratings} | ${requests} | ${p50.toFixed(0)} | ${p99.toFixed(0)} | ${calls} |\n`,
  );
  const most = DEADLINE_MS * MARGIN;
  if (p99 > most) {
    failures.push(`${provider} hanging, its ratings ${ratings}: p99 is ${p99.toFixed(0)} ms, more than ${most} ms`);
  }
}

/** Asks the same of every simulator; their answers. */
function control(path: string, method: string): Promise<unknown[]> {
  return Promise.all(
    upstreams.map(async ({ origin }) => (await fetch(`${origin}${path}`, { method })).json() as Promise<unknown>),
  );
}

/** POST makes a provider hang, DELETE lets it answer again. */
async function hang(provider: string, method: 'POST' | 'DELETE'): Promise<void> {
  const origin = upstreams.find((each) => each.provider === provider)?.origin;
  await fetch(`${origin}/_bench/hang`, { method });
}
