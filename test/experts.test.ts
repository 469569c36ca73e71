import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from './support/gateway.ts';

interface Rating {
  normalized: number | null;
  source: string;
  integration: { name: string };
}
interface Held {
  employee: { id: string };
  skill: { name: string };
  ratings: Rating[];
  consensus: { normalized: number; contributions: { share: number }[] } | null;
}
interface Page<Node> {
  totalCount: number;
  nodes: Node[];
  edges: { cursor: string }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  sources: { state: string; integration: { name: string } }[];
}
interface Expert {
  score: number;
  employee: { id: string };
  evidence: Held[];
}

const PAGE = 'totalCount edges { cursor } pageInfo { hasNextPage endCursor } sources { state integration { name } }';
const HELD = `employee { id } skill { name } ratings { normalized source integration { name } }
  consensus { normalized contributions { share } }`;
const EXPERTS = `query ($skills: [SkillRequirement!]!, $first: Int, $after: String, $filter: EmployeeFilter) {
  experts(skills: $skills, first: $first, after: $after, filter: $filter) {
    ${PAGE} nodes { score employee { id } evidence { ${HELD} } }
  }
}`;
const HOLDERS = `query ($name: String!, $first: Int, $after: String, $filter: EmployeeSkillFilter) {
  skill(by: { name: $name }) { holders(first: $first, after: $after, filter: $filter) { ${PAGE} nodes { ${HELD} } } }
}`;
const HOLDS_ALL = `query ($filter: EmployeeFilter) {
  employees(first: 100, filter: $filter) { totalCount nodes { id } sources { state integration { name } } }
}`;

const TYPESCRIPT = { skill: { name: 'TypeScript' } };
const PYTHON = { skill: { name: 'Python' } };

/** Kombo and Kantata are asked by skill; the third is answered from its kept walk. */
const ONCE = { 'kombo-main': { ratingsBySkills: 1 }, 'kantata-main': { ratingsBySkills: 1 } };

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway({ environment: { CACHE: 'off' } });
});
afterAll(() => gateway.close());
beforeEach(() => gateway.forget());

async function experts(variables: Record<string, unknown>): Promise<Page<Expert>> {
  const { data, errors } = await gateway.ask<{ experts: Page<Expert> }>(EXPERTS, variables);
  if (!data) throw new Error(JSON.stringify(errors));
  return data.experts;
}
async function holders(variables: Record<string, unknown>): Promise<Page<Held>> {
  const { data, errors } = await gateway.ask<{ skill: { holders: Page<Held> } }>(HOLDERS, variables);
  if (!data) throw new Error(JSON.stringify(errors));
  return data.skill.holders;
}
const statesOf = ({ sources }: Pick<Page<unknown>, 'sources'>) =>
  sources.map(({ state, integration }) => `${integration.name} ${state}`);

describe('experts', () => {
  it('hold all that is asked, the best first, with every rating as evidence, for a call a system', async () => {
    const found = await experts({ skills: [PYTHON, TYPESCRIPT], first: 100 });
    expect(gateway).toCost(ONCE);
    expect(statesOf(found)).toEqual(['kombo-main FRESH', 'imocha-main CACHED', 'kantata-main FRESH']);
    expect(found.totalCount).toBeGreaterThan(3);
    expect(found.nodes).toHaveLength(found.totalCount);
    const scores = found.nodes.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    for (const { score, evidence, employee } of found.nodes) {
      expect(evidence.map(({ skill }) => skill.name)).toEqual(['Python', 'TypeScript']);
      expect(evidence.every((held) => held.employee.id === employee.id && held.ratings.length > 0)).toBe(true);
      const mean = evidence.reduce((sum, { consensus }) => sum + (consensus?.normalized ?? 0), 0) / 2;
      expect(score).toBeCloseTo(mean, 12);
    }
    const integrations = new Set(
      found.nodes.flatMap(({ evidence }) => evidence.flatMap(({ ratings }) => ratings.map((r) => r.integration.name))),
    );
    expect([...integrations].toSorted()).toEqual(['imocha-main', 'kantata-main', 'kombo-main']);
  });

  it('page without gaps or doubles, and their cursors are no positions of another question', async () => {
    const all = await experts({ skills: [TYPESCRIPT], first: 100 });
    const seen: string[] = [];
    let after: string | null = null;
    for (let page = 0; page < 20; page += 1) {
      const { nodes, pageInfo }: Page<Expert> = await experts({ skills: [TYPESCRIPT], first: 7, after });
      seen.push(...nodes.map(({ employee }) => employee.id));
      after = pageInfo.endCursor;
      if (!pageInfo.hasNextPage) break;
    }
    expect(seen).toEqual(all.nodes.map(({ employee }) => employee.id));
    const { errors } = await gateway.ask(EXPERTS, { skills: [PYTHON], after: all.edges[0]?.cursor });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_CURSOR', field: 'after' });
  });

  it('are narrowed by level, sources and filter', async () => {
    const all = await experts({ skills: [TYPESCRIPT], first: 100 });
    const good = await experts({ skills: [{ ...TYPESCRIPT, minLevel: 0.8 }], first: 100 });
    expect(good.nodes.map(({ score }) => score)).toEqual(
      all.nodes.map(({ score }) => score).filter((score) => score >= 0.8),
    );
    expect(good.totalCount).toBeGreaterThan(0);
    const managed = await experts({ skills: [{ ...TYPESCRIPT, sources: ['MANAGER'] }], first: 100 });
    expect(managed.totalCount).toBe(
      all.nodes.filter(({ evidence }) => evidence[0]?.ratings.some(({ source }) => source === 'MANAGER')).length,
    );
    const active = await experts({ skills: [TYPESCRIPT], filter: { status: ['ACTIVE'], holdsAll: [PYTHON.skill] } });
    const both = await experts({ skills: [TYPESCRIPT, PYTHON], filter: { status: ['ACTIVE'] }, first: 100 });
    expect(active.totalCount).toBe(both.totalCount);
    expect(active.totalCount).toBeLessThan(all.totalCount);
  });

  it('leave out a system that is silent, and say so', async () => {
    const simulator = gateway.simulator('kantata');
    simulator.addFault({ shape: { kind: 'status', status: 401 }, path: 'skill_memberships' });
    try {
      const found = await experts({ skills: [TYPESCRIPT, PYTHON], first: 5 });
      expect(statesOf(found)).toEqual(['kombo-main FRESH', 'imocha-main CACHED', 'kantata-main UNREACHABLE']);
      expect(found.nodes.length).toBeGreaterThan(0);
    } finally {
      simulator.clearFaults();
    }
  });

  it.each([
    ['no skill', { skills: [] }, 'skills'],
    ['eleven skills', { skills: Array.from({ length: 11 }, () => PYTHON) }, 'skills'],
    ['a skill twice', { skills: [PYTHON, { skill: { name: 'PYTHON' } }] }, 'skills.1.skill'],
    ['a level above 1', { skills: [{ ...PYTHON, minLevel: 1.01 }] }, 'skills.0.minLevel'],
    ['a level below 0', { skills: [{ ...PYTHON, minLevel: -0.01 }] }, 'skills.0.minLevel'],
    ['no source', { skills: [{ ...PYTHON, sources: [] }] }, 'skills.0.sources'],
    ['no skill to hold', { skills: [PYTHON], filter: { holdsAll: [] } }, 'filter.holdsAll'],
    ['a page of nobody', { skills: [PYTHON], first: 0 }, 'first'],
  ])('refuse %s with the name of what is wrong', async (_, variables, field) => {
    const { data, errors } = await gateway.ask(EXPERTS, variables);
    expect(data ?? { experts: null }).toEqual({ experts: null });
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining(`\`${field}\``) as string,
      extensions: { code: 'BAD_USER_INPUT', field },
    });
  });

  it.each([
    ['asked for', { skills: [PYTHON, { skill: { name: 'Alchemy' } }] }, 'skills.1.skill'],
    ['to hold', { skills: [PYTHON], filter: { holdsAll: [{ name: 'Alchemy' }] } }, 'filter.holdsAll.0'],
  ])('are none for an unknown skill %s, which is named', async (_, variables, field) => {
    const { data, errors } = await gateway.ask<{ experts: object }>(
      `query ($skills: [SkillRequirement!]!, $filter: EmployeeFilter) {
        experts(skills: $skills, filter: $filter) { totalCount unknown { field value } }
      }`,
      variables,
    );
    expect(errors).toBeUndefined();
    expect(data?.experts).toEqual({ totalCount: 0, unknown: [{ field, value: 'Alchemy' }] });
  });

  it('are asked for nothing where a skill is not known', async () => {
    const filter = { holdsAll: [PYTHON.skill] };
    await gateway.ask(EXPERTS, { skills: [PYTHON, { skill: { name: 'Alchemy' } }], filter });
    expect(gateway).toCost({});
  });
});

describe('the holders of a skill', () => {
  it('come by consensus, unrated ones last, for a call a system', async () => {
    const found = await holders({ name: 'TypeScript', first: 100 });
    expect(gateway).toCost(ONCE);
    const levels = found.nodes.map(({ consensus }) => consensus?.normalized ?? -1);
    expect(levels).toEqual(levels.toSorted((a, b) => b - a));
    expect(new Set(found.nodes.map(({ employee }) => employee.id)).size).toBe(found.nodes.length);
    for (const { consensus } of found.nodes) {
      const sum = consensus?.contributions.reduce((total, { share }) => total + share, 0) ?? 1;
      expect(sum).toBeCloseTo(1, 9);
    }
  });

  it('page on from a cursor, and are narrowed by level and integration', async () => {
    const all = await holders({ name: 'Python', first: 100 });
    const first = await holders({ name: 'Python', first: 4 });
    const rest = await holders({ name: 'Python', first: 100, after: first.pageInfo.endCursor });
    expect([...first.nodes, ...rest.nodes].map(({ employee }) => employee.id)).toEqual(
      all.nodes.map(({ employee }) => employee.id),
    );
    const good = await holders({ name: 'Python', first: 100, filter: { minLevel: 0.7 } });
    expect(good.totalCount).toBe(all.nodes.filter(({ consensus }) => (consensus?.normalized ?? 0) >= 0.7).length);
    gateway.forget();
    const one = await holders({ name: 'Python', first: 100, filter: { integrations: ['kantata-main'] } });
    expect(gateway).toCost({ 'kantata-main': { ratingsBySkills: 1 } });
    expect(statesOf(one)).toEqual(['kantata-main FRESH']);
  });

  it.each(['CONSENSUS', 'ANY_RATING'])(
    'meet the same condition as experts do, by %s of the sources',
    async (levelOf) => {
      const condition = { minLevel: 0.7, sources: ['MANAGER'], levelOf };
      const asked = await holders({ name: 'TypeScript', first: 100, filter: condition });
      const found = await experts({ skills: [{ ...TYPESCRIPT, ...condition }], first: 100 });
      expect(asked.nodes.map(({ employee }) => employee.id).toSorted()).toEqual(
        found.nodes.map(({ employee }) => employee.id).toSorted(),
      );
      expect(asked.totalCount).toBeGreaterThan(0);
    },
  );

  it('of several skills are one question', async () => {
    const { errors } = await gateway.ask('{ skills(first: 20) { nodes { holders(first: 1) { totalCount } } } }');
    expect(errors).toBeUndefined();
    expect(gateway.calls.filter(({ operation }) => operation !== 'ratingsBySkills')).toEqual([]);
    const rows = gateway.calls.length;
    // Twenty skills fit one list of ids: what is more are further pages of rows.
    expect(rows).toBeLessThan(20);
  });

  it('refuse a level that is none, also among the skills of an employee', async () => {
    const { errors } = await gateway.ask(HOLDERS, { name: 'Python', filter: { minLevel: 2 } });
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', field: 'filter.minLevel' });
    const held = await gateway.ask('{ employees { nodes { skills(filter: { minLevel: -1 }) { totalCount } } } }');
    expect(held.errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', field: 'filter.minLevel' });
    expect(gateway).toCost({});
  });
});

describe('employees who hold all of some skills', () => {
  it('are the experts in them, for the same calls', async () => {
    const filter = { holdsAll: [TYPESCRIPT.skill, PYTHON.skill] };
    const { data } = await gateway.ask<{ employees: Page<{ id: string }> }>(HOLDS_ALL, { filter });
    expect(gateway).toCost(ONCE);
    const found = await experts({ skills: [TYPESCRIPT, PYTHON], first: 100 });
    expect(data?.employees.nodes.map(({ id }) => id).toSorted()).toEqual(
      found.nodes.map(({ employee }) => employee.id).toSorted(),
    );
    expect(data?.employees && statesOf(data.employees)).toEqual([
      'kombo-main FRESH',
      'imocha-main CACHED',
      'kantata-main FRESH',
    ]);
  });
});

describe('a consensus in the graph', () => {
  const ASK = `query ($policy: String) {
    employee(by: { employeeNumber: "01001" }) {
      skills { nodes { consensus(policy: $policy) { normalized policy { name } contributions { share } } } }
    }
  }`;

  it('is blended as the policy says, which must be one there is', async () => {
    interface Skills {
      employee: { skills: { nodes: { consensus: { normalized: number; policy: { name: string } } | null }[] } };
    }
    const of = async (policy: string | null) =>
      (await gateway.ask<Skills>(ASK, { policy })).data?.employee.skills.nodes.flatMap(
        ({ consensus }) => consensus ?? [],
      );
    const [usual, evidence] = [await of(null), await of('evidence')];
    expect(new Set(usual?.map(({ policy }) => policy.name))).toEqual(new Set(['balanced']));
    expect(new Set(evidence?.map(({ policy }) => policy.name))).toEqual(new Set(['evidence']));
    expect(evidence?.map(({ normalized }) => normalized)).not.toEqual(usual?.map(({ normalized }) => normalized));
    const { errors } = await gateway.ask(ASK, { policy: 'loudest' });
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', field: 'policy' });
  });
});
