import { afterAll, beforeAll, expect, it } from 'vitest';
import { printed, runFuzz } from './support/fuzz/fuzz.ts';
import { startTestGateway, type TestGateway } from './support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.close());

it('answers 2,000 generated and damaged requests in time, in form, and with nothing of its inside', async () => {
  const report = await runFuzz({ gateway, count: 2_000, seed: 7 });
  if (report.findings.length > 0) throw new Error(printed(report));
  // What proves that the requests reach beyond the parser.
  expect(report.statuses['200']).toBeGreaterThan(800);
  expect(report.codes['BAD_CURSOR']).toBeGreaterThan(5);
  expect(report.leftOver['TCPSocketWrap'] ?? 0).toBeLessThan(5);
}, 120_000);
