/**
 * `npm run soak`: ten minutes (SOAK_SECONDS) of questions, cancelled questions, subscribers that vanish and writes on one
 * gateway, a process of its own on the embedded store (on a real Redis with SOAK_REDIS=1). Ends with 1 when memory grows in
 * the second half, a request fails or Node.js warns (docs/performance.md).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis } from '../../test/support/redis.ts';
import { startChild, type Child } from '../child.ts';
import type { Target } from '../load.ts';
import { SoakAsking } from './soakAsking.ts';
import { SoakGate } from './soakGate.ts';
import { soakReport } from './soakReport.ts';
import { objectionsTo, type Held } from './soakVerdict.ts';
import { SoakWatching } from './soakWatching.ts';
import { TaskClient } from '../tasks/taskClient.ts';

const SECONDS = Number(process.env['SOAK_SECONDS'] ?? 600);
const CONNECTIONS = 50;
const WATCHERS = 5;
const WRITERS = 3;
/** Ratings in one write. */
const ITEMS = 5;
const TEST_CORE = 0;
const OTHER_CORE = 1;
const API_KEY = 'bench-key-0123456789';

if (!globalThis.gc) throw new Error('needs --expose-gc, which the gateway then has too');

const children: Child[] = [];
const dataDir = await mkdtemp(join(tmpdir(), 'skills-gateway-soak-'));
const redis = process.env['SOAK_REDIS'] === '1' ? await startRedis() : null;
try {
  const upstream = await startChild('./upstream.js', OTHER_CORE, {});
  children.push(upstream);
  const gateway = await startChild('./soak/soakGateway.js', TEST_CORE, {
    GATEWAY_API_KEYS: API_KEY,
    PORT: '0',
    LOG_LEVEL: 'error',
    ...(redis ? { REDIS_URL: redis.url } : { DATA_DIR: dataDir }),
    ...(Object.assign({}, ...(upstream.ready as { environment: object }[]).map((each) => each.environment)) as object),
  });
  children.push(gateway);
  const target: Target = { url: (gateway.ready as { url: string }).url, apiKey: API_KEY };

  const gate = new SoakGate();
  const asking = await SoakAsking.over(target, CONNECTIONS);
  const tasks = new TaskClient(target, 2 * WRITERS);
  const ratings = await tasks.ratings();
  const watching = new SoakWatching(target, ratings[0]?.employee.id ?? '');
  let written = 0;
  /** Other pairs each time, so that no write waits for another. */
  const write = (writer: number) => async (): Promise<void> => {
    const first = (written * WRITERS + writer) * ITEMS;
    const items = Array.from({ length: ITEMS }, (_, index) => ratings[(first + index) % ratings.length]);
    written += 1;
    const level = (written % 5) / 4;
    const changed = items.flatMap((item) => (item ? [{ ...item, proficiency: { level } }] : []));
    await tasks.watch(await tasks.rate(changed));
  };
  const many = (count: number, turn: (index: number) => () => Promise<void>) =>
    Array.from({ length: count }, (_, index) => gate.run(turn(index)));

  /** What is held while nothing is asked and nobody listens. */
  const measure = async (): Promise<Held> => {
    await gate.pause();
    watching.hangUp();
    // The gateway sees that connections are gone within some turns of its event loop.
    await sleep(1_000);
    const held = (await gateway.asked('SIGUSR2')) as Held;
    gate.resume();
    return held;
  };

  const start = await measure();
  const rss: number[] = [];
  const sampling = setInterval(() => rss.push(gateway.memory().now), (SECONDS * 1000) / 200);
  const began = performance.now();
  const work = Promise.all([
    ...many(CONNECTIONS, () => () => asking.turn()),
    ...many(WATCHERS, () => () => watching.eventStream()),
    ...many(WATCHERS, () => () => watching.webSocket()),
    ...many(WRITERS, write),
  ]);
  const half = () => Promise.race([sleep(SECONDS * 500), work]);
  await half();
  const middle = await measure();
  await half();
  clearInterval(sampling);
  const end = await measure();
  gate.end();
  await work;
  const seconds = (performance.now() - began) / 1000;
  const { asked } = asking;
  process.stdout.write(
    soakReport({
      start,
      middle,
      end,
      rss,
      asked,
      watched: watching.watched,
      tasks: written,
      seconds,
      redis: redis !== null,
    }),
  );
  const objections = objectionsTo({ middle, end, errors: asked.errors });
  for (const objection of objections) process.stdout.write(`\nNot passed: ${objection}.\n`);
  if (objections.length > 0) process.exitCode = 1;
  await Promise.all([asking.close(), tasks.close()]);
} finally {
  await Promise.all(children.map((child) => child.stop()));
  await redis?.stop();
  await rm(dataDir, { recursive: true, force: true });
}
