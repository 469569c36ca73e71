import { redeliverWebhook, type RedeliverAnswer } from '../../src/webhooks/redeliverWebhook.ts';
import { needs } from '../access.ts';
import { builder } from '../builder.ts';
import { CALL, costs } from '../cost.ts';
import { UserError } from '../task/payload.ts';
import { WebhookDelivery } from './delivery.ts';

const RedeliverWebhookInput = builder.inputType('RedeliverWebhookInput', {
  description: 'A webhook to send again.',
  fields: (t) => ({
    deliveryId: t.id({ required: true, description: 'The webhook, as `WebhookDelivery.id`.' }),
  }),
});

const WebhookPayload = builder.objectRef<RedeliverAnswer>('WebhookPayload');
WebhookPayload.implement({
  description: 'What came of asking for a webhook.',
  fields: (t) => ({
    delivery: t.expose('delivery', {
      type: WebhookDelivery,
      nullable: true,
      description: 'The webhook, due now; null when there are `userErrors`.',
    }),
    userErrors: t.expose('userErrors', { type: [UserError], description: 'What to correct; empty when done.' }),
  }),
});

builder.mutationField('redeliverWebhook', (t) =>
  t.field({
    type: WebhookPayload,
    extensions: { ...needs('admin'), ...costs({ asks: CALL }) },
    description:
      'Sends a webhook now, as if it had never been tried. NOT_FOUND in `userErrors` when its receiver has confirmed it meanwhile.',
    args: { input: t.arg({ type: RedeliverWebhookInput, required: true, description: 'The webhook.' }) },
    resolve: (_, { input }, { webhooks, viewer }) =>
      redeliverWebhook(input, viewer.tenant, { webhooks, now: Date.now() }),
  }),
);
