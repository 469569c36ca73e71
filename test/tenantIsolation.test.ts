import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { schema } from '../schema/index.ts';
import { decodeId, encodeId } from '../src/domain/ids.ts';
import { startGateway, type Gateway } from '../src/app/gateway.ts';
import { createDataDir, type DataDir } from './support/dataDir.ts';
import { startReceiver, type TestReceiver } from './support/receiver.ts';
import { startRedis, type TestRedis } from './support/redis.ts';
import { runLog } from './support/runLogs.ts';
import { askWith, KEYS, startTenantSimulators, tenantsConfiguration, type TenantName } from './support/tenants.ts';
import { all, wsClient } from './support/wsClient.ts';

interface RemoteRecord {
  integration: string;
  remoteId: string;
}

/** What a question can name: of acme and of nobody in globex, or of nobody anywhere. */
interface Things {
  employee: string;
  employeeRecord: RemoteRecord;
  mail: string;
  number: string;
  skill: string;
  skillRecord: RemoteRecord;
  skillName: string;
  rating: string;
  jobProfile: string;
  integration: string;
  integrationName: string;
  task: string;
  taskItem: string;
  delivery: string;
  employeeCursor: string;
}

interface Try {
  document: string;
  variables: (things: Things) => Record<string, unknown>;
}

const none = () => ({});
const PERSON = `id displayName workEmail manager { displayName } reports { nodes { displayName workEmail } }
  identity { records { remoteId name workEmail } } skills { nodes { skill { name } ratings { id } } }`;
const SKILL = `id name synonyms identity { records { remoteId name } } holders { nodes { employee { displayName workEmail } } }`;
const TASK = `id kind state counts { total } items { nodes { id key } }`;
const PAYLOAD = `{ replayed task { id } userErrors { code field message } }`;
const NODE = `__typename id ... on Employee { ${PERSON} } ... on Skill { ${SKILL} } ... on Task { ${TASK} }
  ... on SkillRating { employee { displayName } } ... on JobProfile { name } ... on Integration { name } ... on TaskItem { key }`;

const personBy = (by: (things: Things) => object): Try => ({
  document: `query ($by: EmployeeLookup!) { employee(by: $by) { ${PERSON} } }`,
  variables: (things) => ({ by: by(things) }),
});
const people = (filter: (things: Things) => object): Try => ({
  document: `query ($filter: EmployeeFilter) { employees(first: 100, filter: $filter) { totalCount nodes { ${PERSON} } } }`,
  variables: (things) => ({ filter: filter(things) }),
});
const skillBy = (by: (things: Things) => object): Try => ({
  document: `query ($by: SkillLookup!) { skill(by: $by) { ${SKILL} } }`,
  variables: (things) => ({ by: by(things) }),
});
const experts = (skill: (things: Things) => object): Try => ({
  document: `query ($skill: SkillLookup!) { experts(skills: [{ skill: $skill }]) { nodes { employee { ${PERSON} } } } }`,
  variables: (things) => ({ skill: skill(things) }),
});
/** A write of one item. */
const write = (field: string, input: string, item: (things: Things) => object): Try => ({
  document: `mutation ($input: ${input}!) { ${field}(input: $input) ${PAYLOAD} }`,
  variables: (things) => ({ input: { items: [item(things)] } }),
});
const links = (field: string, input: string): Try[] =>
  [
    ({ employeeRecord }: Things) => ({ employees: [employeeRecord, { ...employeeRecord, remoteId: '1' }] }),
    ({ skillRecord }: Things) => ({ skills: [skillRecord, { ...skillRecord, remoteId: '1' }] }),
  ].map((records) => ({
    document: `mutation ($input: ${input}!) { ${field}(input: $input) {
      results { __typename } userErrors { code field message } } }`,
    variables: (things: Things) => ({ input: { records: records(things) } }),
  }));
const byId = (document: string, id: (things: Things) => string): Try => ({
  document,
  variables: (things) => ({ id: id(things) }),
});

const IDS = ['employee', 'skill', 'rating', 'jobProfile', 'integration', 'task', 'taskItem', 'delivery'] as const;

/** Every root field, asked for all that can be named. */
const TRIES: Record<'Query' | 'Mutation' | 'Subscription', Record<string, Try[]>> = {
  Query: {
    consensusPolicies: [{ document: '{ consensusPolicies { name } }', variables: none }],
    employee: [
      personBy(({ employee }) => ({ id: employee })),
      personBy(({ mail }) => ({ workEmail: mail })),
      personBy(({ number }) => ({ employeeNumber: number })),
      personBy(({ employeeRecord }) => ({ record: employeeRecord })),
    ],
    employees: [
      people(() => ({})),
      people(({ mail }) => ({ text: mail })),
      people(({ integrationName }) => ({ integrations: [integrationName] })),
      people(({ skill }) => ({ holdsAll: [{ id: skill }] })),
      people(({ employee }) => ({ manager: { id: employee } })),
      {
        document: `query ($after: String) { employees(first: 100, after: $after) { nodes { ${PERSON} } } }`,
        variables: ({ employeeCursor }) => ({ after: employeeCursor }),
      },
    ],
    experts: [
      experts(({ skill }) => ({ id: skill })),
      experts(({ skillName }) => ({ name: skillName })),
      experts(({ skillRecord }) => ({ record: skillRecord })),
    ],
    integrations: [{ document: '{ integrations { id name provider state } }', variables: none }],
    jobProfiles: [
      {
        document: '{ jobProfiles(first: 100) { nodes { id name remoteId integration { name } } } }',
        variables: none,
      },
    ],
    node: IDS.map((kind) => byId(`query ($id: ID!) { node(id: $id) { ${NODE} } }`, (things) => things[kind])),
    nodes: [
      {
        document: `query ($ids: [ID!]!) { nodes(ids: $ids) { ${NODE} } }`,
        variables: (things) => ({ ids: IDS.map((kind) => things[kind]) }),
      },
    ],
    skill: [
      skillBy(({ skill }) => ({ id: skill })),
      skillBy(({ skillName }) => ({ name: skillName })),
      skillBy(({ skillRecord }) => ({ record: skillRecord })),
    ],
    skills: [
      { document: `{ skills(first: 100) { nodes { ${SKILL} } } }`, variables: none },
      {
        document: `query ($filter: SkillFilter) { skills(filter: $filter) { totalCount nodes { ${SKILL} } } }`,
        variables: ({ integrationName }) => ({ filter: { integrations: [integrationName] } }),
      },
    ],
    task: [byId(`query ($id: ID!) { task(id: $id) { ${TASK} } }`, ({ task }) => task)],
    tasks: [
      { document: `{ tasks(first: 100) { nodes { ${TASK} } } }`, variables: none },
      {
        document: `query ($filter: TaskFilter) { tasks(filter: $filter) { totalCount nodes { ${TASK} } } }`,
        variables: ({ integrationName }) => ({ filter: { integrations: [integrationName] } }),
      },
    ],
    viewer: [{ document: '{ viewer { tenant client scopes } }', variables: none }],
    webhookDeliveries: [
      { document: '{ webhookDeliveries(first: 100) { nodes { id receiver task { id } } } }', variables: none },
    ],
  },
  Mutation: {
    addCertificates: [
      write('addCertificates', 'AddCertificatesInput', ({ employee, employeeRecord }) => ({
        employee: { id: employee },
        integration: employeeRecord.integration,
        title: 'Welding',
      })),
    ],
    assignSkills: [
      write('assignSkills', 'AssignSkillsInput', ({ employee, skill }) => ({
        employee: { id: employee },
        skill: { id: skill },
      })),
    ],
    cancelTask: [byId(`mutation ($id: ID!) { cancelTask(input: { taskId: $id }) ${PAYLOAD} }`, ({ task }) => task)],
    linkRecords: links('linkRecords', 'LinkRecordsInput'),
    rateSkills: [
      write('rateSkills', 'RateSkillsInput', ({ employeeRecord, skillName }) => ({
        employee: { record: employeeRecord },
        skill: { name: skillName },
        proficiency: { level: 0.5 },
      })),
    ],
    redeliverWebhook: [
      byId(
        'mutation ($id: ID!) { redeliverWebhook(input: { deliveryId: $id }) { delivery { id } userErrors { code field message } } }',
        ({ delivery }) => delivery,
      ),
    ],
    removeSkills: [
      write('removeSkills', 'RemoveSkillsInput', ({ mail, skillRecord }) => ({
        employee: { workEmail: mail },
        skill: { record: skillRecord },
        integration: skillRecord.integration,
      })),
    ],
    retryTask: [byId(`mutation ($id: ID!) { retryTask(input: { taskId: $id }) ${PAYLOAD} }`, ({ task }) => task)],
    setEmployeeStatus: [
      write('setEmployeeStatus', 'SetEmployeeStatusInput', ({ number, employeeRecord }) => ({
        employee: { employeeNumber: number },
        integration: employeeRecord.integration,
        active: false,
      })),
    ],
    unlinkRecords: links('unlinkRecords', 'UnlinkRecordsInput'),
    upsertEmployees: [
      write('upsertEmployees', 'UpsertEmployeesInput', ({ mail, integrationName, employee }) => ({
        integration: integrationName,
        workEmail: mail,
        manager: { id: employee },
      })),
    ],
    upsertSkills: [
      write('upsertSkills', 'UpsertSkillsInput', ({ skillRecord, integrationName, skillName }) => ({
        integration: integrationName,
        externalId: skillRecord.remoteId,
        name: skillName,
      })),
    ],
  },
  Subscription: {
    employeeSkillsChanged: [
      byId('subscription ($id: ID!) { employeeSkillsChanged(employeeId: $id) { at } }', ({ employee }) => employee),
    ],
    taskUpdated: [byId(`subscription ($id: ID!) { taskUpdated(id: $id) { ${TASK} } }`, ({ task }) => task)],
    // Names nothing that could be another's; what it tells is tried below.
    integrationUpdated: [],
  },
};

it('each root field of the schema is tried', () => {
  const fields = (type: ReturnType<typeof schema.getQueryType>) => Object.keys(type?.getFields() ?? {}).toSorted();
  const tried = Object.values(TRIES).map((each) => Object.keys(each).toSorted());
  expect(tried).toEqual([
    fields(schema.getQueryType()),
    fields(schema.getMutationType()),
    fields(schema.getSubscriptionType()),
  ]);
});

interface Known {
  employees: {
    nodes: {
      id: string;
      displayName: string;
      workEmail: string | null;
      employeeNumber: string | null;
      identity: { records: { remoteId: string; integration: { name: string } }[] };
      skills: { nodes: { ratings: { id: string }[] }[] };
    }[];
    edges: { cursor: string }[];
  };
  skills: { nodes: { id: string; name: string; identity: Known['employees']['nodes'][number]['identity'] }[] };
  jobProfiles: { nodes: { id: string; name: string; integration: { name: string } }[] };
  integrations: { id: string; name: string }[];
}

const KNOWN = `{
  employees(first: 100) { edges { cursor } nodes { id displayName workEmail employeeNumber
    identity { records { remoteId integration { name } } } skills { nodes { ratings { id } } } } }
  skills(first: 100) { nodes { id name identity { records { remoteId integration { name } } } } }
  jobProfiles(first: 100) { nodes { id name integration { name } } }
  integrations { id name }
}`;

const RATE = `mutation ($input: RateSkillsInput!) { rateSkills(input: $input) {
  task { id items { nodes { id } } } userErrors { message } } }`;
interface Rated {
  rateSkills: { task: { id: string; items: { nodes: { id: string }[] } } | null; userErrors: unknown[] };
}

let simulators: Awaited<ReturnType<typeof startTenantSimulators>>;
let folder: DataDir;
let redis: TestRedis;
let receivers: Record<TenantName, TestReceiver>;

beforeAll(async () => {
  const failing = async () => {
    const receiver = await startReceiver();
    receiver.answer((response) => response.writeHead(500).end());
    return receiver;
  };
  [folder, redis, simulators, receivers] = await Promise.all([
    createDataDir(),
    startRedis(),
    startTenantSimulators(),
    Promise.all([failing(), failing()]).then(([acme, globex]) => ({ acme, globex })),
  ]);
}, 60_000);
afterAll(async () => {
  await Promise.all([simulators.close(), receivers.acme.close(), receivers.globex.close(), redis.stop()]);
  await folder.remove();
});

describe.each(['on one process', 'on Redis'] as const)('what acme has, to globex, %s', (where) => {
  let gateway: Gateway;
  let acme: Known;
  let globex: Known;
  /** Of acme, and nobody's in globex. */
  let foreign: Things;
  /** Of the same shape, and nobody's anywhere. */
  let unknown: Things;
  /** Names, mails and ids that only acme has. */
  let canaries: string[];

  const ask = <Data>(tenant: TenantName, document: string, variables: Record<string, unknown> = {}) =>
    askWith<Data>(gateway, KEYS[tenant], document, variables);
  const socketOf = (tenant: TenantName) =>
    wsClient(gateway.url, { connectionParams: { authorization: `Bearer ${KEYS[tenant]}` } });
  const read = async (tenant: TenantName): Promise<Known> => {
    const { data, errors } = await ask<Known>(tenant, KNOWN);
    if (!data) throw new Error(JSON.stringify(errors));
    return data;
  };
  const rate = async (tenant: TenantName, employee: string, skill: string) => {
    const item = { employee: { id: employee }, skill: { id: skill }, proficiency: { level: 0.5 } };
    const { data } = await ask<Rated>(tenant, RATE, { input: { items: [item] } });
    const task = data?.rateSkills.task;
    if (!task) throw new Error(JSON.stringify(data));
    return { id: task.id, item: task.items.nodes[0]?.id ?? '' };
  };

  beforeAll(async () => {
    // A whole directory with holders in one answer: a busy machine must not turn it into another one.
    const patience = { REQUEST_DEADLINE_MS: '30000' };
    const environment: Record<string, string> =
      where === 'on Redis' ? { REDIS_URL: redis.url } : { DATA_DIR: join(folder.path, 'alone') };
    const file = {
      folder: folder.path,
      simulators,
      acmeNames: { 'imocha-main': 'acme-imocha' },
      receivers: { acme: receivers.acme.url, globex: receivers.globex.url },
    };
    gateway = await startGateway({
      ...tenantsConfiguration({ ...patience, ...environment }, file),
      log: runLog(),
    });
    await gateway.ready;
    [acme, globex] = [await read('acme'), await read('globex')];
    const rated = acme.employees.nodes.filter(({ skills }) => skills.nodes[0]?.ratings[0] !== undefined);
    const person = only(rated, globex.employees.nodes);
    const task = await rate('acme', person.id, acme.skills.nodes[0]?.id ?? '');
    await vi.waitFor(
      async () => {
        const { data } = await ask<{ task: { state: string } }>(
          'acme',
          'query ($id: ID!) { task(id: $id) { state } }',
          {
            id: task.id,
          },
        );
        if (data?.task.state !== 'SUCCEEDED') throw new Error(`the task is ${data?.task.state}`);
      },
      { timeout: 30_000 },
    );
    // With the rating, which may be a new one.
    acme = await read('acme');
    // Webhooks are told of once they failed.
    await receivers.acme.until(1);
    const { data } = await ask<{ webhookDeliveries: { nodes: { id: string }[] } }>(
      'acme',
      '{ webhookDeliveries { nodes { id } } }',
    );
    const skill = only(acme.skills.nodes, globex.skills.nodes);
    const job = acme.jobProfiles.nodes.find(({ integration }) => integration.name === 'acme-imocha');
    foreign = {
      employee: person.id,
      employeeRecord: recordOf(person),
      mail: person.workEmail ?? '',
      number: person.employeeNumber ?? '',
      skill: skill.id,
      skillRecord: recordOf(skill),
      skillName: skill.name,
      rating: person.skills.nodes[0]?.ratings[0]?.id ?? '',
      jobProfile: job?.id ?? '',
      integration: acme.integrations.find(({ name }) => name === 'acme-imocha')?.id ?? '',
      integrationName: 'acme-imocha',
      task: task.id,
      taskItem: task.item,
      delivery: data?.webhookDeliveries.nodes[0]?.id ?? '',
      employeeCursor: acme.employees.edges[3]?.cursor ?? '',
    };
    unknown = ofNobody(foreign);
    const texts = ({ employees, skills }: Known) => [
      ...employees.nodes.flatMap(({ displayName, workEmail }) => [displayName, workEmail ?? displayName]),
      ...skills.nodes.map(({ name }) => name),
    ];
    const own = JSON.stringify(texts(globex));
    canaries = [...texts(acme).filter((text) => !own.includes(text)), ...IDS.map((kind) => foreign[kind])];
  }, 120_000);
  afterAll(() => gateway.close());

  it('can be named whole', () => {
    expect(Object.entries(foreign).filter(([, value]) => value === '')).toEqual([]);
    expect(canaries.length).toBeGreaterThan(20);
  });

  const tries = Object.entries(TRIES).flatMap(([type, fields]) =>
    Object.entries(fields).flatMap(([field, each]) =>
      each.map((one, at) => ({ name: `${type}.${field}, way ${at + 1}`, type, ...one })),
    ),
  );
  it.each(tries)('$name is as if nobody had it', async ({ type, document, variables }) => {
    const answers: string[] = [];
    for (const things of [foreign, unknown]) {
      const asked = variables(things);
      const answer = type === 'Subscription' ? await streamed(document, asked) : await ask('globex', document, asked);
      answers.push(withoutNamed(JSON.stringify(answer), asked));
    }
    expect(answers[0]).toBe(answers[1]);
    // Not refused for its form.
    expect(answers[0]).toMatch(type === 'Query' ? /"data":\{/ : '"NOT_FOUND"');
    expect(canaries.filter((canary) => answers[0]?.includes(canary))).toEqual([]);
  });

  const streamed = async (document: string, variables: Record<string, unknown>): Promise<unknown> => {
    const client = socketOf('globex');
    try {
      return await all(client, document, variables);
    } catch (error) {
      return { refused: error };
    } finally {
      await client.dispose();
    }
  };

  it('is found by acme itself', async () => {
    const missing = [];
    for (const kind of IDS) {
      if (kind === 'delivery') continue;
      const { data } = await ask<{ node: object | null }>('acme', `query ($id: ID!) { node(id: $id) { id } }`, {
        id: foreign[kind],
      });
      if (!data?.node) missing.push(kind);
    }
    expect(missing).toEqual([]);
  });

  it('is as it was after all of it', async () => {
    expect(await read('acme')).toEqual(acme);
  });

  it('does not show where ids are alike: who watches an employee hears of no write to the other tenant’s', async () => {
    const ids = new Set(globex.employees.nodes.map(({ id }) => id));
    const shared = acme.employees.nodes.find(({ id }) => ids.has(id))?.id ?? '';
    const skill = (known: Known) => known.skills.nodes[0]?.id ?? '';
    const client = socketOf('globex');
    const events = client.iterate<{ employeeSkillsChanged: { task: { id: string } } }>({
      query: 'subscription ($id: ID!) { employeeSkillsChanged(employeeId: $id) { task { id } } }',
      variables: { id: shared },
    });
    const first = events.next();
    // A stream that began answers later questions of the same socket.
    await all(client, '{ viewer { tenant } }');
    const seen = socketOf('acme').iterate({
      query: 'subscription ($id: ID!) { taskUpdated(id: $id) { state } }',
      variables: { id: (await rate('acme', shared, skill(acme))).id },
    });
    for await (const _ of seen);
    const { id } = await rate('globex', shared, skill(globex));
    expect((await first).value).toEqual({ data: { employeeSkillsChanged: { task: { id } } } });
    await client.dispose();
  });

  it('does not show in what integrations tell', async () => {
    const [watching, theirs] = [socketOf('globex'), socketOf('acme')];
    const query = 'subscription { integrationUpdated { name sync { state } } }';
    const heard: unknown[] = [];
    const stop = watching.subscribe(
      { query },
      { next: (event) => heard.push(event), error: () => {}, complete: () => {} },
    );
    const told = theirs.iterate({ query });
    const next = told.next();
    await Promise.all([watching, theirs].map((client) => all(client, '{ viewer { tenant } }')));
    const [integration] = gateway.directory.integrations;
    if (!integration) throw new Error('acme has no integration');
    const before = integration.sync;
    integration.sync = { ...before, state: before.state === 'FAILING' ? 'IDLE' : 'FAILING' };
    expect((await next).value).toMatchObject({ data: { integrationUpdated: { name: integration.name } } });
    integration.sync = before;
    await all(watching, '{ viewer { tenant } }');
    expect(heard).toEqual([]);
    stop();
    await Promise.all([watching.dispose(), theirs.dispose()]);
  });

  it.runIf(where === 'on Redis')('is in no key of globex, and in none that is not one tenant’s', async () => {
    const client = new Redis(redis.url);
    try {
      const holding = new Map<string, string[]>();
      for (const key of await client.keys('*')) {
        const texts = await textsOf(client, key);
        holding.set(
          key,
          canaries.filter((canary) => texts.some((text) => text.includes(canary))),
        );
      }
      // Its directory and copies, and the rows of its tasks.
      const tasks = await ask<{ tasks: { nodes: { id: string }[] } }>('acme', '{ tasks { nodes { id } } }');
      const ids = tasks.data?.tasks.nodes.map(({ id }) => decodeId(id)?.parts[0] ?? '') ?? [];
      const isOfAcme = (key: string) => key.includes(':acme') || ids.some((id) => key.endsWith(`:${id}`));
      const found = (ofAcme: boolean) =>
        [...holding].filter(([key, names]) => names.length > 0 && isOfAcme(key) === ofAcme).map(([key]) => key);
      expect(found(true).length).toBeGreaterThan(2);
      expect(found(false)).toEqual([]);
    } finally {
      client.disconnect();
    }
  });
});

/** The last of acme's that is of no record in globex. */
function only<One extends { identity: Known['skills']['nodes'][number]['identity'] }>(ours: One[], theirs: One[]): One {
  const key = ({ remoteId, integration }: One['identity']['records'][number]) => `${integration.name} ${remoteId}`;
  const taken = new Set(theirs.flatMap(({ identity }) => identity.records.map(key)));
  const found = ours.findLast(
    ({ identity }) =>
      !identity.records.some((record) => taken.has(key(record))) &&
      identity.records.some(({ integration }) => integration.name !== 'acme-imocha'),
  );
  if (!found) throw new Error('both tenants have the same records');
  return found;
}

function recordOf({ identity }: { identity: Known['skills']['nodes'][number]['identity'] }): RemoteRecord {
  const record = identity.records.find(({ integration }) => integration.name !== 'acme-imocha');
  return { integration: record?.integration.name ?? '', remoteId: record?.remoteId ?? '' };
}

/** Of the same types and shapes, and of nobody. */
function ofNobody(things: Things): Things {
  const other = (id: string, at: number) => {
    const { type, parts } = decodeId(id) ?? { type: 'Task', parts: [] };
    return encodeId(type, ...parts.map((part, index) => (index === at ? `${part}0404` : part)));
  };
  const task = encodeId('Task', randomUUID());
  return {
    ...things,
    employee: other(things.employee, 1),
    employeeRecord: { ...things.employeeRecord, remoteId: `${things.employeeRecord.remoteId}0404` },
    mail: 'nobody@nowhere.example',
    number: `${things.number}0404`,
    skill: other(things.skill, 1),
    skillRecord: { ...things.skillRecord, remoteId: `${things.skillRecord.remoteId}0404` },
    skillName: 'What nobody can do',
    rating: other(things.rating, 1),
    jobProfile: other(things.jobProfile, 1),
    integration: other(things.integration, 0),
    integrationName: 'nobodys-imocha',
    task,
    taskItem: encodeId('TaskItem', ...(decodeId(task)?.parts ?? []), '0'),
    delivery: Buffer.from(JSON.stringify(['WebhookDelivery', 'nobody', randomUUID()])).toString('base64url'),
  };
}

/** An answer may repeat what it was asked. */
function withoutNamed(answer: string, asked: unknown): string {
  if (typeof asked === 'string') return asked.length < 3 ? answer : answer.replaceAll(asked, '…');
  if (typeof asked !== 'object' || asked === null) return answer;
  return Object.values(asked).reduce<string>(withoutNamed, answer);
}

/** All that a key holds, unpacked. */
async function textsOf(client: Redis, key: string): Promise<string[]> {
  const unpacked = (bytes: Buffer) => {
    try {
      return inflateRawSync(bytes).toString('utf8');
    } catch {
      return bytes.toString('utf8');
    }
  };
  const commands: Record<string, () => Promise<unknown>> = {
    string: () => client.getBuffer(key),
    hash: () => client.hgetallBuffer(key),
    list: () => client.lrangeBuffer(key, 0, -1),
    set: () => client.smembersBuffer(key),
    zset: () => client.callBuffer('ZRANGE', key, '0', '-1'),
    stream: () => client.callBuffer('XRANGE', key, '-', '+'),
  };
  const type = await client.type(key);
  const buffers: Buffer[] = [];
  const collect = (value: unknown): void => {
    if (Buffer.isBuffer(value)) buffers.push(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
  };
  collect(await commands[type]?.());
  return [key, ...buffers.map(unpacked)];
}
