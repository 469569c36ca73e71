/** The processes of a chaos run: one simulator, one real Redis, two replicas that serve and two that work. */
import * as cards from '../../../providers/registry.ts';
import { normalize, proficiencyOf, type Scale } from '../../../src/domain/rating.ts';
import { connect } from '../../../src/integrations/connect.ts';
import type { JournalEntry } from '../../../src/simulator/simulator.ts';
import { startLateReplies, type LateReplies } from '../fakes/lateReplies.ts';
import { startProgram, type Program } from '../processes.ts';
import { startRedis, type TestRedis } from '../redis.ts';
import { startSimulatorProgram } from '../simulatorProgram.ts';

export const API_KEY = 'a-key-for-the-chaos-run';

/** Systems that are written to, by the simulator's name; the third takes no ratings. */
export const WRITTEN = ['kombo', 'kantata'] as const;

/** One gateway process, started anew each time it is killed, at the same address. */
export interface Replica {
  readonly role: 'serve' | 'work';
  /** Null while it is down or not ready yet. */
  url: string | null;
  /** Kills it with SIGKILL and starts another in its place; resolves when that one is ready. */
  kill(): Promise<void>;
  /** Stops it as it stands (SIGSTOP): it neither answers nor closes a connection. */
  pause(): void;
  /** Lets it go on (SIGCONT). */
  resume(): void;
}

export interface World {
  redis: TestRedis;
  /** On the first worker's way to Redis. */
  lateReplies: LateReplies;
  servers: readonly Replica[];
  workers: readonly Replica[];
  /** What a provider's simulator has been asked so far, and what came of it. */
  journal(provider: string): Promise<JournalEntry[]>;
  /** Lays a fault on a provider's calls. */
  fault(provider: string, fault: object): Promise<void>;
  /** Takes all faults of a provider away. */
  clearFaults(provider: string): Promise<void>;
  /** The ratings that a provider holds now. */
  ratings(provider: string): Promise<StoredRating[]>;
  /** Waits for a replica of this role that is up. */
  up(role: Replica['role'], random: () => number): Promise<string>;
  close(): Promise<void>;
}

/** A rating as a provider holds it; ids are the provider's, the level is 0 to 1. */
export interface StoredRating {
  employeeId: string;
  skillId: string;
  level: number | null;
}

export interface WorldSize {
  people: number;
  skills: number;
  /** Replicas that serve; two when left out. */
  servers?: number;
}

export async function startWorld({ people, skills, servers = 2 }: WorldSize): Promise<World> {
  const redis = await startRedis();
  const simulator = await startSimulatorProgram({ people, skills });
  const environment = {
    ...simulator.environment,
    REDIS_URL: redis.url,
    GATEWAY_API_KEYS: API_KEY,
    LOG_LEVEL: 'info',
  };
  const shared: Shared = { waiters: new Set(), closing: false };
  const lateReplies = await startLateReplies(redis.port);
  const late = { ...environment, REDIS_URL: `redis://127.0.0.1:${lateReplies.port}` };
  const starting = [
    ...Array.from({ length: servers }, () => startReplica('serve', environment, shared)),
    startReplica('work', late, shared),
    startReplica('work', environment, shared),
  ];
  const replicas = await Promise.all(starting);
  return {
    redis,
    lateReplies,
    servers: replicas.filter(({ role }) => role === 'serve'),
    workers: replicas.filter(({ role }) => role === 'work'),
    journal: simulator.journal,
    fault: simulator.fault,
    clearFaults: simulator.clearFaults,
    ratings: (provider) => ratingsIn(provider, simulator.environment),
    async up(role, random) {
      for (;;) {
        const urls = replicas.flatMap((replica) =>
          replica.role === role && replica.url !== null ? [replica.url] : [],
        );
        const url = urls[Math.floor(random() * urls.length)];
        if (url !== undefined) return url;
        await new Promise<void>((resolve) => {
          shared.waiters.add(resolve);
        });
      }
    },
    async close() {
      shared.closing = true;
      await Promise.all(replicas.map((replica) => replica.stop()));
      lateReplies.close();
      await simulator.stop();
      await redis.stop();
    },
  };
}

/** Reads all ratings of a provider by its own adapter, past every gateway. */
async function ratingsIn(provider: string, environment: Record<string, string>): Promise<StoredRating[]> {
  const card = Object.values(cards).find(({ name }) => name === provider);
  const reading = card?.readEnvironment(environment);
  if (!card || reading?.state !== 'configured') throw new Error(`no provider ${provider}`);
  const { ports, close } = connect(card, reading.integration, { name: provider, limits: { requestsPerSecond: null } });
  try {
    const scales = new Map<string, Scale | null>();
    for await (const { rows } of ports.skills?.walk({ purpose: 'walk' }) ?? []) {
      for (const { remoteId, scale } of rows) scales.set(remoteId, scale);
    }
    const ratings: StoredRating[] = [];
    for await (const { rows } of ports.ratings?.walk({ purpose: 'walk' }) ?? []) {
      for (const { employeeId, skillId, value } of rows) {
        const level = normalize(proficiencyOf(value, scales.get(skillId) ?? null));
        ratings.push({ employeeId, skillId, level });
      }
    }
    return ratings;
  } finally {
    await close();
  }
}

/** What the replicas of one world share. */
interface Shared {
  /** Those who wait until some replica is up again. */
  waiters: Set<() => void>;
  closing: boolean;
}

interface OwnReplica extends Replica {
  stop(): Promise<void>;
}

async function startReplica(
  role: Replica['role'],
  environment: Record<string, string>,
  shared: Shared,
): Promise<OwnReplica> {
  let program: Program;
  let port = '0';
  const start = async (): Promise<void> => {
    program = startProgram('main', { ...environment, ROLES: role, PORT: port });
    const [, url = ''] = await program.prints(/"url":"(http[^"]*?)(?:\/graphql)?","msg":"ready"/);
    ({ port } = new URL(url));
    comeUp();
  };
  const comeUp = (): void => {
    replica.url = `http://127.0.0.1:${port}/graphql`;
    for (const resolve of shared.waiters) resolve();
    shared.waiters.clear();
  };
  const replica: OwnReplica = {
    role,
    url: null,
    async kill() {
      replica.url = null;
      await program.stop('SIGKILL');
      if (!shared.closing) await start();
    },
    pause() {
      replica.url = null;
      program.send('SIGSTOP');
    },
    resume() {
      program.send('SIGCONT');
      comeUp();
    },
    async stop() {
      replica.url = null;
      await program.stop('SIGKILL');
    },
  };
  await start();
  return replica;
}
