import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CallRecord } from '../src/outbound/upstream.ts';
import type { Cost, Costing } from './support/cost.ts';
import { startTestGateway, type TestGateway } from './support/gateway.ts';

describe('toCost', () => {
  const call = (integration: string, operation: string, purpose: CallRecord['purpose'] = 'request'): CallRecord => ({
    integration,
    operation,
    purpose,
    kind: 'read',
    outcome: 'ok',
    waitedMs: 0,
    milliseconds: 1,
  });
  const asked: Costing = {
    calls: [
      call('kombo-main', 'ratingsByEmployees'),
      call('kombo-main', 'ratingsByEmployees'),
      call('kombo-main', 'ratingsBySkills'),
      call('kombo-main', 'employees', 'walk'),
      call('eu-talent', 'ratingsByEmployees'),
      call('kantata-main', 'rate', 'task'),
    ],
  };

  it.each<[string, Cost]>([
    ['in all', { kombo: 3, 'eu-talent': 1 }],
    ['by integration', { 'kombo-main': 3, 'eu-talent': 1 }],
    ['by operation', { kombo: { ratingsByEmployees: 2, ratingsBySkills: 1 }, 'eu-talent': { ratingsByEmployees: 1 } }],
    ['with zeros', { kombo: 3, 'eu-talent': 1, kantata: 0 }],
  ])('takes the cost %s', (_, cost) => {
    expect(asked).toCost(cost);
  });

  it.each<[string, Cost]>([
    ['too few', { kombo: 2, 'eu-talent': 1 }],
    ['too many', { kombo: 4, 'eu-talent': 1 }],
    ['one left out', { kombo: 3 }],
    ['one more', { kombo: 3, 'eu-talent': 1, kantata: 1 }],
    ['another operation', { kombo: { ratingsByEmployees: 3 }, 'eu-talent': 1 }],
    ['nothing', {}],
  ])('refuses %s', (_, cost) => {
    expect(asked).not.toCost(cost);
    expect(() => expect(asked).toCost(cost)).toThrow(/^expected the question to cost /);
  });

  it('takes nothing for nothing', () => {
    expect({ calls: [] }).toCost({});
  });
});

const SKILLS = 'skills { sources { state } nodes { skill { name } ratings { id normalized } } }';
const ADA = 'employee(by: { employeeNumber: "01001" })';

/** The table of docs/costs.md. */
describe('typical questions, nothing in the cache', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await startTestGateway({ environment: { CACHE: 'off' } });
  });

  afterAll(() => gateway.close());
  afterEach(() => gateway.forget());

  it.each<[string, string, Cost]>([
    [
      'names, filters and orders',
      '{ employees(first: 100, orderBy: { field: DISPLAY_NAME }) { totalCount nodes { displayName } } }',
      {},
    ],
    ['the catalogue', '{ skills(first: 100) { totalCount nodes { name identity { records { remoteId } } } } }', {}],
    ['one person', `{ ${ADA} { ${SKILLS} } }`, { kombo: 1, imocha: 1, kantata: 1 }],
    [
      'one person, twice over',
      `{ a: ${ADA} { ${SKILLS} } b: ${ADA} { again: ${SKILLS} } }`,
      { kombo: 1, imocha: 1, kantata: 1 },
    ],
    [
      'one person, of one integration',
      `{ ${ADA} { ${SKILLS.replace('skills', 'skills(filter: { integrations: ["kantata-main"] })')} } }`,
      { kantata: 1 },
    ],
    ['how the integrations are', '{ integrations { name state sync { state } } }', {}],
  ])('%s', async (_, query, cost) => {
    const { data, errors } = await gateway.ask(query);

    expect(errors).toBeUndefined();
    expect(Object.values(data ?? {})).not.toContain(null);
    expect(gateway).toCost(cost);
  });

  it('a rating by its id', async () => {
    interface Found {
      employee: { skills: { nodes: { ratings: { id: string; integration: { name: string } }[] }[] } };
    }
    const { data } = await gateway.ask<Found>(
      `{ ${ADA} { skills { nodes { ratings { id integration { name } } } } } }`,
    );
    const ratings = data?.employee.skills.nodes.flatMap((held) => held.ratings) ?? [];
    const [rating] = ratings.filter(({ integration }) => integration.name === 'kombo-main');
    gateway.forget();

    const answer = await gateway.ask(
      'query ($id: ID!) { node(id: $id) { id } }',
      { id: rating?.id },
      { 'x-gateway-receipt': '1' },
    );

    expect(answer.data).toEqual({ node: { id: rating?.id } });
    expect(gateway).toCost({ kombo: 1 });
    expect(answer.extensions?.receipt?.total).toMatchObject({ calls: 1, batches: 1, rows: 1 });
  });
});
