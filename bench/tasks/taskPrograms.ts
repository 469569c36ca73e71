/** The gateways whose writes are compared: on the embedded store, on Redis, and on Redis as two processes. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { startRedis, type TestRedis } from '../../test/support/redis.ts';
import { CAN_PIN, cpuMsOf, startChild, type Child } from '../child.ts';
import type { Target } from '../load.ts';

export const TASK_PROGRAMS = ['embedded', 'redis', 'divided'] as const;
export type TaskProgramName = (typeof TASK_PROGRAMS)[number];

/** A gateway with its store, however many processes they are. */
export interface TaskProgram extends Target {
  /** Milliseconds of CPU that all its processes have used, the Redis server's among them. */
  cpuMs(): number;
  stop(): Promise<void>;
}

export interface TaskProgramOptions {
  /** Reaches the providers, and has the gateway's key. */
  environment: Record<string, string>;
  apiKey: string;
  /** For the embedded store. */
  dataDir: string;
  /** Where all its processes run. */
  core: number;
}

/** Starts one and waits until it has walked its providers. */
export async function startTaskProgram(name: TaskProgramName, options: TaskProgramOptions): Promise<TaskProgram> {
  const redis = name === 'embedded' ? null : await startPinnedRedis(options.core);
  const children: Child[] = [];
  const start = async (roles: string): Promise<Child> => {
    const store: Record<string, string> = redis
      ? { REDIS_URL: redis.url, ROLES: roles }
      : { DATA_DIR: join(options.dataDir, name) };
    const child = await startChild('./gateway.js', options.core, { ...options.environment, ...store });
    children.push(child);
    return child;
  };
  const stop = async (): Promise<void> => {
    await Promise.all(children.map((child) => child.stop()));
    await redis?.stop();
  };
  try {
    const serving = await start(name === 'divided' ? 'serve' : 'both');
    if (name === 'divided') await start('work');
    return {
      url: (serving.ready as { url: string }).url,
      apiKey: options.apiKey,
      cpuMs: () => children.reduce((sum, child) => sum + child.cpuMs(), redis ? cpuMsOf(redis.pid()) : 0),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A server of its own for each gateway: channels are one server's, whatever its databases. */
async function startPinnedRedis(core: number): Promise<TestRedis> {
  const redis = await startRedis();
  if (CAN_PIN) spawnSync('taskset', ['-a', '-p', '-c', String(core), String(redis.pid())]);
  return redis;
}
