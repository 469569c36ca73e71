import type { WebhookStore } from './store.ts';

/** What the graph asks of an outbox. */
export type WebhookDeliveries = Pick<WebhookStore, 'list' | 'redeliver'>;

/** An outbox that is still opening: every call waits for it. */
export function deferredWebhooks(opening: Promise<{ webhooks: WebhookDeliveries }>): WebhookDeliveries {
  return {
    list: async (tenant, states, page) => (await opening).webhooks.list(tenant, states, page),
    redeliver: async (tenant, receiver, taskId, now) =>
      (await opening).webhooks.redeliver(tenant, receiver, taskId, now),
  };
}
