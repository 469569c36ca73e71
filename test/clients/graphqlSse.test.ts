import { describe } from 'vitest';
import { connectByEvents } from '../../examples/clients/graphqlSse.ts';
import { iterating } from './adapters.ts';
import { clientContract } from './contract.ts';

describe('graphql-sse', () => {
  clientContract({
    connect: (url, apiKey) => iterating(connectByEvents(url, apiKey)),
    unauthenticated: { name: 'NetworkError', response: { status: 401 } },
  });
});
