import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { EmployeeRow } from '../../../domain/records.ts';
import type { NewTaskItem } from '../../task.ts';
import { change, itemOf, NOW, rating, SECOND, SENT, waiting, type StoreBench } from './contractBench.ts';

const removal = (skillId: string): NewTaskItem => itemOf({ operation: 'remove', write: { employeeId: 'e1', skillId } });
const existing = { remoteId: 'e1' } as EmployeeRow;
const status = (active: boolean): NewTaskItem =>
  itemOf({ operation: 'setStatus', write: { employeeId: 'e1', active, existing } });
const update = (jobTitle: string, row: EmployeeRow | null = existing): NewTaskItem =>
  itemOf({ operation: 'upsertEmployees', write: { workEmail: 'a@b.example', jobTitle, existing: row } });
const skill = (name: string): NewTaskItem =>
  itemOf({ operation: 'upsertSkills', write: { externalId: 'x1', name, existing: null } });
const certificate: NewTaskItem = itemOf({
  operation: 'addCertificates',
  write: { employeeId: 'e1', title: 'CKA', isStandard: false },
});

/** What comes first, what overtakes, and what waits. */
export function orderContract(bench: StoreBench): void {
  describe('of two items for the same employee and skill', () => {
    it('the later rating cancels the earlier that is not under way', async () => {
      const early = bench.task([rating('s1', 1), rating('s2', 1)]);
      await bench.start(early);
      const late = await bench.start(bench.task([rating('s1', 2)]));
      expect(late.overtaken).toMatchObject([
        { id: early.id, revision: 2, state: 'QUEUED', counts: { pending: 1, cancelled: 1 } },
      ]);
      expect(await bench.store.item(bench.tenant, early.id, 0)).toMatchObject({
        state: 'CANCELLED',
        problem: { code: 'SUPERSEDED' },
      });
      expect(await bench.only(late.task.id)).toMatchObject({ blocked: false });
    });

    it('one that waits to be tried again is cancelled too, and its task is finished by it', async () => {
      const early = bench.task([rating('s1', 1)]);
      await bench.start(early);
      await bench.store.apply(early.id, [change(await bench.only(early.id), { state: 'RUNNING', attempts: 1 })], NOW);
      const { overtaken } = await bench.start(bench.task([rating('s1', 2)]), NOW + SECOND);
      expect(overtaken).toMatchObject([
        {
          id: early.id,
          state: 'CANCELLED',
          finishedAt: '2026-03-02T10:00:01.000Z',
          expiresAt: '2026-03-09T10:00:01.000Z',
        },
      ]);
      expect(await bench.store.open({ taskId: early.id, batch: 0 })).toEqual([]);
    });

    it('the later waits for one that is under way', async () => {
      const early = bench.task([rating('s1', 1)]);
      await bench.start(early);
      await bench.store.apply(
        early.id,
        [change(await bench.only(early.id), { state: 'RUNNING', inFlight: true })],
        NOW,
      );
      const late = await bench.start(bench.task([rating('s1', 2)]));
      expect(late.overtaken).toEqual([]);
      expect(await bench.only(late.task.id)).toMatchObject({ blocked: true });
      await bench.finish(early.id, 'SUCCEEDED');
      expect(await bench.only(late.task.id)).toMatchObject({ blocked: false });
    });

    it('a later bare tag cancels nothing and waits', async () => {
      const early = bench.task([rating('s1', 1)]);
      await bench.start(early);
      const late = await bench.start(bench.task([rating('s1', null)]));
      expect(late.overtaken).toEqual([]);
      expect(await bench.only(early.id)).toMatchObject({ blocked: false });
      expect(await bench.only(late.task.id)).toMatchObject({ blocked: true });
    });

    it('another tenant’s is another’s', async () => {
      await bench.start(bench.task([rating('s1', 1)]));
      const { overtaken } = await bench.start(bench.task([rating('s1', 2)], { tenant: randomUUID() }));
      expect(overtaken).toEqual([]);
    });

    it('a replayed start cancels nothing', async () => {
      const idempotency = { key: 'k', bodyHash: 'a' };
      await bench.start(bench.task([rating('s1', 1)], { idempotency }));
      const { task: second } = await bench.start(bench.task([rating('s1', 2)]));
      await bench.store.start(bench.task([rating('s1', 1)], { idempotency }), NOW);
      expect(await bench.store.task(bench.tenant, second.id)).toEqual(second);
    });
  });

  describe('a removal', () => {
    it('overtakes a waiting rating, tag or removal, and a later rating overtakes it', async () => {
      for (const early of [rating('s1', 1), rating('s1', null), removal('s1')]) {
        const { task } = await bench.start(bench.task([early]));
        const { task: last, overtaken } = await bench.start(bench.task([removal('s1')]));
        expect(overtaken.map(({ id }) => id)).toContain(task.id);
        expect(await bench.store.item(bench.tenant, task.id, 0)).toMatchObject({ problem: { code: 'SUPERSEDED' } });
        expect(await bench.only(last.id)).toMatchObject({ blocked: false });
      }
      const { overtaken } = await bench.start(bench.task([rating('s1', 2)]));
      expect(overtaken).toMatchObject([{ state: 'CANCELLED' }]);
    });

    it('waits for a rating that is under way, and a later bare tag for it', async () => {
      const { task: early } = await bench.start(bench.task([rating('s1', 1)]));
      await bench.set(early.id, SENT);
      const { task: remove, overtaken } = await bench.start(bench.task([removal('s1')]));
      const tag = await bench.start(bench.task([rating('s1', null)]));
      expect([...overtaken, ...tag.overtaken]).toEqual([]);
      expect(await bench.only(remove.id)).toMatchObject({ blocked: true });
      await bench.finish(early.id, 'SUCCEEDED');
      expect(await bench.only(remove.id)).toMatchObject({ blocked: false });
      expect(await bench.only(tag.task.id)).toMatchObject({ blocked: true });
    });
  });

  it.each([
    ['an employee record', status(false), update('CTO')],
    ['an employee record', update('CTO'), status(false)],
    ['an employee record', update('CTO'), update('CEO')],
    ['a skill', skill('Go'), skill('Golang')],
  ])('writes of %s wait for each other, and none overtakes', async (_, first, second) => {
    const { task: early } = await bench.start(bench.task([first]));
    await bench.set(early.id, waiting());
    const late = await bench.start(bench.task([second]));
    expect(late.overtaken).toEqual([]);
    expect(await bench.only(early.id)).toMatchObject({ blocked: false });
    expect(await bench.only(late.task.id)).toMatchObject({ blocked: true });
    await bench.finish(early.id, 'FAILED');
    expect(await bench.only(late.task.id)).toMatchObject({ blocked: false });
  });

  it('new employees and certificates wait for nothing', async () => {
    const items = [update('CTO', null), certificate];
    await bench.start(bench.task(items));
    const { task } = await bench.start(bench.task(items));
    expect(await bench.only(task.id, 0)).toMatchObject({ blocked: false });
    expect(await bench.only(task.id, 1)).toMatchObject({ blocked: false });
  });

  it('items of one task wait for each other, and none overtakes', async () => {
    const items = [rating('s1', 1), removal('s1'), rating('s1', 2)];
    const { task } = await bench.start(bench.task(items, { batches: [0, 0, 0] }));
    expect(task.counts).toMatchObject({ pending: 3, cancelled: 0 });
    const blocked = async () => (await bench.store.open({ taskId: task.id, batch: 0 })).map((item) => item.blocked);
    expect(await blocked()).toEqual([false, true, true]);
    await bench.finish(task.id, 'SUCCEEDED');
    expect(await blocked()).toEqual([false, true]);
  });
}
