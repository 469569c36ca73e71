import { afterEach, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from './support/gateway.ts';

let gateway: TestGateway | null = null;
afterEach(() => gateway?.close());

it('a gateway stops although a provider never answers calls that have lost their callers', async () => {
  gateway = await startTestGateway();
  for (const provider of ['imocha', 'kombo', 'kantata']) {
    gateway.simulator(provider).addFault({ shape: { kind: 'hang' } });
  }
  const hurried = { 'x-request-deadline-ms': '300' };
  await gateway.ask('{ jobProfiles { sources { state } } }', {}, hurried);
  await gateway.ask('{ consensusPolicies { name } }', {}, hurried);
  await gateway.ask('{ employees(first: 5) { nodes { skills { sources { state } } } } }', {}, hurried);
  // Before the read of a provider that hangs is given up: that takes as long as this test may last.
  await expect(gateway.close()).resolves.toBeUndefined();
  gateway = null;
});
