import { afterEach, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from './support/gateway.ts';

let gateway: TestGateway | null = null;
afterEach(() => gateway?.close());

/** Far below the time that a read may take. */
const SOON_MS = 5_000;

it('a gateway stops soon though a provider hangs over what nobody waits for any more', async () => {
  gateway = await startTestGateway();
  for (const provider of ['imocha', 'kombo', 'kantata']) {
    gateway.simulator(provider).addFault({ shape: { kind: 'hang' } });
  }
  const hurried = { 'x-request-deadline-ms': '300' };
  await gateway.ask('{ jobProfiles { sources { state } } }', {}, hurried);
  await gateway.ask('{ consensusPolicies { name } }', {}, hurried);
  await gateway.ask('{ employees(first: 5) { nodes { skills { sources { state } } } } }', {}, hurried);
  const began = performance.now();
  await gateway.close();
  gateway = null;
  expect(performance.now() - began).toBeLessThan(SOON_MS);
});
