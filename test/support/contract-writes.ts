// oxlint-disable vitest/no-conditional-expect -- what is expected depends on what the provider says it can do
/** What every write port promises, over its simulator. Effects in the journal say what really happened. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Call, EmployeeWrite, RatingWrite, WritePort, WriteResult } from '../../src/domain/ports.ts';
import { ProviderError } from '../../src/domain/problem.ts';
import { valueOfLevel } from '../../src/domain/rating.ts';
import type { EmployeeRow, RatingRow, SkillRow } from '../../src/domain/records.ts';
import { FAULTS, type FaultCase } from './contract-faults.ts';
import {
  CALL,
  inProcess,
  lay,
  overHttp,
  read,
  settle,
  WRITE_PORTS,
  type Bench,
  type Subject,
  type WritePortName,
} from './contract-provider.ts';

type Item = RatingWrite | EmployeeWrite;
type Result = WriteResult<RatingRow | EmployeeRow>;
type Port = WritePort<Item, RatingRow | EmployeeRow>;

const WRITING = ['POST', 'PUT', 'PATCH', 'DELETE'];

function portOf(bench: Bench, name: WritePortName): Port {
  const port = bench.ports[name];
  if (!port) throw new Error(`no port ${name}`);
  // Its items come from `itemsFor`, which makes them for the port of this name.
  return port;
}

/** Runs items in as many calls of the port as its batch size takes. */
async function run(bench: Bench, name: WritePortName, items: readonly Item[], call: Call = CALL): Promise<Result[]> {
  const port = portOf(bench, name);
  const results: Result[] = [];
  for (let at = 0; at < items.length; at += port.batchSize) {
    results.push(...(await port.run(items.slice(at, at + port.batchSize), call)));
  }
  return results;
}

/** The same, and asks after what was accepted until it is settled, moving the clock on. */
async function runToEnd(bench: Bench, name: WritePortName, items: readonly Item[]): Promise<Result[]> {
  const results = await run(bench, name, items);
  return Promise.all(
    results.map(async (first, index) => {
      let result = first;
      for (let asked = 0; result.state === 'accepted' && asked < 200; asked += 1) {
        bench.clock.advance(1_000);
        const item = items[index];
        const port = portOf(bench, name);
        if (!item || !port.follow) throw new Error('accepted without a way to follow');
        result = await port.follow(result.providerTaskId, item, CALL);
      }
      return result;
    }),
  );
}

const effectsOf = ({ simulator }: Bench) => simulator.journal.flatMap((entry) => entry.effects);
const createdOf = (bench: Bench) => effectsOf(bench).filter((effect) => effect.change === 'created');
const writesOf = ({ simulator }: Bench) => simulator.journal.filter((entry) => WRITING.includes(entry.method));
const statesOf = (results: readonly Result[]) => results.map((result) => result.state);

/** Lays a fault on the writing calls of a port and leaves its reads alone. */
function layOnWrites(bench: Bench, subject: Subject, name: WritePortName, shape: FaultCase['shape'], times?: number) {
  for (const method of WRITING) lay(bench, subject, name, shape, { method, ...(times === undefined ? {} : { times }) });
}

/** How a run ended: thrown before anything was sent, or one result an item. */
async function ended(promise: Promise<Result[]>): Promise<{ results: Result[] | null; error: unknown }> {
  try {
    return { results: await promise, error: null };
  } catch (error) {
    return { results: null, error };
  }
}

export function describeWrites(subject: Subject, filled: ReadonlySet<string>): void {
  const names = WRITE_PORTS.filter((name) => filled.has(name));
  let employees: EmployeeRow[] = [];
  let skills: SkillRow[] = [];
  let held = new Set<string>();

  beforeAll(async () => {
    const bench = inProcess(subject);
    employees = (await read(bench.ports, 'employees', [])) as EmployeeRow[];
    skills = (await read(bench.ports, 'skills', [])) as SkillRow[];
    const ratings = (await read(bench.ports, 'ratings', [])) as RatingRow[];
    held = new Set(ratings.map((row) => `${row.employeeId}|${row.skillId}`));
  });

  /** Items of distinct keys that nobody holds yet, or people that nobody knows yet where the port creates. */
  const itemsFor = (bench: Bench, name: WritePortName, count: number): Item[] => {
    if (name === 'upsertEmployees') {
      const creates = bench.ports.upsertEmployees?.creates === true;
      return Array.from({ length: count }, (_, index): EmployeeWrite => {
        const existing = creates ? null : (employees.filter((row) => row.workEmail !== null)[index + 2] ?? null);
        return {
          existing,
          workEmail: existing?.workEmail ?? `new.person.${index}@example.test`,
          givenName: 'New',
          familyName: `Person${'abcdefgh'[index]}`,
        };
      });
    }
    const pairs = employees.slice(3).flatMap((employee) =>
      skills.flatMap((skill): RatingWrite[] => {
        const value = valueOfLevel(0.75, skill.scale);
        if (value === null || held.has(`${employee.remoteId}|${skill.remoteId}`)) return [];
        const { scale } = skill;
        return [
          { employeeId: employee.remoteId, skillId: skill.remoteId, value: name === 'rate' ? value : null, scale },
        ];
      }),
    );
    // Different people and different skills, so that a mixed-up order shows.
    return Array.from({ length: count }, (_, index) => pairs[index * 41]).filter((pair) => pair !== undefined);
  };
  const isOf = (item: Item, { row }: { row: RatingRow | EmployeeRow | null }) => {
    if (row === null) return true;
    if ('workEmail' in item) return 'workEmail' in row && row.workEmail?.toLowerCase() === item.workEmail;
    return 'skillId' in row && row.employeeId === item.employeeId && row.skillId === item.skillId;
  };

  describe.runIf(names.length > 0).each(names)('%s', (name) => {
    it('answers one result an item, in their order, and does all of it', async () => {
      const bench = inProcess(subject);
      const items = itemsFor(bench, name, 4);
      expect(items).toHaveLength(4);
      const results = await runToEnd(bench, name, items);
      expect(statesOf(results)).toEqual(['done', 'done', 'done', 'done']);
      for (const [index, result] of results.entries()) {
        const item = items[index];
        expect(item && result.state === 'done' && isOf(item, result)).toBe(true);
      }
      expect(new Set(effectsOf(bench).map((effect) => effect.key)).size).toBe(4);
      expect(effectsOf(bench).every((effect) => ['created', 'updated'].includes(effect.change))).toBe(true);
    });

    it('names the record that it wrote, as reads show it afterwards', async () => {
      const bench = inProcess(subject);
      const items = itemsFor(bench, name, 3);
      const results = await runToEnd(bench, name, items);
      for (const [index, item] of items.entries()) {
        const result = results[index];
        if (result?.state !== 'done' || result.remoteId === null) continue;
        const rows = await read(
          bench.ports,
          'workEmail' in item ? 'employees' : 'ratingsByEmployees',
          'workEmail' in item ? [] : [item.employeeId],
        );
        const row = rows.find(({ remoteId }) => remoteId === result.remoteId) as RatingRow | EmployeeRow | undefined;
        expect(row && isOf(item, { row })).toBe(true);
      }
    });

    it.runIf(name === 'rate')('changes in place what is held at another level', async () => {
      const bench = inProcess(subject);
      const [item] = itemsFor(bench, name, 1) as RatingWrite[];
      if (!item) throw new Error('one item');
      await runToEnd(bench, name, [item]);
      const lower = { ...item, value: valueOfLevel(0.25, item.scale) };
      const [result] = await runToEnd(bench, name, [lower]);
      expect(result?.state).toBe('done');
      expect(effectsOf(bench).map((effect) => effect.change)).toEqual(['created', 'updated']);
      const rows = (await read(bench.ports, 'ratingsByEmployees', [item.employeeId])) as RatingRow[];
      expect(rows.filter((row) => isOf(item, { row }))).toHaveLength(1);
    });

    it('reads its answer under a wrong content type', async () => {
      const bench = inProcess(subject);
      lay(bench, subject, name, { kind: 'contentType', value: 'image/png' });
      expect(statesOf(await runToEnd(bench, name, itemsFor(bench, name, 2)))).toEqual(['done', 'done']);
    });

    it('takes an item twice in one run, and does it once', async () => {
      const bench = inProcess(subject);
      const [a, b] = itemsFor(bench, name, 2);
      if (!a || !b) throw new Error('two items');
      const results = await runToEnd(bench, name, [a, b, a]);
      expect(results).toHaveLength(3);
      expect(statesOf(results.slice(0, 2))).toEqual(['done', 'done']);
      expect(['done', 'skipped', 'failed']).toContain(results[2]?.state);
      const keys = createdOf(bench).map((effect) => effect.key);
      expect(new Set(keys).size).toBe(keys.length);
    });

    it('refuses an unknown id for that item alone', async () => {
      const bench = inProcess(subject);
      const [good, other] = itemsFor(bench, name, 2);
      if (!good || !other) throw new Error('two items');
      const bad: Item =
        'workEmail' in other
          ? {
              ...other,
              workEmail: 'not an address',
              existing: other.existing && { ...other.existing, remoteId: '999999999' },
            }
          : { ...other, employeeId: '999999999' };
      const results = await runToEnd(bench, name, [bad, good]);
      expect(statesOf(results)).toEqual(['failed', 'done']);
      expect(results[0]).toMatchObject({ error: { name: 'ProviderError', retryable: false } });
    });

    it('has one effect when it is repeated, where it says that it may be', async () => {
      const bench = inProcess(subject);
      const items = itemsFor(bench, name, 2);
      await runToEnd(bench, name, items);
      const created = createdOf(bench).length;
      if (portOf(bench, name).repeat !== 'never') {
        const again = await runToEnd(bench, name, items);
        for (const { state } of again) expect(['done', 'skipped']).toContain(state);
      }
      expect(createdOf(bench).length).toBe(created);
    });

    it('leaves an answer that got lost unknown or finds out, and repeating it has one effect', async () => {
      const bench = inProcess(subject);
      const items = itemsFor(bench, name, 1);
      layOnWrites(bench, subject, name, { kind: 'answerLost' }, 1);
      const [result] = await run(bench, name, items);
      expect(['unknown', 'done']).toContain(result?.state);
      const effects = effectsOf(bench).length;
      bench.simulator.clearFaults();
      if (portOf(bench, name).repeat === 'never') {
        expect(writesOf(bench)).toHaveLength(1);
      } else {
        const [again] = await runToEnd(bench, name, items);
        expect(['done', 'skipped']).toContain(again?.state);
      }
      expect(effects).toBeLessThanOrEqual(1);
      expect(createdOf(bench).length).toBeLessThanOrEqual(1);
    });

    it('tries again by itself only where that has one effect', async () => {
      const bench = inProcess(subject, { attempts: 3 });
      const items = itemsFor(bench, name, 1);
      layOnWrites(bench, subject, name, { kind: 'answerLost' }, 1);
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      try {
        const running = run(bench, name, items);
        for (let second = 0; second < 10; second += 1) {
          await vi.advanceTimersByTimeAsync(1_000);
          await settle();
        }
        expect(['unknown', 'done', 'accepted']).toContain((await running)[0]?.state);
      } finally {
        vi.useRealTimers();
      }
      if (portOf(bench, name).repeat !== 'safe') expect(writesOf(bench)).toHaveLength(1);
      expect(createdOf(bench).length).toBeLessThanOrEqual(1);
    });

    it.each(FAULTS)('says honestly what became of it on $name', async ({ shape, codes, applied }) => {
      const bench = inProcess(subject);
      const items = itemsFor(bench, name, Math.min(2, portOf(bench, name).batchSize));
      layOnWrites(bench, subject, name, shape);
      const { results, error } = await ended(run(bench, name, items));
      const effects = effectsOf(bench).length;
      if (!applied) expect(effects).toBe(0);
      const problems = results === null ? [error] : results.flatMap((r) => ('error' in r ? [r.error] : []));
      for (const problem of problems) {
        expect(problem).toBeInstanceOf(ProviderError);
        expect((problem as ProviderError).code).not.toBe('INTERNAL');
      }
      if (results === null) {
        expect(effects).toBe(0);
        return;
      }
      expect(results).toHaveLength(items.length);
      for (const result of results) {
        // Nothing is called done that had no effect, and nothing failed that had one.
        if (effects === 0 && !applied) expect(['failed', 'unknown']).toContain(result.state);
        if (effects > 0) expect(['done', 'unknown', 'accepted']).toContain(result.state);
      }
      const status = shape.kind === 'status' ? shape.status : 0;
      // A server that broke may have done it before: only one who reads back may say that it failed.
      if ([500, 502].includes(status) && portOf(bench, name).repeat !== 'afterReadBack') {
        expect(new Set(statesOf(results))).toEqual(new Set(['unknown']));
      }
      if ([401, 403, 404, 429].includes(status)) {
        for (const result of results) {
          expect(result.state).toBe('failed');
          if (result.state === 'failed' && status !== 404) expect(codes).toContain(result.error.code);
        }
      }
    });

    it('passes on when to come back', async () => {
      const bench = inProcess(subject);
      layOnWrites(bench, subject, name, { kind: 'status', status: 429, headers: { 'retry-after': '7' } });
      const { results, error } = await ended(run(bench, name, itemsFor(bench, name, 1)));
      const [result] = results ?? [{ state: 'failed', error }];
      expect(result).toMatchObject({ state: 'failed', error: { retryable: true, retryAfterSeconds: 7 } });
      expect(writesOf(bench)).toHaveLength(1);
    });

    it('sends nothing when it is given up before, and nothing more when given up on the way', async () => {
      const reason = new Error('shutting down');
      const bench = inProcess(subject, { attempts: 3 });
      const items = itemsFor(bench, name, 1);
      await expect(run(bench, name, items, { ...CALL, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      expect(bench.simulator.journal).toEqual([]);
      layOnWrites(bench, subject, name, { kind: 'hang' });
      const controller = new AbortController();
      const running = ended(run(bench, name, items, { ...CALL, signal: controller.signal }));
      await settle();
      expect(writesOf(bench)).toHaveLength(1);
      const calls = bench.simulator.journal.length;
      controller.abort(reason);
      const { results, error } = await running;
      if (results === null) expect(error).toBe(reason);
      else expect(statesOf(results)).toEqual(['unknown']);
      await settle();
      expect(bench.simulator.journal.length).toBe(calls);
    });

    it('follows what was accepted, and does not know a task that never was', async () => {
      const bench = inProcess(subject);
      const items = itemsFor(bench, name, 1);
      const [item] = items;
      const port = portOf(bench, name);
      const [result] = await run(bench, name, items);
      const follow = port.follow?.bind(port);
      if (!follow || !item) {
        expect(result?.state).not.toBe('accepted');
        return;
      }
      await expect(follow('no-such-task', item, CALL)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      const providerTaskId = result?.state === 'accepted' ? result.providerTaskId : '';
      for (const shape of [{ kind: 'reset' }, { kind: 'truncate' }, { kind: 'status', status: 503 }] as const) {
        bench.simulator.addFault({ shape, method: 'GET' });
        await expect(follow(providerTaskId, item, CALL)).rejects.toBeInstanceOf(ProviderError);
        bench.simulator.clearFaults();
      }
      const controller = new AbortController();
      controller.abort(new Error('enough'));
      await expect(follow(providerTaskId, item, { ...CALL, signal: controller.signal })).rejects.toThrow('enough');
    });

    it('does over HTTP what it does in process', async () => {
      const bench = await overHttp(subject);
      try {
        const items = itemsFor(bench, name, 3);
        expect(statesOf(await runToEnd(bench, name, items))).toEqual(['done', 'done', 'done']);
        layOnWrites(bench, subject, name, { kind: 'answerLost' }, 1);
        const [result] = await run(bench, name, itemsFor(bench, name, 4).slice(3));
        expect(['unknown', 'done']).toContain(result?.state);
        const keys = createdOf(bench).map((effect) => effect.key);
        expect(new Set(keys).size).toBe(keys.length);
      } finally {
        await bench.close();
      }
    });
  });
}
