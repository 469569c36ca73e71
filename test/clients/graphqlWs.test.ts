import { connectByWebSocket } from '../../examples/clients/graphqlWs.ts';
import { iterating } from './adapters.ts';
import { describeClient } from './contract.ts';

describeClient('graphql-ws', {
  connect: (url, apiKey) => iterating(connectByWebSocket(url, apiKey, { retryAttempts: 0 })),
  unauthenticated: { code: 4403, reason: 'Forbidden' },
});
