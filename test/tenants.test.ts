import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type Gateway } from '../src/app/gateway.ts';
import { createDataDir } from './support/dataDir.ts';
import { startRedis, type TestRedis } from './support/redis.ts';
import { runLog } from './support/runLogs.ts';
import {
  askWith as ask,
  KEYS,
  startTenantSimulators,
  tenantsConfiguration,
  type TenantName,
} from './support/tenants.ts';

interface Connection<Node> {
  nodes: Node[];
}
interface Known {
  employees: Connection<{ id: string; workEmail: string }>;
  skills: Connection<{ id: string; name: string }>;
}

const KNOWN = `{
  employees(first: 100) { nodes { id workEmail } }
  skills(first: 100) { nodes { id name } }
}`;

let simulators: Awaited<ReturnType<typeof startTenantSimulators>>;
let folder: Awaited<ReturnType<typeof createDataDir>>;
let redis: TestRedis;

beforeAll(async () => {
  [folder, redis, simulators] = await Promise.all([createDataDir(), startRedis(), startTenantSimulators()]);
}, 60_000);
afterAll(async () => {
  await simulators.close();
  await redis.stop();
  await folder.remove();
});

const configuration = (environment: Record<string, string>, keys: Partial<Record<TenantName, string>> = KEYS) =>
  tenantsConfiguration(environment, { folder: folder.path, simulators, keys });

const RATE = `mutation ($input: RateSkillsInput!) { rateSkills(input: $input) { task { id state } replayed userErrors { code } } }`;

describe.each(['on one process', 'on Redis'])('two tenants %s', (where) => {
  let gateway: Gateway;
  let known: Record<TenantName, Known>;
  const walks: unknown[] = [];

  beforeAll(async () => {
    const note = (fields: object, message: string) => {
      if (message === 'full sync ended') walks.push(fields);
    };
    const environment: Record<string, string> =
      where === 'on Redis' ? { REDIS_URL: redis.url } : { DATA_DIR: join(folder.path, 'alone') };
    gateway = await startGateway({
      ...configuration(environment),
      log: runLog({ debug: note, info: note, warn: note, error: note }),
    });
    await gateway.ready;
    const read = async (tenant: TenantName) => {
      const { data } = await ask<Known>(gateway, KEYS[tenant], KNOWN);
      if (!data) throw new Error(`nothing is known of ${tenant}`);
      return data;
    };
    known = { acme: await read('acme'), globex: await read('globex') };
  }, 120_000);
  afterAll(() => gateway.close());

  it('are told apart in the log, though they call their integrations the same', () => {
    for (const tenant of ['acme', 'globex']) {
      expect(walks).toContainEqual(expect.objectContaining({ tenant, integration: 'kombo-main' }));
    }
  });

  it('see their own people alone', () => {
    const mails = (tenant: TenantName) => known[tenant].employees.nodes.map(({ workEmail }) => workEmail);
    expect(mails('acme').length).toBeGreaterThan(20);
    expect(mails('globex').filter((mail) => mails('acme').includes(mail)).length).toBeLessThan(
      mails('globex').length / 2,
    );
  });

  it('find nobody but their own people under each other’s ids, and nobody under each other’s mails', async () => {
    const own = new Set(known.globex.employees.nodes.map(({ workEmail }) => workEmail));
    const strangers = known.acme.employees.nodes.filter(({ workEmail }) => !own.has(workEmail));
    expect(strangers.length).toBeGreaterThan(5);
    const found: (string | null)[] = [];
    for (const { id, workEmail } of strangers) {
      const { data } = await ask<{ node: { workEmail: string } | null; employee: unknown }>(
        gateway,
        KEYS.globex,
        'query ($id: ID!, $mail: EmailAddress!) { node(id: $id) { ... on Employee { workEmail } } employee(by: { workEmail: $mail }) { id } }',
        { id, mail: workEmail },
      );
      expect(data?.employee).toBeNull();
      found.push(data?.node?.workEmail ?? null);
    }
    expect(found).toContain(null);
    expect(found.filter((mail) => mail !== null && !own.has(mail))).toEqual([]);
    const [mine] = known.globex.employees.nodes;
    const ids = [strangers[found.indexOf(null)]?.id, mine?.id];
    const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
    expect(await ask(gateway, KEYS.globex, query, { ids })).toEqual({ data: { nodes: [null, { id: mine?.id }] } });
  });

  it('cannot see, follow, cancel or repeat each other’s tasks, and share no idempotency key', async () => {
    const start = async (tenant: TenantName) => {
      const [person] = known[tenant].employees.nodes;
      const [skill] = known[tenant].skills.nodes;
      const input = {
        items: [{ employee: { id: person?.id }, skill: { id: skill?.id }, proficiency: { level: 0.5 } }],
        idempotencyKey: 'same',
      };
      return ask<{ rateSkills: { task: { id: string } | null; replayed: boolean } }>(gateway, KEYS[tenant], RATE, {
        input,
      });
    };
    const first = (await start('acme')).data?.rateSkills;
    const second = (await start('globex')).data?.rateSkills;
    expect([first?.replayed, second?.replayed]).toEqual([false, false]);
    expect(second?.task?.id).not.toBe(first?.task?.id);
    const id = first?.task?.id;
    const seen = await ask(
      gateway,
      KEYS.globex,
      'query ($id: ID!) { node(id: $id) { id } task(id: $id) { id } tasks { nodes { id } } }',
      { id },
    );
    expect(seen.data).toEqual({ node: null, task: null, tasks: { nodes: [{ id: second?.task?.id }] } });
    const cancel = 'mutation ($id: ID!) { cancelTask(input: { taskId: $id }) { task { id } userErrors { code } } }';
    const unknown = await ask(gateway, KEYS.globex, cancel, { id: 'VGFzazp1bmtub3du' });
    expect(unknown.data).toMatchObject({ cancelTask: { task: null } });
    expect((await ask(gateway, KEYS.globex, cancel, { id })).data).toEqual(unknown.data);
  });
});

describe('a reload', () => {
  it('lets requests under way end, stops a key that is gone, and leaves alone what has not changed', async () => {
    const environment = { DATA_DIR: join(folder.path, 'reload') };
    const gateway = await startGateway({ ...configuration(environment), log: runLog(), retireMs: 50 });
    try {
      await gateway.ready;
      const { directory } = gateway;
      const people = directory.employees.all.length;
      const underWay = Array.from({ length: 20 }, () => ask<Known>(gateway, KEYS.acme, KNOWN));
      const next = { ...KEYS, globex: 'another-key-of-globex' };
      await gateway.reload(configuration(environment, next).tenancy);
      for (const { errors, data } of await Promise.all(underWay))
        expect([errors, data?.employees.nodes.length]).toEqual([undefined, people]);
      expect(gateway.directory).toBe(directory);
      expect((await ask(gateway, KEYS.globex, '{ __typename }')).errors?.[0]?.extensions?.['code']).toBe(
        'UNAUTHENTICATED',
      );
      expect((await ask(gateway, next.globex, '{ __typename }')).data).toEqual({ __typename: 'Query' });
      const { tenancy } = configuration(environment, next);
      const changed = tenancy.tenants.map((tenant) => ({ ...tenant, consensusPolicy: 'evidence' }));
      const during = Array.from({ length: 20 }, () => ask<Known>(gateway, KEYS.acme, KNOWN));
      await gateway.reload({ ...tenancy, tenants: changed });
      expect(gateway.directory).not.toBe(directory);
      for (const { errors } of await Promise.all(during)) expect(errors).toBeUndefined();
      expect((await ask<Known>(gateway, KEYS.acme, KNOWN)).data?.employees.nodes).toHaveLength(people);
    } finally {
      await gateway.close();
    }
  }, 120_000);
});
