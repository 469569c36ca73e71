// oxlint-disable vitest/no-conditional-expect -- what is expected depends on what the provider says it can do
/** What every read port promises, over its simulator. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { ProviderError } from '../../../src/domain/problem.ts';
import type { EmployeeRow, RatingRow, SkillRow } from '../../../src/domain/records.ts';
import { alike } from '../../../src/outbound/policy/attemptTimeouts.ts';
import { SYSTEMS, type System } from '../../../src/simulator/workforce.ts';
import { FAULTS } from './faults.ts';
import { ROLE_PORTS } from './roles.ts';
import {
  ASKED_PORTS,
  CALL,
  inProcess,
  keyOf,
  lay,
  overHttp,
  read,
  READ_PORTS,
  settle,
  walkPages,
  WORKFORCE,
  type ReadPort,
  type Row,
  type Subject,
} from './provider.ts';

interface Baseline {
  employees: EmployeeRow[];
  skills: SkillRow[];
  ratings: RatingRow[];
  /** Employees with ratings in the walk, in its order. */
  rated: string[];
}

const sorted = <R extends Row>(rows: readonly R[]) => rows.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));

/** How a promise ended, so that both ends can be looked at. */
const ended = <T>(promise: Promise<T>): Promise<{ value: T | null; error: unknown }> =>
  promise.then(
    (value) => ({ value, error: null }),
    (error: unknown) => ({ value: null, error }),
  );

export function describeReads(subject: Subject, filled: ReadonlySet<string>): void {
  const { card, contract } = subject;
  const ports = READ_PORTS.filter((port) => filled.has(port));
  const walks = ports.filter((port) => port === 'employees' || port === 'skills' || port === 'ratings');
  const baseline: Baseline = { employees: [], skills: [], ratings: [], rated: [] };
  const expected = (port: ReadPort, asked: readonly string[]): Row[] => {
    if (port === 'ratingsByEmployees') return baseline.ratings.filter((row) => asked.includes(row.employeeId));
    if (port === 'ratingsBySkills') return baseline.ratings.filter((row) => asked.includes(row.skillId));
    if (port === 'ratingByParts') return baseline.ratings.filter((row) => row.parts.join('|') === asked.join('|'));
    return baseline[port];
  };
  /** One employee with ratings, one skill that few hold, or the parts of one rating, so that a read is one call. */
  const one = (port: ReadPort): readonly string[] => {
    if (port === 'ratingByParts') return baseline.ratings[7]?.parts ?? [];
    return port === 'ratingsBySkills' ? skillsByHolders().slice(0, 1) : baseline.rated.slice(3, 4);
  };
  /** Ids of rated skills, the one with the fewest rows first. */
  const skillsByHolders = (): string[] => {
    const rows = new Map<string, number>();
    for (const { skillId } of baseline.ratings) rows.set(skillId, (rows.get(skillId) ?? 0) + 1);
    return [...rows].toSorted(([, a], [, b]) => a - b).map(([id]) => id);
  };

  beforeAll(async () => {
    const bench = inProcess(subject);
    const rows = async (port: ReadPort) => (filled.has(port) ? read(bench.ports, port, []) : []);
    baseline.employees = (await rows('employees')) as EmployeeRow[];
    baseline.skills = (await rows('skills')) as SkillRow[];
    baseline.ratings = (await rows('ratings')) as RatingRow[];
    baseline.rated = [...new Set(baseline.ratings.map((row) => row.employeeId))];
    expect(bench.drift).toEqual([]);
    await bench.close();
  });

  describe('walks', () => {
    it('says the paths of every port that it fills', () => {
      // Without a path of its own: a part of another port's, and the role ports, whose faults lie on every path.
      const said = new Set<string>([...Object.keys(contract.paths), 'ratingByParts', ...ROLE_PORTS]);
      expect([...filled].filter((port) => !said.has(port))).toEqual([]);
    });

    it.each(walks)('%s comes to its end with every record once, the same twice', async (port) => {
      const bench = inProcess(subject);
      const first = await walkPages(bench.ports, port);
      const calls = bench.simulator.journal.length;
      const second = await walkPages(bench.ports, port);
      const keys = first.flatMap((page) => page.rows).map(keyOf);
      expect(keys.length).toBeGreaterThan(10);
      expect(new Set(keys).size).toBe(keys.length);
      expect(second).toEqual(first);
      expect(bench.simulator.journal.length).toBe(2 * calls);
      const { total } = first.at(-1) ?? { total: null };
      expect([null, keys.length]).toContain(total);
      expect(bench.drift).toEqual([]);
    });

    it('employees are those of one system of the workforce, each once', () => {
      const addresses = (emails: readonly (string | null)[]) =>
        emails.map((email) => email?.toLowerCase() ?? '').toSorted();
      const found = addresses(baseline.employees.map((row) => row.workEmail));
      const of = (system: System) =>
        addresses(WORKFORCE.people.flatMap((person) => person.records[system].map((record) => record.email)));
      const system = SYSTEMS.find((name) => JSON.stringify(of(name)) === JSON.stringify(found));
      expect({ system, found: found.length }).toEqual({
        system: expect.stringMatching(/hr|talent|projects/),
        found: baseline.employees.length,
      });
      const names = WORKFORCE.people.flatMap((person) =>
        person.records[system ?? 'hr'].map((record) => `${record.givenName} ${record.familyName}`),
      );
      expect(baseline.employees.map((row) => row.name ?? `${row.givenName} ${row.familyName}`).toSorted()).toEqual(
        names.toSorted(),
      );
    });

    it('ratings name employees that exist and skills that they hold in the workforce', () => {
      const emails = new Map(baseline.employees.map((row) => [row.remoteId, row.workEmail?.toLowerCase() ?? null]));
      const names = new Map<string, string | null>();
      for (const skill of baseline.skills) {
        for (const key of [skill.remoteId, ...skill.aliases]) names.set(key, skill.name);
      }
      const plain = (name: string) => name.trim().replaceAll(/\s+/g, ' ').toLowerCase();
      const held = new Set<string>();
      for (const { personIndex, skillIndex } of WORKFORCE.holdings) {
        const person = WORKFORCE.people[personIndex];
        for (const system of SYSTEMS) {
          for (const record of person?.records[system] ?? []) {
            held.add(`${record.email?.toLowerCase() ?? null}|${plain(WORKFORCE.skills[skillIndex]?.name ?? '')}`);
          }
        }
      }
      const rated = new Set<string>();
      for (const row of baseline.ratings) {
        expect(emails.has(row.employeeId)).toBe(true);
        const email = emails.get(row.employeeId) ?? null;
        const key = [...(row.skillKeys ?? []), row.skillId].find((candidate) => names.has(candidate));
        const name = (key === undefined ? null : names.get(key)) ?? row.skillName;
        expect(name).not.toBeNull();
        if (email !== null) expect(held).toContain(`${email}|${plain(name ?? '')}`);
        rated.add(`${email}|${plain(name ?? '')}`);
      }
      expect(rated.size).toBeGreaterThan(held.size / 4);
    });
  });

  describe.runIf(filled.has('ratingsByEmployees'))('ratings by employees', () => {
    it('are those of the walk whatever the order of ids, with doubles and unknown ids among them', async () => {
      const bench = inProcess(subject);
      const ids = baseline.rated.slice(0, 7);
      const rows = await read(bench.ports, 'ratingsByEmployees', ids);
      expect(sorted(rows)).toEqual(sorted(expected('ratingsByEmployees', ids)));
      const shuffled = [ids[4], 'no-such-employee', ids[0], ids[6], ids[0], '999999999', ...ids.toReversed()];
      const again = await read(
        bench.ports,
        'ratingsByEmployees',
        shuffled.filter((id) => id !== undefined),
      );
      expect(sorted(again)).toEqual(sorted(rows));
      expect(await read(bench.ports, 'ratingsByEmployees', ['no-such-employee'])).toEqual([]);
    });

    it('ask nothing for nobody', async () => {
      const bench = inProcess(subject);
      expect(await read(bench.ports, 'ratingsByEmployees', [])).toEqual([]);
      expect(bench.simulator.journal).toEqual([]);
    });

    it('take one call per batch of different ids and page of rows', async () => {
      const bench = inProcess(subject);
      const size = bench.ports.ratingsByEmployees?.batchSize ?? 1;
      const ids = baseline.rated.slice(0, size === 1 ? 5 : 2 * size + 1);
      const batches = Array.from({ length: Math.ceil(ids.length / size) }, (_, index) =>
        ids.slice(index * size, (index + 1) * size),
      );
      const calls = batches.map((batch) =>
        Math.max(1, Math.ceil(expected('ratingsByEmployees', batch).length / contract.pageSizes.ratings)),
      );
      const rows = await read(bench.ports, 'ratingsByEmployees', [...ids, ...ids]);
      expect(sorted(rows)).toEqual(sorted(expected('ratingsByEmployees', ids)));
      expect(bench.simulator.journal.length).toBe(calls.reduce((sum, count) => sum + count));
    });

    it.runIf(contract.filterSwitch !== null)('notice that the filter was ignored', async () => {
      const bench = inProcess(subject);
      bench.simulator.setSwitch(contract.filterSwitch?.name ?? '', contract.filterSwitch?.ignored);
      await expect(read(bench.ports, 'ratingsByEmployees', one('ratingsByEmployees'))).rejects.toMatchObject({
        name: 'ProviderError',
        code: 'UNREADABLE',
        providerCode: 'FILTER_IGNORED',
        retryable: false,
      });
    });

    it.runIf(contract.filterSwitch !== null)(
      'show fewer rows than the walk where the filter filters all out',
      async () => {
        const bench = inProcess(subject);
        bench.simulator.setSwitch(contract.filterSwitch?.name ?? '', contract.filterSwitch?.empty);
        const rows = await read(bench.ports, 'ratingsByEmployees', one('ratingsByEmployees'));
        expect(rows.length).toBeLessThan(expected('ratingsByEmployees', one('ratingsByEmployees')).length);
        expect(bench.ports.ratingsByEmployees?.filtered).toBe(true);
      },
    );
  });

  describe.runIf(filled.has('ratingsBySkills'))('ratings by skills', () => {
    const filter = contract.skillFilterSwitch ?? contract.filterSwitch?.name ?? '';

    it('are those of the walk, with doubles and unknown ids among the skills asked', async () => {
      const bench = inProcess(subject);
      const ids = skillsByHolders().slice(0, 5);
      const rows = await read(bench.ports, 'ratingsBySkills', [...ids, 'no-such-skill', ...ids, '999999999']);
      expect(new Set(rows.map((row) => (row as RatingRow).skillId))).toEqual(new Set(ids));
      expect(sorted(rows)).toEqual(sorted(expected('ratingsBySkills', ids)));
      expect(await read(bench.ports, 'ratingsBySkills', ['no-such-skill'])).toEqual([]);
    });

    it('ask nothing for no skill, and one call per page of rows for all', async () => {
      const bench = inProcess(subject);
      expect(await read(bench.ports, 'ratingsBySkills', [])).toEqual([]);
      expect(bench.simulator.journal).toEqual([]);
      const rows = await read(bench.ports, 'ratingsBySkills', skillsByHolders());
      expect(sorted(rows)).toEqual(sorted(baseline.ratings));
      expect(bench.simulator.journal.length).toBe(Math.ceil(rows.length / contract.pageSizes.ratings));
    });

    it('notice that the filter was ignored, and drift says so', async () => {
      const bench = inProcess(subject);
      bench.simulator.setSwitch(filter, contract.filterSwitch?.ignored);
      await expect(read(bench.ports, 'ratingsBySkills', one('ratingsBySkills'))).rejects.toMatchObject({
        code: 'UNREADABLE',
        providerCode: 'FILTER_IGNORED',
        retryable: false,
      });
      expect(bench.drift).toEqual([expect.objectContaining({ operation: 'ratingsBySkills' })]);
    });

    it('are none where the filter filters all out', async () => {
      const bench = inProcess(subject);
      bench.simulator.setSwitch(filter, contract.filterSwitch?.empty);
      expect(await read(bench.ports, 'ratingsBySkills', one('ratingsBySkills'))).toEqual([]);
    });
  });

  describe.runIf(filled.has('ratingByParts'))('a rating by its parts', () => {
    it('is the row of the walk, for one call', async () => {
      const bench = inProcess(subject);
      const sample = baseline.ratings.filter((_, index) => index % 97 === 0);
      for (const row of sample) expect(await bench.ports.ratingByParts?.read(row.parts, CALL)).toEqual(row);
      expect(bench.simulator.journal.length).toBe(sample.length);
    });

    it('is null where there is none', async () => {
      const { ports: adapter } = inProcess(subject);
      const parts = baseline.ratings[0]?.parts ?? [];
      const junk = [[], [''], ['no such id'], ['a,b'], ['999999999'], ['../users'], parts.map((part) => `${part}0`)];
      for (const nothing of junk) expect(await adapter.ratingByParts?.read(nothing, CALL)).toBeNull();
    });
  });

  describe.each(ports)('%s under faults', (port) => {
    it.each(FAULTS)('end as a typed problem on $name', async ({ shape, codes, mayMeanNone }) => {
      const bench = inProcess(subject);
      lay(bench, subject, port, shape);
      const { value, error } = await ended(read(bench.ports, port, one(port)));
      if (mayMeanNone === true && ASKED_PORTS.has(port) && value !== null) {
        expect(value).toEqual([]);
      } else {
        expect({ value, error }).toEqual({ value: null, error: expect.any(ProviderError) });
        expect(codes).toContain((error as ProviderError).code);
      }
      // One try; a port that falls back to another endpoint asks that too.
      expect(bench.simulator.journal.length).toBeLessThanOrEqual(2);
    });

    it('pass on when to come back', async () => {
      const bench = inProcess(subject);
      lay(bench, subject, port, { kind: 'status', status: 429, headers: { 'retry-after': '7' } });
      await expect(read(bench.ports, port, one(port))).rejects.toMatchObject({ retryable: true, retryAfterSeconds: 7 });
    });

    it('read the same under a wrong content type', async () => {
      const bench = inProcess(subject);
      lay(bench, subject, port, { kind: 'contentType', value: 'text/html; charset=utf-16' });
      expect(sorted(await read(bench.ports, port, one(port)))).toEqual(sorted(expected(port, one(port))));
    });

    it('come through two refusals as 503 with a third try', async () => {
      const bench = inProcess(subject, { attempts: 3 });
      lay(bench, subject, port, { kind: 'status', status: 503, body: 'down' }, { times: 2 });
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      try {
        const rows = read(bench.ports, port, one(port));
        for (let second = 0; second < 20; second += 1) {
          await vi.advanceTimersByTimeAsync(1_000);
          await settle();
        }
        expect(sorted(await rows)).toEqual(sorted(expected(port, one(port))));
      } finally {
        vi.useRealTimers();
      }
      expect(bench.simulator.journal.filter((entry) => entry.fault !== null)).toHaveLength(2);
    });

    it('end with the reason of the signal, and ask no further', async () => {
      const reason = new Error('the client left');
      const bench = inProcess(subject, { attempts: 3 });
      await expect(read(bench.ports, port, one(port), { ...CALL, signal: AbortSignal.abort(reason) })).rejects.toBe(
        reason,
      );
      expect(bench.simulator.journal).toEqual([]);
      lay(bench, subject, port, { kind: 'hang' });
      const controller = new AbortController();
      const hanging = ended(read(bench.ports, port, one(port), { ...CALL, signal: controller.signal }));
      await settle();
      const calls = bench.simulator.journal.length;
      expect(calls).toBeGreaterThan(0);
      controller.abort(reason);
      expect(await hanging).toEqual({ value: null, error: reason });
      await settle();
      expect(bench.simulator.journal.length).toBe(calls);
    });
  });

  describe('shapes', () => {
    it.each(contract.unknownEnums)(
      'an unknown value in $shape.path of $port leaves the row',
      async ({ port, shape }) => {
        const bench = inProcess(subject);
        lay(bench, subject, port, shape);
        const rows = await read(bench.ports, port as ReadPort, one(port as ReadPort));
        expect(rows.map(keyOf).length).toBe(expected(port as ReadPort, one(port as ReadPort)).length);
        expect(bench.simulator.journal[0]).toMatchObject({ fault: 'drift', status: 200 });
      },
    );

    it.each(contract.unreadableRecords)(
      'rows of $port none of which has a readable $shape.path are no answer, and noted',
      async ({ port, shape }) => {
        const bench = inProcess(subject);
        lay(bench, subject, port, shape);
        const { value, error } = await ended(read(bench.ports, port as ReadPort, one(port as ReadPort)));
        expect({ value, error }).toMatchObject({ value: null, error: { name: 'ProviderError', code: 'UNREADABLE' } });
        expect(bench.drift.length).toBeGreaterThan(0);
        for (const note of bench.drift) {
          expect(note).toEqual({
            operation: expect.any(String),
            path: expect.any(String),
            expected: expect.any(String),
            found: expect.stringMatching(/^[a-z -]+$/),
          });
        }
      },
    );
  });

  describe('optional endpoints', () => {
    const cases = contract.optionalEndpoints.flatMap((endpoint) =>
      [404, 403, 501].map((status) => ({ ...endpoint, status })),
    );
    it.each(cases)('$port with $path answering $status', async ({ path, port, stillWorks, status }) => {
      const bench = inProcess(subject);
      bench.simulator.addFault({ shape: { kind: 'status', status }, path });
      const { value, error } = await ended(read(bench.ports, port as ReadPort, one(port as ReadPort)));
      if (stillWorks === null) {
        expect({ value, error }).toMatchObject({ value: null, error: { name: 'ProviderError', code: 'NOT_OFFERED' } });
      } else {
        expect(error).toBeNull();
        const known = new Set(expected(port as ReadPort, one(port as ReadPort)).map(keyOf));
        expect(value?.length).toBeGreaterThan(0);
        expect(value?.map(keyOf).filter((key) => !known.has(key))).toEqual([]);
      }
    });
  });

  describe('over HTTP', () => {
    it('reads what it reads in process, with the same calls', async () => {
      const bench = await overHttp(subject);
      const twin = inProcess(subject);
      try {
        for (const port of ports) {
          expect(await read(bench.ports, port, one(port))).toEqual(await read(twin.ports, port, one(port)));
        }
        const asked = ({ simulator }: { simulator: typeof bench.simulator }) =>
          simulator.journal.map((entry) => `${entry.method} ${entry.path}?${entry.query}`).toSorted();
        expect(asked(bench)).toEqual(asked(twin));
      } finally {
        await bench.close();
      }
    });

    it('survives broken connections and hanging ones, and works again after them', async () => {
      const bench = await overHttp(subject, { times: alike(100, 10_000) });
      // All ports at once: undici looks at its time limits once a second only.
      const all = () => Promise.all(ports.map(async (port) => ended(read(bench.ports, port, one(port)))));
      const problem = (code: string) => ports.map(() => ({ value: null, error: expect.objectContaining({ code }) }));
      try {
        for (const port of ports) lay(bench, subject, port, { kind: 'reset' });
        expect(await all()).toEqual(problem('UNREACHABLE'));
        bench.simulator.clearFaults();
        for (const port of ports) lay(bench, subject, port, { kind: 'hang' });
        expect(await all()).toEqual(problem('TIMEOUT'));
        bench.simulator.clearFaults();
        const counts = (await all()).map(({ value }) => value?.length);
        expect(counts).toEqual(ports.map((port) => expected(port, one(port)).length));
      } finally {
        await bench.close();
      }
    });
  });

  it('names itself as its folder, and its variables in capitals', () => {
    expect(card.title).not.toBe('');
    expect(card.defaultIntegration).toMatch(new RegExp(`^${card.name}`));
    for (const { name } of card.variables) expect(name).toMatch(/^[A-Z][A-Z0-9_]*$/);
    expect(card.readEnvironment({})).toEqual({ state: 'absent' });
  });
}
