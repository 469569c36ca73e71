/**
 * `npm run bench`: the gateway beside a hand-written program that does the same work without GraphQL
 * (docs/performance.md). BENCH_SECONDS is the length of one measurement (2), BENCH_ROUNDS how often each is repeated
 * (5).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CAN_PIN, startChild, type Child } from './child.ts';
import { ask, run, type Target } from './load.ts';
import { QUESTION_NAMES, questionBodies, type QuestionName } from './questions.ts';
import { PROGRAMS, reportOf, type Measured, type ProgramName } from './report.ts';

const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 2);
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);

/** The programs under test share a core and are at work one at a time; everything else has the other. */
const TEST_CORE = 0;
const OTHER_CORE = 1;

const CONNECTIONS = 16;
/** Connections at which memory is measured. */
const MANY_CONNECTIONS = 50;

interface Upstream {
  provider: string;
  origin: string;
  environment: Record<string, string>;
}

interface Program extends Target {
  child: Child;
}

const API_KEY = 'bench-key-0123456789';
const dataDir = await mkdtemp(join(tmpdir(), 'skills-gateway-bench-'));
const children: Child[] = [];

const start = async (file: string, core: number, environment: Record<string, string>): Promise<Child> => {
  const child = await startChild(file, core, environment);
  children.push(child);
  return child;
};

try {
  const upstreams = (await start('./upstream.js', OTHER_CORE, {})).ready as Upstream[];
  const environment = Object.assign(
    { GATEWAY_API_KEYS: API_KEY, PORT: '0', LOG_LEVEL: 'warn' },
    ...upstreams.map((upstream) => upstream.environment),
  ) as Record<string, string>;
  const program = async (file: string, more: Record<string, string>): Promise<Program> => {
    const child = await start(file, TEST_CORE, { ...environment, ...more });
    return { child, url: (child.ready as { url: string }).url, apiKey: API_KEY };
  };
  const programs: Record<ProgramName, Program> = {
    limit: await program('./limit/limit.js', {}),
    off: await program('./gateway.js', { CACHE: 'off', DATA_DIR: join(dataDir, 'off') }),
    on: await program('./gateway.js', { CACHE: 'on', DATA_DIR: join(dataDir, 'on') }),
  };
  const bodies = questionBodies(await employeeOfAll(programs.off, upstreams.length));
  const calls = await checkAndCount(programs, bodies, upstreams);
  await Promise.all(upstreams.map(({ origin }) => fetch(`${origin}/_bench/replay`, { method: 'POST' })));

  for (const question of QUESTION_NAMES) {
    // Long enough for the compiler to have seen what it compiles.
    for (const name of PROGRAMS) await load(programs[name], bodies[question], CONNECTIONS, 2 * SECONDS);
  }
  const measured: Measured[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const question of QUESTION_NAMES) {
      for (const name of PROGRAMS) {
        measured.push({
          question,
          program: name,
          ...(await load(programs[name], bodies[question], CONNECTIONS, SECONDS)),
        });
      }
    }
  }
  const alone: Measured[] = [];
  for (const question of QUESTION_NAMES) {
    for (const name of PROGRAMS) {
      alone.push({ question, program: name, ...(await load(programs[name], bodies[question], 1, SECONDS / 2)) });
    }
  }
  for (const name of PROGRAMS) await load(programs[name], bodies.page, MANY_CONNECTIONS, SECONDS);
  const memory = PROGRAMS.map((name) => ({ program: name, ...programs[name].child.memory() }));

  process.stdout.write(
    `${reportOf({ measured, alone, memory, calls, seconds: SECONDS, rounds: ROUNDS, connections: CONNECTIONS })}\n`,
  );
  if (!CAN_PIN) process.stdout.write('No taskset here: the programs were not kept to one core, so only CPU counts.\n');
} finally {
  await Promise.all(children.map((child) => child.stop()));
  await rm(dataDir, { recursive: true, force: true });
}

/** The first employee of the list who has a record in every provider. */
async function employeeOfAll(target: Target, providers: number): Promise<string> {
  const query = '{ employees(first: 100) { nodes { id identity { records { remoteId } } } } }';
  const { data } = JSON.parse(await ask(target, JSON.stringify({ query }))) as {
    data: { employees: { nodes: { id: string; identity: { records: unknown[] } }[] } };
  };
  const found = data.employees.nodes.find(({ identity }) => identity.records.length === providers);
  if (!found) throw new Error('no employee has a record in every provider');
  return found.id;
}

/** Insists that all programs answer alike, and counts what each answer cost, from the simulators' own journals. */
async function checkAndCount(
  programs: Record<ProgramName, Program>,
  bodies: Record<QuestionName, string>,
  upstreams: readonly Upstream[],
): Promise<Map<string, string>> {
  const counts = new Map<string, string>();
  for (const question of QUESTION_NAMES) {
    const answers = new Map<ProgramName, string>();
    for (const name of PROGRAMS) {
      // The first answer teaches the gateway the document and fills its cache: it is the second that is looked at.
      await ask(programs[name], bodies[question]);
      await Promise.all(upstreams.map(({ origin }) => fetch(`${origin}/_simulator/journal`, { method: 'DELETE' })));
      const answer = await ask(programs[name], bodies[question]);
      // A cache says that it is one; nothing else may differ.
      answers.set(name, answer.replaceAll('"state":"CACHED"', '"state":"FRESH"'));
      const journals = await Promise.all(
        upstreams.map(async ({ provider, origin }) => {
          const journal = (await (await fetch(`${origin}/_simulator/journal`)).json()) as unknown[];
          return `${provider} ${journal.length}`;
        }),
      );
      counts.set(`${question} ${name}`, journals.join(', '));
    }
    const expected = answers.get('limit') ?? '';
    for (const name of PROGRAMS) {
      const answer = answers.get(name) ?? '';
      if (answer !== expected)
        throw new Error(`${question}: ${name} and the limit differ: ${difference(answer, expected)}`);
    }
    const ratings = expected.split('"proficiency"').length - 1;
    process.stdout.write(`${question}: equal answers of ${Buffer.byteLength(expected)} bytes, ${ratings} ratings\n`);
  }
  return counts;
}

function difference(a: string, b: string): string {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  const around = (text: string) => text.slice(Math.max(0, at - 100), at + 100);
  return `\n  ${around(a)}\n  ${around(b)}`;
}

async function load(program: Program, body: string, connections: number, seconds: number) {
  const before = program.child.cpuMs();
  const result = await run(program, { body, connections, milliseconds: seconds * 1000 });
  return { ...result, cpuMs: (program.child.cpuMs() - before) / result.requests };
}
