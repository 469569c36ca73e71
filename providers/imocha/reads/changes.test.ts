import { describe, expect, it } from 'vitest';
import type { ChangesPage, WalkPort } from '../../../src/domain/ports.ts';
import { connect } from '../../../src/integrations/connect.ts';
import { simulatorTransport } from '../../../src/outbound/transport/undiciTransport.ts';
import { VirtualClock } from '../../../src/lib/clock.ts';
import { createWorkforce } from '../../../src/simulator/workforce.ts';
import { imocha } from '../imocha.ts';
import { imochaSimulator } from '../simulator/simulator.ts';

const workforce = createWorkforce('test', { people: 60, skills: 40 });

function setUp() {
  const simulator = imochaSimulator.create({ workforce, clock: new VirtualClock(), limits: 'none' });
  const { ports } = connect(imocha, imochaSimulator.settings('http://simulator'), {
    name: 'imocha-test',
    transport: simulatorTransport(simulator, ''),
    limits: { requestsPerSecond: null },
  });
  const { employees, skills, ratings } = ports;
  if (!employees || !skills || !ratings) throw new Error('a port is missing');
  return { simulator, employees, skills, ratings };
}

async function changed<Row>(port: WalkPort<Row>, since: string): Promise<ChangesPage<Row>[]> {
  const pages: ChangesPage<Row>[] = [];
  for await (const page of port.changedSince?.(since, { purpose: 'walk' }) ?? []) pages.push(page);
  return pages;
}

const NEVER = '2999-01-01T00:00:00.000Z';
const EVER = '1999-01-01T00:00:00.000Z';

describe('changes', () => {
  it('of ratings come as whole profiles, also those that have none left', async () => {
    const { simulator, ratings } = setUp();
    expect(await changed(ratings, NEVER)).toEqual([{ rows: [], whole: [] }]);
    expect(simulator.journal.map(({ query }) => new URLSearchParams(query).get('SkillProfileModifiedSince'))).toEqual([
      NEVER,
    ]);
    const pages = await changed(ratings, EVER);
    const walked = [];
    for await (const page of ratings.walk({ purpose: 'walk' })) walked.push(...page.rows);
    expect(pages.flatMap(({ rows }) => rows)).toEqual(walked);
    const whole = pages.flatMap((page) => page.whole ?? []);
    expect(new Set(whole).size).toBe(whole.length);
    expect(walked.filter(({ employeeId }) => !whole.includes(employeeId))).toEqual([]);
  });

  it('of the taxonomy are asked for by its own parameter; the list of employees has none', async () => {
    const { simulator, skills, employees } = setUp();
    expect(await changed(skills, NEVER)).toEqual([{ rows: [] }]);
    expect(
      simulator.journal.map(({ path, query }) => [path, new URLSearchParams(query).get('LastModifiedOn')]),
    ).toEqual([['/taxonomy', NEVER]]);
    expect((await changed(skills, EVER)).flatMap(({ rows }) => rows).length).toBeGreaterThan(10);
    expect(employees.changedSince).toBeUndefined();
  });
});
