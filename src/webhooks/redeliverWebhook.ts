import { Complaints, type UserError } from '../tasks/commands/userErrors.ts';
import { parseDeliveryId } from '../tasks/store/outbox/deliveryId.ts';
import type { Delivery, WebhookStore } from '../tasks/store/outbox/outboxStore.ts';

export interface RedeliverAnswer {
  delivery: Delivery | null;
  userErrors: UserError[];
}

/** Makes a delivery due at once, as if it had never been tried. NOT_FOUND when it is none of the tenant's, or was delivered. */
export async function redeliverWebhook(
  { deliveryId }: { deliveryId: string },
  tenant: string,
  { webhooks, now }: { webhooks: Pick<WebhookStore, 'redeliver'>; now: number },
): Promise<RedeliverAnswer> {
  const complaints = new Complaints(['input', 'deliveryId']);
  const id = parseDeliveryId(deliveryId);
  const delivery = id && (await webhooks.redeliver(tenant, id.receiver, id.taskId, now));
  if (!delivery) complaints.add('NOT_FOUND', 'There is no such delivery, or it was delivered.');
  return { delivery, userErrors: complaints.all };
}
