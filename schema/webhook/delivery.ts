import { deliveryIdOf } from '../../src/tasks/store/outbox/deliveryId.ts';
import type { Delivery } from '../../src/tasks/store/outbox/outboxStore.ts';
import { needs } from '../access.ts';
import { builder } from '../builder.ts';
import { described } from '../described.ts';
import { TaskRef } from '../task/task.ts';

export const WebhookDeliveryState = builder.enumType('WebhookDeliveryState', {
  description: 'How far a webhook is. One that its receiver has confirmed is not kept.',
  values: described(['PENDING', 'DEAD'] as const, {
    PENDING: 'Not confirmed yet: on its way, or waiting to be tried again.',
    DEAD: 'Given up, until `redeliverWebhook` or another change of the task.',
  }),
});

const instant = (milliseconds: number) => new Date(milliseconds).toISOString();

export const WebhookDelivery = builder.objectRef<Delivery>('WebhookDelivery');
WebhookDelivery.implement({
  extensions: needs('tasks:read'),
  description: 'What is still to be told to a receiver of webhooks: that a task has changed.',
  fields: (t) => ({
    id: t.id({
      description: 'Opaque id, for `redeliverWebhook`; the same while receiver and task are. No global id.',
      resolve: deliveryIdOf,
    }),
    receiver: t.exposeString('receiver', {
      description: "The receiver: its URL's origin, with a digest in place of the path, which may hold a secret.",
    }),
    task: t.field({
      type: TaskRef,
      nullable: true,
      description: 'The task that changed; null when it is long gone.',
      resolve: ({ taskId }, _, { tasks, viewer }) => tasks.get(viewer.tenant, taskId),
    }),
    revision: t.exposeInt('revision', {
      description: "The task's newest revision that the receiver has not confirmed.",
    }),
    state: t.expose('state', { type: WebhookDeliveryState, description: 'How far it is.' }),
    attempts: t.exposeInt('attempts', {
      description: 'Tries since the last success or `redeliverWebhook`.',
    }),
    dueAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'It is not tried before this; null when DEAD.',
      resolve: ({ state, dueAt }) => (state === 'DEAD' ? null : instant(dueAt)),
    }),
    since: t.field({
      type: 'DateTime',
      description: 'When it came up.',
      resolve: ({ since }) => instant(since),
    }),
    triedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it was tried last; null before.',
      resolve: ({ triedAt }) => (triedAt === null ? null : instant(triedAt)),
    }),
    problem: t.exposeString('problem', {
      nullable: true,
      description: "Why the last try failed, in a sentence without the receiver's own words; null before.",
    }),
    httpStatus: t.exposeInt('status', {
      nullable: true,
      description: 'HTTP status of the last try; null before, and where there was no answer.',
    }),
  }),
});
