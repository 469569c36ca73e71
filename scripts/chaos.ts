/** `npm run chaos`: the full chaos run. CHAOS_TASKS (10,000) and CHAOS_SEED (1) change it. Exits with 1 unless all counts are 0. */
import { printed, runChaos } from '../test/support/chaos/chaos.ts';

const tasks = Number(process.env['CHAOS_TASKS'] ?? 10_000);
const report = await runChaos({
  tasks,
  people: 600,
  skills: 80,
  atOnce: 64,
  every: { replica: 400, pause: 600, redis: 3000, sockets: 700 },
  seed: Number(process.env['CHAOS_SEED'] ?? 1),
  limitMs: 3_600_000,
  print: (line) => console.log(line),
});
console.log(printed(report));
process.exitCode = report.lost + report.twice + report.old + report.missed + report.duplicates === 0 ? 0 : 1;
