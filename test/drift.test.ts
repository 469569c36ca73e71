/** A gateway whose Kombo sends some records in a shape that nobody can read, from the first walk on. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSimulators, type RunningSimulator } from '../src/app/simulators.ts';
import { startTestGateway, type TestGateway } from './support/gateway.ts';

interface Source {
  state: string;
  integration: { name: string };
  problem: { code: string } | null;
}

const KEY = 'a-key-for-drifting-tests';
const SOURCES = 'sources { state integration { name } problem { code } }';

let simulators: RunningSimulator[];
let gateway: TestGateway;
const lines: { fields: object; message: string }[] = [];

const kombo = () => {
  const found = simulators.find(({ card }) => card.name === 'kombo');
  if (!found) throw new Error('no Kombo');
  return found.simulator;
};
const ofKombo = (sources: readonly Source[] | undefined) =>
  sources?.find(({ integration }) => integration.name === 'kombo-main');
const metric = async () => {
  const text = await (await fetch(`${gateway.url}/metrics`, { headers: { authorization: `Bearer ${KEY}` } })).text();
  return text.split('\n').filter((line) => line.startsWith('gateway_drift_total{'));
};

beforeAll(async () => {
  simulators = await startSimulators({ people: 60, skills: 30, limits: 'none', seed: 'drift' });
  for (const row of [0, 1]) {
    kombo().addFault({ shape: { kind: 'drift', path: `data.results.${row}.id` }, path: '/employees$' });
  }
  const noted = (fields: object, message: string) => void lines.push({ fields, message });
  gateway = await startTestGateway({
    environment: Object.assign(
      { SANDBOX: '', GATEWAY_API_KEYS: KEY },
      ...simulators.map(({ environment }) => environment),
    ) as Record<string, string>,
    apiKey: KEY,
    log: { debug: noted, info: noted, warn: noted, error: noted },
  });
}, 120_000);
afterAll(async () => {
  await gateway?.close();
  await Promise.all(simulators.map(({ close }) => close()));
});

it('lists of people say that some are missing, and of whom this may be so does nobody say that Kombo does not know them', async () => {
  const { data } = await gateway.ask<{ employees: { sources: Source[]; nodes: { skills: { sources: Source[] } }[] } }>(
    `{ employees(first: 100) { ${SOURCES} nodes { skills(first: 1) { ${SOURCES} } } } }`,
  );
  expect(ofKombo(data?.employees.sources)).toMatchObject({ state: 'PARTIAL', problem: { code: 'UNREADABLE' } });
  expect(data?.employees.sources.filter(({ state }) => state === 'CACHED')).toHaveLength(2);
  const states = data?.employees.nodes.map(({ skills }) => ofKombo(skills.sources)?.state);
  expect(new Set(states)).toEqual(new Set(['FRESH', 'PARTIAL']));
});

it('the integration shows the kind with a sample that holds no value, is counted, and logged once', async () => {
  const { data } = await gateway.ask<{ integrations: { name: string; drift: { sample: { name: string }[] }[] }[] }>(
    `{ integrations { name state sync { state problem { code } }
      drift { operation path expected found count sample { name type } } } }`,
  );
  const found = data?.integrations.find(({ name }) => name === 'kombo-main');
  expect(found).toMatchObject({
    state: 'DEGRADED',
    sync: { state: 'IDLE', problem: { code: 'UNREADABLE' } },
    drift: [{ operation: 'READ_EMPLOYEES', path: 'data.results.*.id', expected: 'id', found: 'undefined', count: 2 }],
  });
  expect(found?.drift[0]?.sample).toEqual(
    expect.arrayContaining([
      { name: 'work_email', type: 'string' },
      { name: 'first_name', type: 'string' },
    ]),
  );
  expect(await metric()).toEqual([
    'gateway_drift_total{tenant="default",integration="kombo-main",operation="employees"} 2',
  ]);
  const logged = lines.filter(({ message }) => message === 'answers of an unknown shape');
  expect(logged).toMatchObject([{ fields: { integration: 'kombo-main', path: 'data.results.*.id' } }]);
});

it('who holds a skill is PARTIAL while a row cannot be read, which is not kept', async () => {
  const ask = async () => {
    const { data } = await gateway.ask<{ skill: { holders: { totalCount: number; sources: Source[] } } }>(
      `{ skill(by: { name: "TypeScript" }) { holders(filter: { integrations: ["kombo-main"] }) { ${SOURCES} } } }`,
    );
    return ofKombo(data?.skill.holders.sources);
  };
  kombo().addFault({ shape: { kind: 'drift', path: 'data.results.0.skill_id' }, times: 1 });
  expect(await ask()).toMatchObject({ state: 'PARTIAL', problem: { code: 'UNREADABLE' } });
  expect((await ask())?.state).toBe('FRESH');
  expect((await ask())?.state).toBe('CACHED');
});
