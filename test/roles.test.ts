import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from './support/gateway.ts';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway({ environment: { CACHE: 'off' } });
});

afterAll(() => gateway.close());

beforeEach(() => gateway.forget());

interface Role {
  id: string;
  name: string;
  integration: { name: string };
}

interface Gaps {
  nodes: { gap: number | null; expected: { normalized: number | null }; held: { normalized: number | null } | null }[];
  sources: { integration: { name: string }; state: string }[];
}

/** 49 job profiles of iMocha, 97 positions, requisitions and jobs of Kombo. */
const ROLES_OF_ALL = 146;

interface Page {
  nodes: Role[];
  totalCount: number;
  sources: Gaps['sources'];
  pageInfo: { hasNextPage: boolean; endCursor: string };
}

const ROLES = /* GraphQL */ `
  query ($first: Int, $after: String) {
    jobProfiles(first: $first, after: $after) {
      totalCount
      nodes {
        id
        name
        integration {
          name
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
      sources {
        integration {
          name
        }
        state
      }
    }
  }
`;

const statesOf = (sources: Gaps['sources']) =>
  Object.fromEntries(sources.map(({ integration, state }) => [integration.name, state]));

describe('roles', () => {
  it('page through two systems, none twice, and each is found again by its id', async () => {
    const read: Role[] = [];
    let after: string | null = null;
    do {
      const page: Page | undefined = (await gateway.ask<{ jobProfiles: Page }>(ROLES, { first: 20, after })).data
        ?.jobProfiles;
      if (!page) throw new Error('no page');
      read.push(...page.nodes);
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
      expect(page.totalCount).toBe(ROLES_OF_ALL);
      expect(statesOf(page.sources)['kantata-main']).toBe('UNSUPPORTED');
    } while (after !== null);
    expect(new Set(read.map(({ id }) => id)).size).toBe(ROLES_OF_ALL);
    const names = read.map(({ name }) => name);
    expect(names).toEqual(names.toSorted(new Intl.Collator('en', { numeric: true }).compare));

    // `nodes` takes 100 ids.
    for (const ids of [read.slice(0, 100), read.slice(100)].map((roles) => roles.map(({ id }) => id))) {
      const { data } = await gateway.ask<{ nodes: ({ id: string; __typename: string } | null)[] }>(
        'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }',
        { ids },
      );
      expect(data?.nodes).toEqual(ids.map((id) => ({ __typename: 'JobProfile', id })));
    }
    expect(gateway).toCost({});
  });

  it('refuses a cursor of another search, and a page that is too large', async () => {
    const { data } = await gateway.ask<{ jobProfiles: Page }>(ROLES, { first: 1 });
    const search = (variables: object) =>
      gateway.ask(
        'query ($after: String, $first: Int) { jobProfiles(search: "eng", after: $after, first: $first) { totalCount } }',
        {
          ...variables,
        },
      );
    expect((await search({ after: data?.jobProfiles.pageInfo.endCursor })).errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_CURSOR',
    });
    expect((await search({ first: 101 })).errors?.[0]?.extensions).toMatchObject({ code: 'PAGE_TOO_LARGE' });
    expect((await search({ first: -1 })).errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('gaps of a page of people cost one call a person and one a role', async () => {
    const { data, errors } = await gateway.ask<{
      employees: { nodes: { jobProfile: Role | null; skillGaps: Gaps }[] };
    }>(`{
      employees(first: 20, filter: { integrations: ["imocha-main"] }) { nodes {
        jobProfile { id name integration { name } }
        skillGaps {
          nodes { gap expected { normalized } held { normalized } }
          sources { integration { name } state }
        }
      } }
    }`);
    expect(errors).toBeUndefined();
    const people = data?.employees.nodes ?? [];
    const roles = new Set(people.flatMap(({ jobProfile }) => jobProfile?.id ?? []));
    expect(roles.size).toBeGreaterThan(3);
    const gaps = people.flatMap(({ skillGaps }) => skillGaps.nodes);
    expect(gaps.some(({ held }) => held === null)).toBe(true);
    expect(gaps.some(({ held }) => held !== null)).toBe(true);
    for (const { gap, expected, held } of gaps) {
      expect(gap).toBeCloseTo((expected.normalized ?? Number.NaN) - (held?.normalized ?? 0), 9);
      expect(gap).toBeGreaterThan(0);
    }
    for (const { skillGaps } of people) {
      const states = statesOf(skillGaps.sources);
      expect(states).toEqual({ 'kombo-main': 'UNSUPPORTED', 'imocha-main': 'FRESH', 'kantata-main': 'UNSUPPORTED' });
      const widths = skillGaps.nodes.map(({ gap }) => gap ?? 0);
      expect(widths).toEqual(widths.toSorted((a, b) => b - a));
    }
    expect(gateway).toCost({ 'imocha-main': { skillGaps: 20, jobProfiles: roles.size } });
  });

  it('what a system has switched off is unsupported, and the rest stands', async () => {
    for (const name of ['offersCareerPath', 'offersWeightages']) gateway.simulator('imocha').setSwitch(name, false);
    const { data, errors } = await gateway.ask<{ employee: { displayName: string; careerPaths: Gaps } }>(
      '{ employee(by: { employeeNumber: "01001" }) { displayName careerPaths { nodes { match } sources { integration { name } state } } } }',
    );
    expect(errors).toBeUndefined();
    expect(data?.employee.displayName).toBeTruthy();
    expect(statesOf(data?.employee.careerPaths.sources ?? [])['imocha-main']).toBe('UNSUPPORTED');
  });

  it('every operation on roles says whether it is supported', async () => {
    const { data } = await gateway.ask<{
      integrations: { name: string; capabilities: { operation: string; support: string; reason: string | null }[] }[];
    }>('{ integrations { name capabilities { operation support reason } } }');
    const native = Object.fromEntries(
      (data?.integrations ?? []).map(({ name, capabilities }) => [
        name,
        capabilities
          .filter(({ operation }) => /JOB_PROFILES|SKILL_GAPS|WEIGHTS/.test(operation))
          .map(({ support, reason }) => (reason === null ? support : `${support}: ${reason}`)),
      ]),
    );
    const none = 'UNSUPPORTED: The provider has no such operation.';
    expect(native).toEqual({
      'kombo-main': ['NATIVE', none, none],
      // Weights were switched off before they were asked for.
      'imocha-main': ['NATIVE', 'NATIVE', 'UNKNOWN: Not tried since the gateway started.'],
      'kantata-main': [none, none, none],
    });
  });
});
