import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { encodeId } from '../src/domain/ids.ts';
import { encodeCursor } from '../src/domain/paging.ts';
import {
  openWebhooks,
  type OpenWebhooks,
  type OpenWebhooksOptions,
  type WebhookSettings,
} from '../src/webhooks/openWebhooks.ts';
import { receiverOf, type Receiver } from '../src/webhooks/receiver.ts';
import { FakeWebhooks, taskToTell } from './support/fakes/fakeWebhooks.ts';
import { startTestGateway, type TestGateway } from './support/gateway.ts';
import { startReceiver, type Received, type TestReceiver } from './support/receiver.ts';
import { runLog } from './support/runLogs.ts';

const log = runLog();
const newSecret = () => `whsec_${randomBytes(32).toString('base64')}`;
const SECRET = newSecret();

const opened: OpenWebhooks[] = [];
const receivers: TestReceiver[] = [];

afterEach(async () => {
  // A receiver that hangs would have the gateway wait its five seconds.
  await Promise.all(receivers.splice(0).map((receiver) => receiver.close()));
  await Promise.all(opened.splice(0).map((webhooks) => webhooks.close()));
});

async function receive(): Promise<TestReceiver> {
  const receiver = await startReceiver();
  receivers.push(receiver);
  return receiver;
}

function at(url: string): Receiver {
  const receiver = receiverOf(url, true);
  if (typeof receiver === 'string') throw new Error(receiver);
  return receiver;
}

async function tell(
  store: FakeWebhooks,
  urls: readonly string[],
  { secrets = [SECRET], allowPrivate = true, ...options }: Partial<OpenWebhooksOptions & WebhookSettings> = {},
): Promise<OpenWebhooks> {
  const webhooks = await openWebhooks({
    store,
    engine: store,
    tenants: new Map([['default', { receivers: urls.map(at), secrets, allowPrivate }]]),
    log,
    ...options,
  });
  opened.push(webhooks);
  return webhooks;
}

function first({ received: [message] }: TestReceiver): Received {
  if (!message) throw new Error('nothing came');
  return message;
}

/** Resolves once the outbox looks so. */
const settled = (store: FakeWebhooks, check: (deliveries: FakeWebhooks['deliveries']) => void) =>
  vi.waitFor(() => check(store.deliveries), { interval: 10, timeout: 5_000 });

describe('webhooks', () => {
  it('tell each receiver of a change, unasked', async () => {
    const [one, two] = [await receive(), await receive()];
    const store = new FakeWebhooks();
    await tell(store, [one.url, two.url]);
    store.change(taskToTell());
    await Promise.all([one.until(1), two.until(1)]);
    await settled(store, (deliveries) => expect(deliveries).toEqual([]));
  });

  it('say how the task is, without its items, signed so that the reference library verifies it', async () => {
    const receiver = await receive();
    const store = new FakeWebhooks();
    await tell(store, [receiver.url]);
    const task = taskToTell({
      state: 'SUCCEEDED',
      revision: 3,
      finishedAt: '2026-03-02T10:00:02.000Z',
      parentId: 'task-0',
    });
    store.change(task);
    await receiver.until(1);
    const { body, headers, path } = first(receiver);
    expect(path).toBe('/hooks?key=path-secret');
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'skills-gateway' });
    expect(headers['webhook-id']).toMatch(/^msg_[0-9a-f]{32}$/);
    expect(new Webhook(SECRET).verify(body, headers)).toEqual({
      type: 'task.updated',
      timestamp: '2026-03-02T10:00:02.000Z',
      data: {
        task: {
          id: encodeId('Task', 'task-1'),
          kind: 'RATE_SKILLS',
          state: 'SUCCEEDED',
          revision: 3,
          createdAt: task.createdAt,
          startedAt: task.startedAt,
          finishedAt: task.finishedAt,
          counts: task.counts,
          parent: encodeId('Task', 'task-0'),
        },
        tenant: 'default',
      },
    });
    expect(() => new Webhook(newSecret()).verify(body, headers)).toThrow('No matching signature');
    expect(() => new Webhook(SECRET).verify(body.replace('SUCCEEDED', 'FAILED'), headers)).toThrow(
      'No matching signature',
    );
  });

  it('are signed with every secret while one is replaced', async () => {
    const receiver = await receive();
    const store = new FakeWebhooks();
    const secrets = [SECRET, newSecret()];
    await tell(store, [receiver.url], { secrets });
    store.change(taskToTell());
    await receiver.until(1);
    const { body, headers } = first(receiver);
    for (const secret of secrets)
      expect(new Webhook(secret).verify(body, headers)).toMatchObject({ type: 'task.updated' });
  });

  it('tell the newest revision where several came while a receiver was told', async () => {
    const receiver = await receive();
    const store = new FakeWebhooks();
    const webhooks = await tell(store, [receiver.url]);
    receiver.answer((response, count) => {
      if (count === 1) for (const revision of [2, 3, 4]) store.change(taskToTell({ revision }));
      response.end();
      webhooks.wake();
    });
    store.change(taskToTell());
    webhooks.wake();
    await receiver.until(2);
    await settled(store, (deliveries) => expect(deliveries).toEqual([]));
    const revisions = receiver.received.map(
      ({ body }) => (JSON.parse(body) as { data: { task: { revision: number } } }).data.task.revision,
    );
    expect(revisions).toEqual([1, 4]);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(2);
  });

  it('reach every receiver but the one that fails, which keeps its delivery', async () => {
    const [good, bad] = [await receive(), await receive()];
    bad.answer((response) => response.writeHead(500).end('a secret of the receiver'));
    const store = new FakeWebhooks();
    await tell(store, [bad.url, good.url]);
    store.change(taskToTell());
    await Promise.all([good.until(1), bad.until(1)]);
    await settled(store, (deliveries) => expect(deliveries.map(({ attempts }) => attempts)).toEqual([1]));
    expect(store.deliveries[0]).toMatchObject({
      receiver: at(bad.url).name,
      state: 'PENDING',
      status: 500,
      problem: 'The receiver answered 500.',
    });
  });

  it('of a receiver that hangs, with more due than are sent at once, hold up no other', async () => {
    const [good, hanging] = [await receive(), await receive()];
    hanging.answer(() => {});
    const store = new FakeWebhooks();
    await tell(store, [hanging.url, good.url]);
    for (let index = 0; index < 20; index += 1) store.change(taskToTell({ id: `task-${index}` }));
    await good.until(20);
    expect(hanging.received).toHaveLength(4);
  });

  it('are told once by two replicas on one store', async () => {
    const receiver = await receive();
    const store = new FakeWebhooks();
    const replicas = [await tell(store, [receiver.url]), await tell(store, [receiver.url])];
    for (let index = 0; index < 40; index += 1) store.change(taskToTell({ id: `task-${index}` }));
    for (const replica of replicas) replica.wake();
    await receiver.until(40);
    await settled(store, (deliveries) => expect(deliveries).toEqual([]));
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(40);
    expect(receiver.received).toHaveLength(40);
  });

  it('do not reach a private address that is not allowed, neither as such nor by name nor by a redirect', async () => {
    const [inner, redirecting] = [await receive(), await receive()];
    redirecting.answer((response) => response.writeHead(308, { location: inner.url }).end());
    const store = new FakeWebhooks();
    const { port } = new URL(inner.url);
    await tell(store, [`https://receiver.test:${port}/`, `https://127.0.0.1:${port}/`], {
      allowPrivate: false,
      lookup: (_, __, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
    });
    const others = new FakeWebhooks();
    await tell(others, [redirecting.url]);
    store.change(taskToTell());
    others.change(taskToTell());
    await settled(store, (deliveries) => expect(deliveries.map(({ attempts }) => attempts)).toEqual([1, 1]));
    await settled(others, (deliveries) => expect(deliveries.map(({ status }) => status)).toEqual([308]));
    expect(store.deliveries.map(({ problem }) => problem)).toEqual(
      Array(2).fill('The address is not one that may be connected to (WEBHOOK_PRIVATE, https).'),
    );
    expect(inner.received).toEqual([]);
  });

  it('of tasks that are unknown or long ended are dropped', async () => {
    const receiver = await receive();
    const store = new FakeWebhooks();
    const webhooks = await tell(store, [receiver.url]);
    store.change(taskToTell({ state: 'EXPIRED', revision: 7 }));
    store.change(taskToTell({ id: 'task-2' }));
    store.tasks.delete('task-2');
    webhooks.wake();
    await settled(store, (deliveries) => expect(deliveries).toEqual([]));
    expect(receiver.received).toEqual([]);
  });

  it('that are under way when the gateway stops are ended, and no more are begun', async () => {
    const receiver = await receive();
    const store = new FakeWebhooks();
    const webhooks = await tell(store, [receiver.url]);
    for (let index = 0; index < 8; index += 1) store.change(taskToTell({ id: `task-${index}` }));
    const held: (() => void)[] = [];
    receiver.answer((response) => held.push(() => response.end()));
    webhooks.wake();
    await receiver.until(4);
    const closed = webhooks.close();
    for (const release of held) release();
    await closed;
    expect(receiver.received).toHaveLength(4);
    expect(store.deliveries).toHaveLength(4);
  });
});

describe('a gateway with a receiver', () => {
  let gateway: TestGateway;
  let receiver: TestReceiver;

  beforeAll(async () => {
    receiver = await startReceiver();
    gateway = await startTestGateway({
      environment: { WEBHOOK_URLS: receiver.url, WEBHOOK_SECRETS: SECRET, WEBHOOK_PRIVATE: 'allow' },
    });
  });
  afterAll(async () => {
    await gateway.close();
    await receiver.close();
  });

  const rate = async (level: number): Promise<string> => {
    const { data } = await gateway.ask<{ rateSkills: { task: { id: string } } }>(
      `mutation { rateSkills(input: { items: { employee: { employeeNumber: "01001" }, skill: { name: "TypeScript" },
        proficiency: { level: ${level} } } }) { task { id } } }`,
    );
    return data?.rateSkills.task.id ?? '';
  };

  /** What was told of a task, newest last. */
  const told = (task: string) =>
    receiver.received
      .map(({ body, headers }) => new Webhook(SECRET).verify(body, headers) as Told)
      .filter(({ data }) => data.task.id === task)
      .map(({ data }) => data.task);

  const deliveries = async (states: string) => {
    const { data, errors } = await gateway.ask<{ webhookDeliveries: { totalCount: number; nodes: ShownDelivery[] } }>(
      `{ webhookDeliveries(filter: { states: [${states}] }) { totalCount nodes {
        id receiver task { id state } revision state attempts dueAt since triedAt problem httpStatus } } }`,
    );
    expect(errors).toBeUndefined();
    return data?.webhookDeliveries ?? { totalCount: 0, nodes: [] };
  };

  it('tells of a write to its final state, with rising revisions', async () => {
    const task = await rate(0.5);
    await vi.waitFor(() => expect(told(task).at(-1)?.state).toBe('SUCCEEDED'), { timeout: 20_000 });
    const revisions = told(task).map(({ revision }) => revision);
    expect(revisions).toEqual([...new Set(revisions)].toSorted((a, b) => a - b));
    await vi.waitFor(async () => expect((await deliveries('PENDING, DEAD')).totalCount).toBe(0), { timeout: 5_000 });
  });

  it('refuses a cursor of its list that names no webhook', async () => {
    const cursor = encodeCursor('webhookDeliveries', { key: null, id: 'x' });
    const { errors } = await gateway.ask(`{ webhookDeliveries(after: "${cursor}") { totalCount } }`);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_CURSOR', field: 'after' });
  });

  it('shows what was given up, and tells it again when asked', async () => {
    receiver.answer((response) => response.writeHead(410).end());
    const task = await rate(0.75);
    const dead = await vi.waitFor(
      async () => {
        const { nodes } = await deliveries('DEAD');
        const found = nodes.find((node) => node.task.id === task && node.task.state === 'SUCCEEDED');
        if (!found) throw new Error('not dead yet');
        return found;
      },
      { timeout: 20_000 },
    );
    expect(dead).toMatchObject({
      receiver: at(receiver.url).name,
      state: 'DEAD',
      dueAt: null,
      problem: 'The receiver answered 410.',
      httpStatus: 410,
    });
    expect(JSON.stringify(dead)).not.toContain('path-secret');

    receiver.answer((response) => response.end());
    const before = told(task).length;
    const again = (id: string) =>
      gateway.ask<{ redeliverWebhook: { delivery: object | null; userErrors: { code: string; field: string[] }[] } }>(
        `mutation { redeliverWebhook(input: { deliveryId: "${id}" }) { delivery { id state attempts } userErrors { code field } } }`,
      );
    expect((await again(dead.id)).data?.redeliverWebhook).toEqual({
      delivery: { id: dead.id, state: 'PENDING', attempts: 0 },
      userErrors: [],
    });
    await vi.waitFor(() => expect(told(task)).toHaveLength(before + 1), { timeout: 5_000 });
    expect(told(task).at(-1)).toMatchObject({ state: 'SUCCEEDED', revision: dead.revision });
    await vi.waitFor(async () => expect((await deliveries('PENDING, DEAD')).totalCount).toBe(0), { timeout: 5_000 });

    for (const id of [dead.id, 'nonsense', task]) {
      expect((await again(id)).data?.redeliverWebhook).toEqual({
        delivery: null,
        userErrors: [{ code: 'NOT_FOUND', field: ['input', 'deliveryId'] }],
      });
    }
  });
});

interface Told {
  data: { task: { id: string; state: string; revision: number } };
}

interface ShownDelivery {
  id: string;
  task: { id: string; state: string };
  revision: number;
}
