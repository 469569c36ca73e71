/** Records that come in a shape nobody can read, among others that come as ever: over the adapters and their simulators. */
import { expect, it } from 'vitest';
import { imocha } from '../providers/imocha/imocha.ts';
import { kantata } from '../providers/kantata/kantata.ts';
import { kombo } from '../providers/kombo/kombo.ts';
import { Directory } from '../src/directory/directory.ts';
import { Integration } from '../src/integrations/integration.ts';
import { deltaSync as readChangesOf } from '../src/directory/sync/deltaSync.ts';
import { fullSync } from '../src/directory/sync/fullSync.ts';
import { createReaders } from '../src/loaders/readers/readers.ts';
import type { ProviderCard } from '../src/integrations/providerCard.ts';
import { connect } from '../src/integrations/connect.ts';
import { simulatorTransport } from '../src/outbound/transport/undiciTransport.ts';
import { VirtualClock } from '../src/lib/clock.ts';
import { createWorkforce } from '../src/simulator/workforce.ts';

const WORKFORCE = createWorkforce('unreadable', { people: 60, skills: 40 });

async function house(card: ProviderCard) {
  const clock = new VirtualClock();
  const now = () => clock.now();
  const simulated = await card.simulator();
  const simulator = simulated.create({ workforce: WORKFORCE, clock, limits: 'none' });
  const settings = simulated.settings('http://simulator');
  let integration: Integration | null = null;
  const { ports } = connect(card, settings, {
    name: 'main',
    transport: simulatorTransport(simulator, new URL(settings.baseUrl).pathname.replace(/^\/$/, '')),
    limits: { requestsPerSecond: null },
    onDrift: (note, sample) => integration?.onDrift(note, sample),
  });
  integration = new Integration({ name: 'main', provider: card.name, ports, limits: card.limits, now });
  const directory = new Directory([integration], now);
  const { signal } = new AbortController();
  const readers = createReaders({ directory, cache: true, now });
  const [of] = [integration];
  return {
    clock,
    simulator,
    integration: of,
    directory,
    walk: () => fullSync({ directory, integration: of, signal, now }),
    deltaSync: () => readChangesOf({ directory, integration: of, signal, now }),
    spoil: (path: string, value?: unknown, on = '') =>
      simulator.addFault({ shape: { kind: 'drift', path, value }, path: on }),
    /** The reading of one employee: its state, how many rows, and what is said of them. */
    async read(...ids: string[]) {
      const readings = await readers.get('main')?.read(ids, { purpose: 'request' });
      return ids.map((id) => {
        const reading = readings?.get(id);
        const rows = reading && 'rows' in reading ? reading.rows.length : null;
        const problem = reading && 'problem' in reading ? (reading.problem?.code ?? null) : null;
        return { state: reading?.state, rows, problem };
      });
    },
    asked: () => simulator.journal.splice(0).length,
  };
}

it('a walk in which people cannot be read forgets nobody, says so, and the next good one is as if nothing was', async () => {
  const { simulator, directory, integration, walk, spoil } = await house(kombo);
  await walk();
  const people = directory.employeeCount('main');
  for (let row = 0; row < 40; row += 1) spoil(`data.results.${row}.id`, undefined, '/employees');
  await walk();
  expect(directory.employeeCount('main')).toBe(people);
  expect(integration.unreadable.problem('employees')).toMatchObject({ code: 'UNREADABLE' });
  expect(integration.unreadable.problem('skills')).toBeNull();
  expect(integration.state).toBe('DEGRADED');
  simulator.clearFaults();
  await walk();
  expect([directory.employeeCount('main'), integration.unreadable.problem('employees')]).toEqual([people, null]);
});

it.each([kombo, kantata, imocha])('a skill of $name that cannot be read is not forgotten', async (card) => {
  const { directory, integration, walk, spoil } = await house(card);
  await walk();
  const skills = directory.skillCount('main');
  const [id = ''] = directory.skills.all.flatMap(({ records }) => records).map(({ row }) => row.remoteId);
  // Kantata's records are a map by id.
  spoil({ kombo: 'data.results.3', kantata: `skills.${id}`, imocha: 'items.3' }[card.name] ?? '', 7, 'skills|taxonomy');
  await walk();
  expect(directory.skillCount('main')).toBe(skills);
  expect(integration.unreadable.problem('skills')).toMatchObject({ code: 'UNREADABLE' });
});

it('of ratings that a walk keeps, those that it could not read stand as they were, and their people are PARTIAL', async () => {
  const { directory, simulator, walk, spoil, read, asked } = await house(imocha);
  await walk();
  const kept = directory.ratings('main');
  const [one = ''] = [...kept.lists()].filter((rows) => rows.length > 3).map((rows) => rows[0]?.employeeId ?? '');
  const known = kept.of(one);
  spoil('items.*.skills.0.skill.skillId', null);
  await walk();
  expect(kept.of(one)).toHaveLength(known.length);
  expect(kept.ofSkills((row) => row.skillId === known[0]?.skillId)).toContain(known[0]);
  asked();
  expect(await read(one)).toEqual([{ state: 'PARTIAL', rows: known.length, problem: 'UNREADABLE' }]);
  expect(asked()).toBe(0);
  simulator.clearFaults();
  await walk();
  expect(await read(one)).toEqual([{ state: 'CACHED', rows: known.length, problem: null }]);
});

it('changes of somebody of whom a rating could not be read take none of the others away, and leave him PARTIAL', async () => {
  const { clock, directory, integration, walk, deltaSync, spoil, read } = await house(imocha);
  await walk();
  const kept = directory.ratings('main');
  const before = new Map([...kept.lists()].map((rows) => [rows[0]?.employeeId ?? '', rows.length]));
  clock.advance(60_000);
  // All are told as changed: the read reaches back to before they were.
  integration.readFrom.set('ratings', 0);
  spoil('items.*.skills.0.skill.skillId', null);
  await deltaSync();
  expect(new Map([...kept.lists()].map((rows) => [rows[0]?.employeeId ?? '', rows.length]))).toEqual(before);
  const [one = ''] = [...before].filter(([, rows]) => rows > 3).map(([id]) => id);
  expect(await read(one)).toEqual([{ state: 'PARTIAL', rows: before.get(one), problem: 'UNREADABLE' }]);
});

it('an answer from which ratings of somebody are missing is PARTIAL for that one, and is not kept', async () => {
  const { clock, directory, simulator, walk, spoil, read, asked } = await house(kombo);
  await walk();
  clock.advance(1);
  const ids = directory.employees.all.flatMap(({ records }) => records.map(({ row }) => row.remoteId));
  const whole = await (await house(kombo)).read(...ids);
  const [one = 0, other = 0] = [...whole.keys()].filter((at) => (whole[at]?.rows ?? 0) > 3);
  const [a = '', b = ''] = [ids[one], ids[other]];
  asked();
  spoil('data.results.0.skill_id');
  const first = await read(a, b);
  expect(new Set(first.map(({ state }) => state))).toEqual(new Set(['FRESH', 'PARTIAL']));
  const at = first.findIndex(({ state }) => state === 'PARTIAL');
  const [hit, spared] = at === 0 ? [one, other] : [other, one];
  expect(first[at]).toEqual({ state: 'PARTIAL', rows: (whole[hit]?.rows ?? 0) - 1, problem: 'UNREADABLE' });
  simulator.clearFaults();
  expect(await read(ids[hit] ?? '', ids[spared] ?? '')).toEqual([
    { state: 'FRESH', rows: whole[hit]?.rows, problem: null },
    { state: 'CACHED', rows: whole[spared]?.rows, problem: null },
  ]);
  expect(asked()).toBe(2);
});

it('a row that does not show whose it is leaves all PARTIAL who were asked with it', async () => {
  const { directory, walk, spoil, read } = await house(kantata);
  await walk();
  const ids = directory.employees.all.flatMap(({ records }) => records.map(({ row }) => row.remoteId));
  const all = await (await house(kantata)).read(...ids);
  const rated = ids.filter((_, at) => (all[at]?.rows ?? 0) > 1).slice(0, 2);
  spoil('results.0.id', 'nothing');
  expect((await read(...rated)).map(({ state, problem }) => `${state} ${problem}`)).toEqual([
    'PARTIAL UNREADABLE',
    'PARTIAL UNREADABLE',
  ]);
});
