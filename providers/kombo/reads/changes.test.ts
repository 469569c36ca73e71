import { describe, expect, it } from 'vitest';
import type { ChangesPage, Ports, WalkPort } from '../../../src/domain/ports.ts';
import { connect } from '../../../src/integrations/connect.ts';
import { simulatorTransport } from '../../../src/outbound/transport/undiciTransport.ts';
import { VirtualClock } from '../../../src/lib/clock.ts';
import { createWorkforce } from '../../../src/simulator/workforce.ts';
import { kombo } from '../kombo.ts';
import { komboSimulator } from '../simulator/simulator.ts';

const workforce = createWorkforce('test', { people: 60, skills: 40 });

function setUp() {
  const clock = new VirtualClock();
  const simulator = komboSimulator.create({ workforce, clock, limits: 'none' });
  const { ports } = connect(kombo, komboSimulator.settings('http://simulator'), {
    name: 'kombo-test',
    transport: simulatorTransport(simulator, '/v1'),
    limits: { requestsPerSecond: null },
  });
  return { clock, simulator, ports: ports as Required<Ports> };
}

async function changed<Row>(port: WalkPort<Row>, since: number): Promise<ChangesPage<Row>[]> {
  const pages: ChangesPage<Row>[] = [];
  for await (const page of port.changedSince?.(new Date(since).toISOString(), { purpose: 'walk' }) ?? [])
    pages.push(page);
  return pages;
}

describe('changes', () => {
  it('are asked for with what was deleted, in one call where there are few', async () => {
    const { clock, simulator, ports } = setUp();
    const since = clock.now();
    for (const port of [ports.employees, ports.skills, ports.ratings]) {
      const pages: ChangesPage<unknown>[] = await changed<unknown>(port, since);
      expect(pages).toEqual([{ rows: [], removed: [] }]);
    }
    const queries = simulator.journal.map(({ query }) => new URLSearchParams(query));
    expect(queries.map((query) => [query.get('updated_after'), query.get('include_deleted')])).toEqual(
      Array.from({ length: 3 }, () => [new Date(since).toISOString(), 'true']),
    );
  });

  it('name by id what is gone, and show a rating that was written', async () => {
    const { clock, ports } = setUp();
    const live: string[] = [];
    let wanted = null;
    for await (const page of ports.ratings.walk({ purpose: 'walk' })) {
      live.push(...page.rows.map(({ parts }) => parts[0] ?? ''));
      wanted ??=
        page.rows.find(({ value, source }) => value?.kind === 'number' && source === 'EXTERNAL') ?? page.rows[0];
    }
    const all = await changed(ports.ratings, 0);
    const removed = all.flatMap((page) => page.removed ?? []);
    expect(removed.length).toBeGreaterThan(0);
    expect(removed.filter((id) => live.includes(id))).toEqual([]);
    expect(all.flatMap(({ rows }) => rows.map(({ parts }) => parts[0] ?? '')).toSorted()).toEqual(live.toSorted());

    clock.advance(60_000);
    const since = clock.now() - 1;
    const scaled = await changed(ports.skills, 0);
    const skill = scaled.flatMap(({ rows }) => rows).find(({ scale }) => scale?.kind === 'numeric');
    if (!wanted || skill?.scale?.kind !== 'numeric') throw new Error('the workforce has nothing to rate');
    const value = { kind: 'number' as const, value: skill.scale.max ?? 1 };
    const write = { employeeId: wanted.employeeId, skillId: skill.remoteId, value, scale: skill.scale };
    await ports.rate.run([write], { purpose: 'task' });
    const rows = (await changed(ports.ratings, since)).flatMap((page) => page.rows);
    expect(rows.map(({ employeeId, skillId }) => [employeeId, skillId])).toEqual([[write.employeeId, write.skillId]]);
  });
});
