import type { LookupFunction } from 'node:net';
import { openEgress } from '../outbound/transport/guardedPost.ts';
import { systemClock, type Clock } from '../lib/clock.ts';
import type { TaskEngine } from '../tasks/engine/engine.ts';
import type { Log } from '../lib/log.ts';
import { WebhookDeliverer } from './dispatcher.ts';
import { LANE_WIDTH } from './receiverQueue.ts';
import type { Receiver } from './receiver.ts';
import { receiverKey } from '../tasks/store/outbox/receiverKey.ts';
import { parseSecret } from './signature.ts';
import type { WebhookStore } from '../tasks/store/outbox/outboxStore.ts';

/** As configured. */
export interface WebhookSettings {
  receivers: readonly Receiver[];
  /** `whsec_…`; each signs every message. */
  secrets: readonly string[];
  /** Whether receivers may be at addresses that are not public. */
  allowPrivate: boolean;
}

export interface OpenWebhooksOptions {
  /** Whom each tenant tells of its tasks. */
  tenants: ReadonlyMap<string, WebhookSettings>;
  store: WebhookStore;
  engine: Pick<TaskEngine, 'get'>;
  log: Log;
  clock?: Pick<Clock, 'now'>;
  /** In place of the system's resolver. */
  lookup?: LookupFunction;
}

/** Webhooks at work. */
export interface OpenWebhooks {
  /** To be called after a change of a task was published; without it a change is noticed within half a second. */
  wake(): void;
  /** Before the engine is closed, whose store it uses. Tries under way have five seconds to end. */
  close(): Promise<void>;
}

/**
 * Notes the receivers of all tenants in the outbox and begins to tell them. For others nothing is noted any more, what was
 * noted is dropped, and nothing runs. Only for a process that works on tasks.
 */
export async function openWebhooks(options: OpenWebhooksOptions): Promise<OpenWebhooks> {
  const { tenants, store } = options;
  await store.receivers(receiversOf(tenants));
  const open = [...tenants].flatMap(([tenant, settings]) =>
    settings.receivers.length === 0 ? [] : [tell(tenant, settings, options)],
  );
  return {
    wake: () => open.forEach((one) => one.wake()),
    close: async () => void (await Promise.all(open.map((one) => one.close()))),
  };
}

/** What the outbox calls the receivers of all tenants. */
export function receiversOf(tenants: OpenWebhooksOptions['tenants']): string[] {
  return [...tenants].flatMap(([tenant, { receivers }]) => receivers.map(({ name }) => receiverKey(tenant, name)));
}

/** Tells the receivers of one tenant, with its own secrets. */
function tell(
  tenant: string,
  { receivers, secrets, allowPrivate }: WebhookSettings,
  { store, engine, log, lookup, clock = systemClock }: OpenWebhooksOptions,
): OpenWebhooks {
  const ways = receivers.map(({ name, url }) => ({
    key: receiverKey(tenant, name),
    egress: openEgress(url, { allowPrivate, connections: LANE_WIDTH, ...(lookup ? { lookup } : {}) }),
  }));
  const deliverer = new WebhookDeliverer({
    store,
    engine,
    log,
    secrets: secrets.map(secretOf),
    receivers: new Map(ways.map(({ key, egress }) => [key, (...message) => egress.post(...message)])),
    now: () => clock.now(),
    random: Math.random,
  });
  return {
    wake: () => deliverer.wake(),
    async close() {
      await deliverer.close();
      await Promise.all(ways.map(({ egress }) => egress.close()));
    },
  };
}

function secretOf(text: string): Buffer {
  const secret = parseSecret(text);
  if (!secret) throw new RangeError('A secret of webhooks is not as Standard Webhooks has them.');
  return secret;
}
