import { describe, expect, it } from 'vitest';
import { ProviderError, type ProblemCode } from '../../domain/problem.ts';
import { Breaker, BREAKER, saidBy, type BreakerStatus, type Said } from './circuitBreaker.ts';
import { NotSent } from './notSent.ts';

function breakerAt(limits = BREAKER) {
  const clock = { now: 1_000_000 };
  const changes: BreakerStatus[] = [];
  const breaker = new Breaker(
    limits,
    () => clock.now,
    (status) => changes.push(status),
  );
  const say = (...all: Said[]) => {
    for (const said of all) breaker.enter()(said);
  };
  const fail = (times: number) => say(...Array.from({ length: times }, (): Said => 'failed'));
  return { breaker, clock, changes, say, fail, states: () => changes.map(({ state }) => state) };
}

describe('a breaker', () => {
  it('opens after five failures in a row, and says when it is worth coming back', () => {
    const { breaker, clock, fail, changes } = breakerAt();
    fail(4);
    expect(breaker.status).toEqual({ state: 'CLOSED', probeAt: null });
    fail(1);
    expect(changes).toEqual([{ state: 'OPEN', probeAt: clock.now + 10_000 }]);
    clock.now += 7_500;
    const refused = expect.objectContaining({ code: 'BREAKER_OPEN', retryable: true, retryAfterSeconds: 3 });
    expect(() => breaker.enter()).toThrow(refused);
  });

  it('does not open while calls go well in between, nor by what was refused or aborted', () => {
    const { breaker, say, fail } = breakerAt();
    for (let round = 0; round < 9; round += 1) {
      fail(4);
      say('ok', 'ok', 'ok', 'ok', 'ok', 'ok');
    }
    for (let call = 0; call < 30; call += 1) say('answered', 'aborted');
    expect(breaker.status.state).toBe('CLOSED');
  });

  it('takes a refusal for an answer: failures on both sides of it are not in a row', () => {
    const { breaker, say, fail } = breakerAt();
    for (let round = 0; round < 3; round += 1) {
      fail(4);
      say(...Array.from({ length: 20 }, (): Said => 'answered'));
    }
    expect(breaker.status.state).toBe('CLOSED');
  });

  it('opens when more than half of twenty calls fail within half a minute, and not of older ones', () => {
    const often = breakerAt();
    const slowly = breakerAt();
    for (let call = 0; call < 30; call += 1) {
      if (often.breaker.status.state === 'CLOSED') often.say(call % 3 === 0 ? 'ok' : 'failed');
      slowly.say(call % 3 === 0 ? 'ok' : 'failed');
      slowly.clock.now += 2_000;
    }
    expect([often.breaker.status.state, slowly.breaker.status.state]).toEqual(['OPEN', 'CLOSED']);
  });

  it('lets one probe through and refuses the others until that has an answer', () => {
    const { breaker, clock, fail, states } = breakerAt();
    fail(5);
    clock.now += 10_000;
    const probe = breaker.enter();
    expect(() => breaker.enter()).toThrow(expect.objectContaining({ code: 'BREAKER_OPEN', retryAfterSeconds: 1 }));
    probe('ok');
    breaker.enter()('ok');
    expect(states()).toEqual(['OPEN', 'HALF_OPEN', 'CLOSED']);
  });

  it('lets another probe through when one has no answer for forty seconds, and listens to that alone', () => {
    const { breaker, clock, fail, states } = breakerAt();
    fail(5);
    clock.now += 10_000;
    const endless = breaker.enter();
    clock.now += 39_999;
    expect(() => breaker.enter()).toThrow(expect.objectContaining({ code: 'BREAKER_OPEN' }));
    clock.now += 1;
    const next = breaker.enter();
    expect(() => breaker.enter()).toThrow(expect.objectContaining({ code: 'BREAKER_OPEN' }));
    endless('failed');
    expect(breaker.status.state).toBe('HALF_OPEN');
    next('ok');
    expect(states()).toEqual(['OPEN', 'HALF_OPEN', 'HALF_OPEN', 'CLOSED']);
  });

  it('closes for a probe that is answered by a refusal', () => {
    const { breaker, clock, fail } = breakerAt();
    fail(5);
    clock.now += 10_000;
    breaker.enter()('answered');
    expect(breaker.status.state).toBe('CLOSED');
  });

  it('waits twice as long after each probe that fails, a minute at most, and begins anew once it was closed', () => {
    const { breaker, clock, fail } = breakerAt();
    fail(5);
    const waits: number[] = [];
    for (let probe = 0; probe < 5; probe += 1) {
      const { probeAt } = breaker.status;
      waits.push((probeAt ?? 0) - clock.now);
      clock.now = probeAt ?? 0;
      fail(1);
    }
    expect(waits).toEqual([10_000, 20_000, 40_000, 60_000, 60_000]);
    clock.now += 60_000;
    breaker.enter()('ok');
    fail(5);
    expect(breaker.status.probeAt).toBe(clock.now + 10_000);
  });

  it('learns nothing from a probe that was aborted: the next one probes at once', () => {
    const { breaker, clock, fail } = breakerAt();
    fail(5);
    clock.now += 10_000;
    breaker.enter()('aborted');
    expect(breaker.status).toEqual({ state: 'OPEN', probeAt: clock.now });
    breaker.enter()('failed');
    expect(breaker.status.probeAt).toBe(clock.now + 20_000);
  });

  it('does not listen to calls that began before it opened', () => {
    const { breaker, clock, fail, states } = breakerAt();
    const late = [breaker.enter(), breaker.enter(), breaker.enter()];
    fail(5);
    late[0]?.('ok');
    clock.now += 10_000;
    const probe = breaker.enter();
    late[1]?.('failed');
    probe('ok');
    late[2]?.('failed');
    fail(4);
    expect(states()).toEqual(['OPEN', 'HALF_OPEN', 'CLOSED']);
  });
});

describe('saidBy', () => {
  it.each<[ProblemCode, number | null, Said]>([
    ['UNREACHABLE', null, 'failed'],
    ['TIMEOUT', null, 'failed'],
    ['TIMEOUT', 504, 'failed'],
    ['UNAVAILABLE', 503, 'failed'],
    ['UNAVAILABLE', 424, 'failed'],
    ['UNAVAILABLE', 200, 'answered'],
    ['RATE_LIMITED', 429, 'answered'],
    ['FIRST_SYNC_PENDING', 503, 'answered'],
    ['UNAUTHENTICATED', 401, 'answered'],
    ['NOT_FOUND', 404, 'answered'],
    ['UNREADABLE', 200, 'answered'],
  ])('takes %s with status %s for %s', (code, status, said) => {
    expect(saidBy(new ProviderError(code, 'x', { status }))).toBe(said);
  });

  it('takes the failure of a system behind the provider for an answer', () => {
    expect(saidBy(new ProviderError('UNAVAILABLE', 'x', { status: 503, behind: true }))).toBe('answered');
  });

  it('takes what was not sent and what is no answer for nothing', () => {
    expect([saidBy(new NotSent('TIMEOUT', 'x')), saidBy(new Error('x'))]).toEqual(['aborted', 'aborted']);
  });
});
