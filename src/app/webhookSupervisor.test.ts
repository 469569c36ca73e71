import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeWebhooks, taskToTell } from '../../test/support/fakes/fakeWebhooks.ts';
import { startReceiver, type TestReceiver } from '../../test/support/receiver.ts';
import { runLog } from '../../test/support/runLogs.ts';
import type { TenantConfig } from '../config/tenancy.ts';
import { Deliveries } from './webhookSupervisor.ts';
import type { OpenEngine } from '../tasks/engine/engine.ts';
import { receiverOf } from '../webhooks/receiver.ts';

const SECRETS = [32, 33].map((size) => `whsec_${Buffer.alloc(size, 7).toString('base64')}`);

/** An outbox whose store may be away. */
class AwayWebhooks extends FakeWebhooks {
  away = false;
  override receivers(names: readonly string[]): Promise<void> {
    return this.away ? Promise.reject(new Error('the store is away')) : super.receivers(names);
  }
}

let receiver: TestReceiver;
let store: AwayWebhooks;
let deliveries: Deliveries;

beforeEach(async () => {
  receiver = await startReceiver();
  store = new AwayWebhooks();
  const engine = { webhooks: store, get: store.get } as unknown as OpenEngine;
  deliveries = new Deliveries({ opening: Promise.resolve(engine), works: true, log: runLog() });
});
afterEach(async () => {
  vi.useRealTimers();
  await deliveries.close();
  await receiver.close();
});

/** One tenant that tells the receiver, with this secret. */
function tenantWith(secret = 0): TenantConfig[] {
  const found = receiverOf(receiver.url, true);
  if (typeof found === 'string') throw new Error(found);
  const webhooks = { receivers: [found], secrets: SECRETS.slice(secret, secret + 1), allowPrivate: true };
  return [{ name: 'default', integrations: [], consensusPolicy: 'balanced', webhooks }];
}

/** Changes another task, and answers which secret signed the message that the receiver then gets. */
async function signedWith(): Promise<number> {
  const count = receiver.received.length + 1;
  store.change(taskToTell({ id: `task-${count}` }));
  await receiver.until(count);
  const { body, headers } = receiver.received[count - 1] ?? { body: '', headers: {} };
  return SECRETS.findIndex((secret) => {
    try {
      return new Webhook(secret).verify(body, headers) !== undefined;
    } catch {
      return false;
    }
  });
}

describe('webhooks that a reload changes while the store is away', () => {
  it('go on as they were, and change once it is back', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
    await deliveries.tell(tenantWith(0));
    store.away = true;
    await deliveries.change(tenantWith(1));
    expect(await signedWith()).toBe(0);

    store.away = false;
    const noted = vi.spyOn(store, 'receivers');
    await vi.advanceTimersByTimeAsync(5_000);
    await expect.poll(() => noted.mock.calls.length).toBe(1);
    expect(await signedWith()).toBe(1);
  });

  it('are those of the last reload, also where it goes back to what there was', async () => {
    await deliveries.tell(tenantWith(0));
    store.away = true;
    await deliveries.change(tenantWith(1));
    store.away = false;
    await deliveries.change(tenantWith(0));
    expect(await signedWith()).toBe(0);
  });
});

it('webhooks of a start are refused while the store is away', async () => {
  store.away = true;
  await expect(deliveries.tell(tenantWith(0))).rejects.toThrow('away');
});
