/** The task engine that the configuration asks for, opened however long its store takes to come up. */
import type { Config } from '../config/environment.ts';
import type { Ports } from '../domain/ports.ts';
import type { Log } from '../lib/log.ts';
import { sleep } from '../lib/sleep.ts';
import { isLockedOut, RedisUnavailableError } from '../redis/unavailable.ts';
import { type EngineOptions, type OpenEngine } from '../tasks/engine/engine.ts';
import { openEmbeddedEngine } from '../tasks/engine/embedded.ts';
import { openRedisEngine } from '../tasks/engine/redis.ts';
import type { TaskTraces } from '../tasks/engine/traces.ts';
import type { TaskMeter } from '../tasks/store/meteredStore.ts';

/** Between two tries to reach a Redis that is away while this process starts. */
const RETRY_MS = 1000;

interface OpenTasksOptions {
  config: Pick<Config, 'redisUrl' | 'roles' | 'dataDir' | 'taskRetentionMs'>;
  /** What the outbox calls those to whom changes are to be told from the start. */
  webhookReceivers: readonly string[];
  /** The ports of a tenant's integration; null when there is none of this name (any more). */
  ports(tenant: string, integration: string): Ports | null;
  log: Log;
  onFailure(error: Error): void;
  /** Hears of tasks that are started and finished here. */
  meter?: TaskMeter | undefined;
  /** As EngineOptions.traces. */
  traces?: TaskTraces | undefined;
  /** Aborted when the gateway closes before the store was there. */
  signal: AbortSignal;
}

/** Waits for a Redis that is away; rejects where the store cannot be used at all, and when aborted. */
export async function openTasks({ config, signal, ...given }: OpenTasksOptions): Promise<OpenEngine> {
  const { log } = given;
  const shared: EngineOptions = {
    ...given,
    work: config.roles.work,
    retentionMs: config.taskRetentionMs,
  };
  const { redisUrl } = config;
  if (redisUrl === null) return openEmbeddedEngine({ ...shared, dataDir: config.dataDir });
  for (;;) {
    try {
      const engine = await openRedisEngine({ ...shared, url: redisUrl });
      for (const danger of (await engine.status()).dangers) log.warn({ danger }, 'the task store may lose tasks');
      return engine;
    } catch (error) {
      if (!(error instanceof RedisUnavailableError) || isLockedOut(error)) throw error;
      log.warn({ err: error }, 'the task store is away; trying again');
    }
    await sleep(RETRY_MS, signal);
  }
}
