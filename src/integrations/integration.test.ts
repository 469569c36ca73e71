import { describe, expect, it } from 'vitest';
import { FakeProvider } from '../../test/support/fakes/fakeProvider.ts';
import { GivenUp, ProviderError, type ProblemCode } from '../domain/problem.ts';
import { NotSent, outOfTime } from '../outbound/policy/notSent.ts';
import type { CallRecord } from '../outbound/upstream.ts';
import { VirtualClock } from '../lib/clock.ts';
import { goneIntegration, isFilterIgnored } from './integration.ts';

const error = (code: ProblemCode) => new ProviderError(code, 'It failed.');
const call = (outcome: string): CallRecord => ({
  integration: 'hr',
  operation: 'employees',
  kind: 'read',
  purpose: 'request',
  outcome,
  waitedMs: 0,
  milliseconds: 1,
});

describe('an integration that is configured no more', () => {
  it('can do nothing, and says why', () => {
    const gone = goneIntegration('hr-old');
    expect(gone).toMatchObject({
      name: 'hr-old',
      provider: 'unknown',
      state: 'DEGRADED',
      lastProblem: { code: 'NOT_OFFERED' },
    });
    expect(gone.capabilities.every(({ support }) => support === 'UNSUPPORTED')).toBe(true);
  });
});

it('shows of its last problem what the gateway says of it, and not the words of the provider', () => {
  const { integration } = new FakeProvider();
  const words = new ProviderError('REJECTED', 'It failed.', { providerMessage: 'No mail for ada@example.test.' });
  expect(integration.failed('READ_EMPLOYEES', words).providerMessage).toBe('No mail for ada@example.test.');
  expect(integration.lastProblem).toMatchObject({ code: 'REJECTED', message: 'It failed.', providerMessage: null });
});

describe('what an integration can do', () => {
  it('is what its ports are', () => {
    const { integration } = new FakeProvider({ batchSize: 7 });
    integration.worked('READ_EMPLOYEES');
    const untried = 'Not tried since the gateway started.';
    expect(integration.capabilities).toMatchObject([
      { operation: 'READ_EMPLOYEES', support: 'NATIVE', batchSize: 1, reason: null },
      { operation: 'READ_SKILLS', support: 'UNKNOWN', batchSize: 1, reason: untried },
      { operation: 'READ_RATINGS_BY_EMPLOYEE', support: 'UNKNOWN', batchSize: 7, reason: untried },
      { operation: 'READ_RATINGS_BY_SKILL', support: 'EMULATED', batchSize: null },
      { operation: 'READ_JOB_PROFILES', support: 'UNSUPPORTED', batchSize: null },
      { operation: 'READ_SKILL_GAPS', support: 'UNSUPPORTED', batchSize: null },
      { operation: 'READ_CAREER_PATHS', support: 'UNSUPPORTED', batchSize: null },
      { operation: 'READ_WEIGHTS', support: 'UNSUPPORTED', batchSize: null },
      { operation: 'READ_CHANGES', support: 'UNSUPPORTED', batchSize: null },
      { operation: 'ASSIGN_SKILLS', support: 'UNSUPPORTED', batchSize: null },
      { operation: 'RATE_SKILLS', support: 'UNSUPPORTED', batchSize: null },
      { operation: 'REMOVE_SKILLS', support: 'UNSUPPORTED', batchSize: null },
      { operation: 'UPSERT_EMPLOYEES', support: 'UNSUPPORTED', batchSize: null },
      { operation: 'SET_EMPLOYEE_STATUS', support: 'UNSUPPORTED', batchSize: null },
      { operation: 'UPSERT_SKILLS', support: 'UNSUPPORTED', batchSize: null },
      { operation: 'ADD_CERTIFICATES', support: 'UNSUPPORTED', batchSize: null },
    ]);
    expect([integration.offers('READ_SKILLS'), integration.offers('RATE_SKILLS')]).toEqual([true, false]);
  });

  it.each([
    ['ok', 'NATIVE'],
    ['REJECTED', 'NATIVE'],
    ['NOT_OFFERED', 'UNKNOWN'],
    ['TIMEOUT', 'UNKNOWN'],
  ])('is known once a call has been answered: %s is %s', (outcome, support) => {
    const run = () => Promise.resolve([]);
    const { integration } = new FakeProvider({ ports: { remove: { batchSize: 3, repeat: 'safe', run } } });
    integration.onCall({ ...call(outcome), operation: 'remove', kind: 'write' });
    expect(integration.capability('REMOVE_SKILLS').support).toBe(support);
  });

  it('says which half of a write is there', () => {
    const run = () => Promise.resolve([]);
    const port = { batchSize: 3, repeat: 'safe', run } as const;
    const fields = { fields: [], required: [] };
    const { integration } = new FakeProvider({
      ports: {
        remove: port,
        upsertEmployees: { ...port, ...fields, creates: false, updates: true },
        setStatus: { ...port, activates: false, deactivates: true },
        upsertSkills: { ...port, ...fields, creates: true, updates: true },
        addCertificates: { ...port, repeat: 'never' },
      },
    });
    const writes = [
      'REMOVE_SKILLS',
      'UPSERT_EMPLOYEES',
      'SET_EMPLOYEE_STATUS',
      'UPSERT_SKILLS',
      'ADD_CERTIFICATES',
    ] as const;
    for (const operation of writes) integration.worked(operation);
    expect(writes.map((operation) => integration.capability(operation))).toEqual([
      { operation: 'REMOVE_SKILLS', support: 'NATIVE', batchSize: 3, reason: null },
      { operation: 'UPSERT_EMPLOYEES', support: 'NATIVE', batchSize: 3, reason: 'Updates only.' },
      { operation: 'SET_EMPLOYEE_STATUS', support: 'NATIVE', batchSize: 3, reason: 'Deactivates only.' },
      { operation: 'UPSERT_SKILLS', support: 'NATIVE', batchSize: 3, reason: null },
      {
        operation: 'ADD_CERTIFICATES',
        support: 'NATIVE',
        batchSize: 3,
        reason: 'What is accepted may show much later, or never.',
      },
    ]);
  });

  it('is a walk for ratings by skill where the provider cannot, or does not honour the filter', () => {
    const bySkill = (options: ConstructorParameters<typeof FakeProvider>[0]) => {
      const { integration } = new FakeProvider(options);
      return { integration, support: () => integration.capability('READ_RATINGS_BY_SKILL').support };
    };
    const port = { batchSize: 7, filtered: true, read: () => Promise.resolve([]) };
    const { integration, support } = bySkill({ ports: { ratingsBySkills: port } });
    integration.worked('READ_RATINGS_BY_SKILL');
    expect(integration.capability('READ_RATINGS_BY_SKILL')).toMatchObject({ support: 'NATIVE', batchSize: 7 });
    integration.skillFilterHonoured = false;
    expect(support()).toBe('EMULATED');
    integration.retryOffers();
    expect(support()).toBe('NATIVE');
    expect(bySkill({}).support()).toBe('EMULATED');
    expect(bySkill({ without: ['ratings'] }).support()).toBe('UNSUPPORTED');
  });

  it('shrinks by what is not offered, until that works or is tried anew', () => {
    const { integration } = new FakeProvider();
    integration.failed('READ_RATINGS_BY_EMPLOYEE', error('NOT_OFFERED'));
    integration.failed('READ_SKILLS', error('NOT_OFFERED'));
    expect(integration.capability('READ_RATINGS_BY_EMPLOYEE')).toMatchObject({
      support: 'UNSUPPORTED',
      reason: 'It failed.',
    });
    expect(integration.capability('READ_SKILLS')).toMatchObject({ support: 'EMULATED', batchSize: null });
    expect(integration.offers('READ_RATINGS_BY_EMPLOYEE')).toBe(false);
    integration.worked('READ_RATINGS_BY_EMPLOYEE');
    expect([integration.offers('READ_RATINGS_BY_EMPLOYEE'), integration.offers('READ_SKILLS')]).toEqual([true, false]);
    integration.retryOffers();
    expect(integration.offers('READ_SKILLS')).toBe(true);
  });

  it('does not shrink by a failure of another kind', () => {
    const { integration } = new FakeProvider();
    integration.failed('READ_SKILLS', error('FORBIDDEN'));
    expect(integration.offers('READ_SKILLS')).toBe(true);
  });
});

describe('the health of an integration', () => {
  it('is HEALTHY until something fails, and again after a call that went well', () => {
    const clock = new VirtualClock();
    const { integration } = new FakeProvider({ now: () => clock.now() });
    expect([integration.state, integration.lastProblem, integration.lastProblemAt]).toEqual(['HEALTHY', null, null]);
    expect(integration.failed('READ_SKILLS', error('TIMEOUT'))).toMatchObject({ code: 'TIMEOUT', retryable: true });
    expect(integration).toMatchObject({
      state: 'DEGRADED',
      lastProblem: { code: 'TIMEOUT' },
      lastProblemAt: new Date(clock.now()).toISOString(),
    });
    integration.onCall(call('TIMEOUT'));
    expect(integration.state).toBe('DEGRADED');
    integration.onCall(call('ok'));
    expect(integration).toMatchObject({ state: 'HEALTHY', lastProblem: { code: 'TIMEOUT' } });
  });

  it.each<[ProblemCode, string]>([
    ['UNREACHABLE', 'DOWN'],
    ['UNAUTHENTICATED', 'DOWN'],
    ['RATE_LIMITED', 'DEGRADED'],
    ['FIRST_SYNC_PENDING', 'SETTING_UP'],
    ['SETUP_INCOMPLETE', 'SETTING_UP'],
  ])('after %s is %s', (code, state) => {
    const { integration } = new FakeProvider();
    integration.failed('READ_SKILLS', error(code));
    expect(integration.state).toBe(state);
  });

  it('is DOWN after three failures in a row, whatever they are', () => {
    const { integration } = new FakeProvider();
    for (const expected of ['DEGRADED', 'DEGRADED', 'DOWN']) {
      integration.failed('READ_SKILLS', error('UNAVAILABLE'));
      expect(integration.state).toBe(expected);
    }
  });

  it('is what it was where the gateway held a call back or gave up waiting', () => {
    const { integration } = new FakeProvider();
    const own = [new NotSent('BREAKER_OPEN', 'x'), outOfTime('its turn'), new GivenUp('TIMEOUT', 'x')];
    for (const failure of own) {
      expect(integration.failed('READ_SKILLS', failure)).toMatchObject({ code: failure.code });
    }
    expect([integration.state, integration.lastProblem, integration.lastProblemAt]).toEqual(['HEALTHY', null, null]);
    integration.failed('READ_SKILLS', error('UNAVAILABLE'));
    for (const failure of own) integration.failed('READ_SKILLS', failure);
    expect(integration).toMatchObject({ state: 'DEGRADED', lastProblem: { code: 'UNAVAILABLE' } });
  });

  it('is DEGRADED while shapes of late cannot be read, records are missing or the last walk failed', () => {
    const clock = new VirtualClock();
    const drifting = new FakeProvider({ now: () => clock.now() }).integration;
    drifting.onDrift({ operation: 'employees', path: 'items.*.id', expected: 'id', found: 'null' });
    expect(drifting.state).toBe('DEGRADED');
    clock.advance(30 * 60_000);
    expect(drifting.state).toBe('DEGRADED');
    clock.advance(6 * 60_000);
    expect([drifting.state, drifting.drift.length]).toEqual(['HEALTHY', 1]);
    drifting.unreadable.set('employees', new Set([null]));
    expect(drifting.state).toBe('DEGRADED');
    drifting.unreadable.set('employees', new Set());
    expect(drifting.state).toBe('HEALTHY');
    const { integration } = new FakeProvider();
    integration.sync = { ...integration.sync, problem: error('TIMEOUT').toProblem() };
    expect(integration.state).toBe('DEGRADED');
  });
});

describe('what calls show of an integration', () => {
  const clock = new VirtualClock();
  const integrationAfter = (outcomes: readonly string[], milliseconds = 20) => {
    const { integration } = new FakeProvider({ now: () => clock.now() });
    for (const outcome of outcomes) integration.onCall({ ...call(outcome), milliseconds });
    return integration;
  };
  const times = (count: number, outcome: string) => Array.from({ length: count }, () => outcome);

  it('is its times and the share of calls that failed, refusals and calls given up left out', () => {
    const outcomes = ['ok', 'NOT_FOUND', 'REJECTED', 'UNREACHABLE', 'RATE_LIMITED', 'ABORTED'];
    expect(integrationAfter(outcomes).health).toEqual({
      calls: 5,
      latencyP50Ms: 19,
      latencyP99Ms: 19,
      errorRate: 0.4,
    });
  });

  it('makes it DEGRADED from one failure in ten calls on, and not of less than ten', () => {
    const states = [
      [...times(8, 'ok'), 'TIMEOUT'],
      [...times(9, 'ok'), 'TIMEOUT'],
      [...times(19, 'ok'), 'TIMEOUT'],
    ].map((outcomes) => integrationAfter(outcomes).state);
    expect(states).toEqual(['HEALTHY', 'DEGRADED', 'HEALTHY']);
  });

  it('makes it DEGRADED while half of the calls take more than four seconds', () => {
    expect([integrationAfter(times(10, 'ok'), 3_000).state, integrationAfter(times(10, 'ok'), 5_000).state]).toEqual([
      'HEALTHY',
      'DEGRADED',
    ]);
  });

  it('makes it DOWN while the breaker is not closed', () => {
    const integration = integrationAfter(times(20, 'ok'));
    integration.onBreaker({ state: 'OPEN', probeAt: 1 });
    expect(integration.state).toBe('DOWN');
    integration.onBreaker({ state: 'CLOSED', probeAt: null });
    expect(integration.state).toBe('HEALTHY');
  });
});

describe('an ignored filter', () => {
  it('is told by the code of the error alone', () => {
    expect(isFilterIgnored(new ProviderError('UNREADABLE', 'x', { providerCode: 'FILTER_IGNORED' }))).toBe(true);
    expect(isFilterIgnored(error('UNREADABLE'))).toBe(false);
    expect(isFilterIgnored(new Error('FILTER_IGNORED'))).toBe(false);
  });
});
