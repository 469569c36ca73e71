import { isStorable } from '../../../domain/storable.ts';
import type { Delivery } from './outboxStore.ts';

/** What a client calls a delivery: base64url of a JSON array, as global ids are, but not fetched by `node`. */
export function deliveryIdOf({ receiver, taskId }: Pick<Delivery, 'receiver' | 'taskId'>): string {
  return Buffer.from(JSON.stringify(['WebhookDelivery', receiver, taskId])).toString('base64url');
}

/** Receiver and task of an id; null for anything that is none. Never throws. */
export function parseDeliveryId(id: string): Pick<Delivery, 'receiver' | 'taskId'> | null {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(id, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
  if (!Array.isArray(value) || value.length !== 3) return null;
  const [type, receiver, taskId] = value as unknown[];
  return type === 'WebhookDelivery' && isStored(receiver) && isStored(taskId) ? { receiver, taskId } : null;
}

/** Whether it may be what a store keeps; with anything else a store fails. */
function isStored(value: unknown): value is string {
  return typeof value === 'string' && isStorable(value);
}
