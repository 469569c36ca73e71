/**
 * The bench's gateway, which answers SIGUSR2 with a line of what it holds after a forced collection. The product has no such
 * signal. Needs --expose-gc.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Held } from './soakVerdict.ts';

/** Listeners that somebody forgets to take off are warned of by Node.js, from the eleventh on one emitter. */
let warnings = 0;
process.on('warning', () => {
  warnings += 1;
});

await import('../gateway.ts');

process.on('SIGUSR2', () => void answer());

async function answer(): Promise<void> {
  // What finalizers and weak references let go of is free at the next collection.
  for (let turn = 0; turn < 3; turn += 1) {
    globalThis.gc?.();
    await sleep(200);
  }
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
  const counts: Record<string, number> = {};
  for (const type of process.getActiveResourcesInfo()) counts[type] = (counts[type] ?? 0) + 1;
  const held: Held = { heapUsed, external, arrayBuffers, rss, resources: counts, warnings };
  process.stdout.write(`${JSON.stringify(held)}\n`);
}
