import { isInterfaceType, isObjectType, getNamedType } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { schema } from '../schema/index.ts';
import { encodeId } from '../src/domain/ids.ts';
import { encodeCursor } from '../src/domain/paging.ts';
import { startTestGateway, type Answer, type TestGateway } from './support/gateway.ts';

let gateway: TestGateway;
/** Somebody with reports and skills, a skill that people hold, and a task with items, which is not the only one. */
let person = '';
let skill = '';
let task = '';

beforeAll(async () => {
  // Two receivers that nobody answers at: what they are not told stays in the list.
  gateway = await startTestGateway({
    environment: {
      WEBHOOK_URLS: 'http://127.0.0.1:9/a,http://127.0.0.1:9/b',
      WEBHOOK_SECRETS: `whsec_${Buffer.alloc(32).toString('base64')}`,
      WEBHOOK_PRIVATE: 'allow',
    },
  });
  const { data } = await gateway.ask<{ employee: { id: string }; skill: { id: string } }>(
    '{ employee(by: { employeeNumber: "01001" }) { id } skill(by: { name: "TypeScript" }) { id } }',
  );
  person = data?.employee.id ?? '';
  skill = data?.skill.id ?? '';
  const items = ['TypeScript', 'Python', 'GraphQL']
    .map((name) => `{ employee: { id: "${person}" }, skill: { name: "${name}" }, proficiency: { level: 0.5 } }`)
    .join(' ');
  const written = await gateway.ask<{ rateSkills: { task: { id: string } } }>(
    `mutation { rateSkills(input: { items: [${items}] }) { task { id } } }`,
  );
  task = written.data?.rateSkills.task.id ?? '';
  const more = (skills: string) =>
    `assignSkills(input: { items: { employee: { id: "${person}" }, skill: { name: "${skills}" } } }) { task { id } }`;
  await gateway.ask(`mutation { a: ${more('TypeScript')} b: ${more('Python')} }`);
});

afterAll(() => gateway.close());

beforeEach(() => gateway.forget());

interface Page {
  totalCount: number;
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
  edges: { cursor: string; node: unknown }[];
  nodes: unknown[];
}

const selection = (node: string) =>
  `{ totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { ${node} } } nodes { ${node} } }`;

/** How each list is reached, with what names its nodes, and the most it gives at once. Those that are not in the schema yet are left out. */
const DOORS = Object.entries({
  'Query.employees': { most: 100, ask: (args: string) => `page: employees(${args}) ${selection('id')}` },
  'Query.skills': { most: 100, ask: (args: string) => `page: skills(${args}) ${selection('id')}` },
  'Query.jobProfiles': { most: 100, ask: (args: string) => `page: jobProfiles(${args}) ${selection('id')}` },
  'Query.tasks': { most: 100, ask: (args: string) => `page: tasks(${args}) ${selection('id')}` },
  'Query.webhookDeliveries': {
    most: 100,
    ask: (args: string) => `page: webhookDeliveries(${args}) ${selection('id')}`,
  },
  'Query.experts': {
    most: 100,
    ask: (args: string) =>
      `page: experts(skills: [{ skill: { name: "TypeScript" } }], ${args}) ${selection('employee { id }')}`,
  },
  'Employee.reports': {
    most: 100,
    ask: (args: string) => `employee(by: { id: "${person}" }) { page: reports(${args}) ${selection('id')} }`,
  },
  'Employee.skills': {
    most: 200,
    ask: (args: string) => `employee(by: { id: "${person}" }) { page: skills(${args}) ${selection('skill { id }')} }`,
  },
  'Skill.holders': {
    most: 100,
    ask: (args: string) => `skill(by: { id: "${skill}" }) { page: holders(${args}) ${selection('employee { id }')} }`,
  },
  'Task.items': {
    most: 200,
    ask: (args: string) => `task(id: "${task}") { page: items(${args}) ${selection('id')} }`,
  },
}).filter(([name]) => {
  const [type = '', field = ''] = name.split('.');
  const owner = schema.getType(type);
  return isObjectType(owner) && field in owner.getFields();
});

/** The page of an answer, wherever in it. */
function pageIn(value: unknown): Page | null {
  if (typeof value !== 'object' || value === null) return null;
  if ('page' in value) return value.page as Page;
  return pageIn(Object.values(value)[0]);
}

type Door = (typeof DOORS)[number][1];

async function pageOf({ ask }: Door, args: string): Promise<Page> {
  const { data, errors } = await gateway.ask(`{ ${ask(args)} }`);
  expect(errors).toBeUndefined();
  const page = pageIn(data);
  if (!page) throw new Error('no page');
  expect(page.nodes).toEqual(page.edges.map(({ node }) => node));
  expect(page.pageInfo).toMatchObject({
    startCursor: page.edges[0]?.cursor ?? null,
    endCursor: page.edges.at(-1)?.cursor ?? null,
  });
  return page;
}

const refusal = ({ errors }: Answer<unknown>) => {
  const [error] = errors ?? [];
  return { code: error?.extensions?.['code'], field: error?.extensions?.['field'], message: error?.message };
};

describe('every list', () => {
  it('is tried here', () => {
    const lists = Object.values(schema.getTypeMap()).flatMap((type) =>
      isObjectType(type) && !type.name.startsWith('__')
        ? Object.values(type.getFields())
            .filter((field) => getNamedType(field.type).name.endsWith('Connection'))
            .map((field) => `${type.name}.${field.name}`)
        : [],
    );
    expect(DOORS.map(([name]) => name).toSorted()).toEqual(lists.toSorted());
  });

  describe.each(DOORS)('%s', (_, door) => {
    it('gives the same page by page as at once, and says at both ends that it ends', async () => {
      const whole = await pageOf(door, `first: ${door.most}`);
      expect(whole.edges.length).toBe(Math.min(whole.totalCount, door.most));
      expect(whole.edges.length).toBeGreaterThan(1);
      const cursors = whole.edges.map(({ cursor }) => cursor);
      expect(new Set(cursors).size).toBe(cursors.length);
      const size = Math.max(1, Math.floor(whole.edges.length / 3));
      const walked: unknown[] = [];
      for (let after = ''; walked.length < whole.edges.length;) {
        const page = await pageOf(door, `first: ${size}${after}`);
        expect(page.totalCount).toBe(whole.totalCount);
        expect(page.pageInfo.hasPreviousPage).toBe(walked.length > 0);
        expect(page.edges.length).toBeGreaterThan(0);
        walked.push(...page.edges);
        expect(page.pageInfo.hasNextPage).toBe(walked.length < whole.totalCount);
        after = `, after: "${page.pageInfo.endCursor}"`;
      }
      expect(walked.slice(0, whole.edges.length)).toEqual(whole.edges);
    });

    it('is empty after its last', async () => {
      let last = await pageOf(door, `first: ${door.most}`);
      while (last.pageInfo.hasNextPage) {
        last = await pageOf(door, `first: ${door.most}, after: "${last.pageInfo.endCursor}"`);
      }
      const page = await pageOf(door, `first: 5, after: "${last.pageInfo.endCursor}"`);
      expect(page).toEqual({
        totalCount: last.totalCount,
        pageInfo: { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null },
        edges: [],
        nodes: [],
      });
    });

    it.each([
      ['first: 0', 'BAD_USER_INPUT', 'first'],
      ['first: -1', 'BAD_USER_INPUT', 'first'],
      ['first: 201', 'PAGE_TOO_LARGE', 'first'],
      ['after: "nonsense"', 'BAD_CURSOR', 'after'],
      ['after: ""', 'BAD_CURSOR', 'after'],
      [`after: "${encodeCursor('another list', { key: 'a', id: 'b' })}"`, 'BAD_CURSOR', 'after'],
    ])('refuses %s with the name of the argument', async (args, code, field) => {
      const answer = await gateway.ask(`{ ${door.ask(args)} }`);
      expect(refusal(answer)).toMatchObject({
        code,
        field,
        message: expect.stringContaining(`\`${field}\``) as string,
      });
    });

    it('takes its most and one more not', async () => {
      const answer = await gateway.ask(`{ ${door.ask(`first: ${door.most + 1}`)} }`);
      expect(refusal(answer)).toMatchObject({ code: 'PAGE_TOO_LARGE', field: 'first' });
    });
  });
});

it('items of a task refuse a cursor of this list that names no position', async () => {
  const [, id = ''] = JSON.parse(Buffer.from(task, 'base64url').toString()) as string[];
  const cursor = encodeCursor(`items ${id}`, { key: null, id: 'x' });
  const answer = await gateway.ask(`{ task(id: "${task}") { items(after: "${cursor}") { totalCount } } }`);
  expect(refusal(answer)).toMatchObject({ code: 'BAD_CURSOR', field: 'after' });
});

describe('employees backwards', () => {
  const employees: Door = { most: 100, ask: (args) => `page: employees(${args}) ${selection('id')}` };

  it('give the end of the list, and of what precedes a cursor', async () => {
    const start = await pageOf(employees, 'first: 6');
    const last = await pageOf(employees, 'last: 3');
    expect(last.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    const before = await pageOf(employees, `last: 2, before: "${start.edges[4]?.cursor}"`);
    expect(before.edges).toEqual(start.edges.slice(2, 4));
    expect(before.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
    const between = await pageOf(
      employees,
      `first: 9, after: "${start.edges[0]?.cursor}", before: "${start.edges[3]?.cursor}"`,
    );
    expect(between.edges).toEqual(start.edges.slice(1, 3));
  });

  it('are none before the first', async () => {
    const { edges } = await pageOf(employees, 'first: 1');
    const page = await pageOf(employees, `last: 5, before: "${edges[0]?.cursor}"`);
    expect(page.edges).toEqual([]);
    expect(page.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
  });

  it('of nobody are an empty page', async () => {
    const page = await pageOf(employees, 'first: 5, filter: { department: ["Nowhere"] }');
    expect(page).toEqual({
      totalCount: 0,
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
      edges: [],
      nodes: [],
    });
  });

  it.each([
    ['first: 1, last: 1', 'BAD_USER_INPUT', 'last'],
    ['last: 0', 'BAD_USER_INPUT', 'last'],
    ['last: -3', 'BAD_USER_INPUT', 'last'],
    ['last: 101', 'PAGE_TOO_LARGE', 'last'],
    ['before: "nonsense"', 'BAD_CURSOR', 'before'],
  ])('refuse %s', async (args, code, field) => {
    expect(refusal(await gateway.ask(`{ ${employees.ask(args)} }`))).toMatchObject({ code, field });
  });

  it('refuse a cursor of another order', async () => {
    const { edges } = await pageOf(employees, 'first: 1');
    const answer = await gateway.ask(
      `{ ${employees.ask(`after: "${edges[0]?.cursor}", orderBy: { field: START_DATE }`)} }`,
    );
    expect(refusal(answer)).toMatchObject({ code: 'BAD_CURSOR', field: 'after' });
  });
});

interface Person {
  id: string;
  displayName: string | null;
  workEmail: string | null;
  jobTitle: string | null;
  status: string | null;
  startDate: string | null;
  department: string | null;
  location: string | null;
  manager: { id: string } | null;
  identity: { records: { integration: { name: string }; remoteId: string; changedAt: string | null }[] };
}

const PERSON = `id displayName workEmail jobTitle status startDate department location manager { id }
  identity { records { integration { name } remoteId changedAt } }`;

/** All employees of a list. */
async function people(args = ''): Promise<Person[]> {
  const found: Person[] = [];
  for (let after = '', more = true; more;) {
    const { data, errors } = await gateway.ask<{ employees: Omit<Page, 'nodes'> & { nodes: Person[] } }>(
      `{ employees(first: 100${after}${args}) { pageInfo { hasNextPage endCursor } nodes { ${PERSON} } } }`,
    );
    expect(errors).toBeUndefined();
    found.push(...(data?.employees.nodes ?? []));
    more = data?.employees.pageInfo.hasNextPage === true;
    after = `, after: "${data?.employees.pageInfo.endCursor}"`;
  }
  return found;
}

const idsOf = (list: readonly { id: string }[]) => list.map(({ id }) => id).toSorted();

describe('filters of employees', () => {
  const integrationsOf = ({ identity }: Person) => identity.records.map(({ integration }) => integration.name);

  it.each<[string, (all: Person[]) => string, (each: Person, all: Person[]) => boolean]>([
    ['status', () => 'status: [INACTIVE, LEAVE]', ({ status }) => status === 'INACTIVE' || status === 'LEAVE'],
    [
      'department, case ignored',
      (all) => `department: ["${all[0]?.department?.toUpperCase()}"]`,
      ({ department }, all) => department === all[0]?.department,
    ],
    [
      'location, any of several',
      (all) => `location: ["${all[0]?.location}", "nowhere"]`,
      ({ location }, all) => location === all[0]?.location,
    ],
    ['manager', () => `manager: { id: "${person}" }`, ({ manager }) => manager?.id === person],
    ['integration', () => 'integrations: ["imocha-main"]', (each) => integrationsOf(each).includes('imocha-main')],
    [
      'text: beginnings of words, all of them',
      (all) =>
        `text: "${all[0]?.displayName
          ?.split(' ')
          .map((word) => word.slice(0, 3))
          .toReversed()
          .join(' ')}"`,
      (each, all) => {
        const [first, ...rest] = (all[0]?.displayName ?? '').toLowerCase().split(' ');
        const words = [each.displayName, each.workEmail, each.jobTitle].join(' ').toLowerCase().split(/[ -]/);
        return [first ?? '', ...rest].every((part) => words.some((word) => word.startsWith(part.slice(0, 3))));
      },
    ],
    [
      'all given ones together',
      () => 'integrations: ["kantata-main"], status: [ACTIVE]',
      (each) => integrationsOf(each).includes('kantata-main') && each.status === 'ACTIVE',
    ],
  ])('by %s', async (_, filter, holds) => {
    const all = await people();
    const expected = all.filter((each) => holds(each, all));
    expect(expected.length).toBeGreaterThan(0);
    expect(expected.length).toBeLessThan(all.length);
    expect(idsOf(await people(`, filter: { ${filter(all)} }`))).toEqual(idsOf(expected));
    expect(gateway.calls).toEqual([]);
  });

  it('by an unknown manager find nobody, and by a manager named twice are refused', async () => {
    expect(await people(', filter: { manager: { employeeNumber: "nobody" } }')).toEqual([]);
    const twice = await gateway.ask(
      '{ employees(filter: { manager: { id: "a", employeeNumber: "b" } }) { totalCount } }',
    );
    expect(twice.errors?.[0]?.message).toMatch(/EmployeeLookup/);
  });
});

describe('orders of employees', () => {
  const collator = new Intl.Collator('en', { numeric: true });
  const changedAt = ({ identity }: Person) =>
    identity.records
      .map((record) => record.changedAt ?? '')
      .toSorted()
      .at(-1) || null;
  const ORDERS: [string, (each: Person) => string | null][] = [
    ['DISPLAY_NAME', ({ displayName }) => displayName],
    ['START_DATE', ({ startDate }) => startDate],
    ['CHANGED_AT', changedAt],
  ];

  it.each(ORDERS)('by %s go both ways, without the value last', async (field, keyOf) => {
    const [up, down] = [
      await people(`, orderBy: { field: ${field} }`),
      await people(`, orderBy: { field: ${field}, direction: DESC }`),
    ];
    expect(idsOf(up)).toEqual(idsOf(await people()));
    expect(idsOf(down)).toEqual(idsOf(up));
    for (const [list, sign] of [
      [up, 1],
      [down, -1],
    ] as const) {
      const keys = list.map(keyOf);
      const known = keys.filter((key) => key !== null);
      expect(known.length).toBeGreaterThan(2);
      expect(keys.slice(known.length)).toEqual(keys.slice(known.length).map(() => null));
      expect(known).toEqual(known.toSorted((a, b) => sign * collator.compare(a, b)));
    }
  });
});

describe('node', () => {
  /** A query for an id of each type that is a Node. */
  const IDS: Record<string, () => string> = {
    Employee: () => '{ employees(first: 1) { nodes { id } } }',
    Skill: () => '{ skills(first: 1) { nodes { id } } }',
    Integration: () => '{ integrations { id } }',
    SkillRating: () => `{ employee(by: { id: "${person}" }) { skills(first: 1) { nodes { ratings { id } } } } }`,
    Task: () => `{ task(id: "${task}") { id } }`,
    TaskItem: () => `{ task(id: "${task}") { items(first: 1) { nodes { id } } } }`,
    JobProfile: () => '{ jobProfiles(first: 1) { nodes { id } } }',
  };
  const Node = schema.getType('Node');
  const types = isInterfaceType(Node) ? schema.getPossibleTypes(Node).map(({ name }) => name) : [];

  it.each(types)('fetches a %s again, alone and among others', async (type) => {
    const ask = IDS[type];
    if (!ask) throw new Error(`no way to a ${type}`);
    const { data } = await gateway.ask(ask());
    const id = /"id":"([^"]+)"/.exec(JSON.stringify(data))?.[1];
    expect(id).toBeDefined();
    const again = await gateway.ask(
      'query ($id: ID!) { node(id: $id) { __typename id } nodes(ids: ["unknown", $id]) { __typename id } }',
      { id },
    );
    expect(again).toEqual({ data: { node: { __typename: type, id }, nodes: [null, { __typename: type, id }] } });
  });

  it.each(['employees', 'skills'] as const)("answers every record's id of %s with the whole", async (list) => {
    const { data } = await gateway.ask<Record<string, { nodes: Pick<Person, 'id' | 'identity'>[] }>>(
      `{ ${list}(first: 20) { nodes { id identity { records { integration { name } remoteId } } } } }`,
    );
    const type = list === 'employees' ? 'Employee' : 'Skill';
    const records = (data?.[list]?.nodes ?? []).flatMap(({ id, identity }) =>
      identity.records.map(({ integration, remoteId }) => ({ id, record: encodeId(type, integration.name, remoteId) })),
    );
    expect(records.some(({ id, record }) => id !== record)).toBe(true);
    const ids = records.map(({ record }) => record);
    const again = await gateway.ask<{ nodes: { id: string }[] }>('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
      ids,
    });
    expect(again.data?.nodes.map(({ id }) => id)).toEqual(records.map(({ id }) => id));
    expect(gateway.calls).toEqual([]);
  });

  it.each([
    ['ids: []', 'BAD_USER_INPUT'],
    [`ids: [${'"a" '.repeat(101)}]`, 'PAGE_TOO_LARGE'],
  ])('refuses nodes(%.12s…', async (args, code) => {
    expect(refusal(await gateway.ask(`{ nodes(${args}) { id } }`))).toMatchObject({ code, field: 'ids' });
  });
});

describe('lookups', () => {
  it.each([
    'node(id: "nonsense") { id }',
    `node(id: "${encodeId('Employee', 'kombo-main', 'unknown')}") { id }`,
    `node(id: "${encodeId('SkillRating', 'nowhere', 'a', 'b')}") { id }`,
    'employee(by: { id: "nonsense" }) { id }',
    'employee(by: { workEmail: "nobody@example.test" }) { id }',
    'employee(by: { employeeNumber: "" }) { id }',
    'employee(by: { record: { integration: "nowhere", remoteId: "1" } }) { id }',
    'skill(by: { id: "nonsense" }) { id }',
    'skill(by: { name: "" }) { id }',
    'skill(by: { record: { integration: "kombo-main", remoteId: "unknown" } }) { id }',
    'task(id: "nonsense") { id }',
  ])('of the unknown are null: %s', async (field) => {
    expect(await gateway.ask(`{ found: ${field} }`)).toEqual({ data: { found: null } });
  });

  it.each([
    ['employee(by: { id: "a", workEmail: "a@example.test" }) { id }', 'EmployeeLookup'],
    ['employee(by: {}) { id }', 'EmployeeLookup'],
    ['skill(by: { id: "a", name: "b" }) { id }', 'SkillLookup'],
    ['skill(by: { name: null }) { id }', 'SkillLookup'],
  ])('of two things, or of none, are refused: %s', async (field, input) => {
    const { data, errors } = await gateway.ask(`{ ${field} }`);
    expect(data ?? null).toBeNull();
    expect(errors?.[0]?.message).toContain(input);
  });
});

describe('search of skills', () => {
  interface Found {
    skills: { totalCount: number; edges: { cursor: string; score: number | null; node: { name: string } }[] };
  }
  const search = async (text: string, more = '') => {
    const { data, errors } = await gateway.ask<Found>(
      `query ($text: String) { skills(search: $text${more}) { totalCount edges { cursor score node { name } } } }`,
      { text },
    );
    expect(errors).toBeUndefined();
    expect(gateway.calls).toEqual([]);
    return data?.skills ?? { totalCount: 0, edges: [] };
  };

  it.each([
    ['typescript', 'TypeScript'],
    ['TypeS', 'TypeScript'],
    ['typscript', 'TypeScript'],
    ['ts', 'TypeScript'],
    ['c++', 'C++'],
    ['c#', 'C#'],
    ['c', 'C'],
    ['ecmascript', 'JavaScript'],
  ])('for %s finds %s first', async (text, name) => {
    const { edges } = await search(text);
    expect(edges[0]?.node.name).toBe(name);
    const scores = edges.map(({ score }) => score ?? 0);
    expect(Math.min(...scores)).toBeGreaterThan(0);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  });

  it('gives page by page what it gives at once, and takes no cursor of another text', async () => {
    const whole = await search('c', ', first: 100');
    expect(whole.totalCount).toBe(whole.edges.length);
    expect(whole.totalCount).toBeGreaterThan(4);
    const first = await search('c', ', first: 3');
    const cursor = first.edges.at(-1)?.cursor ?? '';
    const next = await search('c', `, first: 3, after: "${cursor}"`);
    expect([...first.edges, ...next.edges]).toEqual(whole.edges.slice(0, 6));
    expect(await search(' c ', `, first: 3, after: "${cursor}"`)).toEqual(next);
    for (const other of ['search: "ca", ', '']) {
      expect(refusal(await gateway.ask(`{ skills(${other}after: "${cursor}") { totalCount } }`))).toMatchObject({
        code: 'BAD_CURSOR',
        field: 'after',
      });
    }
  });

  it('meets the filter, too', async () => {
    const all = await search('c', ', first: 100');
    const cloud = await search('c', ', first: 100, filter: { classification: ["cloud"] }');
    expect(cloud.totalCount).toBeLessThan(all.totalCount);
    const here = await search('typescript', ', filter: { integrations: ["kantata-main"] }');
    expect(here.edges[0]?.node.name).toBe('TypeScript');
    expect((await search('typescript', ', filter: { integrations: [] }')).totalCount).toBe(0);
  });

  it('names an unknown integration, which nothing is in, and answers of the known ones', async () => {
    const [known, both] = await Promise.all(
      ['["kantata-main"]', '["kantata-main", "nowhere"]'].map((names) =>
        search('c', `, filter: { integrations: ${names} }`),
      ),
    );
    expect(both?.totalCount).toBe(known?.totalCount);
    expect(known?.totalCount).toBeGreaterThan(0);
  });

  it.each([
    [
      '{ answer: employees(filter: { integrations: ["nowhere"] }) { totalCount unknown { field value } } }',
      'integrations.0',
      'nowhere',
    ],
    [
      '{ answer: employees(filter: { manager: { employeeNumber: "no-one" } }) { totalCount unknown { field value } } }',
      'manager',
      'no-one',
    ],
    [
      '{ answer: employees(filter: { holdsAll: [{ name: "TypeScript" }, { name: "Typoscript" }] }) { totalCount unknown { field value } } }',
      'holdsAll.1',
      'Typoscript',
    ],
    [
      '{ answer: skills(filter: { integrations: ["nowhere"] }) { totalCount unknown { field value } } }',
      'integrations.0',
      'nowhere',
    ],
    [
      '{ at: employee(by: { employeeNumber: "01001" }) { answer: skills(filter: { integrations: ["nowhere"] }) { totalCount unknown { field value } } } }',
      'integrations.0',
      'nowhere',
    ],
    [
      '{ at: skill(by: { name: "TypeScript" }) { answer: holders(filter: { integrations: ["nowhere"] }) { totalCount unknown { field value } } } }',
      'integrations.0',
      'nowhere',
    ],
  ])('is for a name that is not known empty, says which, and asks nobody: %s', async (document, field, value) => {
    gateway.forget();
    type Said = { totalCount: number; unknown: object[] };
    const { data, errors } = await gateway.ask<{ answer?: Said; at?: { answer: Said } }>(document);
    expect(errors).toBeUndefined();
    expect(data?.answer ?? data?.at?.answer).toEqual({ totalCount: 0, unknown: [{ field: `filter.${field}`, value }] });
    expect(gateway.calls).toEqual([]);
  });

  it('leaves the rest of a page with an unknown skill in one filter', async () => {
    const skills = (names: string) =>
      `skills(filter: { skills: [${names}] }) { nodes { skill { name } } unknown { field value } }`;
    const { data, errors } = await gateway.ask<Record<string, Record<string, { nodes: object[]; unknown: object[] }>>>(
      `{ employee(by: { employeeNumber: "01001" }) { known: ${skills('')} both: ${skills('{ name: "Typoscript" }')} } viewer { tenant } }`,
    );
    expect(errors).toBeUndefined();
    expect(data?.['viewer']).toEqual({ tenant: 'default' });
    expect(data?.['employee']?.['both']).toEqual({
      nodes: [],
      unknown: [{ field: 'filter.skills.0', value: 'Typoscript' }],
    });
    expect(data?.['employee']?.['known']).toEqual({ nodes: [], unknown: [] });
  });

  it('is refused for a name that several fit, with the name and its place', async () => {
    const several = await gateway.ask('{ employee(by: { workEmail: "team.0@example.test" }) { displayName } }');
    expect(refusal(several)).toMatchObject({ code: 'BAD_USER_INPUT', field: 'by' });
    expect(several.errors?.[0]?.message).toContain('"team.0@example.test"');
  });

  it('for nothing is the list by name, without scores', async () => {
    const { data } = await gateway.ask<Found>('{ skills { totalCount edges { cursor score node { name } } } }');
    for (const blank of ['', '  ']) expect(await search(blank)).toEqual(data?.skills);
    expect(data?.skills.edges.every(({ score }) => score === null)).toBe(true);
  });
});

it.each([
  ['skills', 'search', 'search: $text'],
  ['jobProfiles', 'search', 'search: $text'],
  ['employees', 'filter.text', 'filter: { text: $text }'],
])('a search of %s takes 200 characters, blanks around them aside, and no more', async (list, field, args) => {
  const ask = (text: string) => gateway.ask(`query ($text: String) { ${list}(${args}) { totalCount } }`, { text });
  expect((await ask(`  ${'a '.repeat(99)}aa  `)).errors).toBeUndefined();
  expect(refusal(await ask('a'.repeat(201)))).toMatchObject({ code: 'BAD_USER_INPUT', field });
});

describe('tasks', () => {
  interface Tasks {
    tasks: { totalCount: number; nodes: { id: string; kind: string; createdAt: string }[] };
  }
  const tasks = async (filter: string) => {
    const { data, errors } = await gateway.ask<Tasks>(
      `{ tasks(first: 50, filter: { ${filter} }) { totalCount nodes { id kind createdAt } } }`,
    );
    expect(errors).toBeUndefined();
    expect(data?.tasks.totalCount).toBe(data?.tasks.nodes.length);
    return data?.tasks.nodes ?? [];
  };

  it('come newest first', async () => {
    const all = await tasks('');
    expect(all.map(({ kind }) => kind)).toEqual(['ASSIGN_SKILLS', 'ASSIGN_SKILLS', 'RATE_SKILLS']);
    expect(all.at(-1)?.id).toBe(task);
  });

  it.each([
    ['kinds: [RATE_SKILLS]', 1],
    ['kinds: [RATE_SKILLS, REMOVE_SKILLS], states: [EXPIRED]', 0],
    ['integrations: ["kombo-main", "nowhere"]', 3],
    ['integrations: ["nowhere"]', 0],
    ['createdSince: "2000-01-01T00:00:00Z"', 3],
    ['createdSince: "2999-01-01T00:00:00Z"', 0],
  ])('of %s are %i', async (filter, count) => {
    expect(await tasks(filter)).toHaveLength(count);
  });

  it('refuse a cursor of this list that names no task', async () => {
    const cursor = encodeCursor('tasks', { key: null, id: 'x' });
    const answer = await gateway.ask(`{ tasks(after: "${cursor}") { totalCount } }`);
    expect(refusal(answer)).toMatchObject({ code: 'BAD_CURSOR', field: 'after' });
  });
});
