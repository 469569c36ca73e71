import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { schema } from '../schema/index.ts';
import { createContext, type RequestParts, type TenantParts } from '../src/context.ts';
import { Directory } from '../src/directory/directory.ts';
import { fullSync } from '../src/directory/sync/fullSync.ts';
import { OWN_RATINGS, type ScopeWord, type Viewer } from '../src/domain/access.ts';
import type { AuditEntry } from '../src/domain/audit.ts';
import { encodeId } from '../src/domain/ids.ts';
import { createBudgets } from '../src/graphql/demandControl/budget.ts';
import type { Clients } from '../src/auth/authenticator.ts';
import { STANDARD_LIMITS } from '../src/graphql/demandControl/limits.ts';
import { ConsensusPolicies } from '../src/loaders/consensusPolicies.ts';
import { RatingReader } from '../src/loaders/readers/employeeRatingReader.ts';
import { RoleReads } from '../src/loaders/readers/roleReader.ts';
import { createGatewayServer, type GatewayServer } from '../src/http/server.ts';
import type { TaskEngine } from '../src/tasks/engine/engine.ts';
import { employeeRow, FakeProvider, ratingRow, skillRow } from './support/fakes/fakeProvider.ts';
import { FakeTasks } from './support/fakes/fakeTasks.ts';
import { runLog } from './support/runLogs.ts';
import { SERVER_CONFIG } from './support/serverConfig.ts';
import { wsClient } from './support/wsClient.ts';

const viewer = (scopes: ScopeWord[], more: Partial<Viewer> = {}): Viewer => ({
  tenant: 'default',
  client: 'tests',
  scopes: new Set(scopes),
  person: null,
  expiresAt: null,
  ...more,
});

const READER: ScopeWord[] = ['employees:read', 'skills:read'];

let server: GatewayServer;
let url: string;
/** Who asks next. */
let asking: Viewer;
let tasks: FakeTasks;
let entries: AuditEntry[];
let directory: Directory;

beforeEach(async () => {
  const provider = new FakeProvider({
    employees: [
      employeeRow('ada', { workEmail: 'Ada@example.test', employeeNumber: '1' }),
      employeeRow('bob', { workEmail: 'bob@example.test', employeeNumber: '2', managerRemoteId: 'ada' }),
      employeeRow('one', { workEmail: 'desk@example.test', employeeNumber: '3' }),
      employeeRow('two', { workEmail: 'desk@example.test', employeeNumber: '4' }),
    ],
    skills: [skillRow('Weaving')],
    ratings: [ratingRow('ada', 'Weaving'), ratingRow('bob', 'Weaving')],
    ports: { rate: { batchSize: 1, write: () => Promise.reject(new Error('not asked')) } as never },
  });
  const { integration } = provider;
  directory = new Directory([integration]);
  await fullSync({ directory, integration, signal: new AbortController().signal });
  const readers = new Map([['hr', new RatingReader({ directory, integration, cache: false })]]);
  const clients: Clients = { open: false, viewerOf: () => asking, replace: () => {}, watch: () => () => {} };
  tasks = new FakeTasks();
  entries = [];
  const audit = { note: (entry: AuditEntry) => void entries.push(entry) };
  server = createGatewayServer({
    config: SERVER_CONFIG,
    clients,
    audit,
    limits: {
      operation: { ...STANDARD_LIMITS, aliases: 2 },
      introspection: true,
      budgets: createBudgets({ usual: null, store: null }),
      persisted: null,
    },
    schema,
    context: ({ viewer: asks, requestId, deadline }) =>
      createContext(
        {
          directory,
          readers,
          policies: new ConsensusPolicies({ integrations: [integration], usual: 'balanced' }),
          roleReads: new RoleReads({ directory, cache: false }),
          skillChanges: { watch: forever },
        } as Partial<TenantParts> as TenantParts,
        {
          viewer: asks,
          requestId,
          deadline,
          audit,
          tasks: tasks as unknown as TaskEngine,
        } as Partial<RequestParts> as RequestParts,
      ),
    ready: () => ({ ready: true, detail: {} }),
    log: runLog(),
    graphiql: false,
  });
  ({ url } = await server.listen());
});

afterEach(async () => {
  vi.useRealTimers();
  await server.close();
});

/** Changes that never come. */
function forever(): AsyncIterableIterator<never> {
  let end: (result: IteratorResult<never>) => void = () => {};
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => new Promise((resolve) => (end = resolve)),
    return() {
      end({ done: true, value: undefined });
      return Promise.resolve({ done: true, value: undefined });
    },
  };
}

interface Reply {
  status: number;
  data?: Record<string, unknown> | null;
  errors?: { message: string; path?: unknown[]; extensions: Record<string, unknown> }[];
}

async function ask(
  query: string,
  accept = 'application/graphql-response+json',
  variables: object = {},
): Promise<Reply> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, ...((await response.json()) as Omit<Reply, 'status'>) };
}

const skillsOf = (by: string) => `{ employee(by: ${by}) { skills { totalCount nodes { ratings { source } } } } }`;

describe('a missing scope', () => {
  it('is a 403 before anything runs, and 200 for application/json', async () => {
    asking = viewer(READER);
    const reply = await ask(skillsOf('{ employeeNumber: "1" }'));
    expect(reply.status).toBe(403);
    expect(reply.data).toBeUndefined();
    expect(reply.errors).toMatchObject([
      { path: ['employee', 'skills'], extensions: { code: 'FORBIDDEN', scope: 'ratings:read' } },
    ]);
    // Nothing of how the status came about is sent.
    expect(Object.keys(reply.errors?.[0]?.extensions ?? {})).toEqual(['code', 'scope']);
    // The second time the document is known, and goes another way.
    expect(await ask(skillsOf('{ employeeNumber: "1" }'))).toEqual(reply);
    expect((await ask(skillsOf('{ employeeNumber: "1" }'), 'application/json')).status).toBe(200);
  });

  it('is found where only the values tell', async () => {
    asking = viewer(['employees:read']);
    const ada = directory.employees.byNumber('1')[0]?.id ?? '';
    expect(await ask(`{ node(id: "${ada}") { id } }`)).toMatchObject({ status: 200, data: { node: { id: ada } } });
    for (const [type, scope] of [
      ['Skill', 'skills:read'],
      ['Task', 'tasks:read'],
      ['SkillRating', 'ratings:read'],
    ] as const) {
      const { data, errors } = await ask(`{ node(id: "${encodeId(type, 'hr', 'x', 'y')}") { id } }`);
      expect(data).toEqual({ node: null });
      expect(errors).toMatchObject([{ path: ['node'], extensions: { code: 'FORBIDDEN', scope } }]);
    }
    const held = await ask('{ employees(filter: { holdsAll: { name: "Weaving" } }) { totalCount } }');
    expect(held.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', scope: 'ratings:read' } }]);
  });

  it('is an error at the place of the id in a list of them, beside all else', async () => {
    asking = viewer(['employees:read']);
    const [ada, bob] = ['1', '2'].map((number) => directory.employees.byNumber(number)[0]?.id ?? '');
    const hidden = [encodeId('Skill', 'hr', 'x'), encodeId('SkillRating', 'hr', 'x', 'y')];
    const ids = JSON.stringify([ada, ...hidden, 'unknown', encodeId('Employee', 'elsewhere', 'ada'), bob]);
    const { status, data, errors } = await ask(`{ viewer { client } nodes(ids: ${ids}) { id } }`);
    expect(status).toBe(200);
    expect(data).toEqual({ viewer: { client: 'tests' }, nodes: [{ id: ada }, null, null, null, null, { id: bob }] });
    expect(errors).toHaveLength(2);
    expect(errors).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ path: ['nodes', 1], extensions: { code: 'FORBIDDEN', scope: 'skills:read' } }),
        expect.objectContaining({ path: ['nodes', 2], extensions: { code: 'FORBIDDEN', scope: 'ratings:read' } }),
      ]),
    );
  });

  it('refuses subscriptions alike over event streams and WebSockets', async () => {
    asking = viewer(READER);
    const query = 'subscription { integrationUpdated { id } }';
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query }),
    });
    expect(await response.text()).toContain('"scope":"integrations:read"');
    const client = wsClient(url);
    const { value } = await client
      .iterate({ query })
      .next()
      .catch((error: unknown) => ({ value: { errors: error } }));
    expect(JSON.stringify(value)).toContain('"scope":"integrations:read"');
    await client.dispose();
  });
});

describe('the personal rule', () => {
  const own = (workEmail: string) => viewer([...READER, OWN_RATINGS], { person: { workEmail } });

  it('shows one’s own ratings, whatever the case of the address', async () => {
    asking = own('ADA@example.test');
    const { data } = await ask(skillsOf('{ employeeNumber: "1" }'));
    expect(data).toMatchObject({
      employee: { skills: { totalCount: 1, nodes: [{ ratings: [{ source: 'MANAGER' }] }] } },
    });
  });

  it('shows nobody else’s, however one gets there', async () => {
    asking = own('ada@example.test');
    const forbidden = [{ extensions: { code: 'FORBIDDEN', scope: 'ratings:read' } }];
    expect((await ask(skillsOf('{ employeeNumber: "2" }'))).errors).toMatchObject(forbidden);
    const through = await ask(
      '{ employee(by: { employeeNumber: "1" }) { reports { nodes { skills { totalCount } } } } }',
    );
    expect(through.errors).toMatchObject(forbidden);
    const gaps = await ask('{ employee(by: { employeeNumber: "2" }) { skillGaps { nodes { gap } } } }');
    expect(gaps.errors).toMatchObject(forbidden);
    const paths = await ask('{ employee(by: { employeeNumber: "2" }) { careerPaths { nodes { match } } } }');
    expect(paths.errors).toMatchObject(forbidden);
    asking = own('bob@example.test');
    const up = await ask('{ employee(by: { employeeNumber: "2" }) { manager { skills { totalCount } } } }');
    expect(up.errors).toMatchObject(forbidden);
  });

  it('shows nobody’s where several share the address, or the token has no person', async () => {
    for (const asks of [own('desk@example.test'), viewer([...READER, OWN_RATINGS])]) {
      asking = asks;
      expect((await ask(skillsOf('{ employeeNumber: "3" }'))).errors).toMatchObject([
        { extensions: { code: 'FORBIDDEN' } },
      ]);
    }
  });
});

describe('the viewer', () => {
  it('is told who it is and what it may do', async () => {
    asking = viewer(['skills:read', 'employees:read']);
    expect((await ask('{ viewer { tenant client scopes budget { limit } } }')).data).toEqual({
      viewer: { tenant: 'default', client: 'tests', scopes: ['employees:read', 'skills:read'], budget: null },
    });
  });
});

describe('a token that ends', () => {
  it.each(['an event stream', 'a WebSocket'])('ends %s with a reason', async (transport) => {
    const now = Date.now();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now });
    asking = viewer([...READER, 'ratings:read'], { expiresAt: now + 60_000 });
    const id = directory.employees.byNumber('1')[0]?.id ?? '';
    const query = `subscription { employeeSkillsChanged(employeeId: "${id}") { at } }`;
    const last = transport === 'a WebSocket' ? await overSocket(query) : await overStream(query);
    expect(last).toMatchObject({
      errors: [{ message: 'The token has expired.', extensions: { code: 'UNAUTHENTICATED', reason: 'expired' } }],
    });
  });

  async function overStream(query: string): Promise<unknown> {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query }),
    });
    await vi.advanceTimersByTimeAsync(60_000);
    const text = await response.text();
    expect(text).toContain('event: complete');
    return JSON.parse(/^data: (\{.*)$/m.exec(text)?.[1] ?? '{}');
  }

  async function overSocket(query: string): Promise<unknown> {
    const client = wsClient(url);
    const results = client.iterate({ query });
    const first = results.next();
    // A query that is sent after it is answered after it listens.
    await client.iterate({ query: '{ viewer { tenant } }' }).next();
    await vi.advanceTimersByTimeAsync(60_000);
    const { value } = (await first) as { value: unknown };
    expect(await results.next()).toMatchObject({ done: true });
    await client.dispose();
    return value;
  }
});

describe('the audit', () => {
  const line = (more: Partial<AuditEntry>): Partial<AuditEntry> => ({ tenant: 'default', client: 'tests', ...more });
  const rate = (skill: string, more = '') => `mutation {
    rateSkills(input: { ${more} items: [{ employee: { employeeNumber: "1" }, skill: { name: "${skill}" }, proficiency: { level: 0.5 } }] }) {
      replayed userErrors { code }
    }
  }`;

  it('has a line for each write, whatever became of it, without values and people', async () => {
    asking = viewer(['ratings:write']);
    await ask(rate('Weaving', 'idempotencyKey: "k"'));
    await ask(rate('Weaving', 'idempotencyKey: "k"'));
    await ask(rate('Weaving', 'validateOnly: true'));
    await ask(rate('Knitting'));
    asking = viewer(['employees:write'], { issuer: 'https://idp.test' });
    await ask(rate('Weaving'));
    const task = encodeId('Task', 'task-1');
    expect(entries).toMatchObject([
      line({ issuer: null, mutation: 'rateSkills', outcome: 'started', task, items: 1, integrations: ['hr'] }),
      line({ mutation: 'rateSkills', outcome: 'replayed', task, items: 1, integrations: [] }),
      line({ mutation: 'rateSkills', outcome: 'checked', task: null, items: 1 }),
      line({ mutation: 'rateSkills', outcome: 'userErrors', task: null, items: 1 }),
      line({ issuer: 'https://idp.test', mutation: 'rateSkills', outcome: 'forbidden', task: null, items: null }),
    ]);
    const withoutTimes = JSON.stringify(entries, (key, value: unknown) => (key === 'at' ? undefined : value));
    expect(withoutTimes).not.toMatch(/0\.5|Weaving|example\.test|employeeNumber/);
  });

  it('has writes that are refused before they run: too large, too dear for the budget, or with variables that do not fit', async () => {
    asking = viewer(['ratings:write'], { budget: { limit: 1_000, windowSeconds: 60 } });
    await ask(
      `mutation { ${Array.from({ length: 3 }, (_, at) => `a${at}: cancelTask(input: { taskId: "x" }) { replayed }`).join(' ')} }`,
    );
    const items = Array.from(
      { length: 200 },
      () => '{ employee: { employeeNumber: "1" }, skill: { name: "Weaving" } }',
    );
    await ask(`mutation { assignSkills(input: { items: [${items.join()}] }) { replayed } }`);
    await ask('mutation ($id: ID!) { retryTask(input: { taskId: $id }) { replayed } }');
    await ask('mutation ($id: ID!) { cancelTask(input: { taskId: $id }) { replayed } }', undefined, { id: 'x\0' });
    expect(entries).toMatchObject([
      line({ mutation: 'cancelTask', outcome: 'refused', task: null, items: null }),
      line({ mutation: 'assignSkills', outcome: 'refused', task: null, items: null }),
      line({ mutation: 'retryTask', outcome: 'refused', task: null, items: null }),
      line({ mutation: 'cancelTask', outcome: 'refused', task: null, items: null }),
    ]);
    expect(tasks.calls).toEqual([]);
  });

  it('has reads on it nowhere', async () => {
    asking = viewer(READER);
    await ask('{ employees { totalCount } }');
    await ask('query ($id: ID!) { node(id: $id) { id } }');
    expect(entries).toEqual([]);
  });

  it('knows who tried to cancel or repeat what they may not write', async () => {
    asking = viewer(['ratings:write']);
    await ask(rate('Weaving'));
    const task = encodeId('Task', 'task-1');
    asking = viewer(['employees:write']);
    for (const mutation of ['cancelTask', 'retryTask']) {
      const { errors } = await ask(`mutation { ${mutation}(input: { taskId: "${task}" }) { replayed } }`);
      expect(errors).toMatchObject([{ path: [mutation], extensions: { code: 'FORBIDDEN', scope: 'ratings:write' } }]);
    }
    expect(tasks.calls).not.toContain('cancel');
    asking = viewer(['ratings:write']);
    await ask(`mutation { cancelTask(input: { taskId: "${task}" }) { replayed } }`);
    expect(entries.map(({ mutation, outcome }) => [mutation, outcome])).toEqual([
      ['rateSkills', 'started'],
      ['cancelTask', 'forbidden'],
      ['retryTask', 'forbidden'],
      ['cancelTask', 'cancelled'],
    ]);
    expect(entries.at(-1)?.task).toBe(task);
  });
});
