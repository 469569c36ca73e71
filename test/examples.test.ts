import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Cost } from './support/cost.ts';
import { startTestGateway, type TestGateway } from './support/gateway.ts';
import { all, wsClient } from './support/wsClient.ts';

const folder = new URL('../examples/', import.meta.url);
const FRAGMENTS = 'rating.fragments.graphql';
const ADA = { employeeNumber: '01001' };

/** What a document is asked with and what it costs the providers. */
interface Example {
  variables?: Record<string, unknown>;
  cost: Cost;
}

/** One person is known to all three: a call each. */
const ONE_PERSON = {
  'kombo-main': { ratingsByEmployees: 1 },
  'imocha-main': { ratingsByEmployees: 1 },
  'kantata-main': { ratingsByEmployees: 1 },
};

/** Asked by skill, however many; the third system is answered from its kept walk. */
const BY_SKILL = { 'kombo-main': { ratingsBySkills: 1 }, 'kantata-main': { ratingsBySkills: 1 } };

const EXAMPLES: Record<string, Example> = {
  'employee.graphql': { variables: { by: ADA }, cost: ONE_PERSON },
  'employees-with-ratings.graphql': {
    variables: { first: 10 },
    cost: {
      'kombo-main': { ratingsByEmployees: 1 },
      // Seven of the ten have a profile there.
      'imocha-main': { ratingsByEmployees: 7 },
      'kantata-main': { ratingsByEmployees: 1 },
    },
  },
  'employee-with-gaps.graphql': {
    variables: { by: ADA },
    cost: { 'imocha-main': { skillGaps: 1, careerPaths: 1, jobProfiles: 1 } },
  },
  // Two of the four come without their skills.
  'job-profiles.graphql': { variables: { search: 'soft', first: 5 }, cost: { 'imocha-main': { jobProfiles: 2 } } },
  'experts.graphql': {
    variables: {
      skills: [
        { skill: { name: 'TypeScript' }, minLevel: 0.6 },
        { skill: { name: 'Python' }, sources: ['MANAGER', 'ASSESSMENT'] },
      ],
      filter: { status: ['ACTIVE'] },
    },
    cost: BY_SKILL,
  },
  'holders.graphql': { variables: { by: { name: 'TypeScript' } }, cost: BY_SKILL },
  'skill.graphql': { variables: { by: { name: 'TypeScript' } }, cost: {} },
  'search-skills.graphql': { variables: { text: 'typscript' }, cost: {} },
  'integrations.graphql': { cost: {} },
  'employee-identity.graphql': { variables: { by: ADA }, cost: {} },
  // Hers already, so that the other documents find her unchanged; and two that no rule joins.
  'link-records.graphql': {
    variables: {
      records: {
        employees: [
          { integration: 'imocha-main', remoteId: '1000001' },
          { integration: 'kantata-main', remoteId: '100001' },
        ],
      },
    },
    cost: {},
  },
  'unlink-records.graphql': {
    variables: {
      records: {
        employees: [
          { integration: 'imocha-main', remoteId: '1000030' },
          { integration: 'kantata-main', remoteId: '100063' },
        ],
      },
      note: 'Two people with one mailbox.',
    },
    cost: {},
  },
  'rate-skills.graphql': { variables: { employee: ADA, skill: { name: 'TypeScript' }, level: 0.75 }, cost: {} },
  'assign-skills.graphql': {
    variables: { items: { employee: ADA, skill: { name: 'Python' } }, validateOnly: true },
    cost: {},
  },
  'upsert-employees.graphql': {
    variables: {
      items: { integration: 'imocha-main', workEmail: 'new@example.test', givenName: 'New', familyName: 'Example' },
      validateOnly: true,
    },
    cost: {},
  },
  'remove-skills.graphql': {
    variables: {
      items: { employee: ADA, skill: { name: 'TypeScript' }, integration: 'kantata-main' },
      validateOnly: true,
    },
    cost: {},
  },
  'set-employee-status.graphql': {
    variables: { items: { employee: ADA, active: false, integration: 'kantata-main' }, validateOnly: true },
    cost: {},
  },
  'upsert-skills.graphql': {
    variables: {
      items: { integration: 'kantata-main', externalId: 'weaving', name: 'Weaving', rated: true },
      validateOnly: true,
    },
    cost: {},
  },
  'add-certificates.graphql': {
    variables: {
      items: { employee: ADA, integration: 'imocha-main', title: 'First aid', validTill: '2030-01-31' },
      validateOnly: true,
    },
    cost: {},
  },
  'tasks.graphql': { variables: { first: 5, filter: { kinds: ['RATE_SKILLS'] } }, cost: {} },
};

/** Run with tasks of their own below. */
const WATCH = 'watch-task.graphql';
const RETRY = 'retry-task.graphql';
const CANCEL = 'cancel-task.graphql';
const CHANGED = 'employee-skills-changed.graphql';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway({ environment: { CACHE: 'off' } });
});

afterAll(() => gateway.close());

beforeEach(() => gateway.forget());

/** A document with the shared fragments that it uses, directly or through another; the specification refuses unused ones. */
function withFragments(name: string): string {
  const own = readFileSync(new URL(name, folder), 'utf8');
  const fragments = new Map(
    readFileSync(new URL(FRAGMENTS, folder), 'utf8')
      .split(/(?=^fragment )/m)
      .flatMap((part) => {
        const fragment = /^fragment (\w+)/.exec(part)?.[1];
        return fragment === undefined ? [] : [[fragment, part] as const];
      }),
  );
  const used = new Set<string>();
  const add = (text: string) => {
    for (const [, fragment = ''] of text.matchAll(/\.\.\.(\w+)/g)) {
      const part = fragments.get(fragment);
      if (part === undefined || used.has(part)) continue;
      used.add(part);
      add(part);
    }
  };
  add(own);
  return [own, ...used].join('\n');
}

describe('examples', () => {
  it('every document is asked here', () => {
    const documents = readdirSync(folder).filter((name) => name.endsWith('.graphql'));
    expect(documents.toSorted()).toEqual(
      [...Object.keys(EXAMPLES), FRAGMENTS, WATCH, RETRY, CANCEL, CHANGED].toSorted(),
    );
  });

  it.each(Object.entries(EXAMPLES))('%s answers without an error, at its cost', async (name, { variables, cost }) => {
    const { data, errors, extensions } = await gateway.ask(withFragments(name), variables, {
      'x-gateway-receipt': '1',
    });

    expect(errors).toBeUndefined();
    expect(Object.values(data ?? {})).not.toContain(null);
    expect(gateway).toCost(cost);
    // What is sent without the request's receipt shows here. A walk that it had to wait for is on it as well.
    const calls = extensions?.receipt?.total.calls;
    expect(calls).toBeGreaterThanOrEqual(gateway.calls.filter(({ purpose }) => purpose === 'request').length);
    expect(calls).toBeLessThanOrEqual(gateway.calls.length);
  });

  it('watch-task.graphql follows a write to its end', async () => {
    const { data } = await gateway.ask<{ rateSkills: { task: { id: string } } }>(withFragments('rate-skills.graphql'), {
      employee: { employeeNumber: '01002' },
      skill: { name: 'TypeScript' },
      level: 0.5,
    });
    const updates = await gateway.watch<{
      taskUpdated: { state: string; revision: number; items: { nodes: { state: string; outcome: unknown }[] } };
    }>(withFragments(WATCH), { id: data?.rateSkills.task.id });

    const states = updates.map((update) => update.data?.taskUpdated.state);
    expect(states.at(-1)).toBe('SUCCEEDED');
    const revisions = updates.map((update) => update.data?.taskUpdated.revision ?? 0);
    expect(revisions).toEqual([...new Set(revisions)].toSorted((a, b) => a - b));
    for (const item of updates.at(-1)?.data?.taskUpdated.items.nodes ?? []) expect(item.outcome).not.toBeNull();
  });

  it('employee-skills-changed.graphql tells of a write, and what reads show since', async () => {
    const found = await gateway.ask<{ employee: { id: string } }>(
      'query ($by: EmployeeLookup!) { employee(by: $by) { id } }',
      {
        by: { employeeNumber: '01002' },
      },
    );
    const client = wsClient(gateway.url);
    const changes = client.iterate<{
      employeeSkillsChanged: { task: { id: string }; employee: { skills: { nodes: unknown[] } } };
    }>({
      query: withFragments(CHANGED),
      variables: { employeeId: found.data?.employee.id },
    });
    // Messages of one socket are taken in order: the watcher listens once this is answered.
    const [written] = await all(client, withFragments('rate-skills.graphql'), {
      employee: { employeeNumber: '01002' },
      skill: { name: 'TypeScript' },
      level: 0.5,
    });
    const { value } = await changes.next();
    expect(value.errors).toBeUndefined();
    expect(value.data.employeeSkillsChanged.task.id).toBe(
      (written?.data?.['rateSkills'] as { task: { id: string } } | undefined)?.task.id,
    );
    expect(value.data.employeeSkillsChanged.employee.skills.nodes).not.toEqual([]);
    await client.dispose();
  });

  it('retry-task.graphql and cancel-task.graphql answer a task, or why there is none', async () => {
    const { data } = await gateway.ask<{ rateSkills: { task: { id: string } } }>(withFragments('rate-skills.graphql'), {
      employee: { employeeNumber: '01003' },
      skill: { name: 'TypeScript' },
      level: 0.5,
    });
    const taskId = data?.rateSkills.task.id;
    await gateway.watch(withFragments(WATCH), { id: taskId });

    expect(await gateway.ask(withFragments(RETRY), { taskId })).toMatchObject({
      data: { retryTask: { task: null, userErrors: [{ code: 'NOT_RETRYABLE' }] } },
    });
    expect(await gateway.ask(withFragments(CANCEL), { taskId })).toMatchObject({
      data: { cancelTask: { task: { id: taskId, state: 'SUCCEEDED' }, userErrors: [] } },
    });
  });
});
