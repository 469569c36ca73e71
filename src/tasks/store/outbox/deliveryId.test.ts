import { describe, expect, it } from 'vitest';
import { deliveryIdOf, parseDeliveryId } from './deliveryId.ts';

const id = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('ids of deliveries', () => {
  it('come back as they went in', () => {
    const delivery = { receiver: 'https://hooks.test#01234567', taskId: 'task-1' };
    expect(parseDeliveryId(deliveryIdOf(delivery))).toEqual(delivery);
  });

  it.each([
    ['no base64', '!'],
    ['no JSON', Buffer.from('[').toString('base64url')],
    ['of another type', id(['Task', 'r', 't'])],
    ['too short', id(['WebhookDelivery', 'r'])],
    ['of numbers', id(['WebhookDelivery', 1, 2])],
    ['with a receiver that no store keeps', id(['WebhookDelivery', 'r\0', 't'])],
    ['with a task that no store keeps', id(['WebhookDelivery', 'r', 't\uD800'])],
  ])('that are %s are none', (_, text) => {
    expect(parseDeliveryId(text)).toBeNull();
  });
});
