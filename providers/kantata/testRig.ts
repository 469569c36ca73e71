import type { Call, DriftNote, Ports, RatingWrite, WalkPort } from '../../src/domain/ports.ts';
import { connect } from '../../src/integrations/connect.ts';
import { simulatorTransport } from '../../src/outbound/transport/undiciTransport.ts';
import { VirtualClock } from '../../src/lib/clock.ts';
import type { Simulator, SimResponse } from '../../src/simulator/simulator.ts';
import { createWorkforce, type Workforce } from '../../src/simulator/workforce.ts';
import { kantata } from './kantata.ts';
import { kantataSimulator, SIMULATOR_BASE_PATH } from './simulator/simulator.ts';
import { SIMULATOR_TOKEN } from './simulator/switches.ts';
import type { Switches } from './simulator/switches.ts';

/** An answer's body as tests look into it. */
export interface Body {
  count: number;
  results: { key: string; id: string }[];
  meta: Record<string, number>;
  errors: Record<string, unknown>[];
  [map: string]: unknown;
}

/** What tests of this folder work with: an adapter over its own simulator, in process. */
export interface Rig {
  ports: Required<Ports>;
  simulator: Simulator;
  clock: VirtualClock;
  drift: DriftNote[];
  /** The calls so far as `METHOD path`, without base path and query; the list starts anew. */
  calls(): string[];
  /** Changes that took effect so far, as `change key`; the list starts anew with `calls`. */
  effects(): string[];
  /** Sends a request of its own, as the token's user. */
  ask(method: string, path: string, body?: unknown): Promise<{ status: number; body: Body; answer: SimResponse }>;
}

export const REQUEST: Call = { purpose: 'request' };

export const WORKFORCE = createWorkforce('test', { people: 60, skills: 100 });

/** One try a request and no rate, so that no test waits. */
export function rig(
  switches: Partial<Switches> = {},
  workforce: Workforce = WORKFORCE,
  settings: Record<string, string> = {},
): Rig {
  const clock = new VirtualClock();
  const simulator = kantataSimulator.create({ workforce, clock, limits: 'none', switches });
  const drift: DriftNote[] = [];
  const integration = kantataSimulator.settings('http://simulator');
  const { ports } = connect(
    kantata,
    { ...integration, settings: { ...integration.settings, ...settings } },
    {
      name: 'kantata-main',
      transport: simulatorTransport(simulator, SIMULATOR_BASE_PATH),
      limits: { requestsPerSecond: null, attempts: 1 },
      onDrift: (note) => drift.push(note),
    },
  );
  return {
    ports: ports as Required<Ports>,
    simulator,
    clock,
    drift,
    calls() {
      const calls = simulator.journal.map(({ method, path }) => `${method} ${path.slice(SIMULATOR_BASE_PATH.length)}`);
      simulator.journal.length = 0;
      return calls;
    },
    effects: () => simulator.journal.flatMap((entry) => entry.effects.map(({ change, key }) => `${change} ${key}`)),
    async ask(method, path, body) {
      const url = new URL(SIMULATOR_BASE_PATH + path, 'http://simulator');
      const answer = await simulator.handle({
        method,
        path: url.pathname,
        query: url.searchParams,
        headers: { authorization: `Bearer ${SIMULATOR_TOKEN}`, 'content-type': 'application/json' },
        body: body === undefined ? '' : JSON.stringify(body),
      });
      return { status: answer.status, body: (answer.body === '' ? {} : JSON.parse(answer.body)) as Body, answer };
    },
  };
}

/** All rows of a walk. */
export async function rowsOf<Row>(port: WalkPort<Row>, call: Call = REQUEST): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const page of port.walk(call)) rows.push(...page.rows);
  return rows;
}

/** A write of a level, or of a bare tag. */
export function writing(employeeId: string, skillId: string, level: number | null): RatingWrite {
  return { employeeId, skillId, value: level === null ? null : { kind: 'number', value: level }, scale: null };
}

/** Pairs of an active person and a levelled skill that nobody has joined yet, as many as asked for. */
export async function freePairs(bench: Rig, count: number): Promise<{ employeeId: string; skillId: string }[]> {
  const [employees, skills, ratings] = await Promise.all([
    rowsOf(bench.ports.employees),
    rowsOf(bench.ports.skills),
    rowsOf(bench.ports.ratings),
  ]);
  bench.simulator.journal.length = 0;
  const held = new Set(ratings.map((row) => `${row.employeeId}|${row.skillId}`));
  return employees
    .flatMap((employee) =>
      skills
        .filter((skill) => skill.scale !== null && !held.has(`${employee.remoteId}|${skill.remoteId}`))
        .map((skill) => ({ employeeId: employee.remoteId, skillId: skill.remoteId })),
    )
    .slice(0, count);
}

/** A rated membership of the simulator with its level. */
export async function ratedPair(
  bench: Rig,
): Promise<{ id: string; employeeId: string; skillId: string; level: number }> {
  const row = (await rowsOf(bench.ports.ratings)).find(({ value }) => value?.kind === 'number' && value.value < 4);
  bench.simulator.journal.length = 0;
  if (row?.value?.kind !== 'number' || row.remoteId === null) throw new Error('the workforce has no low rating');
  return { id: row.remoteId, employeeId: row.employeeId, skillId: row.skillId, level: row.value.value };
}
