import { connectByEvents } from '../../examples/clients/graphqlSse.ts';
import { iterating, type IteratingClient } from './adapters.ts';
import { describeClient } from './contract.ts';

describeClient('graphql-sse', {
  connect: (url, apiKey) => iterating(connectByEvents(url, apiKey) as IteratingClient),
  unauthenticated: { name: 'NetworkError', response: { status: 401 } },
});
