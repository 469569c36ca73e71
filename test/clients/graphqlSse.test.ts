import { connectByEvents } from '../../examples/clients/graphqlSse.ts';
import { iterating } from './adapters.ts';
import { describeClient } from './contract.ts';

describeClient('graphql-sse', {
  connect: (url, apiKey) => iterating(connectByEvents(url, apiKey)),
  unauthenticated: { name: 'NetworkError', response: { status: 401 } },
});
