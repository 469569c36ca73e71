import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeWebhooks, taskToTell } from '../../test/support/fakes/fakeWebhooks.ts';
import type { EgressAnswer } from '../outbound/transport/guardedPost.ts';
import { sleep } from '../lib/sleep.ts';
import { WebhookDeliverer } from './dispatcher.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-03-02T10:00:00.000Z') });
});
afterEach(async () => {
  const closing = deliverer?.close();
  await vi.advanceTimersByTimeAsync(5_000);
  await closing;
  vi.useRealTimers();
});

let deliverer: WebhookDeliverer | null = null;

/** A deliverer to one receiver, with when it tried (milliseconds from now on) and with what id. */
async function start(answer: (signal: AbortSignal) => Promise<EgressAnswer>) {
  const store = new FakeWebhooks();
  await store.receivers(['one']);
  const began = Date.now();
  const tries: number[] = [];
  const ids: (string | undefined)[] = [];
  const warnings: string[] = [];
  deliverer = new WebhookDeliverer({
    store,
    engine: store,
    secrets: [Buffer.alloc(32)],
    receivers: new Map([
      [
        'one',
        (headers, _, signal) => {
          tries.push(Date.now() - began);
          ids.push(headers['webhook-id']);
          return answer(signal);
        },
      ],
    ]),
    log: { debug: () => {}, info: () => {}, warn: (_, message) => warnings.push(message), error: () => {} },
    now: () => Date.now(),
    random: () => 0,
  });
  return { store, tries, ids, warnings };
}

const down = () => Promise.reject(new Error('The connection was refused.'));
const answering =
  (status: number, retryAfter: string | null = null) =>
  () =>
    Promise.resolve({ status, retryAfter });

/** Leaps to when the delivery is due and lets it be tried; nothing is tried before. */
async function tryNext(store: FakeWebhooks, tries: readonly number[]): Promise<void> {
  const [delivery] = store.deliveries;
  const before = tries.length;
  vi.setSystemTime((delivery?.dueAt ?? 0) - 1_000);
  await vi.advanceTimersByTimeAsync(999);
  expect(tries).toHaveLength(before);
  await vi.advanceTimersByTimeAsync(1);
  expect(tries).toHaveLength(before + 1);
}

describe('a receiver that is down', () => {
  it('is tried ten times over three days, each time with the same id, and then given up, visibly', async () => {
    const { store, tries, ids, warnings } = await start(down);
    store.change(taskToTell());
    await vi.advanceTimersByTimeAsync(500);
    for (let count = 1; count < 10; count += 1) await tryNext(store, tries);
    const pauses = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
    const scheduled = [5_000, 5 * MINUTE, 30 * MINUTE, ...[2, 5, 10, 14, 20, 24].map((hours) => hours * HOUR)];
    expect(pauses).toEqual(scheduled);
    expect(new Set(ids).size).toBe(1);
    expect(store.deliveries).toMatchObject([
      { state: 'DEAD', attempts: 10, problem: 'The connection was refused.', status: null },
    ]);
    expect(warnings).toEqual(['A webhook was given up; redeliverWebhook sends it again.']);
  });

  it('is told when somebody asks to have it told again', async () => {
    let answer: () => Promise<EgressAnswer> = down;
    const { store, tries } = await start(() => answer());
    store.change(taskToTell());
    await vi.advanceTimersByTimeAsync(500);
    for (let count = 1; count < 10; count += 1) await tryNext(store, tries);
    answer = answering(200);
    vi.setSystemTime(Date.now() + 48 * HOUR);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(tries).toHaveLength(10);
    expect(await store.redeliver('default', 'one', 'task-1', Date.now())).toMatchObject({ state: 'PENDING' });
    await vi.advanceTimersByTimeAsync(500);
    expect(tries).toHaveLength(11);
    expect(store.deliveries).toEqual([]);
  });
});

describe('a receiver', () => {
  it('is told within half a second, and within a tenth where the deliverer is woken', async () => {
    const { store, tries } = await start(answering(200));
    await vi.advanceTimersByTimeAsync(750);
    store.change(taskToTell());
    await vi.advanceTimersByTimeAsync(500);
    expect(tries).toHaveLength(1);
    store.change(taskToTell({ revision: 2 }));
    deliverer?.wake();
    await vi.advanceTimersByTimeAsync(100);
    expect(tries).toHaveLength(2);
  });

  it('gets four requests at once and no more', async () => {
    const { store, tries } = await start((signal) => sleep(HOUR, signal).then(answering(200)));
    for (let index = 0; index < 9; index += 1) store.change(taskToTell({ id: `task-${index}` }));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(tries).toHaveLength(4);
  });

  it('that answers quickly is told of many without a pause between them', async () => {
    const { store, tries } = await start(answering(200));
    for (let index = 0; index < 90; index += 1) store.change(taskToTell({ id: `task-${index}` }));
    await vi.advanceTimersByTimeAsync(400);
    expect(tries).toHaveLength(90);
  });

  it('is told of nothing more once the gateway stops', async () => {
    const { store, tries } = await start((signal) => sleep(1_000, signal).then(answering(200)));
    for (let index = 0; index < 9; index += 1) store.change(taskToTell({ id: `task-${index}` }));
    await vi.advanceTimersByTimeAsync(900);
    const stopped = deliverer?.close();
    await vi.advanceTimersByTimeAsync(5_000);
    await stopped;
    expect(tries).toHaveLength(4);
    expect(store.deliveries).toHaveLength(5);
  });

  it('that answers 410 Gone is given up at once', async () => {
    const { store, tries } = await start(answering(410));
    store.change(taskToTell());
    await vi.advanceTimersByTimeAsync(10 * MINUTE);
    expect(tries).toHaveLength(1);
    expect(store.deliveries).toMatchObject([{ state: 'DEAD', status: 410 }]);
  });

  it.each([
    ['seconds', 429, '120', 120_000],
    ['a date', 503, 'Mon, 02 Mar 2026 10:03:00 GMT', 180_000],
    ['more than an hour', 503, '86400', HOUR],
    ['less than the schedule', 429, '1', 5_000],
    ['nonsense', 429, 'soon', 5_000],
    ['it with another status', 500, '120', 5_000],
  ])('that asks for a pause, %s, gets it within bounds', async (_, status, retryAfter, pause) => {
    const { store } = await start(answering(status, retryAfter));
    store.change(taskToTell());
    await vi.advanceTimersByTimeAsync(1_000);
    const [delivery] = store.deliveries;
    // A date counts from the date, seconds from the answer.
    const from = _ === 'a date' ? Date.parse('2026-03-02T10:00:00.000Z') : (delivery?.triedAt ?? 0);
    expect((delivery?.dueAt ?? 0) - from).toBe(pause);
  });

  it('that never answers does not hold a stop up beyond five seconds', async () => {
    const { store } = await start((signal) => sleep(HOUR, signal).then(answering(200)));
    store.change(taskToTell());
    await vi.advanceTimersByTimeAsync(1_000);
    let stopped = false;
    void deliverer?.close().then(() => (stopped = true));
    await vi.advanceTimersByTimeAsync(4_900);
    expect(stopped).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    expect(stopped).toBe(true);
    expect(store.deliveries).toMatchObject([{ state: 'PENDING', attempts: 0 }]);
  });
});

describe('the store', () => {
  it('is asked at most ten times a second, however often tasks change', async () => {
    const { store } = await start(answering(200));
    const nextDue = vi.spyOn(store, 'nextDue');
    for (let at = 0; at < 1_000; at += 1) {
      deliverer?.wake();
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(nextDue.mock.calls.length).toBeLessThanOrEqual(11);
    expect(nextDue.mock.calls.length).toBeGreaterThan(5);
  });

  it('that fails is asked again half a second later, and complained of once', async () => {
    const { store, tries, warnings } = await start(answering(200));
    vi.spyOn(store, 'nextDue').mockRejectedValueOnce(new Error('away')).mockRejectedValueOnce(new Error('still away'));
    vi.spyOn(store, 'claim').mockRejectedValueOnce(new Error('away'));
    store.change(taskToTell());
    await vi.advanceTimersByTimeAsync(2_000);
    expect(tries).toHaveLength(1);
    expect(warnings).toHaveLength(2);
  });
});
