/** `npm run fuzz`: generated and damaged requests in bulk. FUZZ_COUNT (100,000) and FUZZ_SEED (1) change it. Exits with 1 when anything was found. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';

process.env['NODE_ENV'] ??= 'production';
const [{ startTargets }, { printed, runFuzz }] = await Promise.all([
  import('../test/support/fuzz/targets.ts'),
  import('../test/support/fuzz/fuzz.ts'),
]);

/** Share by which the heap may be larger at the end than half way; caches are full by then. */
const HEAP_GROWTH = 0.2;

const folder = await mkdtemp(join(tmpdir(), 'fuzz-'));
// Behind a masked error is its cause.
const log = pino(
  { level: 'error' },
  { write: (line) => process.stdout.write(line.replaceAll('\\n', '\n').slice(0, 4_000)) },
);
const { targets, close } = await startTargets({ folder, log });
const report = await runFuzz({
  targets,
  count: Number(process.env['FUZZ_COUNT'] ?? 100_000),
  seed: Number(process.env['FUZZ_SEED'] ?? 1),
  print: (line) => console.log(`${line}\n`),
});
console.log(printed(report));
await close();
await rm(folder, { recursive: true, force: true });
const { half, end } = report.heap;
process.exitCode = report.findings.length > 0 || end > half * (1 + HEAP_GROWTH) ? 1 : 0;
