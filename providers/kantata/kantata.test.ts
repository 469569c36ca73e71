import { describe, expect, it } from 'vitest';
import { kantata } from './kantata.ts';
import { kantataSimulator } from './simulator/simulator.ts';
import { REQUEST, rig, rowsOf, WORKFORCE } from './testRig.ts';

describe('the environment', () => {
  it('without any variable means that the provider is absent', () => {
    expect(kantata.readEnvironment({})).toEqual({ state: 'absent' });
    expect(kantata.readEnvironment({ KANTATA_TOKEN: '', KANTATA_BASE_URL: ' ' })).toEqual({ state: 'absent' });
  });

  it('with a token is enough', () => {
    expect(kantata.readEnvironment({ KANTATA_TOKEN: 'secret' })).toEqual({
      state: 'configured',
      integration: { baseUrl: 'https://api.mavenlink.com/api/v1', settings: { token: 'secret' } },
    });
  });

  it('takes another base address and the service of employee numbers', () => {
    const environment = {
      KANTATA_TOKEN: 'secret',
      KANTATA_BASE_URL: 'http://127.0.0.1:4103/api/v1/',
      KANTATA_EXTERNAL_SERVICE: 'hris',
    };
    expect(kantata.readEnvironment(environment)).toEqual({
      state: 'configured',
      integration: {
        baseUrl: 'http://127.0.0.1:4103/api/v1',
        settings: { token: 'secret', externalService: 'hris' },
      },
    });
  });

  it.each([
    [{ KANTATA_BASE_URL: 'https://example.test/api/v1' }, ['KANTATA_TOKEN']],
    [{ KANTATA_EXTERNAL_SERVICE: 'hris' }, ['KANTATA_TOKEN']],
    [{ KANTATA_TOKEN: 'two words' }, ['KANTATA_TOKEN']],
    [{ KANTATA_BASE_URL: 'example' }, ['KANTATA_TOKEN', 'KANTATA_BASE_URL']],
    [{ KANTATA_TOKEN: 'secret', KANTATA_BASE_URL: 'ftp://example.test' }, ['KANTATA_BASE_URL']],
    [{ KANTATA_TOKEN: 'secret', KANTATA_BASE_URL: 'https://u:p@example.test' }, ['KANTATA_BASE_URL']],
  ])('%o is refused by the names of the variables', (environment, names) => {
    const reading = kantata.readEnvironment(environment);
    if (reading.state !== 'refused') throw new Error(reading.state);
    expect(reading.complaints.map((complaint) => complaint.split(' ')[0])).toEqual(names);
    expect(reading.complaints.join(' ')).not.toContain('two words');
  });

  it('is not needed to reach a simulator, with its path or without', () => {
    expect(kantataSimulator.settings('http://127.0.0.1:1').baseUrl).toBe('http://127.0.0.1:1/api/v1');
    expect(kantataSimulator.settings('http://127.0.0.1:1/api/v1').baseUrl).toBe('http://127.0.0.1:1/api/v1');
  });
});

describe('reading', () => {
  it('gives everybody, inactive people included, in one call', async () => {
    const bench = rig();
    const rows = await rowsOf(bench.ports.employees);
    const records = WORKFORCE.people.flatMap((person) => person.records.projects);
    const sorted = (texts: (string | null)[]) => texts.map(String).toSorted();
    expect(sorted(rows.map((row) => row.workEmail))).toEqual(sorted(records.map((record) => record.email)));
    const numbers = records.flatMap((record) => record.number ?? []);
    expect(numbers.length).toBeGreaterThan(5);
    expect(rows.flatMap((row) => row.employeeNumber ?? []).toSorted()).toEqual(numbers.toSorted());
    expect(rows.filter((row) => row.status === 'INACTIVE')).toHaveLength(
      records.filter((record) => !record.active).length,
    );
    const ids = new Set(rows.map((row) => row.remoteId));
    expect(rows.every((row) => row.managerRemoteId === null || ids.has(row.managerRemoteId))).toBe(true);
    expect(bench.drift).toEqual([]);
    expect(bench.calls()).toEqual(['GET /users']);
  });

  it.each([
    ['hris', true],
    ['payroll', false],
  ])('takes employee numbers from the configured service %s alone', async (externalService, found) => {
    const rows = await rowsOf(rig({}, WORKFORCE, { externalService }).ports.employees);
    expect(rows.some((row) => row.employeeNumber !== null)).toBe(found);
  });

  it('gives levelled and unlevelled skills with their category', async () => {
    const bench = rig();
    const rows = await rowsOf(bench.ports.skills);
    const kinds = new Set(rows.map((row) => `${row.classification?.category} ${row.scale?.kind}`));
    expect([...kinds].toSorted()).toEqual(['Certification undefined', 'Language undefined', 'Skill numeric']);
    expect(bench.calls()).toEqual(['GET /skills']);
  });

  it.each([{ foreignKeys: 'strict' }, { meta: 'absent' }] as const)(
    'gives the same where the account shows %o',
    async (switches) => {
      const [plain, other] = [rig(), rig(switches)];
      expect(await rowsOf(other.ports.employees)).toEqual(await rowsOf(plain.ports.employees));
      expect(await rowsOf(other.ports.skills)).toEqual(await rowsOf(plain.ports.skills));
      const ratings = await rowsOf(plain.ports.ratings);
      expect(await rowsOf(other.ports.ratings)).toEqual(ratings);
      const ids = [...new Set(ratings.map((row) => row.employeeId))];
      expect(await other.ports.ratingsByEmployees.read(ids, REQUEST)).toEqual(ratings);
      const pages = Math.ceil(ratings.length / 200);
      expect(other.calls()).toEqual([
        'GET /users',
        'GET /skills',
        ...Array.from({ length: 2 * pages }, () => 'GET /skill_memberships'),
      ]);
      expect(other.drift).toEqual([]);
    },
  );

  it('finds one membership again by its id, in one call, and none for what is no id', async () => {
    const bench = rig();
    const row = (await rowsOf(bench.ports.ratings))[3];
    bench.calls();
    expect(await bench.ports.ratingByParts.read(row?.parts ?? [], REQUEST)).toEqual(row);
    expect(await bench.ports.ratingByParts.read(['99'], REQUEST)).toBeNull();
    expect(await bench.ports.ratingByParts.read(['x'], REQUEST)).toBeNull();
    expect(bench.calls()).toEqual(['GET /skill_memberships', 'GET /skill_memberships']);
  });

  it('works where only people and memberships are offered', async () => {
    const bench = rig();
    bench.simulator.addFault({ shape: { kind: 'status', status: 404 }, path: '/skills$' });
    await expect(rowsOf(bench.ports.skills)).rejects.toMatchObject({ code: 'NOT_OFFERED', status: 404 });
    const ratings = await rowsOf(bench.ports.ratings);
    expect(ratings.every((row) => row.skillName !== null)).toBe(true);
    expect(await rowsOf(bench.ports.employees)).not.toEqual([]);
  });

  it('keeps a membership whose skill and holder did not come along', async () => {
    const bench = rig();
    const ratings = await rowsOf(bench.ports.ratings);
    bench.simulator.addFault({ shape: { kind: 'drift', path: 'skills', value: {} }, path: '/skill_memberships$' });
    bench.simulator.addFault({ shape: { kind: 'drift', path: 'users' }, path: '/skill_memberships$' });
    expect(await rowsOf(bench.ports.ratings)).toEqual(ratings);
  });

  it('tells a list that the user may not see from one that is not there', async () => {
    const bench = rig();
    bench.simulator.addFault({ shape: { kind: 'status', status: 403 } });
    await expect(rowsOf(bench.ports.employees)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(rowsOf(bench.ports.ratings)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(rowsOf(bench.ports.skills)).rejects.toMatchObject({ code: 'NOT_OFFERED' });
    expect(bench.calls()).toEqual(['GET /users', 'GET /skill_memberships', 'GET /skills']);
  });
});
