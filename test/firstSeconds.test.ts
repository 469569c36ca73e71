import { afterAll, beforeAll, expect, it } from 'vitest';
import { readConfig } from '../src/config/environment.ts';
import { startGateway, type Gateway } from '../src/app/gateway.ts';
import { CARDS } from '../src/app/integrations.ts';
import { startSimulators, type RunningSimulator } from '../src/app/simulators.ts';
import type { SimRequest } from '../src/simulator/simulator.ts';
import { createDataDir, type DataDir } from './support/dataDir.ts';
import { noteEnvironment, noteSecrets, runLog } from './support/runLogs.ts';

const API_KEY = 'first-seconds-of-a-gateway';

interface Held {
  displayName: string;
  skills: {
    sources: { integration: { name: string }; state: string; problem: { code: string } | null }[];
    nodes: { skill: { name: string } }[];
  };
}

const QUESTION = `{
  employees(first: 50) {
    nodes {
      displayName
      skills(first: 200) {
        sources { integration { name } state problem { code } }
        nodes { skill { name } }
      }
    }
  }
}`;

let dataDir: DataDir;
let simulators: RunningSimulator[];
let gateway: Gateway;
/** Lets Kombo's list of skills and its further pages of employees go. */
let release = () => {};
/** Resolves when Kombo is asked for its skills. */
let skillsAsked: Promise<void>;

beforeAll(async () => {
  [dataDir, simulators] = await Promise.all([
    createDataDir(),
    startSimulators({ people: 120, skills: 60, limits: 'none', seed: 'first seconds' }),
  ]);
  const kombo = simulators.find(({ card }) => card.name === 'kombo')?.simulator;
  if (!kombo) throw new Error('no simulator of kombo');
  const handle = kombo.handle.bind(kombo);
  const released = new Promise<void>((resolve) => (release = resolve));
  skillsAsked = new Promise((resolve) => {
    kombo.handle = async (request: SimRequest) => {
      if (request.path.endsWith('/hris/skills')) {
        resolve();
        await released;
      }
      return handle(request);
    };
  });
  const environment = Object.assign({}, ...simulators.map((simulated) => simulated.environment)) as Record<
    string,
    string
  >;
  noteEnvironment(environment);
  noteSecrets([API_KEY]);
  const config = readConfig({ ...environment, PORT: '0', GATEWAY_API_KEYS: API_KEY, DATA_DIR: dataDir.path }, CARDS);
  gateway = await startGateway({ config, log: runLog() });
  await skillsAsked;
});

afterAll(async () => {
  release();
  await gateway.close();
  await Promise.all(simulators.map((simulator) => simulator.close()));
  await dataDir.remove();
});

async function ask<Data>(query: string, deadlineMs: number): Promise<Data> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${API_KEY}`,
      'x-request-deadline-ms': String(deadlineMs),
    },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as { data: Data; errors?: object[] };
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

const people = (deadlineMs: number) =>
  ask<{ employees: { nodes: Held[] } }>(QUESTION, deadlineMs).then(({ employees }) => employees.nodes);

/** Kombo's ids, which are no names. */
const isId = (name: string) => /^[A-Za-z0-9]{20,}$/.test(name);
const komboOf = ({ skills }: Held) => skills.sources.find(({ integration }) => integration.name === 'kombo-main');

it('names that have not been read within the deadline are said to be missing', async () => {
  // A busy machine may need several deadlines until Kombo's ratings are there.
  let nodes: Held[] = [];
  do nodes = await people(500);
  while (nodes.some((person) => komboOf(person)?.state === 'UNREACHABLE'));
  const unnamed = nodes.filter(({ skills }) => skills.nodes.some(({ skill }) => isId(skill.name)));
  expect(unnamed.length).toBeGreaterThan(0);
  for (const person of unnamed) {
    expect(komboOf(person)).toMatchObject({ state: 'PARTIAL', problem: { code: 'FIRST_SYNC_PENDING' } });
  }
});

it('a question waits for names that are being read, and a look-up for a record that is', async () => {
  const asked = people(20_000);
  const looked = ask<{ skill: { name: string } | null }>('{ skill(by: { name: "no such skill" }) { name } }', 20_000);
  const order: string[] = [];
  void asked.then(() => order.push('people'));
  void looked.then(() => order.push('look-up'));
  await ask('{ viewer { tenant } }', 20_000);
  expect(order).toEqual([]);
  release();
  const nodes = await asked;
  expect(nodes.flatMap(({ skills }) => skills.nodes.map(({ skill }) => skill.name)).filter(isId)).toEqual([]);
  expect(await looked).toEqual({ skill: null });
  const states = new Set(nodes.map((person) => komboOf(person)?.state));
  expect(states.has('UNMATCHED')).toBe(false);
});
