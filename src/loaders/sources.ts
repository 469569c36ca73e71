import type { Operation } from '../domain/operations.ts';
/** How an integration took part in an answer, from how it was read. */
import type { Directory } from '../directory/directory.ts';
import type { Integration } from '../integrations/integration.ts';
import type { Problem } from '../domain/problem.ts';
import type { SourceState, SourceStatus } from '../domain/employeeSkill.ts';
import type { Reading } from './readers/ratingReading.ts';
import type { SkillReading } from './readers/skillRatingReader.ts';

const UNASKED = { fetchedAt: null, ageSeconds: null, dataAsOf: null, latencyMs: null, problem: null };

/** States in which the provider was not waited for. */
const UNWAITED: ReadonlySet<SourceState> = new Set(['CACHED', 'PARTIAL', 'UNSUPPORTED']);

/** The status of an integration that gave this reading, after so many milliseconds. */
export function answered(
  integration: Integration,
  reading: Reading | SkillReading,
  waitedMs: number,
  at: number,
): SourceStatus<Integration> {
  const { state } = reading;
  const problem = 'problem' in reading ? reading.problem : null;
  const isUnwaited = UNWAITED.has(state) || ('atOnce' in reading && reading.atOnce === true);
  const latencyMs = isUnwaited ? null : waitedMs;
  if (!('rows' in reading) || reading.fetchedAt === null) return { ...UNASKED, integration, state, latencyMs, problem };
  return {
    integration,
    state,
    fetchedAt: new Date(reading.fetchedAt).toISOString(),
    ageSeconds: Math.max(0, Math.floor((at - reading.fetchedAt) / 1000)),
    dataAsOf: null,
    latencyMs,
    problem,
  };
}

/**
 * Without a record there the question could not be put. Whether there is none, only a full sync can say, and only one that
 * had ended before the question was put: `wasSynced`.
 */
export function notAsked(
  integration: Integration,
  operation: Operation,
  { recordsKnown, wasSynced }: { recordsKnown: number; wasSynced: boolean },
): SourceStatus<Integration> {
  const { lastFullAt, problem } = integration.sync;
  const source = { ...UNASKED, integration };
  if (!integration.offers(operation)) return { ...source, state: 'UNSUPPORTED' };
  // The record may be one that could not be read.
  const unread = integration.unreadable.problem(operation === 'READ_RATINGS_BY_SKILL' ? 'skills' : 'employees');
  if (lastFullAt !== null && wasSynced) {
    return unread ? { ...source, state: 'PARTIAL', problem: unread } : { ...source, state: 'UNMATCHED' };
  }
  if (problem === null || recordsKnown > 0) return { ...source, state: 'PARTIAL', problem };
  return { ...source, state: problem.code === 'NOT_OFFERED' ? 'UNSUPPORTED' : 'UNREACHABLE', problem };
}

/** The integrations of which a full sync has ended by now. */
export function syncedOf({ integrations }: Directory): ReadonlySet<Integration> {
  return new Set(integrations.filter(({ sync }) => sync.lastFullAt !== null));
}

/** The status of ratings that came while their skills' names were still being read for the first time; STALE says more. */
export function stillReadingSkills(status: SourceStatus<Integration>): SourceStatus<Integration> {
  if (status.state === 'STALE') return status;
  const problem: Problem = {
    code: 'FIRST_SYNC_PENDING',
    message: 'The skills are still being read for the first time: some have no name yet, or are missing.',
    retryable: true,
    retryAfterSeconds: null,
    providerCode: null,
    requestId: null,
  };
  return { ...status, state: 'PARTIAL', problem: status.problem ?? problem };
}

/** The first that occurs stands for the whole: what is worst, but for what one part alone lacks. */
const WEIGHTIEST: readonly SourceState[] = ['STALE', 'PARTIAL', 'FRESH', 'CACHED', 'UNREACHABLE', 'UNSUPPORTED'];

/** One status an integration for several parts of one answer, each with the statuses of the same integrations. */
export function combined(parts: readonly (readonly SourceStatus<Integration>[])[]): SourceStatus<Integration>[] {
  const [first = []] = parts;
  return first.map(({ integration }) =>
    combine(parts.flatMap((statuses) => statuses.find((status) => status.integration === integration) ?? [])),
  );
}

function combine(all: readonly SourceStatus<Integration>[]): SourceStatus<Integration> {
  // A part of which it has no record says nothing against the others.
  const asked = all.filter(({ state }) => state !== 'UNMATCHED');
  const leading = WEIGHTIEST.flatMap((state) => asked.find((status) => status.state === state) ?? [])[0] ?? all[0];
  if (!leading) throw new Error('an answer without parts');
  const problem = asked.find((status) => status.problem !== null)?.problem ?? null;
  const isMissing = asked.some(({ state }) => state === 'UNREACHABLE') && leading.state !== 'UNREACHABLE';
  const oldest = asked
    .filter(({ fetchedAt }) => fetchedAt !== null)
    .toSorted((a, b) => (b.ageSeconds ?? 0) - (a.ageSeconds ?? 0))[0];
  const latencies = asked.flatMap(({ latencyMs }) => latencyMs ?? []);
  return {
    ...leading,
    state: isMissing ? 'PARTIAL' : leading.state,
    fetchedAt: oldest?.fetchedAt ?? null,
    ageSeconds: oldest?.ageSeconds ?? null,
    latencyMs: latencies.length === 0 ? null : Math.max(...latencies),
    problem,
  };
}
