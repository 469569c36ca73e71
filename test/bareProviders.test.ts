import { afterEach, describe, expect, it } from 'vitest';
import { CARDS } from '../src/app/integrations.ts';
import { startSimulators, type RunningSimulator } from '../src/app/simulators.ts';
import type { Fault } from '../src/simulator/faults.ts';
import { startTestGateway, type TestGateway } from './support/gateway.ts';

/** Implementations of the same APIs that offer little more than people, profiles, ratings and memberships. */
const BARE: Record<string, Fault[]> = {
  kombo: [{ path: '^/v1/hris/skills$', shape: { kind: 'status', status: 404 } }],
  imocha: [
    { path: '^/employees$', shape: { kind: 'status', status: 404 } },
    { path: '^/taxonomy$', shape: { kind: 'status', status: 501 } },
  ],
  kantata: [{ path: '^/api/v1/skills$', shape: { kind: 'status', status: 403 } }],
};

const FILTERS: Record<string, string> = { kombo: 'ratingsFilter', kantata: 'userIdsFilter' };

let simulators: RunningSimulator[] = [];
let gateway: TestGateway | null = null;

afterEach(stop);

async function stop(): Promise<void> {
  await gateway?.close();
  gateway = null;
  await Promise.all(simulators.map((simulator) => simulator.close()));
  simulators = [];
}

/** A gateway configured by base URLs and credentials alone. */
async function start(filter: 'honoured' | 'ignored' | 'empty'): Promise<TestGateway> {
  simulators = await startSimulators({ people: 60, skills: 40, limits: 'none', seed: 'bare' });
  for (const { card, simulator } of simulators) {
    for (const fault of BARE[card.name] ?? []) simulator.addFault(fault);
    const name = FILTERS[card.name];
    if (name !== undefined) simulator.setSwitch(name, filter);
  }
  const environments = simulators.map(({ environment }) => environment);
  gateway = await startTestGateway({
    environment: {
      ...Object.assign({}, ...environments),
      SANDBOX: '',
      GATEWAY_API_KEYS: 'a-key-for-bare-providers',
      CACHE: 'off',
    },
    apiKey: 'a-key-for-bare-providers',
    // Asking iMocha person by person at its rate takes five seconds a page, and no rate is what is shown here.
    limits: { requestsPerSecond: null },
  });
  return gateway;
}

interface Page {
  integrations: { name: string; capabilities: { operation: string; support: string }[]; sync: { skills: number } }[];
  employees: {
    totalCount: number;
    nodes: {
      skills: {
        sources: { integration: { name: string }; state: string }[];
        nodes: { skill: { name: string }; ratings: { integration: { name: string } }[] }[];
      };
    }[];
  };
}

const PAGE = `{
  integrations { name capabilities { operation support } sync { skills } }
  employees(first: 60) { totalCount nodes { skills(first: 200) {
    sources { integration { name } state }
    nodes { skill { name } ratings { integration { name } } }
  } } }
}`;

function rowsOf(page: Page | null | undefined): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const node of page?.employees.nodes ?? []) {
    for (const { ratings } of node.skills.nodes) {
      for (const { integration } of ratings) counts[integration.name] = (counts[integration.name] ?? 0) + 1;
    }
  }
  return counts;
}

describe('providers without catalogues', () => {
  it('skills are learnt from ratings, and whether filters are honoured changes no row', async () => {
    const honoured = await (await start('honoured')).ask<Page>(PAGE);
    await stop();
    const ignored = await (await start('ignored')).ask<Page>(PAGE);
    await stop();
    const empty = await (await start('empty')).ask<Page>(PAGE);

    expect(honoured.errors).toBeUndefined();
    expect(Object.keys(rowsOf(honoured.data)).toSorted()).toEqual(
      CARDS.map((card) => card.defaultIntegration).toSorted(),
    );
    expect(rowsOf(ignored.data)).toEqual(rowsOf(honoured.data));
    expect(rowsOf(empty.data)).toEqual(rowsOf(honoured.data));
    for (const { name, capabilities, sync } of honoured.data?.integrations ?? []) {
      expect([name, sync.skills > 5]).toEqual([name, true]);
      expect(capabilities).toContainEqual({ operation: 'READ_SKILLS', support: 'EMULATED' });
    }
    const support = (page: Page | null | undefined, name: string) =>
      page?.integrations
        .find((integration) => integration.name === name)
        ?.capabilities.find(({ operation }) => operation === 'READ_RATINGS_BY_EMPLOYEE')?.support;
    expect(support(honoured.data, 'kombo-main')).toBe('NATIVE');
    expect(support(ignored.data, 'kombo-main')).toBe('EMULATED');
    expect(support(empty.data, 'kantata-main')).toBe('EMULATED');
    // Three gateways are started one after another.
  }, 120_000);

  it('a rating can be written to a skill that only ratings have shown', async () => {
    const { ask, watch } = await start('honoured');
    const { data } = await ask<{
      employees: { nodes: { id: string; skills: { nodes: { skill: { id: string } }[] } }[] };
    }>(
      '{ employees(first: 60) { nodes { id skills(filter: { integrations: ["kantata-main"] }) { nodes { skill { id } } } } } }',
    );
    const holder = data?.employees.nodes.find((node) => node.skills.nodes.length > 0);
    const { data: answer } = await ask<{
      rateSkills: { task: { id: string } | null; userErrors: { code: string; message: string }[] };
    }>(
      `mutation ($input: RateSkillsInput!) { rateSkills(input: $input) { task { id } userErrors { code message } } }`,
      {
        input: {
          items: {
            employee: { id: holder?.id },
            skill: { id: holder?.skills.nodes[0]?.skill.id },
            proficiency: { level: 0.5 },
            integration: 'kantata-main',
          },
        },
      },
    );

    expect(answer?.rateSkills.userErrors).toEqual([]);
    const updates = await watch<{ taskUpdated: { state: string } }>(
      'subscription ($id: ID!) { taskUpdated(id: $id) { state } }',
      { id: answer?.rateSkills.task?.id },
    );
    expect(updates.at(-1)?.data?.taskUpdated.state).toBe('SUCCEEDED');
  });
});
