/** One client asks a provider for everything it may; others share the provider with it, and keep their deadlines. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodeId } from '../src/domain/ids.ts';
import { startTestGateway, type TestGateway } from './support/gateway.ts';

const KEYS = { greedy: 'the-key-of-a-greedy-client', other: 'the-key-of-another-client' };

let gateway: TestGateway;

beforeAll(async () => {
  // The simulators keep to their vendors' limits, and the gateway to those of the cards: ten requests a second.
  gateway = await startTestGateway({
    environment: {
      GATEWAY_API_KEYS: Object.values(KEYS).join(),
      SIMULATOR_LIMITS: 'default',
      SIMULATOR_PEOPLE: '40',
      REQUEST_DEADLINE_MAX_MS: '60000',
    },
    apiKey: KEYS.other,
  });
}, 60_000);
afterAll(() => gateway.close());

/** 2,000 ids of single rows that do not exist, in one operation: twenty fields of a hundred. */
function flood(integration: string, partsOf: (index: number) => string[], signal: AbortSignal): Promise<string> {
  const ids = Array.from({ length: 2_000 }, (_, index) => encodeId('SkillRating', integration, ...partsOf(index)));
  const fields = Array.from({ length: 20 }, (_, field) => `f${field}: nodes(ids: $i${field}) { id }`);
  const variables = Object.fromEntries(
    fields.map((_, field) => [`i${field}`, ids.slice(field * 100, field * 100 + 100)]),
  );
  const declared = fields.map((_, field) => `$i${field}: [ID!]!`).join(' ');
  return fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${KEYS.greedy}`,
      'x-request-deadline-ms': '60000',
    },
    body: JSON.stringify({ query: `query (${declared}) { ${fields.join(' ')} }`, variables }),
    signal,
  }).then(
    () => 'answered',
    () => 'gone',
  );
}

/** Resolves once so many calls of this kind have gone out. */
async function calls(operation: string, count: number): Promise<void> {
  while (gateway.calls.filter((call) => call.operation === operation).length < count) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

interface Held {
  employee: { skills: { totalCount: number; sources: { integration: { name: string }; state: string }[] } } | null;
}

const SKILLS = `query ($id: ID!) { employee(by: { id: $id }) {
  skills(filter: { integrations: ["kantata-main"] }) { totalCount sources { integration { name } state } } } }`;

it('a client that asks for 2,000 single rows keeps no other from its provider', async () => {
  const { data } = await gateway.ask<{ employees: { nodes: { id: string }[] } }>(
    '{ employees(first: 3, filter: { integrations: ["kantata-main"] }) { nodes { id } } }',
  );
  const people = data?.employees.nodes ?? [];
  gateway.forget();
  const gone = new AbortController();
  const flooding = flood('kantata-main', (index) => [String(900_000_000 + index)], gone.signal);
  await calls('ratingByParts', 10);

  // One after another, as a client does that waits for each answer.
  for (const { id } of people) {
    const { data: read } = await gateway.ask<Held>(SKILLS, { id }, { 'x-request-deadline-ms': '5000' });
    expect(read?.employee?.skills.sources).toEqual([{ integration: { name: 'kantata-main' }, state: 'FRESH' }]);
  }

  const sent = gateway.cost()['kantata-main'] ?? {};
  expect(sent['ratingsByEmployees']).toBe(3);
  // What waits is bounded, and the flood goes on in its own turns.
  expect(sent['ratingByParts']).toBeGreaterThanOrEqual(10);
  expect(sent['ratingByParts']).toBeLessThan(600);
  gone.abort();
  expect(await flooding).toBe('gone');
}, 60_000);

it('rows of people whom nobody knows cost the provider nothing', async () => {
  gateway.forget();
  await flood('imocha-main', (index) => [`nobody-${index}`, '1', 'self'], new AbortController().signal);
  expect(gateway.cost()['imocha-main']?.['ratingsByEmployees']).toBeUndefined();
}, 60_000);
