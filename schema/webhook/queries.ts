import type { Delivery } from '../../src/tasks/store/outbox/outboxStore.ts';
import { encodeCursor } from '../../src/domain/paging.ts';
import { builder } from '../builder.ts';
import { CALL, costs } from '../cost.ts';
import { badCursor, Connection, pageArgs } from '../connection.ts';
import { connectionType } from '../connectionType.ts';
import { conditionsOf, NO_NULLS } from '../conditions.ts';
import { WebhookDelivery, WebhookDeliveryState } from './delivery.ts';

const { connection: WebhookDeliveryConnection } = connectionType<Connection<Delivery>>(
  'WebhookDelivery',
  WebhookDelivery,
  'tasks:read',
  {
    connection: 'A page of webhooks.',
    edge: 'A webhook in a list.',
    cursor: 'Its place, for `after`.',
    node: 'The webhook.',
    edges: 'The webhooks with their cursors.',
    nodes: 'The webhooks.',
    totalCount: 'All that meet the filter.',
  },
);

const WebhookDeliveryFilter = builder.inputType('WebhookDeliveryFilter', {
  description: `Conditions on webhooks. ${NO_NULLS}`,
  fields: (t) => ({
    states: t.field({ type: [WebhookDeliveryState], description: 'Only in these states.' }),
  }),
});

const RULES = { list: 'webhookDeliveries', usual: 25, most: 100 };

builder.queryField('webhookDeliveries', (t) =>
  t.field({
    type: WebhookDeliveryConnection,
    extensions: costs({ asks: CALL }),
    // What is refused here leaves the other fields of the request standing.
    nullable: true,
    description: 'Webhooks that are still to be confirmed or were given up, the latest first.',
    args: {
      first: t.arg.int({ defaultValue: RULES.usual, description: 'How many, 1 to 100.' }),
      after: t.arg.string({ description: 'Only what follows this cursor.' }),
      filter: t.arg({ type: WebhookDeliveryFilter, description: 'Conditions; all webhooks when null.' }),
    },
    resolve: async (_, { filter, ...args }, { webhooks, viewer }) => {
      const { first, after } = pageArgs(args, RULES);
      // The stores count deliveries; anything else they refuse as a fault.
      if (after && !/^\d{1,18}$/.test(after.id)) throw badCursor('after');
      const limit = first ?? RULES.usual;
      const page = { after: after?.id ?? null, limit: limit + 1 };
      const { deliveries, total } = await webhooks.list(viewer.tenant, conditionsOf(filter).states ?? null, page);
      const shown = deliveries.slice(0, limit);
      const cursors = new Map(shown.map(({ delivery, cursor }) => [delivery, cursor]));
      return new Connection<Delivery>(
        {
          items: shown.map(({ delivery }) => delivery),
          hasNext: deliveries.length > limit,
          hasPrevious: page.after !== null,
        },
        total,
        (delivery) => encodeCursor(RULES.list, { key: null, id: cursors.get(delivery) ?? '' }),
      );
    },
  }),
);
