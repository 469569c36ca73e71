import { expect, it } from 'vitest';
import { printed, runChaos } from './support/chaos/chaos.ts';

it('loses nothing, does nothing twice and hides no end while replicas and Redis are killed and workers paused', async () => {
  const report = await runChaos({
    tasks: 200,
    people: 120,
    skills: 60,
    atOnce: 32,
    every: { replica: 45, pause: 90, redis: 110, sockets: 70 },
    seed: 7,
    limitMs: 150_000,
  });
  console.log(printed(report));
  expect(report).toMatchObject({ lost: 0, twice: 0, old: 0, missed: 0, duplicates: 0 });
  expect(report.kills).toEqual({ replicas: 4, pauses: 2, redis: 1, sockets: 2 });
  expect(report.failedCalls).toBeGreaterThan(0);
  expect(report.ends['SUCCEEDED']).toBeGreaterThan(100);
}, 240_000);
