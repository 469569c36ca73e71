import { describe, expect, it } from 'vitest';
import { connectByWebSocket } from '../../examples/clients/graphqlWs.ts';
import { all } from '../support/wsClient.ts';
import { iterating } from './adapters.ts';
import { clientContract } from './contract.ts';

describe('graphql-ws', () => {
  const { gateway } = clientContract({
    connect: (url, apiKey) => iterating(connectByWebSocket(url, apiKey, { retryAttempts: 0 })),
    unauthenticated: { code: 4403, reason: 'Forbidden' },
  });

  it('does not try a refused key again', async () => {
    let opened = 0;
    const client = connectByWebSocket(`${gateway().url}/graphql`, 'another-key-of-16-characters', {
      retryWait: () => Promise.resolve(),
      on: { opened: () => (opened += 1) },
    });
    await expect(all(client, '{ integrations { name } }')).rejects.toMatchObject({ code: 4403 });
    expect(opened).toBe(1);
    await client.dispose();
  });
});
