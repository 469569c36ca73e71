import type { Redis } from 'ioredis';
import { fromRedis } from './unavailable.ts';

/** A server's version, and how it could lose what the gateway stores. */
export interface RedisInspection {
  version: string;
  /** One sentence each, for the operator; empty where nothing is wrong. */
  dangers: string[];
}

/** The first version with XAUTOCLAIM, ZRANGESTORE and others. */
const OLDEST = [6, 2] as const;

/**
 * Inspects a server's configuration. Throws for a version before 6.2 and for a replica, and RedisUnavailableError where
 * the server is away. Managed servers forbid CONFIG: what INFO does not show is then reported as not checked.
 */
export async function inspectRedis(redis: Redis): Promise<RedisInspection> {
  const [info, config] = await Promise.all([
    redis.info().catch((error: unknown) => Promise.reject(fromRedis(error) as Error)),
    configOf(redis),
  ]);
  const facts = new Map(info.split(/\r?\n/).flatMap(pairOf));
  const version = facts.get('redis_version') ?? 'unknown';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (!(major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]))) {
    throw new Error(`The gateway needs Redis 6.2 or newer, and this is ${version}.`);
  }
  if (facts.get('role') !== undefined && facts.get('role') !== 'master') {
    throw new Error('This Redis is a replica, which takes no writes: name its primary in the URL.');
  }
  return {
    version,
    dangers: [...memoryDangers(facts, config), ...persistenceDangers(facts, config), ...notes(facts, config)],
  };
}

type Facts = ReadonlyMap<string, string>;

function memoryDangers(facts: Facts, config: Facts | null): string[] {
  const policy = facts.get('maxmemory_policy') ?? config?.get('maxmemory-policy');
  const limit = Number(facts.get('maxmemory') ?? config?.get('maxmemory') ?? 0);
  if (policy === undefined || policy === 'noeviction') return [];
  const when = limit > 0 ? 'when its memory is full' : 'once it is given a maxmemory';
  return [`Redis drops stored tasks ${when}: its maxmemory-policy is ${policy} and should be noeviction.`];
}

function persistenceDangers(facts: Facts, config: Facts | null): string[] {
  if (facts.get('aof_enabled') === '1') {
    if (config?.get('appendfsync') !== 'no') return [];
    return [
      'Redis leaves writing to disk to the system: a power cut may lose about 30 seconds. Set appendfsync everysec.',
    ];
  }
  const save = config?.get('save');
  if (save === undefined) {
    return [
      'Redis keeps no append-only file: a restart may lose all since its last snapshot, if it makes any. Set appendonly yes.',
    ];
  }
  if (save === '') return ['Redis keeps nothing on disk: a restart loses all tasks. Set appendonly yes.'];
  const minutes = Math.ceil(longest(save) / 60);
  return [`Redis keeps snapshots only: a restart may lose up to ${minutes} minutes. Set appendonly yes.`];
}

function notes(facts: Facts, config: Facts | null): string[] {
  const cluster =
    facts.get('cluster_enabled') === '1'
      ? ['This Redis is a node of a cluster: the gateway asks this one node alone, which must own all its keys.']
      : [];
  const unchecked =
    config === null ? ['Redis forbids CONFIG, so that how it writes to disk could not be checked in full.'] : [];
  return [...cluster, ...unchecked];
}

/** The longest time in `save` rules such as `3600 1 300 100`: how long a single change may wait for a snapshot. */
function longest(save: string): number {
  return Math.max(
    ...save
      .split(' ')
      .filter((_, index) => index % 2 === 0)
      .map(Number),
  );
}

function pairOf(line: string): [string, string][] {
  const colon = line.indexOf(':');
  return colon < 1 ? [] : [[line.slice(0, colon), line.slice(colon + 1)]];
}

/** Null where the server forbids CONFIG. */
async function configOf(redis: Redis): Promise<Facts | null> {
  try {
    const names = ['appendfsync', 'save', 'maxmemory', 'maxmemory-policy'];
    // One by one: servers before version 7 accept one name only.
    const answers = await Promise.all(names.map((name) => redis.config('GET', name)));
    const pairs = answers.flatMap((answer) => {
      const [name, value] = answer as [string?, string?];
      return name === undefined || value === undefined ? [] : [[name, value] as const];
    });
    return pairs.length === 0 ? null : new Map(pairs);
  } catch (error) {
    const thrown = fromRedis(error);
    if (thrown === error) return null;
    throw thrown;
  }
}
