import { receiverKey, receiverName } from '../tasks/store/outbox/receiverKey.ts';
import type { Delivery, WebhookStore } from '../tasks/store/outbox/outboxStore.ts';

/** What the graph asks of an outbox. */
export type WebhookDeliveries = Pick<WebhookStore, 'list' | 'redeliver'>;

/** An outbox that is still opening: every call waits for it. Receivers have the names that their tenant gave them. */
export function deferredWebhooks(opening: Promise<{ webhooks: WebhookDeliveries }>): WebhookDeliveries {
  return {
    async list(tenant, states, page) {
      const { deliveries, total } = await (await opening).webhooks.list(tenant, states, page);
      return { deliveries: deliveries.map(({ delivery, cursor }) => ({ delivery: named(delivery), cursor })), total };
    },
    async redeliver(tenant, receiver, taskId, now) {
      const { webhooks } = await opening;
      const delivery = await webhooks.redeliver(tenant, receiverKey(tenant, receiver), taskId, now);
      return delivery && named(delivery);
    },
  };
}

function named(delivery: Delivery): Delivery {
  return { ...delivery, receiver: receiverName(delivery.receiver) };
}
