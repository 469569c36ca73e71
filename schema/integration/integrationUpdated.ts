import { needs } from '../access.ts';
import { builder } from '../builder.ts';
import { IntegrationRef } from './integration.ts';

builder.subscriptionField('integrationUpdated', (t) =>
  t.field({
    type: IntegrationRef,
    extensions: needs('integrations:read'),
    description: 'An integration each time its state, breaker or sync state changes.',
    subscribe: (_, __, { directory, signal }) => directory.integrationChanges.watch(signal),
    resolve: (integration) => integration,
  }),
);
