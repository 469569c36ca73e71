import {
  OPERATION_OF_CALL,
  OPERATIONS,
  WRITE_PORTS,
  writeOperation,
  type Operation,
  type WritePortName,
} from '../domain/operations.ts';
import type { WalkedPort } from '../domain/ports.ts';
import type { NoteDrift, Ports } from '../domain/ports.ts';
import { GivenUp, problemOf, ProviderError, withoutWords, type Problem } from '../domain/problem.ts';
import type { BreakerStatus } from '../outbound/policy/circuitBreaker.ts';
import { Health, type HealthFigures } from './health.ts';
import type { Quota } from '../outbound/policy/rateLimitHeaders.ts';
import { alike } from '../outbound/policy/attemptTimeouts.ts';
import type { CallRecord } from '../outbound/upstream.ts';
import type { Limits } from '../outbound/limits.ts';
import { DriftKinds, type Drift } from './drift.ts';
import { FirstRead } from './firstRead.ts';
import { UnreadableRecords } from './unreadableRecords.ts';

export type Support = 'NATIVE' | 'EMULATED' | 'DISABLED' | 'UNSUPPORTED' | 'UNKNOWN';

export interface Capability {
  operation: Operation;
  support: Support;
  /** Why it is not NATIVE; null when there is nothing to say. */
  reason: string | null;
  /** Ids or items that one provider call takes; null when not supported. */
  batchSize: number | null;
}

export type SyncState = 'FIRST_WALK' | 'IDLE' | 'REFRESHING' | 'FAILING';

/** How the last walks of one kind of records went. */
export interface KindSync {
  /** When the last one began that went well; null when none has. */
  fetchedAt: string | null;
  /** What ended the last one early. */
  problem: Problem | null;
}

export interface SyncStatus {
  state: SyncState;
  /** Share of the running walk, 0 to 1; null when none runs or its length is unknown. */
  progress: number | null;
  lastFullAt: string | null;
  lastDeltaAt: string | null;
  problem: Problem | null;
  /** By kind; absent before a walk has ended, and after one that broke off. */
  kinds?: Readonly<Record<'employees' | 'skills', KindSync>> | undefined;
}

/** How walks of one kind went; as those of everything did where that is not told apart. */
export function kindSync({ kinds, lastFullAt, problem }: SyncStatus, kind: 'employees' | 'skills'): KindSync {
  return kinds?.[kind] ?? { fetchedAt: lastFullAt, problem };
}

export interface DriftOfOperation extends Omit<Drift, 'operation'> {
  operation: Operation;
}

/** Outcomes that say nothing ill of a provider: it did what it was asked, or had reason to refuse. */
const FINE_OUTCOMES: ReadonlySet<string> = new Set(['ok', 'NOT_FOUND', 'REJECTED', 'CONFLICT', 'NOT_OFFERED']);
/** Outcomes that show that an endpoint is there. */
const ANSWERS: ReadonlySet<string> = new Set(['ok', 'REJECTED', 'CONFLICT']);
/** From this share of failed calls on, of at least so many, an integration is DEGRADED… */
const MANY_ERRORS = 0.1;
const LEAST_CALLS = 10;
/** …and when half of its calls take longer: a page's deadline is 10 s, and it has two waves of calls. */
const SLOW_MS = 4_000;

export type IntegrationState = 'HEALTHY' | 'DEGRADED' | 'DOWN' | 'SETTING_UP';

/** One configured connection to a provider, with what has been learnt of its health since the start. */
export class Integration {
  readonly name: string;
  /** The kind of system. */
  readonly provider: string;
  readonly ports: Ports;
  readonly limits: Limits;
  /** True where the gateway itself simulates the provider, so that everything from it is invented. */
  readonly simulated: boolean;
  /** Whether calls are let through; `probeAt` in milliseconds since 1970. */
  breaker: BreakerStatus = { state: 'CLOSED', probeAt: null };
  /** What the provider last said of its request limit; null when it never has. */
  quota: Quota | null = null;
  #sync: SyncStatus = { state: 'FIRST_WALK', progress: null, lastFullAt: null, lastDeltaAt: null, problem: null };
  /** When the last read of each kind began that went well, in milliseconds: from there changes are read. */
  readonly readFrom = new Map<WalkedPort, number>();
  /** What the provider turned out not to tell changes of; full walks bring them. */
  readonly changesNotOffered = new Set<WalkedPort>();
  /** Records that the last full sync of a kind did not read, and that are gone when the next one does not either. */
  readonly missed: Record<'employees' | 'skills', Set<string>> = { employees: new Set(), skills: new Set() };
  /** What is missing of each kind, because it could not be read. */
  readonly unreadable = new UnreadableRecords();
  /** Until the skills have been read, ratings may name some whose names are not known yet. */
  readonly firstSkills = new FirstRead();
  /** The first full sync. */
  readonly firstSync = new FirstRead();
  lastProblem: Problem | null = null;
  lastProblemAt: string | null = null;
  /** False once the provider was seen to ignore the filter of ratings: they are then kept by a walk. */
  ratingFilterHonoured = true;
  /** The same of the filter by skill; the next walk has it tried anew. */
  skillFilterHonoured = true;
  /** Problems since the last call that went well. */
  #failuresInRow = 0;
  readonly #notOffered = new Map<Operation, string>();
  /** What the provider has answered at least once, also with a refusal of what was asked. */
  readonly #answered = new Set<Operation>();
  readonly drifts: DriftKinds;
  readonly #now: () => number;
  readonly #health: Health;
  readonly #listeners = new Set<() => void>();
  /** What listeners were last told of. */
  #told = '';

  constructor(options: {
    name: string;
    provider: string;
    ports: Ports;
    limits: Limits;
    simulated?: boolean | undefined;
    now?: () => number;
  }) {
    this.name = options.name;
    this.provider = options.provider;
    this.ports = options.ports;
    this.limits = options.limits;
    this.simulated = options.simulated ?? false;
    this.#now = options.now ?? Date.now;
    this.#health = new Health(this.#now);
    this.drifts = new DriftKinds(this.#now);
  }

  get sync(): SyncStatus {
    return this.#sync;
  }

  set sync(status: SyncStatus) {
    this.#sync = status;
    if (status.lastFullAt !== null || status.problem !== null) {
      this.firstSkills.end();
      this.firstSync.end();
    }
    this.#tell();
  }

  /** Figures of the calls of the last 5 minutes. */
  get health(): HealthFigures {
    return this.#health.figures;
  }

  /** Calls back each time the state, the breaker's or the sync's has become another, until the answered function is called. */
  onChange(listener: () => void): () => void {
    if (this.#listeners.size === 0) this.#told = this.#summary;
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Listeners that have not left. */
  get watchers(): number {
    return this.#listeners.size;
  }

  /** Takes note of one call; to be given to the upstream. */
  readonly onCall = (record: CallRecord): void => {
    if (record.outcome === 'ok') this.#failuresInRow = 0;
    const operation = OPERATION_OF_CALL[record.operation];
    if (operation && ANSWERS.has(record.outcome)) this.#answered.add(operation);
    // What was given up here says nothing of there.
    if (record.outcome !== 'ABORTED') this.#health.count(record.milliseconds, !FINE_OUTCOMES.has(record.outcome));
    this.#tell();
  };

  /** Takes note of the breaker's state; to be given to the upstream. */
  readonly onBreaker = (status: BreakerStatus): void => {
    this.breaker = status;
    this.#tell();
  };

  /** Takes note of the provider's word on its limit; to be given to the upstream. */
  readonly onQuota = (quota: Quota): void => {
    this.quota = quota;
  };

  get #summary(): string {
    return `${this.state} ${this.breaker.state} ${this.sync.state}`;
  }

  #tell(): void {
    // The state is put together of five minutes' calls: too dear for every call while nobody listens.
    if (this.#listeners.size === 0) return;
    const summary = this.#summary;
    if (summary === this.#told) return;
    this.#told = summary;
    for (const listener of this.#listeners) listener();
  }

  /** Counts a shape that could not be read; to be given to the upstream. The kind where it is a new one, else null. */
  readonly onDrift = (...given: Parameters<NoteDrift>): Drift | null => {
    const wasRecent = this.drifts.isRecent;
    const added = this.drifts.note(...given);
    if (added || !wasRecent) this.#tell();
    return added;
  };

  /** The most frequent first, each with the operation that its call belongs to. */
  get drift(): DriftOfOperation[] {
    // Calls without an entry read ratings, one way or another.
    return this.drifts.all.map((kind) => ({
      ...kind,
      operation: OPERATION_OF_CALL[kind.operation] ?? 'READ_RATINGS_BY_EMPLOYEE',
    }));
  }

  /**
   * Notes a failure and answers it as a problem; NOT_OFFERED switches the operation off until it works again. What the
   * gateway gave up is not noted: how long clients wait says nothing of the provider.
   */
  failed(operation: Operation, error: unknown): Problem {
    const problem = problemOf(error);
    if (error instanceof GivenUp) return problem;
    this.lastProblem = withoutWords(problem);
    this.lastProblemAt = new Date(this.#now()).toISOString();
    this.#failuresInRow += 1;
    if (problem.code === 'NOT_OFFERED') this.#notOffered.set(operation, problem.message);
    this.#tell();
    return problem;
  }

  /** Notes that the operation works. */
  worked(operation: Operation): void {
    this.#failuresInRow = 0;
    this.#notOffered.delete(operation);
    this.#answered.add(operation);
    this.#tell();
  }

  /** Forgets what was not offered, so that it is tried anew: an administrator may have switched it on. */
  retryOffers(): void {
    this.#notOffered.clear();
    this.changesNotOffered.clear();
    this.skillFilterHonoured = true;
  }

  /** What was found not to be offered, with the reasons. */
  get notOffered(): ReadonlyMap<Operation, string> {
    return this.#notOffered;
  }

  /** Takes note of what another process found; a null reason: that it is offered after all. */
  foundElsewhere(operation: Operation, reason: string | null): void {
    if (reason === null) this.#notOffered.delete(operation);
    else this.#notOffered.set(operation, reason);
  }

  /** What has been answered at least once since the start, here or on another replica. */
  get answered(): readonly Operation[] {
    return [...this.#answered];
  }

  /** Takes note of what another process has had answered. */
  answeredElsewhere(operations: readonly Operation[]): void {
    for (const operation of operations) this.#answered.add(operation);
  }

  offers(operation: Operation): boolean {
    return !this.#notOffered.has(operation) && this.#batchSize(operation) !== null;
  }

  /** Health in one word. */
  get state(): IntegrationState {
    if (this.breaker.state !== 'CLOSED') return 'DOWN';
    const problem = this.#failuresInRow > 0 ? this.lastProblem : null;
    if (problem === null)
      return this.drifts.isRecent || this.sync.problem || this.#lacks || this.#isPoorly ? 'DEGRADED' : 'HEALTHY';
    if (problem.code === 'FIRST_SYNC_PENDING' || problem.code === 'SETUP_INCOMPLETE') return 'SETTING_UP';
    return problem.code === 'UNREACHABLE' || problem.code === 'UNAUTHENTICATED' || this.#failuresInRow >= 3
      ? 'DOWN'
      : 'DEGRADED';
  }

  get #lacks(): boolean {
    return this.unreadable.problem('employees', 'skills', 'ratings') !== null;
  }

  /** Whether it answers, but slowly or with errors. */
  get #isPoorly(): boolean {
    const { calls, errorRate, latencyP50Ms } = this.health;
    if (calls < LEAST_CALLS) return false;
    return (errorRate ?? 0) >= MANY_ERRORS || (latencyP50Ms ?? 0) > SLOW_MS;
  }

  get capabilities(): Capability[] {
    return OPERATIONS.map((operation) => this.capability(operation));
  }

  capability(operation: Operation): Capability {
    const batchSize = this.#batchSize(operation);
    if (batchSize === null) {
      return { operation, support: 'UNSUPPORTED', reason: 'The provider has no such operation.', batchSize: null };
    }
    const reason = this.#notOffered.get(operation);
    if (reason === undefined) {
      const offered = this.#offered(operation, batchSize);
      if (offered.support !== 'NATIVE' || this.#answered.has(operation)) return offered;
      return { ...offered, support: 'UNKNOWN', reason: offered.reason ?? 'Not tried since the gateway started.' };
    }
    return operation === 'READ_SKILLS'
      ? { operation, support: 'EMULATED', reason: `${reason} Skills are learnt from ratings.`, batchSize: null }
      : { operation, support: 'UNSUPPORTED', reason, batchSize: null };
  }

  #offered(operation: Operation, batchSize: number): Capability {
    const { ratings, ratingsBySkills } = this.ports;
    if (operation === 'READ_CHANGES' && this.changesNotOffered.size > 0) {
      const reason = `Not of ${[...this.changesNotOffered].join(', ')}: full walks bring those.`;
      return { operation, support: 'NATIVE', reason, batchSize };
    }
    if (operation === 'READ_RATINGS_BY_SKILL' && !ratingsBySkills) {
      return { operation, support: 'EMULATED', reason: 'Answered from a walk of all ratings.', batchSize: null };
    }
    const write = WRITE_PORTS.get(operation);
    const limits = write ? limitsOfWrite(this.ports, write) : null;
    if (limits !== null) return { operation, support: 'NATIVE', reason: limits, batchSize };
    const bySkill = operation === 'READ_RATINGS_BY_SKILL' && !this.skillFilterHonoured;
    const byEmployee = operation === 'READ_RATINGS_BY_EMPLOYEE';
    if (!byEmployee && !bySkill) return { operation, support: 'NATIVE', reason: null, batchSize };
    if (bySkill || !this.ratingFilterHonoured) {
      const reason = 'The provider does not honour its filter; answered from a walk of all ratings.';
      return { operation, support: 'EMULATED', reason, batchSize: null };
    }
    const reason = ratings?.keep === true ? 'Many people at once are answered from a walk of all profiles.' : null;
    return { operation, support: 'NATIVE', reason, batchSize };
  }

  /** Items that one call takes (1 for a walk); null where the port is absent. */
  #batchSize(operation: Operation): number | null {
    const { employees, skills, ratingsByEmployees } = this.ports;
    const { ratings, ratingsBySkills } = this.ports;
    const { jobProfiles, skillGaps, careerPaths, weightages } = this.ports;
    const write = WRITE_PORTS.get(operation);
    if (write) return this.ports[write]?.batchSize ?? null;
    switch (operation) {
      case 'READ_EMPLOYEES':
        return employees ? 1 : null;
      case 'READ_SKILLS':
        return skills ? 1 : null;
      case 'READ_RATINGS_BY_EMPLOYEE':
        return ratingsByEmployees?.batchSize ?? null;
      case 'READ_RATINGS_BY_SKILL':
        return ratingsBySkills?.batchSize ?? (ratings ? 1 : null);
      case 'READ_JOB_PROFILES':
        return jobProfiles ? 1 : null;
      case 'READ_SKILL_GAPS':
        return skillGaps?.batchSize ?? null;
      case 'READ_CAREER_PATHS':
        return careerPaths ? 1 : null;
      case 'READ_WEIGHTS':
        return weightages ? 1 : null;
      case 'READ_CHANGES':
        return employees?.changedSince || skills?.changedSince || ratings?.changedSince ? 1 : null;
      default:
        return null;
    }
  }
}

/** What a write that is there cannot do of all that its operation means; null where there is nothing to say. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- It ties the port to its row.
function limitsOfWrite<Port extends WritePortName>(ports: Ports, name: Port): string | null {
  const port = ports[name];
  return port ? writeOperation(name).limits(port) : null;
}

const NO_LIMITS: Limits = {
  requestsPerSecond: null,
  readsInFlight: 0,
  writesInFlight: 0,
  attempts: 0,
  connectTimeoutMs: 0,
  times: alike(0),
  maxBodyBytes: 0,
};

/** Stands for one that is configured no more, where an old task still names it: it can do nothing, and says why. */
export function goneIntegration(name: string): Integration {
  const gone = new Integration({ name, provider: 'unknown', ports: {}, limits: NO_LIMITS });
  const error = new ProviderError('NOT_OFFERED', 'The integration is not configured any more.');
  gone.failed('READ_EMPLOYEES', error);
  gone.sync = { ...gone.sync, state: 'FAILING', problem: error.toProblem() };
  return gone;
}

/** Whether an error says that the provider ignored a filter, so that the walk must stand in. */
export function isFilterIgnored(error: unknown): boolean {
  return error instanceof ProviderError && error.providerCode === 'FILTER_IGNORED';
}
