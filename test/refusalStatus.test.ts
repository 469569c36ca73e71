import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from './support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.close());

async function post(body: unknown, accept: string) {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as { data?: unknown; errors?: { extensions?: { code?: string } }[] };
  return { status: response.status, code: answer.errors?.[0]?.extensions?.code, data: answer.data };
}

const manager = (levels: number): string => (levels === 0 ? 'id' : `manager { ${manager(levels - 1)} }`);
const many = (count: number, text: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => text(at)).join(' ');

/** The rows of docs/limits.md: with the media type of GraphQL, and with `application/json`. */
const LIMITS: [name: string, body: unknown, code: string, status: number, jsonStatus: number][] = [
  ['Body', { query: `# ${'x'.repeat(1_048_576)}` }, 'PAYLOAD_TOO_LARGE', 413, 413],
  ['Tokens', { query: `{ ${many(10_001, () => '__typename')} }` }, 'GRAPHQL_PARSE_FAILED', 400, 200],
  ['Depth', { query: `{ employee(by: { id: "x" }) { ${manager(15)} } }` }, 'QUERY_TOO_COMPLEX', 400, 200],
  ['Aliases', { query: `{ ${many(51, (at) => `a${at}: __typename`)} }` }, 'QUERY_TOO_COMPLEX', 400, 200],
  ['Root fields', { query: `{ ${many(21, (at) => `a${at}: viewer { tenant }`)} }` }, 'QUERY_TOO_COMPLEX', 400, 200],
  [
    'Cost',
    {
      query: `{ employees(first: 100) { nodes { ${'reports(first: 100) { nodes { '.repeat(3)} id ${'} } '.repeat(3)} } } }`,
    },
    'COST_EXCEEDED',
    400,
    200,
  ],
  [
    'Lists',
    { query: `{ employees(filter: { location: [${many(201, () => '"a"')}] }) { totalCount } }` },
    'QUERY_TOO_COMPLEX',
    400,
    200,
  ],
  ['Page', { query: '{ employees(first: 1000) { totalCount } }' }, 'PAGE_TOO_LARGE', 200, 200],
  ['Search', { query: `{ skills(search: "${'x'.repeat(201)}") { totalCount } }` }, 'BAD_USER_INPUT', 200, 200],
  ['Batches', [{ query: '{ __typename }' }], 'BAD_REQUEST', 400, 400],
];

describe.each(LIMITS)('the limit of %s', (_, body, code, status, jsonStatus) => {
  it('is refused with the status that the documentation names', async () => {
    expect(await post(body, 'application/graphql-response+json')).toMatchObject({ status, code });
    expect(await post(body, 'application/json')).toMatchObject({ status: jsonStatus, code });
  });
});

describe('a field at the root that is refused', () => {
  it.each([
    ['employees', 'employees(first: 1000) { totalCount }'],
    ['experts', 'experts(first: 1000, skills: [{ skill: { name: "TypeScript" } }]) { totalCount }'],
    ['skills', 'skills(first: 1000) { totalCount }'],
    ['jobProfiles', 'jobProfiles(first: 1000) { totalCount }'],
    ['tasks', 'tasks(first: 1000) { totalCount }'],
    ['webhookDeliveries', 'webhookDeliveries(first: 1000) { totalCount }'],
    ['nodes', `nodes(ids: [${many(101, () => '"x"')}]) { id }`],
    ['employees', 'employees { nodes { skills(first: 1000) { totalCount } } }'],
  ])('leaves the others standing: %s', async (name, field) => {
    // Once for a document that is not known yet, and once for a known one.
    for (let round = 0; round < 2; round += 1) {
      const { status, code, data } = await post(
        { query: `{ ${field} viewer { tenant } }` },
        'application/graphql-response+json',
      );
      expect([status, code, data]).toEqual([200, 'PAGE_TOO_LARGE', { [name]: null, viewer: { tenant: 'default' } }]);
    }
  });
});
