import { encodeId } from '../../src/domain/ids.ts';
import { OPERATIONS, WRITE_DESCRIPTIONS } from '../../src/domain/operations.ts';
import { SOURCE_STATES, type SourceStatus as SourceStatusShape } from '../../src/domain/employeeSkill.ts';
import { PROBLEM_CODES, ProviderError, type Problem } from '../../src/domain/problem.ts';
import type { SampleField } from '../../src/domain/ports.ts';
import type { Directory } from '../../src/directory/directory.ts';
import {
  Integration,
  kindSync,
  type Capability as CapabilityShape,
  type DriftOfOperation as DriftShape,
} from '../../src/integrations/integration.ts';
import { SYNC_INTERVALS_MS } from '../../src/directory/sync/syncScheduler.ts';
import type { BreakerStatus } from '../../src/outbound/policy/circuitBreaker.ts';
import type { Quota } from '../../src/outbound/policy/rateLimitHeaders.ts';
import { needs } from '../access.ts';
import { builder } from '../builder.ts';
import { costs } from '../cost.ts';
import { described } from '../described.ts';
import { Node } from '../node/node.ts';

const ProviderProblemCode = builder.enumType('ProviderProblemCode', {
  description: 'Kinds of problem with a provider.',
  values: described(PROBLEM_CODES, {
    UNREACHABLE: 'No connection, or it broke.',
    UNAVAILABLE: 'The provider, or the system behind it, said it is unavailable.',
    TIMEOUT: "No answer within the provider's timeout or the request's deadline.",
    BREAKER_OPEN: 'Not asked: the breaker is open after repeated failures.',
    RATE_LIMITED: 'Too many requests, or too many writes in flight.',
    UNAUTHENTICATED: 'Credentials missing, wrong or expired.',
    FORBIDDEN: 'The credentials lack a permission.',
    NOT_OFFERED: 'The provider or its administrator does not offer or has switched off this operation.',
    FIRST_SYNC_PENDING: "The provider's own first sync or walk has not ended.",
    SETUP_INCOMPLETE: "The provider's setup is unfinished, paused or failed its checks; an administrator must act.",
    NOT_FOUND: 'The provider does not know the record.',
    REJECTED: 'The provider refused the values.',
    CONFLICT: 'The values collide with what the provider holds.',
    UNREADABLE: 'The answer could not be read; see `Integration.drift`.',
    OUTCOME_UNKNOWN: 'The write was sent, but whether it took effect is unknown.',
    SUPERSEDED: 'A later write of the same thing was accepted before this one was sent.',
    INTERNAL: 'The provider, or the gateway itself, failed in a way of its own.',
  }),
});

export const ProviderProblem = builder.objectRef<Problem>('ProviderProblem');
ProviderProblem.implement({
  description: 'What went wrong with a provider.',
  fields: (t) => ({
    code: t.expose('code', { type: ProviderProblemCode, description: 'The kind of problem.' }),
    message: t.exposeString('message', {
      description: 'The same in a sentence, without secrets or personal data.',
    }),
    retryable: t.exposeBoolean('retryable', {
      description: 'Whether the same attempt may succeed later without a change.',
    }),
    retryAfterSeconds: t.exposeInt('retryAfterSeconds', {
      nullable: true,
      description: 'Seconds to wait before that; null when not known or not retryable.',
    }),
    providerCode: t.exposeString('providerCode', {
      nullable: true,
      description: "The provider's own code; null when it has none.",
    }),
    providerMessage: t.exposeString('providerMessage', {
      nullable: true,
      description:
        "The provider's own words, as plain text of at most 500 characters; null when it said none, and in what an integration " +
        'shows of itself. May hold personal data out of the request, and is never logged.',
    }),
    requestId: t.exposeString('requestId', {
      nullable: true,
      description: "The provider's id of the failed request, for its support; null when it gave none.",
    }),
  }),
});

const OperationEnum = builder.enumType('Operation', {
  description: 'What an integration may be able to do.',
  values: described(OPERATIONS, {
    READ_EMPLOYEES: 'List employees.',
    READ_SKILLS: 'List skills with their scales.',
    READ_RATINGS_BY_EMPLOYEE: 'Read the ratings of employees.',
    READ_RATINGS_BY_SKILL: 'Read the ratings of a skill.',
    READ_JOB_PROFILES: 'Read job profiles and what they expect.',
    READ_SKILL_GAPS: "Read what an employee's role expects.",
    READ_CAREER_PATHS: 'Read suggested next roles.',
    READ_WEIGHTS: 'Read the weights of its rating sources.',
    READ_CHANGES: 'Read only what changed since a point in time.',
    ...WRITE_DESCRIPTIONS,
  }),
});

const SUPPORT = ['NATIVE', 'EMULATED', 'DISABLED', 'UNSUPPORTED', 'UNKNOWN'] as const;
const SupportEnum = builder.enumType('Support', {
  description: 'How well an operation is supported.',
  values: described(SUPPORT, {
    NATIVE: 'The provider offers it.',
    EMULATED: 'The gateway makes it from other operations, e.g. from its walk of all profiles.',
    DISABLED: 'Possible, but switched off by configuration, scope or permission.',
    UNSUPPORTED: 'The provider has no such operation.',
    UNKNOWN:
      'The gateway can ask for it, but the provider has not answered such a call since the start: it may not be offered to this account.',
  }),
});

const Capability = builder.objectRef<CapabilityShape>('Capability');
Capability.implement({
  description: 'What an integration can do in one operation.',
  fields: (t) => ({
    operation: t.expose('operation', { type: OperationEnum, description: 'The operation.' }),
    support: t.expose('support', { type: SupportEnum, description: 'How well it is supported.' }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why it is not NATIVE, or what to know; null when there is nothing to say.',
    }),
    batchSize: t.exposeInt('batchSize', {
      nullable: true,
      description: 'Ids or items that one provider call takes; null when not supported.',
    }),
  }),
});

const SYNC_STATES = ['FIRST_WALK', 'IDLE', 'REFRESHING', 'FAILING'] as const;
const SyncStateEnum = builder.enumType('SyncState', {
  description: 'What the directory does for an integration.',
  values: described(SYNC_STATES, {
    FIRST_WALK: 'The first full walk has not ended; answers are PARTIAL.',
    IDLE: 'Complete and waiting.',
    REFRESHING: 'Reads changes or walks again; answers are complete meanwhile.',
    FAILING: 'The last walk failed; it is tried again.',
  }),
});

const IntegrationSync = builder.objectRef<Integration>('IntegrationSync');
IntegrationSync.implement({
  description: 'How far the directory follows an integration.',
  fields: (t) => ({
    state: t.field({
      type: SyncStateEnum,
      description: 'What goes on now.',
      resolve: ({ sync }) => sync.state,
    }),
    progress: t.float({
      nullable: true,
      description: 'Share of the running full walk, 0 to 1; null when none runs or its length is unknown.',
      resolve: ({ sync }) => sync.progress,
    }),
    employees: t.int({
      description: 'Employee records known.',
      resolve: ({ name }, _, { directory }) => directory.employeeCount(name),
    }),
    skills: t.int({
      description: 'Skill records known.',
      resolve: ({ name }, _, { directory }) => directory.skillCount(name),
    }),
    lastFullAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the last full walk ended; null when none has. Only full walks see removals.',
      resolve: ({ sync }) => sync.lastFullAt,
    }),
    lastDeltaAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the last read of changes ended; null when none has.',
      resolve: ({ sync }) => sync.lastDeltaAt,
    }),
    problem: t.field({
      type: ProviderProblem,
      nullable: true,
      description: 'Why the last walk failed, or that it could not read all records; null when neither.',
      resolve: ({ sync, unreadable }) => sync.problem ?? unreadable.problem('employees', 'skills', 'ratings'),
    }),
  }),
});

const DriftField = builder.objectRef<SampleField>('DriftField');
DriftField.implement({
  description: 'A field of a record that could not be read: no value.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name, with those of the fields it lies in; * for a number.' }),
    type: t.exposeString('type', { description: 'The type of its value in a word.' }),
  }),
});

const Drift = builder.objectRef<DriftShape>('Drift');
Drift.implement({
  description: "A shape in a provider's answers that could not be read.",
  fields: (t) => ({
    operation: t.expose('operation', {
      type: OperationEnum,
      description: 'The operation in whose answer it was found.',
    }),
    path: t.exposeString('path', {
      description: 'Path in the answer, array positions as *, e.g. items.*.skill.skillId.',
    }),
    expected: t.exposeString('expected', { description: 'What was expected there.' }),
    found: t.exposeString('found', { description: 'What was found: names and types, never values.' }),
    sample: t.expose('sample', {
      type: [DriftField],
      description:
        'Fields of the first record in which it was found, at most 40: names and types, never values. Empty where a whole answer could not be read.',
    }),
    count: t.exposeInt('count', { description: 'How often.' }),
    lastSeenAt: t.expose('lastSeenAt', { type: 'DateTime', description: 'When last.' }),
  }),
});

const INTEGRATION_STATES = ['HEALTHY', 'DEGRADED', 'DOWN', 'SETTING_UP'] as const;
const IntegrationStateEnum = builder.enumType('IntegrationState', {
  description: 'Health of an integration.',
  values: described(INTEGRATION_STATES, {
    HEALTHY: 'Answers.',
    DEGRADED: 'Answers slowly, partly, or with errors.',
    DOWN: 'Does not answer, or refuses the credentials.',
    SETTING_UP: 'The provider has not finished its own setup or first sync.',
  }),
});

export const RateLimit = builder.objectRef<Quota>('RateLimit');
RateLimit.implement({
  description: 'A limit over a window of time.',
  fields: (t) => ({
    limit: t.exposeInt('limit', {
      nullable: true,
      description:
        'Units allowed in the window: requests for an integration, query cost for a viewer. Null when not said.',
    }),
    remaining: t.exposeInt('remaining', { description: 'Units left.' }),
    resetAt: t.field({
      type: 'DateTime',
      description: 'When the window starts anew.',
      resolve: ({ resetAt }) => new Date(resetAt).toISOString(),
    }),
  }),
});

const BREAKER_STATES = ['CLOSED', 'OPEN', 'HALF_OPEN'] as const;
const BreakerStateEnum = builder.enumType('BreakerState', {
  description: 'Whether calls to a provider pass.',
  values: described(BREAKER_STATES, {
    CLOSED: 'All pass.',
    OPEN: 'None passes.',
    HALF_OPEN: 'One probe passes.',
  }),
});

const Breaker = builder.objectRef<BreakerStatus>('Breaker');
Breaker.implement({
  description: 'The guard that stops calls to a failing provider.',
  fields: (t) => ({
    state: t.expose('state', { type: BreakerStateEnum, description: 'Whether calls pass.' }),
    probeAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the next probe is let through; null unless OPEN.',
      resolve: ({ probeAt }) => (probeAt === null ? null : new Date(probeAt).toISOString()),
    }),
  }),
});

/** Drift shown of an integration at most. */
const MAX_DRIFT = 100;

/** Name, provider and state stand beside every answer; the rest is for those who run the gateway. */
const OPERATORS = needs('integrations:read');

export const IntegrationRef = builder.objectRef<Integration>('Integration');
IntegrationRef.implement({
  description: 'One configured connection to a provider.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: 'The global id.', resolve: ({ name }) => encodeId('Integration', name) }),
    name: t.exposeString('name', {
      description:
        'The name the operator chose, unique in the tenant, e.g. kombo-main. Inputs name integrations by it.',
    }),
    provider: t.exposeString('provider', { description: 'The kind of system, e.g. kombo, imocha, kantata.' }),
    simulated: t.exposeBoolean('simulated', {
      description: 'Whether the gateway simulates this provider: its people, skills and ratings are then invented.',
    }),
    state: t.expose('state', { type: IntegrationStateEnum, description: 'Health in one word.' }),
    capabilities: t.expose('capabilities', {
      extensions: { ...OPERATORS, ...costs({ size: 20 }) },
      type: [Capability],
      description: 'What it can do, one entry per operation.',
    }),
    maxReadsInFlight: t.int({
      extensions: OPERATORS,
      nullable: true,
      description: 'Most read calls in flight at once; null when unbounded.',
      resolve: ({ limits }) => limits.readsInFlight,
    }),
    maxWritesInFlight: t.int({
      extensions: OPERATORS,
      nullable: true,
      description: 'Most write calls in flight at once; null when unbounded.',
      resolve: ({ limits }) => limits.writesInFlight,
    }),
    rateLimit: t.field({
      extensions: OPERATORS,
      type: RateLimit,
      nullable: true,
      description: 'What the provider last said of its request limit; null when it never has.',
      resolve: ({ quota }) => quota,
    }),
    breaker: t.expose('breaker', {
      extensions: OPERATORS,
      type: Breaker,
      description: 'Whether calls are let through.',
    }),
    latencyP50Ms: t.int({
      extensions: OPERATORS,
      nullable: true,
      description: 'Median milliseconds of its calls in the last 5 minutes; null without calls.',
      resolve: ({ health }) => health.latencyP50Ms,
    }),
    latencyP99Ms: t.int({
      extensions: OPERATORS,
      nullable: true,
      description: '99th percentile in milliseconds of its calls in the last 5 minutes; null without calls.',
      resolve: ({ health }) => health.latencyP99Ms,
    }),
    errorRate: t.float({
      extensions: OPERATORS,
      nullable: true,
      description: 'Share of failed calls in the last 5 minutes, 0 to 1; null without calls.',
      resolve: ({ health }) => health.errorRate,
    }),
    lastProblem: t.expose('lastProblem', {
      extensions: OPERATORS,
      type: ProviderProblem,
      nullable: true,
      description: 'The latest problem; null when there has been none since the start.',
    }),
    lastProblemAt: t.expose('lastProblemAt', {
      extensions: OPERATORS,
      type: 'DateTime',
      nullable: true,
      description: 'When the latest problem occurred; null when there has been none.',
    }),
    sync: t.field({
      extensions: OPERATORS,
      type: IntegrationSync,
      description: 'How far the directory follows it.',
      resolve: (integration) => integration,
    }),
    drift: t.field({
      extensions: { ...OPERATORS, ...costs({ size: 10 }) },
      type: [Drift],
      description:
        'Shapes that could not be read since the start, here and where the directory is read, the most frequent first, at most 100. Those of the last 35 minutes make it DEGRADED.',
      resolve: ({ drift }) => drift.slice(0, MAX_DRIFT),
    }),
  }),
});

const SourceStateEnum = builder.enumType('SourceState', {
  description: 'What became of an integration in an answer.',
  values: described(SOURCE_STATES, {
    FRESH: 'Asked for this answer.',
    CACHED: 'Answered from a copy young enough to need no question.',
    STALE: 'The provider did not answer in time, or was not read for long; an older copy stands in.',
    PARTIAL: 'Some of its data is missing: its first walk has not ended, or a row could not be read.',
    UNREACHABLE: 'No answer and no copy; see `problem`.',
    UNSUPPORTED: 'It cannot answer this kind of question; see `Integration.capabilities`.',
    UNMATCHED: 'It knows no record of this employee or skill.',
  }),
});

export type Source = SourceStatusShape<Integration>;

export const SourceStatus = builder.objectRef<Source>('SourceStatus');
SourceStatus.implement({
  description:
    'How one integration took part in the field beside it. Every integration of the tenant is listed, less those a filter leaves out.',
  fields: (t) => ({
    integration: t.expose('integration', { type: IntegrationRef, description: 'The integration.' }),
    state: t.expose('state', { type: SourceStateEnum, description: 'What became of it.' }),
    fetchedAt: t.expose('fetchedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its data was read from the provider, the oldest part counting; null when there is none.',
    }),
    ageSeconds: t.exposeInt('ageSeconds', {
      nullable: true,
      description: 'Seconds since `fetchedAt`; null when there is no data.',
    }),
    dataAsOf: t.expose('dataAsOf', {
      type: 'DateTime',
      nullable: true,
      description:
        'As of when the provider itself speaks, where it is a copy of another system (its own last sync); null when not known. So far it is always null: no provider lets its last sync be read.',
    }),
    latencyMs: t.exposeInt('latencyMs', {
      nullable: true,
      description: 'Milliseconds this answer waited for the provider; null when it was not asked.',
    }),
    problem: t.expose('problem', {
      type: ProviderProblem,
      nullable: true,
      description: 'Why data is stale, partial or missing; null when nothing went wrong.',
    }),
  }),
});

/** Lists that nobody has read for so long are old: walks begin every 15 minutes, and take some minutes of thousands of people. */
const UNREAD_MS = 2 * SYNC_INTERVALS_MS.full;
const UNREAD = new ProviderError('INTERNAL', 'The gateway has not read it for more than 30 minutes.', {
  retryable: true,
}).toProblem();

/** How each integration took part in an answer from the directory. */
export function directorySources(
  directory: Directory,
  operation: 'READ_EMPLOYEES' | 'READ_SKILLS',
  now = Date.now(),
): Source[] {
  return directory.integrations.map((integration) => {
    const { name, sync, readFrom } = integration;
    const { support } = integration.capability(operation);
    const kind = operation === 'READ_EMPLOYEES' ? 'employees' : 'skills';
    const { fetchedAt, problem: failed } = kindSync(sync, kind);
    const readAt = fetchedAt === null ? null : Math.max(Date.parse(fetchedAt), readFrom.get(kind) ?? 0);
    const unread = integration.unreadable.problem(kind);
    const problem = failed ?? (readAt !== null && now - readAt > UNREAD_MS ? UNREAD : null);
    const state = ((): Source['state'] => {
      if (support === 'UNSUPPORTED') return 'UNSUPPORTED';
      if (fetchedAt === null) {
        const known = kind === 'employees' ? directory.employeeCount(name) : directory.skillCount(name);
        return sync.state !== 'FIRST_WALK' && problem && known === 0 ? 'UNREACHABLE' : 'PARTIAL';
      }
      if (problem) return 'STALE';
      if (unread) return 'PARTIAL';
      // Without a catalogue the skills known are those that ratings have shown so far.
      return support === 'EMULATED' ? 'PARTIAL' : 'CACHED';
    })();
    return {
      integration,
      state,
      fetchedAt,
      ageSeconds: fetchedAt === null ? null : Math.max(0, Math.floor((now - Date.parse(fetchedAt)) / 1000)),
      dataAsOf: null,
      latencyMs: null,
      problem: problem ?? unread,
    };
  });
}

builder.queryField('integrations', (t) =>
  t.field({
    type: [IntegrationRef],
    extensions: costs({ size: 10 }),
    description:
      "The viewer's integrations in order of precedence: health, capabilities, limits, sync and drift. Costs no provider call.",
    resolve: (_, __, { directory }) => [...directory.integrations],
  }),
);
