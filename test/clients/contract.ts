/** What every client library must be able to do against a started gateway. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { parse, print } from 'graphql';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import {
  EmployeeIdentityDocument,
  OneEmployeeDocument,
  RateSkillsDocument,
  WatchTaskDocument,
  type WatchTaskSubscription,
} from '../../examples/generated/graphql.ts';
import { encodeId } from '../../src/domain/ids.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import type { Answered, ClientUnderTest } from './adapters.ts';
import { layLine, type Line } from './line.ts';

export interface Subject {
  connect: (url: string, apiKey: string) => ClientUnderTest;
  /** What the library throws or gives where the key is refused. */
  unauthenticated: object;
}

export const API_KEY = 'a-key-of-more-than-16';
export const ADA = { employeeNumber: '01001' };
/** A person at once, and what they can do when the providers have answered. */
export const DEFERRED = /* GraphQL */ `
  query ($by: EmployeeLookup!) {
    employee(by: $by) {
      displayName
      ... @defer(label: "skills") {
        skills(first: 3) {
          totalCount
          nodes {
            skill {
              id
              name
            }
          }
        }
      }
    }
  }
`;

export const WHOLE = DEFERRED.replace('@defer(label: "skills")', '');

const TYPESCRIPT = { name: 'TypeScript' };

/** Long enough to be connected, cut and connected again before a write has ended. */
const SLOW_MS = 2_000;

type Update = WatchTaskSubscription['taskUpdated'];

/** Runs the contract within the caller's `describe`; gives the gateway to tests of the library's own. */
export function clientContract({ connect, unauthenticated }: Subject): { gateway: () => TestGateway } {
  let gateway: TestGateway;
  let line: Line;
  const clients: ClientUnderTest[] = [];
  const open = (apiKey = API_KEY): ClientUnderTest => {
    const client = connect(`${line.url}/graphql`, apiKey);
    clients.push(client);
    return client;
  };

  beforeAll(async () => {
    gateway = await startTestGateway({ environment: { GATEWAY_API_KEYS: API_KEY, CACHE: 'off' }, apiKey: API_KEY });
    line = await layLine(gateway.url);
  });
  afterAll(async () => {
    await line.close();
    await gateway.close();
  });
  afterEach(async () => {
    for (const { simulator } of gateway.gateway.simulators) simulator.clearFaults();
    for (const client of clients.splice(0)) await client.close();
  });

  const start = async (client: ClientUnderTest, level: number): Promise<string> => {
    const { data, codes } = await client.ask(RateSkillsDocument, { employee: ADA, skill: TYPESCRIPT, level });
    expect(codes).toEqual([]);
    expect(data?.rateSkills.userErrors).toEqual([]);
    return data?.rateSkills.task?.id ?? '';
  };

  const updates = async (watching: AsyncIterable<Answered<WatchTaskSubscription>>): Promise<Update[]> => {
    const seen: Update[] = [];
    for await (const { data, codes } of watching) {
      expect(codes).toEqual([]);
      if (data) seen.push(data.taskUpdated);
    }
    return seen;
  };

  it('asks a query with variables', async () => {
    const { data, codes } = await open().ask(EmployeeIdentityDocument, { by: ADA });
    expect(codes).toEqual([]);
    expect(plain(data)).toEqual((await gateway.ask(print(EmployeeIdentityDocument), { by: ADA })).data);
  });

  it('shows what to correct in a write', async () => {
    const variables = { employee: { employeeNumber: 'nobody' }, skill: TYPESCRIPT, level: 0.5 };
    const { data, codes } = await open().ask(RateSkillsDocument, variables);
    expect(codes).toEqual([]);
    expect(data?.rateSkills).toMatchObject({ task: null, userErrors: [{ code: 'NOT_FOUND' }] });
  });

  it('starts a task and follows it to its end', async () => {
    const client = open();
    const seen = await updates(client.watch(WatchTaskDocument, { id: await start(client, 0.5) }));
    expect(seen.at(-1)?.state).toBe('SUCCEEDED');
    const revisions = seen.map(({ revision }) => revision);
    expect(revisions).toEqual([...new Set(revisions)].toSorted((a, b) => a - b));
  });

  it('resumes after the last revision seen once its connection was cut', async () => {
    gateway.simulator('kombo').addFault({ shape: { kind: 'latency', milliseconds: SLOW_MS } });
    const client = open();
    const id = await start(client, 0.25);
    let last = { revision: 0, state: '' };
    const broken = async () => {
      for await (const { data } of client.watch(WatchTaskDocument, { id })) {
        if (!data) continue;
        last = data.taskUpdated;
        line.cut();
      }
    };
    // Some libraries throw, some end the stream: neither with the final state.
    await broken().catch(() => {});
    expect(last.revision).toBeGreaterThan(0);
    expect(['QUEUED', 'RUNNING']).toContain(last.state);
    const rest = await updates(open().watch(WatchTaskDocument, { id, afterRevision: last.revision }));
    expect(rest[0]?.revision).toBeGreaterThan(last.revision);
    expect(rest.at(-1)?.state).toBe('SUCCEEDED');
  });

  it('shows why a document is refused', async () => {
    const invalid = parse('{ nothing }') as TypedDocumentNode<object, Record<string, never>>;
    expect((await open().ask(invalid, {})).codes).toEqual(['GRAPHQL_VALIDATION_FAILED']);
  });

  it('shows the code of a field that failed', async () => {
    const large = parse('{ employees(first: 100000) { totalCount } }') as TypedDocumentNode<
      object,
      Record<string, never>
    >;
    expect((await open().ask(large, {})).codes).toEqual(['PAGE_TOO_LARGE']);
  });

  it('is told that there is no such task, and the subscription ends', async () => {
    const seen: unknown[] = [];
    const id = encodeId('Task', '00000000-0000-4000-8000-000000000000');
    for await (const { codes } of open().watch(WatchTaskDocument, { id })) seen.push(codes);
    expect(seen).toEqual([['NOT_FOUND']]);
  });

  it('shows that a key is refused', async () => {
    const asking = open('another-key-of-16-characters').ask(EmployeeIdentityDocument, { by: ADA });
    const seen: unknown = await asking.catch((error: unknown) => error);
    expect(seen).toMatchObject(unauthenticated);
  });

  it('stops what it asked for once it wants it no more', async () => {
    const simulator = gateway.simulator('kombo');
    simulator.addFault({ shape: { kind: 'hang' } });
    gateway.forget();
    const before = simulator.journal.length;
    const leaving = new AbortController();
    const asking = open().ask(OneEmployeeDocument, { by: ADA }, leaving.signal);
    await vi.waitFor(() => expect(simulator.journal.length).toBeGreaterThan(before), { timeout: 5_000 });
    leaving.abort();
    await asking.catch(() => {});
    const outcomes = () =>
      gateway.calls.flatMap(({ integration, outcome }) => (integration === 'kombo-main' ? [outcome] : []));
    await vi.waitFor(() => expect(outcomes()).toEqual(['ABORTED']), { timeout: 5_000 });
  });

  return { gateway: () => gateway };
}

/** Without the type names that normalising caches add. */
export function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, item: unknown) => (key === '__typename' ? undefined : item)));
}
