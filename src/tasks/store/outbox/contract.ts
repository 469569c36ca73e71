import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { DAY, NOW, rating, ratings, SECOND, StoreBench } from '../contract/contractBench.ts';
import type { TaskStore } from '../store.ts';
import type { Task } from '../../task.ts';
import { receiverKey, receiverName } from './receiverKey.ts';
import type { Delivery, WebhookStore } from './outboxStore.ts';

const LEASE = 30 * SECOND;
const LATER = NOW + SECOND;
const NO_ANSWER = { problem: 'There was no answer.', status: null };

/** What every outbox must do, next to the task store whose changes it notes; its own test calls it with how to open both. */
export function webhookStoreContract(
  open: () => Promise<{ tasks: TaskStore; webhooks: WebhookStore; close: () => Promise<void> }>,
): void {
  let webhooks: WebhookStore;
  const bench = new StoreBench().use(async () => {
    const opened = await open();
    ({ webhooks } = opened);
    return { store: opened.tasks, close: opened.close };
  });
  const newReceiver = () => receiverKey(bench.tenant, randomUUID());
  let receiver: string;
  beforeEach(async () => {
    receiver = newReceiver();
    await webhooks.receivers([receiver]);
  });

  const start = async (count = 1, now = NOW): Promise<Task> =>
    (await bench.start(bench.task(ratings(count)), now)).task;
  const deliveries = async (states: readonly Delivery['state'][] | null = null, tenant = bench.tenant) =>
    (await webhooks.list(tenant, states, { after: null, limit: 100 })).deliveries.map(({ delivery }) => delivery);
  const delivery = async (): Promise<Delivery | null> => {
    const all = await deliveries();
    expect(all.length).toBeLessThan(2);
    return all[0] ?? null;
  };
  const claimed = async (now: number, limit = 100) =>
    (await webhooks.claim(now, LEASE, limit)).map(({ taskId }) => taskId);
  const die = (task: Task, revision = 1) =>
    webhooks.failed(receiver, task.id, { ...NO_ANSWER, revision, dueAt: null }, LATER);

  describe('a delivery', () => {
    it('comes up for each receiver with a task, due at once', async () => {
      const second = newReceiver();
      await webhooks.receivers([receiver, second]);
      const task = await start();
      const expected: Delivery = {
        receiver,
        tenant: bench.tenant,
        taskId: task.id,
        revision: 1,
        state: 'PENDING',
        attempts: 0,
        dueAt: NOW,
        since: NOW,
        triedAt: null,
        problem: null,
        status: null,
      };
      const found = await deliveries();
      expect(found).toHaveLength(2);
      expect(found).toEqual(expect.arrayContaining([expected, { ...expected, receiver: second }]));
    });

    it('is one however often its task changes, of the newest revision, and keeps when it came up', async () => {
      const task = await start(2);
      await bench.set(task.id, { state: 'RUNNING', inFlight: true }, { now: LATER });
      await bench.finish(task.id, 'SUCCEEDED', LATER);
      expect(await delivery()).toMatchObject({ revision: 3, dueAt: NOW, since: NOW });
    });

    it('comes up again with every kind of change', async () => {
      const confirm = async (revision: number, now: number) => {
        const [found] = (await webhooks.claim(now, LEASE, 1000)).filter(({ taskId }) => taskId === task.id);
        expect(found).toMatchObject({ revision, dueAt: now + LEASE, since: now, attempts: 0 });
        await webhooks.delivered(receiver, task.id, revision, now);
        expect(await deliveries()).toEqual([]);
      };
      const task = await start(3);
      await confirm(1, NOW);
      await bench.finish(task.id, 'SUCCEEDED', NOW + 1);
      await confirm(2, NOW + 1);
      const { task: late } = await bench.start(bench.task([rating('s1', 2)]), NOW + 2);
      await webhooks.delivered(receiver, late.id, 1, NOW + 2);
      await confirm(3, NOW + 2);
      await bench.store.cancel(bench.tenant, task.id, NOW + 3);
      await confirm(4, NOW + 3);
      await bench.store.expire(NOW + 8 * DAY);
      await confirm(5, NOW + 8 * DAY);
    });

    it('does not come up where nothing changed', async () => {
      const task = await start();
      const before = await bench.only(task.id);
      await bench.finish(task.id, 'SUCCEEDED');
      await webhooks.delivered(receiver, task.id, 2, NOW);
      await bench.store.cancel(bench.tenant, task.id, LATER);
      await bench.store.apply(task.id, [{ ...before, state: 'FAILED' }], LATER);
      await bench.store.expire(LATER);
      expect(await deliveries()).toEqual([]);
    });

    it('comes up for receivers of the same tenant alone, also where another names the same', async () => {
      const other = receiverKey('other', receiverName(receiver));
      await webhooks.receivers([receiver, other, receiverName(receiver)]);
      await start();
      expect((await deliveries()).map((found) => found.receiver)).toEqual([receiver]);
      await bench.start(bench.task([rating('s2', 1)], { tenant: 'default' }));
      const usual = await deliveries(null, 'default');
      expect(usual.map((found) => found.receiver)).toEqual([receiverName(receiver)]);
    });

    it('is not there for a receiver named later, and gone with one named no more', async () => {
      await start();
      const second = newReceiver();
      await webhooks.receivers([second]);
      expect(await deliveries()).toEqual([]);
      await bench.start(bench.task([rating('later', 1)]));
      expect((await deliveries()).map((found) => found.receiver)).toEqual([second]);
      await webhooks.receivers([second]);
      expect(await deliveries()).toHaveLength(1);
      await webhooks.receivers([]);
      expect(await deliveries()).toEqual([]);
      await start();
      expect(await deliveries()).toEqual([]);
      expect(await webhooks.nextDue()).toBeNull();
    });
  });

  describe('a claim', () => {
    it('hides what it takes until its lease ends', async () => {
      const task = await start();
      expect(await webhooks.nextDue()).toBe(NOW);
      expect(await claimed(NOW - 1)).toEqual([]);
      expect(await webhooks.claim(NOW, LEASE, 9)).toMatchObject([{ receiver, taskId: task.id, dueAt: NOW + LEASE }]);
      expect(await webhooks.nextDue()).toBe(NOW + LEASE);
      expect(await claimed(NOW + LEASE - 1)).toEqual([]);
      expect(await claimed(NOW + LEASE)).toEqual([task.id]);
    });

    it('stays hidden although its task changes', async () => {
      const task = await start();
      await claimed(NOW);
      await bench.finish(task.id, 'SUCCEEDED', LATER);
      expect(await claimed(LATER)).toEqual([]);
      expect(await webhooks.claim(NOW + LEASE, LEASE, 9)).toMatchObject([{ taskId: task.id, revision: 2 }]);
    });

    it('takes the longest due first, at most as many as asked', async () => {
      const third = await start(1, NOW + 2);
      const first = await start(1, NOW);
      const second = await start(1, NOW + 1);
      // The later ratings of the same skill overtook the earlier, which changed their tasks and not when they are due.
      expect(await claimed(NOW + 9, 2)).toEqual([first.id, second.id]);
      expect(await claimed(NOW + 9, 2)).toEqual([third.id]);
    });

    it('takes one receiver’s where one is asked for', async () => {
      const second = newReceiver();
      await webhooks.receivers([receiver, second]);
      const task = await start();
      const found = await webhooks.claim(NOW, LEASE, 9, second);
      expect(found).toMatchObject([{ receiver: second, taskId: task.id }]);
      expect(await webhooks.claim(NOW, LEASE, 9)).toMatchObject([{ receiver, taskId: task.id }]);
    });

    it('of two at once takes each delivery once', async () => {
      const tasks = [await start(), await start(), await start()];
      const pages = await Promise.all([claimed(NOW, 2), claimed(NOW, 2)]);
      expect(pages.flat().toSorted()).toEqual(tasks.map(({ id }) => id).toSorted());
    });
  });

  describe('a delivery that was confirmed', () => {
    it('is gone', async () => {
      const task = await start();
      await claimed(NOW);
      await webhooks.delivered(receiver, task.id, 1, LATER);
      expect(await deliveries()).toEqual([]);
      expect(await webhooks.nextDue()).toBeNull();
      // Twice does no harm, nor does what nobody knows.
      await webhooks.delivered(receiver, task.id, 1, LATER);
      await webhooks.delivered('nobody', task.id, 1, LATER);
    });

    it('is due at once, its attempts from 0, where the task has a newer revision', async () => {
      const task = await start();
      await webhooks.failed(receiver, task.id, { ...NO_ANSWER, revision: 1, dueAt: LATER }, NOW);
      await claimed(LATER);
      await bench.finish(task.id, 'SUCCEEDED', LATER);
      await webhooks.delivered(receiver, task.id, 1, LATER + 5);
      expect(await delivery()).toEqual({
        receiver,
        tenant: bench.tenant,
        taskId: task.id,
        revision: 2,
        state: 'PENDING',
        attempts: 0,
        dueAt: LATER + 5,
        since: NOW,
        triedAt: LATER + 5,
        problem: null,
        status: null,
      } satisfies Delivery);
      expect(await claimed(LATER + 5)).toEqual([task.id]);
    });
  });

  describe('a delivery that failed', () => {
    it('comes again when it was said to', async () => {
      const task = await start();
      await claimed(NOW);
      const failure = { revision: 1, dueAt: NOW + 60 * SECOND, problem: 'It answered 503.', status: 503 };
      await webhooks.failed(receiver, task.id, failure, LATER);
      expect(await delivery()).toMatchObject({
        state: 'PENDING',
        attempts: 1,
        dueAt: NOW + 60 * SECOND,
        triedAt: LATER,
        problem: 'It answered 503.',
        status: 503,
      });
      expect(await claimed(NOW + 60 * SECOND - 1)).toEqual([]);
      expect(await claimed(NOW + 60 * SECOND)).toEqual([task.id]);
      await webhooks.failed(receiver, task.id, { ...failure, ...NO_ANSWER }, LATER);
      expect(await delivery()).toMatchObject({ attempts: 2, status: null, problem: NO_ANSWER.problem });
      await webhooks.failed('nobody', task.id, failure, LATER);
    });

    it('comes no earlier when its task changes meanwhile', async () => {
      const task = await start();
      await webhooks.failed(receiver, task.id, { ...NO_ANSWER, revision: 1, dueAt: NOW + LEASE }, NOW);
      await bench.finish(task.id, 'SUCCEEDED', LATER);
      expect(await delivery()).toMatchObject({ revision: 2, attempts: 1, dueAt: NOW + LEASE });
    });

    it('for good is DEAD, and hidden', async () => {
      const task = await start();
      await claimed(NOW);
      await die(task);
      expect(await delivery()).toMatchObject({ state: 'DEAD', attempts: 1, triedAt: LATER, ...NO_ANSWER });
      expect(await claimed(NOW + DAY)).toEqual([]);
      expect(await webhooks.nextDue()).toBeNull();
    });

    it('for good, while its task changed, is due at once instead, its attempts from 0', async () => {
      const task = await start();
      await claimed(NOW);
      await bench.finish(task.id, 'SUCCEEDED', NOW);
      await die(task);
      expect(await delivery()).toMatchObject({ state: 'PENDING', revision: 2, attempts: 0, dueAt: LATER });
      expect(await claimed(LATER)).toEqual([task.id]);
    });

    it('is due again, its attempts from 0, when its task changes after its death', async () => {
      const task = await start();
      await die(task);
      await bench.finish(task.id, 'SUCCEEDED', NOW + 9 * SECOND);
      expect(await delivery()).toMatchObject({
        state: 'PENDING',
        revision: 2,
        attempts: 0,
        dueAt: NOW + 9 * SECOND,
        since: NOW,
      });
      expect(await webhooks.nextDue()).toBe(NOW + 9 * SECOND);
    });
  });

  describe('a delivery asked for again', () => {
    it('is due now, its attempts from 0, dead or not', async () => {
      const task = await start();
      await die(task);
      const now = NOW + DAY;
      const again = await webhooks.redeliver(bench.tenant, receiver, task.id, now);
      expect(again).toMatchObject({ state: 'PENDING', attempts: 0, dueAt: now, since: NOW, revision: 1 });
      expect(await delivery()).toEqual(again);
      expect(await claimed(now)).toEqual([task.id]);
      await webhooks.failed(receiver, task.id, { ...NO_ANSWER, revision: 1, dueAt: now + DAY }, now);
      await webhooks.redeliver(bench.tenant, receiver, task.id, now);
      expect(await claimed(now)).toEqual([task.id]);
    });

    it('is unknown to another tenant, and once it was confirmed', async () => {
      const task = await start();
      await die(task);
      expect(await webhooks.redeliver('other', receiver, task.id, NOW)).toBeNull();
      expect(await webhooks.redeliver(bench.tenant, 'nobody', task.id, NOW)).toBeNull();
      expect(await delivery()).toMatchObject({ state: 'DEAD' });
      await webhooks.delivered(receiver, task.id, 1, NOW);
      expect(await webhooks.redeliver(bench.tenant, receiver, task.id, NOW)).toBeNull();
    });
  });

  describe('the list of deliveries', () => {
    it('is a tenant’s own, the latest first, in pages that stay true while others come up', async () => {
      await bench.start(bench.task([rating('s1', 1)], { tenant: 'other' }));
      const tasks = [];
      for (let at = 0; at < 12; at += 1) tasks.unshift((await bench.start(bench.task([rating(`l${at}`, 1)]))).task.id);
      const seen: string[] = [];
      let after: string | null = null;
      for (let at = 0; at < 3; at += 1) {
        const page = await webhooks.list(bench.tenant, null, { after, limit: 5 });
        expect(page.total).toBe(12 + at);
        seen.push(...page.deliveries.map(({ delivery: { taskId } }) => taskId));
        after = page.deliveries.at(-1)?.cursor ?? null;
        await bench.start(bench.task([rating(`m${at}`, 1)]));
      }
      expect(seen).toEqual(tasks);
    });

    it('is narrowed by state', async () => {
      const dead = await start();
      await die(dead);
      const { task } = await bench.start(bench.task([rating('other', 1)]));
      const ids = async (states: Delivery['state'][]) => (await deliveries(states)).map(({ taskId }) => taskId);
      expect(await ids(['DEAD'])).toEqual([dead.id]);
      expect(await ids(['PENDING'])).toEqual([task.id]);
      expect(await ids(['PENDING', 'DEAD'])).toEqual([task.id, dead.id]);
      expect(await webhooks.list(bench.tenant, ['DEAD'], { after: null, limit: 9 })).toMatchObject({ total: 1 });
    });
  });
}
