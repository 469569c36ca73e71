// oxlint-disable vitest/no-conditional-expect -- what is expected depends on what the provider says it can do
/** What every write port promises, over its simulator. Effects in the journal say what really happened. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Call, RatingWrite, SkillWrite, StatusWrite, WritePort, WriteResult } from '../../../src/domain/ports.ts';
import { ProviderError } from '../../../src/domain/problem.ts';
import { valueOfLevel } from '../../../src/domain/rating.ts';
import type { EmployeeRow, RatingRow, SkillRow } from '../../../src/domain/records.ts';
import { FAULTS, type FaultCase } from './faults.ts';
import { WRITE_CASES, type Item, type Known } from './items.ts';
import {
  CALL,
  inProcess,
  lay,
  overHttp,
  read,
  settle,
  WRITE_PORTS,
  type Bench,
  type Row,
  type Subject,
  type WritePortName,
} from './provider.ts';

type Result = WriteResult<Row>;
type Port = WritePort<Item, Row>;

/** What a change of status changes in a record. */
const STATUS_FIELDS = new Set(['status', 'statusLabel', 'changedAt']);

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
/** Effects that a repetition must not add to: records that came to be, and records that went. */
const madeOf = (bench: Bench) => effectsOf(bench).filter(({ change }) => change === 'created' || change === 'deleted');
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
  let known: Known = { employees: [], skills: [], ratings: [] };

  beforeAll(async () => {
    const bench = inProcess(subject);
    known = {
      employees: (await read(bench.ports, 'employees', [])) as EmployeeRow[],
      skills: (await read(bench.ports, 'skills', [])) as SkillRow[],
      ratings: (await read(bench.ports, 'ratings', [])) as RatingRow[],
    };
  });

  const itemsFor = (bench: Bench, name: WritePortName, count: number): Item[] =>
    WRITE_CASES[name].items(known, bench.ports, count);
  /** What the provider shows of an item, read again. */
  const shownOf = async (bench: Bench, name: WritePortName, item: Item): Promise<Row[]> => {
    const { shownBy, shows } = WRITE_CASES[name];
    if (shownBy === null) return [];
    return (await read(bench.ports, shownBy.port, shownBy.asked(item))).filter((row) => shows(row, item));
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
        const row = result.state === 'done' ? result.row : null;
        expect(item && (row === null || WRITE_CASES[name].shows(row, item))).toBe(true);
      }
      const effects = effectsOf(bench);
      expect(new Set(effects.map((effect) => effect.key)).size).toBe(4);
      const changes = name === 'remove' ? ['deleted', 'updated'] : ['created', 'updated'];
      expect(effects.every((effect) => changes.includes(effect.change))).toBe(true);
    });

    it.runIf(name !== 'remove')('names the record that it wrote, as reads show it afterwards', async () => {
      const bench = inProcess(subject);
      const items = itemsFor(bench, name, 3);
      const results = await runToEnd(bench, name, items);
      for (const [index, item] of items.entries()) {
        const result = results[index];
        if (result?.state !== 'done' || result.remoteId === null) continue;
        const shown = await shownOf(bench, name, item);
        expect(shown.map((row) => row.remoteId)).toContain(result.remoteId);
      }
    });

    it.runIf(name === 'remove')('leaves nothing of what it removed in the reads, and all else', async () => {
      const bench = inProcess(subject);
      const items = itemsFor(bench, name, 3);
      const before = (await read(bench.ports, 'ratings', [])).length;
      const gone = (await Promise.all(items.map((item) => shownOf(bench, name, item)))).flat().length;
      expect(gone).toBeGreaterThanOrEqual(3);
      expect(statesOf(await runToEnd(bench, name, items))).toEqual(['done', 'done', 'done']);
      for (const item of items) expect(await shownOf(bench, name, item)).toEqual([]);
      expect((await read(bench.ports, 'ratings', [])).length).toBe(before - gone);
    });

    it.runIf(name === 'setStatus')('sets it back, where it can do both, and loses nothing of the record', async () => {
      const bench = inProcess(subject);
      const [item] = itemsFor(bench, name, 1) as StatusWrite[];
      if (!item) throw new Error('one item');
      await runToEnd(bench, name, [item]);
      const [changed] = (await shownOf(bench, name, item)) as EmployeeRow[];
      const { existing } = item;
      const rest = Object.fromEntries(Object.entries(existing).filter(([field]) => !STATUS_FIELDS.has(field)));
      expect(changed).toMatchObject(rest);
      if (!bench.ports.setStatus?.activates || !bench.ports.setStatus.deactivates) return;
      const back = { ...item, active: !item.active };
      expect(statesOf(await runToEnd(bench, name, [back]))).toEqual(['done']);
      expect(await shownOf(bench, name, back)).toMatchObject([{ ...rest, status: existing.status }]);
    });

    it.runIf(name === 'upsertSkills')('changes in place what it knows, where it updates', async () => {
      const bench = inProcess(subject);
      const [item] = itemsFor(bench, name, 1) as SkillWrite[];
      if (!item) throw new Error('one item');
      await runToEnd(bench, name, [item]);
      const [existing] = (await shownOf(bench, name, item)) as SkillRow[];
      if (bench.ports.upsertSkills?.updates !== true || !existing) return;
      const renamed = { ...item, name: 'Cloud reading', existing };
      expect(statesOf(await runToEnd(bench, name, [renamed]))).toEqual(['done']);
      expect(await shownOf(bench, name, item)).toEqual([]);
      expect(await shownOf(bench, name, renamed)).toMatchObject([{ remoteId: existing.remoteId }]);
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
      expect(rows.filter((row) => WRITE_CASES[name].shows(row, item))).toHaveLength(1);
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
      const keys = madeOf(bench).map((effect) => effect.key);
      expect(new Set(keys).size).toBe(keys.length);
    });

    it('refuses an unknown id for that item alone', async () => {
      const bench = inProcess(subject);
      const [good, other] = itemsFor(bench, name, 2);
      if (!good || !other) throw new Error('two items');
      const results = await runToEnd(bench, name, [WRITE_CASES[name].spoilt(other), good]);
      if (name === 'remove') {
        // Nobody unknown holds anything.
        expect(['done', 'skipped', 'failed']).toContain(results[0]?.state);
        expect(statesOf(results.slice(1))).toEqual(['done']);
        return;
      }
      expect(statesOf(results)).toEqual(['failed', 'done']);
      expect(results[0]).toMatchObject({ error: { name: 'ProviderError', retryable: false } });
    });

    it('has one effect when it is repeated, where it says that it may be', async () => {
      const bench = inProcess(subject);
      const items = itemsFor(bench, name, 2);
      await runToEnd(bench, name, items);
      const made = madeOf(bench).length;
      if (portOf(bench, name).repeat !== 'never') {
        const again = await runToEnd(bench, name, items);
        for (const { state } of again) expect(['done', 'skipped']).toContain(state);
      }
      expect(madeOf(bench).length).toBe(made);
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
      expect(madeOf(bench).length).toBeLessThanOrEqual(1);
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
      expect(madeOf(bench).length).toBeLessThanOrEqual(1);
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

    it('settles all items of one task of the provider in one call, where it can', async () => {
      const bench = inProcess(subject);
      const items = itemsFor(bench, name, 3);
      const port = portOf(bench, name);
      const followMany = port.followMany?.bind(port);
      if (!followMany) return;
      const accepted = await run(bench, name, items);
      const [providerTaskId, ...others] = new Set(
        accepted.map((result) => (result.state === 'accepted' ? result.providerTaskId : '')),
      );
      expect(others).toEqual([]);
      bench.clock.advance(600_000);
      const calls = bench.simulator.journal.length;
      const stranger = WRITE_CASES[name].items(known, bench.ports, 4).slice(3);
      const results = await followMany(providerTaskId ?? '', [...items, ...stranger], CALL);
      expect(bench.simulator.journal.length).toBe(calls + 1);
      // An item that the task says nothing of is not known to have been done.
      expect(statesOf(results)).toEqual(['done', 'done', 'done', 'unknown']);
      await expect(followMany('no-such-task', items, CALL)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('does over HTTP what it does in process', async () => {
      const bench = await overHttp(subject);
      try {
        const items = itemsFor(bench, name, 3);
        expect(statesOf(await runToEnd(bench, name, items))).toEqual(['done', 'done', 'done']);
        layOnWrites(bench, subject, name, { kind: 'answerLost' }, 1);
        const [result] = await run(bench, name, itemsFor(bench, name, 4).slice(3));
        expect(['unknown', 'done']).toContain(result?.state);
        const keys = madeOf(bench).map((effect) => effect.key);
        expect(new Set(keys).size).toBe(keys.length);
      } finally {
        await bench.close();
      }
    });
  });
}
