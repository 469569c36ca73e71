import { describe, expect, it } from 'vitest';
import type { TaskFilter, TaskState } from '../../task.ts';
import { DAY, NOW, rating, ratings, SECOND, SENT, type StoreBench } from './contractBench.ts';

/** Listing tasks, and counting what is unfinished. */
export function listContract(bench: StoreBench): void {
  const page = (after: string | null, limit: number, filter: TaskFilter = {}) =>
    bench.store.list(bench.tenant, filter, { after, limit });
  const found = async (filter: TaskFilter) => {
    const { tasks, total } = await page(null, 100, filter);
    expect(total).toBe(tasks.length);
    return tasks.map(({ task }) => task.id);
  };
  const started = async (...rest: Parameters<StoreBench['task']>) => (await bench.start(bench.task(...rest))).task.id;

  describe('what is unfinished', () => {
    it('is counted by batches, and as old as the first task that has one', async () => {
      // Other tests leave tasks behind, which are older or younger than these, and as unfinished as before.
      const before = await bench.store.backlog();
      const first = await bench.start(
        bench.task([rating('s1', 1), rating('s2', 2)], { batches: [0, 1] }),
        NOW - 9 * DAY,
      );
      await bench.start(bench.task([rating('s3', 1)]), NOW);
      const { open, oldestAt } = await bench.store.backlog();
      expect(open - before.open).toBe(3);
      expect(oldestAt).toBe(before.oldestAt ?? NOW - 9 * DAY);
      await bench.finish(first.task.id, 'SUCCEEDED', NOW, 0);
      await bench.finish(first.task.id, 'FAILED', NOW, 1);
      expect(await bench.store.backlog()).toEqual({ open: before.open + 1, oldestAt: before.oldestAt ?? NOW });
    });
  });

  describe('the list of tasks', () => {
    it('is empty for a tenant without tasks, and holds no other tenant’s', async () => {
      await started([rating('s1', 1)], { tenant: 'other' });
      expect(await page(null, 10)).toEqual({ tasks: [], total: 0 });
    });

    it('shows the newest first, as they are, whatever the clock says', async () => {
      const first = (await bench.start(bench.task([rating('s1', 1)]), NOW + DAY)).task;
      const second = (await bench.start(bench.task([rating('s2', 1)]), NOW)).task;
      const after = (await bench.finish(first.id, 'SUCCEEDED', NOW + DAY))?.task;
      const { tasks, total } = await page(null, 10);
      expect(tasks.map(({ task }) => task)).toEqual([second, after]);
      expect(total).toBe(2);
    });

    it('is paged by cursors that stay true while tasks are added', async () => {
      const ids: string[] = [];
      for (let at = 0; at < 12; at += 1) ids.unshift(await started([rating(`s${at}`, 1)]));
      const seen: string[] = [];
      let after: string | null = null;
      for (let at = 0; at < 4; at += 1) {
        const { tasks, total } = await page(after, 3);
        expect(total).toBe(12 + at);
        seen.push(...tasks.map(({ task }) => task.id));
        after = tasks.at(-1)?.cursor ?? null;
        await started([rating(`new${at}`, 1)]);
      }
      expect(seen).toEqual(ids);
      expect(await page(after, 3)).toEqual({ tasks: [], total: 16 });
    });

    it('pages within a filter, and counts all that meet it', async () => {
      const ids: string[] = [];
      for (let at = 0; at < 5; at += 1) {
        ids.unshift(await started([rating(`s${at}`, 1)], { kind: 'ASSIGN_SKILLS' }));
        await started([rating(`t${at}`, 1)]);
      }
      const filter: TaskFilter = { kinds: ['ASSIGN_SKILLS'] };
      const first = await page(null, 2, filter);
      const rest = await page(first.tasks.at(-1)?.cursor ?? null, 9, filter);
      expect([...first.tasks, ...rest.tasks].map(({ task }) => task.id)).toEqual(ids);
      expect([first.total, rest.total]).toEqual([5, 5]);
    });

    it('is narrowed by kind', async () => {
      const assigned = await started([rating('s1', null)], { kind: 'ASSIGN_SKILLS' });
      const removed = await started([rating('s2', null)], { kind: 'REMOVE_SKILLS' });
      const rated = await started([rating('s3', 1)]);
      expect(await found({ kinds: ['REMOVE_SKILLS'] })).toEqual([removed]);
      expect(await found({ kinds: ['ASSIGN_SKILLS', 'RATE_SKILLS'] })).toEqual([rated, assigned]);
      expect(await found({ kinds: [] })).toEqual([]);
    });

    it('is narrowed by integration, also once the items are dropped', async () => {
      const crm = { ...rating('s1', 1), integration: 'crm' };
      const both = await started([crm, rating('s1', 1)]);
      const hr = await started([rating('s2', 1)]);
      expect(await found({ integrations: ['crm'] })).toEqual([both]);
      expect(await found({ integrations: ['crm', 'hr'] })).toEqual([hr, both]);
      expect(await found({ integrations: ['absent'] })).toEqual([]);
      await bench.store.cancel(bench.tenant, both, NOW);
      await bench.store.expire(NOW + 7 * DAY);
      expect(await found({ integrations: ['crm'] })).toEqual([both]);
    });

    it('is narrowed by the instant of creation', async () => {
      await bench.start(bench.task([rating('s1', 1)]), NOW);
      const { task } = await bench.start(bench.task([rating('s2', 1)]), NOW + SECOND);
      expect(await found({ createdSince: NOW + 1 })).toEqual([task.id]);
      expect(await found({ createdSince: NOW + SECOND })).toEqual([task.id]);
      expect(await found({ createdSince: NOW + SECOND + 1 })).toEqual([]);
    });

    it('is narrowed by state as tasks pass through theirs', async () => {
      const { task } = await bench.start(bench.task(ratings(2)));
      const passed: TaskState[] = [];
      const seen = async (state: TaskState) => {
        expect(await found({ states: [state] })).toEqual([task.id]);
        expect(await found({ states: passed })).toEqual([]);
        passed.push(state);
      };
      await seen('QUEUED');
      await bench.set(task.id, SENT);
      await seen('RUNNING');
      await bench.store.cancel(bench.tenant, task.id, NOW);
      await seen('CANCELLING');
      await bench.finish(task.id, 'SUCCEEDED');
      await seen('CANCELLED');
      await bench.store.expire(NOW + 7 * DAY);
      await seen('EXPIRED');
    });

    it('knows every final state', async () => {
      const ended = async (...ends: ('SUCCEEDED' | 'SKIPPED' | 'FAILED' | 'OUTCOME_UNKNOWN')[]) => {
        const id = await started(ratings(ends.length));
        for (const [batch, end] of ends.entries()) await bench.finish(id, end, NOW, batch);
        return id;
      };
      const good = await ended('SUCCEEDED', 'SKIPPED');
      const mixed = await ended('SKIPPED', 'OUTCOME_UNKNOWN');
      const bad = await ended('FAILED', 'OUTCOME_UNKNOWN');
      const overtaken = await started([rating('o', 1)]);
      const open = await started([rating('o', 2)]);
      expect(await found({ states: ['SUCCEEDED'] })).toEqual([good]);
      expect(await found({ states: ['PARTIALLY_SUCCEEDED'] })).toEqual([mixed]);
      expect(await found({ states: ['FAILED'] })).toEqual([bad]);
      expect(await found({ states: ['CANCELLED'] })).toEqual([overtaken]);
      expect(await found({ states: ['QUEUED', 'FAILED'] })).toEqual([open, bad]);
    });

    it('takes all conditions together', async () => {
      const mine = await started([rating('s1', 1)], { kind: 'ASSIGN_SKILLS' });
      await started([rating('s2', 1)]);
      const done = await started([rating('s3', 1)], { kind: 'ASSIGN_SKILLS' });
      await bench.finish(done, 'SUCCEEDED');
      const filter: TaskFilter = {
        kinds: ['ASSIGN_SKILLS'],
        states: ['QUEUED'],
        integrations: ['hr'],
        createdSince: NOW,
      };
      expect(await found(filter)).toEqual([mine]);
      expect(await found({ ...filter, integrations: ['crm'] })).toEqual([]);
    });
  });
}
