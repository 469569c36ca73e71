import { describe, expect, it } from 'vitest';
import type { ChangesPage, WalkPort } from '../../../src/domain/ports.ts';
import { ratedPair, REQUEST, rig, rowsOf } from '../testRig.ts';

const HOUR = 3_600_000;

async function changed<Row>(port: WalkPort<Row>, since: number): Promise<ChangesPage<Row>[]> {
  const pages: ChangesPage<Row>[] = [];
  for await (const page of port.changedSince?.(new Date(since).toISOString(), REQUEST) ?? []) pages.push(page);
  return pages;
}

describe('changes', () => {
  it('of users are named by the feed of events and shown by the list', async () => {
    const bench = rig();
    const [user] = await rowsOf(bench.ports.employees);
    bench.clock.advance(HOUR);
    bench.calls();
    expect(await changed(bench.ports.employees, bench.clock.now())).toEqual([]);
    expect(bench.calls()).toEqual(['GET /subscribed_events']);
    await bench.ask('PUT', `/users/${user?.remoteId}`, { user: { headline: 'Gardener' } });
    bench.calls();
    const pages = await changed(bench.ports.employees, bench.clock.now());
    expect(pages).toEqual([{ rows: [{ ...user, jobTitle: 'Gardener' }], removed: [] }]);
    expect(bench.calls()).toEqual(['GET /subscribed_events', 'GET /users']);
    bench.clock.advance(HOUR);
    expect(await changed(bench.ports.employees, bench.clock.now())).toEqual([]);
  });

  it.each(['forbidden', 'missing'] as const)('of users are not offered where the feed is %s', async (eventFeed) => {
    const bench = rig({ eventFeed });
    await expect(changed(bench.ports.employees, 0)).rejects.toMatchObject({ code: 'NOT_OFFERED' });
  });

  it('of ratings are those changed since, in one call', async () => {
    const bench = rig();
    const { id, level } = await ratedPair(bench);
    bench.clock.advance(HOUR);
    const since = bench.clock.now();
    expect((await changed(bench.ports.ratings, since)).flatMap(({ rows }) => rows)).toEqual([]);
    await bench.ask('PUT', `/skill_memberships/${id}`, { skill_membership: { level: level + 1 } });
    bench.calls();
    const rows = (await changed(bench.ports.ratings, since)).flatMap((page) => page.rows);
    expect(rows.map((row) => [row.remoteId, row.value])).toEqual([
      [id, { kind: 'number', value: level + 1, scale: expect.anything() as unknown }],
    ]);
    expect(bench.calls()).toEqual(['GET /skill_memberships']);
  });

  it('of skills are none where none changed, and all since the beginning', async () => {
    const bench = rig();
    const skills = await rowsOf(bench.ports.skills);
    bench.clock.advance(HOUR);
    expect((await changed(bench.ports.skills, bench.clock.now())).flatMap(({ rows }) => rows)).toEqual([]);
    expect((await changed(bench.ports.skills, 0)).flatMap(({ rows }) => rows)).toEqual(skills);
  });
});
