import { afterAll, beforeAll, expect, it } from 'vitest';
import { printed, runFuzz } from './support/fuzz/fuzz.ts';
import { startTargets, type Target } from './support/fuzz/targets.ts';

let targets: readonly [Target, ...Target[]];
let close: () => Promise<void>;
beforeAll(async () => {
  ({ targets, close } = await startTargets());
});
afterAll(() => close());

it('answers 2,000 generated and damaged requests in time, in form, and with nothing of its inside', async () => {
  const report = await runFuzz({ targets, count: 2_000, seed: 7 });
  if (report.findings.length > 0) throw new Error(printed(report));
  // What proves that the requests reach beyond the parser.
  expect(report.statuses['200']).toBeGreaterThan(800);
  expect(report.codes['BAD_CURSOR']).toBeGreaterThan(5);
  expect(report.codes['QUERY_TOO_COMPLEX']).toBeGreaterThan(5);
  // Connections to providers that are kept, and no more.
  expect(report.leftOver['TCPSocketWrap'] ?? 0).toBeLessThan(10 * targets.length);
}, 120_000);
