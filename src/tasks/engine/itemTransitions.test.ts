import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../domain/problem.ts';
import type { OpenItem } from '../store/store.ts';
import type { ItemResult } from './writePortAdapter.ts';
import {
  begun,
  followDelay,
  LONGEST_PENDING_MS,
  lostSight,
  MAX_TRIES,
  notSent,
  retryDelay,
  settled,
  stopped,
} from './itemTransitions.ts';

const NOW = 1_000_000;
const circumstances = { now: NOW, repeat: 'safe', random: 0 } as const;
const never = { ...circumstances, repeat: 'never' } as const;
const unavailable = new ProviderError('UNAVAILABLE', 'Down.');
const rejected = new ProviderError('REJECTED', 'No such skill.', { providerCode: 'E7', requestId: 'r1' });

function item(tries = 0): OpenItem {
  return {
    taskId: 't',
    tenant: 'default',
    position: 3,
    version: 5,
    state: 'PENDING',
    inFlight: false,
    blocked: false,
    cancelling: false,
    attempts: tries,
    providerTaskId: null,
    outcome: null,
    problem: null,
    warnings: ['Rounded.'],
    index: 0,
    key: null,
    integration: 'hr',
    work: { operation: 'assign', write: { employeeId: 'e', skillId: 's', value: null, scale: null } },
    conversion: null,
    progress: { tries, dueAt: null, acceptedAt: null, resubmitted: false, uncertain: false },
  };
}

const sent = (tries: number): OpenItem => ({ ...item(tries), state: 'RUNNING', inFlight: true });

describe('an item', () => {
  it('that is to be sent is marked first', () => {
    expect(begun(item())).toMatchObject({
      position: 3,
      version: 5,
      state: 'RUNNING',
      inFlight: true,
      attempts: 1,
      progress: { tries: 1, dueAt: null },
    });
  });

  it('that an open breaker held back was not sent, and waits for as long as that takes', () => {
    const open = new ProviderError('BREAKER_OPEN', 'Not asked.', { retryAfterSeconds: 10 });
    const change = settled(sent(MAX_TRIES), { state: 'failed', error: open }, circumstances);
    expect(change).toMatchObject({
      state: 'RUNNING',
      inFlight: false,
      problem: { code: 'BREAKER_OPEN' },
      progress: { tries: MAX_TRIES - 1 },
    });
    expect(change.progress.dueAt).toBeGreaterThanOrEqual(NOW + 10_000);
    const before = notSent(item(MAX_TRIES - 1), open, circumstances);
    expect(before).toMatchObject({ state: 'RUNNING', attempts: MAX_TRIES - 1, progress: { tries: MAX_TRIES - 1 } });
  });

  it('that is done shows its outcome, and the warnings of both sides', () => {
    const outcome = { kind: 'employee', remoteId: '9', row: null } as const;
    expect(settled(sent(1), { state: 'done', outcome, warnings: ['Truncated.'] }, circumstances)).toMatchObject({
      state: 'SUCCEEDED',
      inFlight: false,
      outcome,
      problem: null,
      warnings: ['Rounded.', 'Truncated.'],
    });
  });

  it('for which nothing had to be sent is SKIPPED', () => {
    const skipped: ItemResult = { state: 'skipped', outcome: null, warnings: [] };
    expect(settled(item(0), skipped, circumstances)).toMatchObject({ state: 'SKIPPED', inFlight: false, attempts: 0 });
  });

  it('that is accepted stays in flight under the provider’s task', () => {
    expect(settled(sent(1), { state: 'accepted', providerTaskId: 'p' }, circumstances)).toMatchObject({
      state: 'RUNNING',
      inFlight: true,
      providerTaskId: 'p',
      progress: { acceptedAt: NOW },
    });
  });

  it('that failed for now waits and shows why', () => {
    expect(settled(sent(1), { state: 'failed', error: unavailable }, circumstances)).toMatchObject({
      state: 'RUNNING',
      inFlight: false,
      problem: { code: 'UNAVAILABLE' },
      progress: { tries: 1, dueAt: NOW + 1000 },
    });
  });

  it('that failed for good, or too often, is FAILED', () => {
    const final = { state: 'FAILED', inFlight: false };
    expect(settled(sent(1), { state: 'failed', error: rejected }, circumstances)).toMatchObject({
      ...final,
      problem: { code: 'REJECTED', providerCode: 'E7', requestId: 'r1' },
    });
    const tired = settled(sent(MAX_TRIES), { state: 'failed', error: unavailable }, circumstances);
    expect(tired).toMatchObject({ ...final, problem: { code: 'UNAVAILABLE' } });
  });

  it('of unknown outcome is sent again only where that is harmless', () => {
    const lost = { state: 'unknown', error: new ProviderError('TIMEOUT', 'No answer.', { requestId: 'r2' }) } as const;
    const outcomes = (['safe', 'afterReadBack', 'never'] as const).map(
      (repeat) => settled(sent(1), lost, { ...circumstances, repeat }).state,
    );
    expect(outcomes).toEqual(['RUNNING', 'RUNNING', 'OUTCOME_UNKNOWN']);
    expect(settled(sent(1), lost, never).problem).toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      message: 'It was sent, and nothing says whether it took effect. No answer.',
      retryable: false,
      requestId: 'r2',
    });
    expect(settled(sent(MAX_TRIES), lost, circumstances).state).toBe('OUTCOME_UNKNOWN');
  });

  it('lost from sight keeps the provider’s task', () => {
    expect(lostSight({ ...sent(1), providerTaskId: 'p' }, null)).toMatchObject({
      state: 'OUTCOME_UNKNOWN',
      providerTaskId: 'p',
      problem: { code: 'OUTCOME_UNKNOWN' },
    });
  });

  it('that failed before it was sent counts a try and no attempt', () => {
    expect(notSent(item(), unavailable, circumstances)).toMatchObject({
      attempts: 0,
      progress: { tries: 1, dueAt: NOW + 1000 },
    });
    expect(notSent(item(MAX_TRIES - 1), unavailable, circumstances).state).toBe('FAILED');
  });

  it('that a crash left behind, and that was not sent again, stays uncertain', () => {
    expect(notSent(sent(1), unavailable, circumstances)).toMatchObject({
      inFlight: false,
      progress: { uncertain: true },
    });
  });
});

describe('an item of which an earlier try is uncertain', () => {
  const uncertain = (tries: number): OpenItem => ({
    ...sent(tries),
    progress: { ...item(tries).progress, uncertain: true },
  });
  const lost = { state: 'unknown', error: new ProviderError('TIMEOUT', 'No answer.') } as const;

  it('becomes so by an answer that does not come, or by a crash that left its marker', () => {
    expect(settled(sent(1), lost, circumstances).progress.uncertain).toBe(true);
    expect(begun(sent(1)).progress.uncertain).toBe(true);
    expect(begun(item()).progress.uncertain).toBe(false);
  });

  it('stays so after a failure that says nothing of it, and until the next try', () => {
    const busy = settled(uncertain(2), { state: 'failed', error: unavailable }, circumstances);
    expect(busy).toMatchObject({ state: 'RUNNING', progress: { uncertain: true } });
    expect(begun({ ...uncertain(2), inFlight: false }).progress.uncertain).toBe(true);
  });

  it('is so no more once the provider accepted it', () => {
    const accepted = settled(uncertain(2), { state: 'accepted', providerTaskId: 'p' }, circumstances);
    expect(accepted.progress.uncertain).toBe(false);
  });

  it('is FAILED only where the provider judged it, else unknown', () => {
    const ends = (error: ProviderError, tries: number) =>
      settled(uncertain(tries), { state: 'failed', error }, circumstances).state;
    expect(ends(rejected, 2)).toBe('FAILED');
    expect(ends(new ProviderError('FORBIDDEN', 'Not allowed.'), 2)).toBe('OUTCOME_UNKNOWN');
    expect(ends(unavailable, MAX_TRIES)).toBe('OUTCOME_UNKNOWN');
  });
});

describe('an item whose task was asked to stop', () => {
  const stopping = (uncertain = false): OpenItem => ({
    ...sent(1),
    cancelling: true,
    progress: { ...item(1).progress, uncertain },
  });

  it('is not tried again: it ends CANCELLED and says what failed', () => {
    expect(settled(stopping(), { state: 'failed', error: unavailable }, circumstances)).toMatchObject({
      state: 'CANCELLED',
      inFlight: false,
      problem: { code: 'UNAVAILABLE' },
    });
  });

  it('ends unknown where an answer, now or earlier, did not come', () => {
    const lost = { state: 'unknown', error: new ProviderError('TIMEOUT', 'No answer.') } as const;
    expect(settled(stopping(), lost, circumstances).state).toBe('OUTCOME_UNKNOWN');
    expect(settled(stopping(true), { state: 'failed', error: unavailable }, circumstances).state).toBe(
      'OUTCOME_UNKNOWN',
    );
  });

  it('shows what came of it where that is sure', () => {
    expect(settled(stopping(), { state: 'failed', error: rejected }, circumstances).state).toBe('FAILED');
    expect(settled(stopping(), { state: 'done', outcome: null, warnings: [] }, circumstances).state).toBe('SUCCEEDED');
    expect(settled(stopping(), { state: 'accepted', providerTaskId: 'p' }, circumstances)).toMatchObject({
      state: 'RUNNING',
      inFlight: true,
    });
  });

  it('and that waits ends at once, with why it waited', () => {
    const waiting = { ...stopping(), inFlight: false, problem: unavailable.toProblem() };
    expect(stopped(waiting)).toMatchObject({ state: 'CANCELLED', problem: { code: 'UNAVAILABLE' } });
    const unsure = { ...waiting, progress: { ...waiting.progress, uncertain: true } };
    expect(stopped(unsure)).toMatchObject({ state: 'OUTCOME_UNKNOWN', problem: { code: 'UNAVAILABLE' } });
  });
});

describe('waits', () => {
  it('between tries double to a minute, with up to a quarter more', () => {
    expect([1, 2, 3, 6, 7, 8].map((tries) => retryDelay(tries, null, 0))).toEqual([
      1000, 2000, 4000, 32_000, 60_000, 60_000,
    ]);
    expect(retryDelay(1, null, 1)).toBe(1250);
  });

  it('between tries are never shorter than the provider asks', () => {
    expect(retryDelay(1, 30, 0)).toBe(30_000);
    expect(retryDelay(6, 3, 0)).toBe(32_000);
  });

  it('between looks at a provider’s task grow by half from 1 s to 10 s', () => {
    const waits: number[] = [];
    for (let now = 0; now < 60_000; now += waits.at(-1) ?? 0) waits.push(followDelay(0, now));
    expect(waits.slice(0, 8)).toEqual([1000, 1500, 2250, 3375, 5062.5, 7593.75, 10_000, 10_000]);
    expect(LONGEST_PENDING_MS).toBe(600_000);
  });
});
