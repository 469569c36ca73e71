import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from './support/gateway.ts';

const PAGE = /* GraphQL */ `
  query Page($first: Int!) {
    employees(first: $first) {
      totalCount
      sources {
        integration {
          name
        }
        state
      }
      nodes {
        id
        displayName
        identity {
          records {
            integration {
              name
            }
            remoteId
          }
        }
        skills(first: 200) {
          sources {
            integration {
              name
            }
            state
            problem {
              code
              retryable
            }
          }
          nodes {
            skill {
              name
            }
            ratings {
              id
              source
              sourceLabel
              normalized
              integration {
                name
              }
            }
          }
        }
      }
    }
  }
`;

interface Source {
  integration: { name: string };
  state: string;
  problem: { code: string; retryable: boolean } | null;
}

interface Page {
  employees: {
    totalCount: number;
    sources: Source[];
    nodes: {
      id: string;
      displayName: string;
      identity: { records: { integration: { name: string }; remoteId: string }[] };
      skills: {
        sources: Source[];
        nodes: {
          skill: { name: string };
          ratings: {
            id: string;
            source: string;
            sourceLabel: string;
            normalized: number | null;
            integration: { name: string };
          }[];
        }[];
      };
    }[];
  };
}

function states(sources: readonly Source[]): Record<string, string> {
  return Object.fromEntries(sources.map(({ integration, state }) => [integration.name, state]));
}

describe('reading with CACHE=off', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await startTestGateway({ environment: { CACHE: 'off' } });
  });

  afterAll(() => gateway.close());

  afterEach(() => {
    for (const { simulator } of gateway.gateway.simulators) simulator.clearFaults();
    gateway.forget();
  });

  it('a page of 50 costs no employee and no skill call, and for ratings only what the rows need', async () => {
    const { data, errors } = await gateway.ask<Page>(PAGE, { first: 50 });

    expect(errors).toBeUndefined();
    const nodes = data?.employees.nodes ?? [];
    expect(nodes).toHaveLength(50);
    const rows = nodes.flatMap((node) => node.skills.nodes.flatMap((skill) => skill.ratings));
    const rowsOf = (name: string) => rows.filter((row) => row.integration.name === name).length;
    const recordsOf = (name: string) =>
      nodes.filter((node) => node.identity.records.some((record) => record.integration.name === name)).length;
    expect(rowsOf('kombo-main')).toBeGreaterThan(250);
    expect(gateway.cost()).toEqual({
      'kombo-main': { ratingsByEmployees: Math.ceil(rowsOf('kombo-main') / 250) },
      'kantata-main': { ratingsByEmployees: Math.ceil(rowsOf('kantata-main') / 200) },
      'imocha-main': { ratingsByEmployees: recordsOf('imocha-main') },
    });
  });

  it('names alone cost no call at all', async () => {
    const { data } = await gateway.ask<Page>('{ employees(first: 50) { nodes { displayName } } }');

    expect(data?.employees.nodes).toHaveLength(50);
    expect(gateway.calls).toEqual([]);
  });

  it('a silent provider leaves its named gap, and all that the others say', async () => {
    const whole = await gateway.ask<Page>(PAGE, { first: 20 });
    gateway.simulator('kantata').addFault({ shape: { kind: 'status', status: 500 } });

    const { data, errors } = await gateway.ask<Page>(PAGE, { first: 20 });

    expect(errors).toBeUndefined();
    const others = (page: Page | null | undefined) =>
      page?.employees.nodes.flatMap((node) =>
        node.skills.nodes.flatMap((skill) =>
          skill.ratings.filter((rating) => rating.integration.name !== 'kantata-main').map((rating) => rating.id),
        ),
      );
    expect(others(data)).toEqual(others(whole.data));
    for (const node of data?.employees.nodes ?? []) {
      const known = node.identity.records.some((record) => record.integration.name === 'kantata-main');
      const source = node.skills.sources.find(({ integration }) => integration.name === 'kantata-main');
      expect(source).toMatchObject(
        known ? { state: 'UNREACHABLE', problem: { code: 'UNAVAILABLE' } } : { state: 'UNMATCHED', problem: null },
      );
    }
  });

  it('every employee carries the state of every integration', async () => {
    const { data } = await gateway.ask<Page>(PAGE, { first: 100 });

    for (const node of data?.employees.nodes ?? []) {
      const records = new Set(node.identity.records.map(({ integration }) => integration.name));
      expect(states(node.skills.sources)).toEqual(
        Object.fromEntries(
          ['kombo-main', 'imocha-main', 'kantata-main'].map((name) => [
            name,
            records.has(name) ? 'FRESH' : 'UNMATCHED',
          ]),
        ),
      );
    }
    expect(states(data?.employees.sources ?? [])).toEqual({
      'kombo-main': 'CACHED',
      'imocha-main': 'CACHED',
      'kantata-main': 'CACHED',
    });
  });

  it('every record leads to its employee, every rating to itself, by id', async () => {
    const { data } = await gateway.ask<Page>(PAGE, { first: 5 });
    const [employee] = data?.employees.nodes ?? [];
    const ratings = data?.employees.nodes.flatMap((node) => node.skills.nodes.flatMap((skill) => skill.ratings)) ?? [];
    const onePerIntegration = [...new Map(ratings.map((rating) => [rating.integration.name, rating])).values()];
    expect(onePerIntegration).toHaveLength(3);

    const again = await gateway.ask<{ nodes: ({ id: string; normalized?: number | null } | null)[] }>(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on SkillRating { normalized } } }',
      { ids: [...onePerIntegration.map(({ id }) => id), employee?.id, 'bm9uc2Vuc2U'] },
    );

    expect(again.data?.nodes).toEqual([
      ...onePerIntegration.map(({ id, normalized }) => ({ id, normalized })),
      { id: employee?.id },
      null,
    ]);
  });

  it('pages forward and back over the same employees', async () => {
    const page = (args: string) =>
      gateway.ask<{
        employees: {
          nodes: { id: string }[];
          pageInfo: { endCursor: string; startCursor: string; hasNextPage: boolean; hasPreviousPage: boolean };
        };
      }>(`{ employees(${args}) { nodes { id } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } }`);
    const first = await page('first: 10');
    const second = await page(`first: 10, after: "${first.data?.employees.pageInfo.endCursor}"`);
    const back = await page(`last: 10, before: "${second.data?.employees.pageInfo.startCursor}"`);

    expect(back.data?.employees.nodes).toEqual(first.data?.employees.nodes);
    expect(second.data?.employees.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
    const ids = [first, second].flatMap(({ data }) => data?.employees.nodes.map(({ id }) => id) ?? []);
    expect(new Set(ids).size).toBe(20);
  });

  it.each([
    ['first: 0', 'BAD_USER_INPUT', 'first'],
    ['first: -1', 'BAD_USER_INPUT', 'first'],
    ['first: 101', 'PAGE_TOO_LARGE', 'first'],
    ['first: 1, last: 1', 'BAD_USER_INPUT', 'last'],
    ['after: "junk"', 'BAD_CURSOR', 'after'],
  ])('employees(%s) is refused with %s', async (args, code, field) => {
    const { errors } = await gateway.ask(`{ employees(${args}) { totalCount } }`);

    expect(errors?.map(({ extensions }) => extensions)).toMatchObject([{ code, field }]);
  });

  it('an e-mail that several share is refused, an unknown one is nobody', async () => {
    const shared = await gateway.ask('{ employee(by: { workEmail: "team.0@example.test" }) { id } }');
    const unknown = await gateway.ask('{ employee(by: { workEmail: "nobody@example.test" }) { id } }');

    expect(shared.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'by' });
    expect(unknown).toEqual({ data: { employee: null } });
  });
});

describe('reading as it runs', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await startTestGateway();
  });

  afterAll(() => gateway.close());

  it('a page asked twice costs the providers one answer', async () => {
    const first = await gateway.ask<Page>(PAGE, { first: 50 });
    gateway.forget();
    const second = await gateway.ask<Page>(PAGE, { first: 50 });

    expect(gateway.calls).toEqual([]);
    const ratings = ({ data }: { data?: Page | null }) => data?.employees.nodes.map((node) => node.skills.nodes);
    expect(ratings(second)).toEqual(ratings(first));
    for (const node of second.data?.employees.nodes ?? []) {
      expect(new Set(node.skills.sources.map(({ state }) => state))).not.toContain('FRESH');
    }
  });
});
