import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ReceiptLine, ReceiptReport } from '../src/domain/receipt.ts';
import { startTestGateway, type Answer, type TestGateway } from './support/gateway.ts';

const RECEIPT = { 'x-gateway-receipt': '1' };
const [HR, TALENT, PROJECTS] = ['kombo-main', 'imocha-main', 'kantata-main'] as const;

const PAGE = /* GraphQL */ `
  query Page($first: Int! = 20, $after: String, $integrations: [String!]) {
    employees(first: $first, after: $after) {
      pageInfo {
        endCursor
      }
      nodes {
        skills(first: 200, filter: { integrations: $integrations }) {
          sources {
            integration {
              name
            }
            state
            problem {
              code
            }
          }
          nodes {
            ratings {
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

interface Page {
  employees: {
    pageInfo: { endCursor: string };
    nodes: {
      skills: {
        sources: { integration: { name: string }; state: string; problem: { code: string } | null }[];
        nodes: { ratings: { integration: { name: string } }[] }[];
      };
    }[];
  };
}

const anyTime: ReceiptLine['milliseconds'] = {
  waited: expect.any(Number) as number,
  sum: expect.any(Number) as number,
};
const NO_TIME = { waited: 0, sum: 0 };

function line(values: Partial<ReceiptLine>): ReceiptLine {
  const nothing = { calls: 0, sharedCalls: 0, failedCalls: 0, batches: 1, rows: 0, cacheHits: 0 };
  return { ...nothing, milliseconds: anyTime, ...values };
}

/** Rating rows that an answer has of an integration, and people it asked it for. */
function sizesIn({ data }: Answer<Page>, name: string): { rows: number; people: number } {
  const held = data?.employees.nodes.map((node) => node.skills) ?? [];
  const ratings = held.flatMap(({ nodes }) => nodes.flatMap((skill) => skill.ratings));
  const states = held.flatMap(({ sources }) => sources.filter(({ integration }) => integration.name === name));
  return {
    rows: ratings.filter(({ integration }) => integration.name === name).length,
    people: states.filter(({ state }) => state !== 'UNMATCHED').length,
  };
}

const receiptOf = ({ extensions }: Answer<unknown>): ReceiptReport | undefined => extensions?.receipt;

describe('the receipt', () => {
  let gateway: TestGateway;
  /** Each test asks for people of its own, so that it finds no copies of another's. */
  let after: string | null = null;

  const ask = (variables: Record<string, unknown>, headers: Record<string, string> = RECEIPT) =>
    gateway.ask<Page>(PAGE, { after, ...variables }, headers);

  /** Where the next person stands behind so many. */
  const cursorBehind = async (first: number, from: string | null): Promise<string | null> => {
    const { data } = await gateway.ask<Page>(
      'query Next($first: Int!, $from: String) { employees(first: $first, after: $from) { pageInfo { endCursor } } }',
      { first, from },
    );
    return data?.employees.pageInfo.endCursor ?? null;
  };

  beforeAll(async () => {
    gateway = await startTestGateway({ environment: { SIMULATOR_PEOPLE: '200' } });
  });

  afterAll(() => gateway.close());

  afterEach(async () => {
    for (const { simulator } of gateway.gateway.simulators) simulator.clearFaults();
    gateway.forget();
    after = await cursorBehind(20, after);
  });

  it('says what a page costs, cold and warm', async () => {
    const cold = await ask({});

    const [hr, talent, projects] = [HR, TALENT, PROJECTS].map((name) => sizesIn(cold, name));
    const perPerson = gateway.calls.filter(({ integration }) => integration === TALENT).length;
    expect(hr?.rows).toBeGreaterThan(100);
    expect(talent?.people).toBeGreaterThan(perPerson);
    expect(receiptOf(cold)?.integrations).toEqual({
      [HR]: line({ calls: 1, rows: hr?.rows ?? 0 }),
      // Most are answered from the walk of all profiles.
      [TALENT]: line({
        calls: perPerson,
        rows: expect.any(Number) as number,
        cacheHits: (talent?.people ?? 0) - perPerson,
      }),
      [PROJECTS]: line({ calls: 1, rows: projects?.rows ?? 0 }),
    });
    expect(gateway).toCost({ kombo: 1, imocha: perPerson, kantata: 1 });
    const { total } = receiptOf(cold) ?? {};
    expect(total).toMatchObject({ calls: 2 + perPerson, batches: 3, cacheHits: (talent?.people ?? 0) - perPerson });
    // Asked at once: nobody waits for the sum.
    expect(total?.milliseconds.waited).toBeLessThanOrEqual(total?.milliseconds.sum ?? 0);
    expect(total?.milliseconds.waited).toBeGreaterThan(0);

    const warm = await ask({});
    expect(receiptOf(warm)?.integrations).toEqual({
      [HR]: line({ cacheHits: hr?.people ?? 0, milliseconds: NO_TIME }),
      [TALENT]: line({ cacheHits: talent?.people ?? 0, milliseconds: NO_TIME }),
      [PROJECTS]: line({ cacheHits: projects?.people ?? 0, milliseconds: NO_TIME }),
    });
    expect(warm.data?.employees.nodes).toHaveLength(20);
  });

  it('names nobody where the directory answers', async () => {
    const names = await gateway.ask('{ employees(first: 5) { nodes { displayName } } }', {}, RECEIPT);

    expect(receiptOf(names)).toEqual({ integrations: {}, total: line({ batches: 0, milliseconds: NO_TIME }) });
  });

  it('is absent unless asked for', async () => {
    const { data, extensions } = await ask({}, {});

    expect(data?.employees.nodes).toHaveLength(20);
    expect(extensions).toBeUndefined();
  });

  it('counts its own request alone when several run at once', async () => {
    const second = await cursorBehind(4, after);
    const third = await cursorBehind(7, second);
    const [both, one, silent] = await Promise.all([
      ask({ first: 4, integrations: [HR, PROJECTS] }),
      ask({ first: 7, after: second, integrations: [HR] }),
      ask({ first: 9, after: third }, {}),
    ]);

    expect(receiptOf(both)?.integrations).toEqual({
      [HR]: line({ calls: 1, rows: sizesIn(both, HR).rows }),
      [PROJECTS]: line({ calls: 1, rows: sizesIn(both, PROJECTS).rows }),
    });
    expect(receiptOf(one)?.integrations).toEqual({ [HR]: line({ calls: 1, rows: sizesIn(one, HR).rows }) });
    expect(receiptOf(silent)).toBeUndefined();
  });

  it('shows the call for people whom another request asks for at the same time, marked as shared', async () => {
    gateway.simulator('kombo').addFault({ shape: { kind: 'latency', milliseconds: 150 } });

    const [few, many] = await Promise.all([4, 7].map((first) => ask({ first, integrations: [HR] })));

    const lines = [few, many].map((answer) => answer && receiptOf(answer)?.integrations[HR]);
    expect(lines.map((one) => one?.sharedCalls).toSorted((a = 0, b = 0) => a - b)).toEqual([0, 1]);
    expect(gateway.calls).toHaveLength((lines[0]?.calls ?? 0) + (lines[1]?.calls ?? 0) - 1);
    for (const one of lines) expect(one?.milliseconds.waited).toBeGreaterThanOrEqual(100);
  });

  it('shows what a provider cost that failed each time', async () => {
    gateway.simulator('kantata').addFault({ shape: { kind: 'status', status: 500 } });

    const failed = await ask({ integrations: [PROJECTS] });

    const tries = gateway.calls.length;
    expect(tries).toBe(3);
    expect(receiptOf(failed)?.integrations).toEqual({ [PROJECTS]: line({ calls: tries, failedCalls: tries }) });
    const { waited = 0, sum = 0 } = receiptOf(failed)?.total.milliseconds ?? {};
    // The pauses between the tries are waited for, and are nobody's call.
    expect(waited).toBeGreaterThan(sum);
  });

  it("shows the call under way that the request's own deadline did not wait for", async () => {
    gateway.simulator('kantata').addFault({ shape: { kind: 'hang' }, times: 1 });

    const late = await ask({ first: 5, integrations: [PROJECTS] }, { ...RECEIPT, 'x-request-deadline-ms': '120' });

    const sources = late.data?.employees.nodes.flatMap(({ skills }) => skills.sources) ?? [];
    const [source] = sources.filter(({ state }) => state !== 'UNMATCHED');
    expect(source).toMatchObject({ state: 'UNREACHABLE', problem: { code: 'TIMEOUT' } });
    expect(receiptOf(late)?.integrations).toEqual({ [PROJECTS]: line({ calls: 1 }) });
    expect(receiptOf(late)?.total.milliseconds.waited).toBeGreaterThanOrEqual(50);
  });

  it('shows shared work to all who waited for it, marked for those who did not begin it', async () => {
    gateway.simulator('kombo').setSwitch('ratingsFilter', 'ignored');
    gateway.simulator('kombo').addFault({ shape: { kind: 'latency', milliseconds: 150 } });

    const second = await cursorBehind(4, after);
    const answers = await Promise.all([
      ask({ first: 4, integrations: [HR] }),
      ask({ first: 7, after: second, integrations: [HR] }),
    ]);

    const lines = answers.map((answer) => receiptOf(answer)?.integrations[HR]);
    const walked = gateway.calls.filter(({ purpose }) => purpose === 'walk').length;
    expect(walked).toBeGreaterThan(0);
    // Each has asked for itself, and learnt that the filter is ignored; then one walk stands in for both.
    for (const answered of lines) expect(answered).toMatchObject({ batches: 1, calls: walked + 1 });
    expect(lines.map((answered) => answered?.sharedCalls).toSorted((a = 0, b = 0) => a - b)).toEqual([0, walked]);
    expect(new Set(lines.map((answered) => answered?.rows)).size).toBe(1);
    for (const answered of lines) expect(answered?.milliseconds.waited).toBeGreaterThanOrEqual(150);
  });
});
