/** Breaker, deadline and quota as an adapter meets them: around every try of a call. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Call } from '../../domain/ports.ts';
import { ProviderError } from '../../domain/problem.ts';
import type { BreakerStatus } from './circuitBreaker.ts';
import type { Quota } from './rateLimitHeaders.ts';
import type { SharedRate, Taken } from './sharedRateLimiter.ts';
import { networkError } from '../transport/networkError.ts';
import type { HttpRequest, HttpResponse } from '../transport/undiciTransport.ts';
import { alike } from './attemptTimeouts.ts';
import { createUpstream, retryAfterOf, type CallRecord, type UpstreamRequest } from '../upstream.ts';
import { Deadline } from '../../domain/deadline.ts';
import type { Limits } from '../limits.ts';

const LIMITS: Limits = {
  requestsPerSecond: null,
  readsInFlight: 2,
  writesInFlight: 4,
  attempts: 3,
  connectTimeoutMs: 1_000,
  times: alike(1_000),
  maxBodyBytes: 1_000,
};
const READ: UpstreamRequest = { operation: 'ratings', method: 'GET', path: '/ratings', kind: 'read' };
const WRITE: UpstreamRequest = { operation: 'rate', method: 'POST', path: '/ratings', kind: 'write' };
const CALL: Call = { purpose: 'request' };
const OK: HttpResponse = { status: 200, headers: {}, text: '{}' };
const RESET = networkError(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));

function failureOf({ status, headers }: HttpResponse): ProviderError | null {
  if (status < 400) return null;
  const behind = headers['x-behind'] !== undefined;
  const details = { status, retryAfterSeconds: retryAfterOf(headers), mayHaveApplied: status >= 500, behind };
  if (status === 429) return new ProviderError('RATE_LIMITED', 'Too many.', details);
  return new ProviderError(status >= 500 ? 'UNAVAILABLE' : 'REJECTED', 'No.', details);
}

type Answer = HttpResponse | Error | ((request: HttpRequest) => Promise<HttpResponse>);

/** An upstream over a provider that answers as it is told at the moment. */
function provider(limits: Partial<Limits> = {}, sharedRate?: SharedRate) {
  const now: { answer: Answer } = { answer: OK };
  const sent: { at: number; path: string }[] = [];
  const records: CallRecord[] = [];
  const breaker: BreakerStatus[] = [];
  const quotas: Quota[] = [];
  const upstream = createUpstream({
    integration: 'one',
    limits: { ...LIMITS, ...limits },
    sharedRate,
    headers: {},
    failureOf,
    onCall: (record) => records.push(record),
    onBreaker: (status) => breaker.push(status),
    onQuota: (quota) => quotas.push(quota),
    transport: {
      async send(request) {
        sent.push({ at: performance.now(), path: request.path });
        const { answer } = now;
        if (answer instanceof Error) throw answer;
        return typeof answer === 'function' ? answer(request) : answer;
      },
      close: () => Promise.resolve(),
    },
  });
  return { upstream, now, sent, records, breaker, quotas };
}

/** What became of a promise, without an unhandled rejection on the way. */
function watch<T>(promise: Promise<T>) {
  const state: { value?: T; error?: unknown; settled: boolean; at: number } = { settled: false, at: 0 };
  promise.then(
    (value) => Object.assign(state, { value, settled: true, at: performance.now() }),
    (error: unknown) => Object.assign(state, { error, settled: true, at: performance.now() }),
  );
  return state;
}

const status = (code: number, headers: Record<string, string> = {}): HttpResponse => ({
  status: code,
  headers,
  text: '',
});
const after = (milliseconds: number, answer: HttpResponse) => () =>
  new Promise<HttpResponse>((resolve) => setTimeout(() => resolve(answer), milliseconds));
const untilAborted = ({ signal }: HttpRequest) =>
  new Promise<HttpResponse>((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error));
  });
const refused = (code: string) => expect.objectContaining({ code }) as ProviderError;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-03-02T10:00:00Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a provider that fails', () => {
  it('is not asked after its fifth failure in a row, by retries neither, until a probe goes well', async () => {
    const { upstream, now, sent, records, breaker } = provider();
    now.answer = RESET;
    const first = watch(upstream.send(READ, CALL));
    await vi.advanceTimersByTimeAsync(20_000);
    expect([first.error, sent.length]).toEqual([RESET, 3]);
    const second = watch(upstream.send(READ, CALL));
    await vi.advanceTimersByTimeAsync(6_000);
    // The second failure of the call is the fifth in a row: its error comes at once, and no third try.
    expect([second.error, sent.length]).toEqual([RESET, 5]);
    await expect(upstream.send(READ, CALL)).rejects.toMatchObject({ code: 'BREAKER_OPEN', retryable: true });
    await expect(upstream.send(WRITE, { purpose: 'task' })).rejects.toMatchObject({ mayHaveApplied: false });
    expect([sent.length, records.length]).toEqual([5, 5]);
    const probeAt = breaker[0]?.probeAt ?? 0;
    await vi.advanceTimersByTimeAsync(probeAt - Date.now());
    now.answer = after(100, OK);
    const probe = watch(upstream.send(READ, { purpose: 'task' }));
    const beside = watch(upstream.send(READ, CALL));
    await vi.advanceTimersByTimeAsync(100);
    expect([probe.value, beside.error]).toEqual([OK, refused('BREAKER_OPEN')]);
    await vi.advanceTimersByTimeAsync(0);
    const third = watch(upstream.send(READ, CALL));
    await vi.advanceTimersByTimeAsync(100);
    expect(third.value).toEqual(OK);
    expect(breaker.map(({ state }) => state)).toEqual(['OPEN', 'HALF_OPEN', 'CLOSED']);
  });

  it('sends those away who wait for a place or for another try', async () => {
    const { upstream, now, sent } = provider({ readsInFlight: 4, attempts: 2 });
    now.answer = status(503, { 'retry-after': '4' });
    const pausing = watch(upstream.send(READ, CALL));
    await vi.advanceTimersByTimeAsync(0);
    now.answer = after(10, status(503));
    for (let call = 0; call < 4; call += 1) watch(upstream.send(READ, CALL));
    const waiting = Array.from({ length: 20 }, () => watch(upstream.send(READ, CALL)));
    await vi.advanceTimersByTimeAsync(10);
    // Three got the places of those that failed before the fifth.
    expect(waiting.filter(({ error }) => (error as ProviderError | undefined)?.code === 'BREAKER_OPEN')).toHaveLength(
      17,
    );
    expect(pausing.error).toMatchObject({ code: 'UNAVAILABLE', retryAfterSeconds: 4 });
    await vi.advanceTimersByTimeAsync(10);
    expect([sent.length, vi.getTimerCount()]).toEqual([8, 0]);
  });

  it('keeps what it said of a write when another try is not let out', async () => {
    const { upstream, now } = provider();
    now.answer = RESET;
    const write = watch(upstream.send({ ...WRITE, repeatable: true }, CALL));
    await vi.advanceTimersByTimeAsync(0);
    expect(write.settled).toBe(false);
    for (let call = 0; call < 4; call += 1) watch(upstream.send(WRITE, CALL));
    await vi.advanceTimersByTimeAsync(0);
    expect(write.error).toMatchObject({ code: 'UNREACHABLE', mayHaveApplied: true });
  });

  it('is probed by the next call where the first gave up before it could go out', async () => {
    let redisAnswers = true;
    const tokens: (() => void)[] = [];
    const take = () =>
      new Promise<Taken>((resolve) => {
        tokens.push(() => resolve({ waitMs: 0, others: false }));
        if (redisAnswers) tokens.shift()?.();
      });
    const { upstream, now, sent, breaker } = provider({ attempts: 1, requestsPerSecond: 10 }, { take });
    now.answer = RESET;
    for (let call = 0; call < 5; call += 1) await upstream.send(WRITE, CALL).catch(() => undefined);
    await vi.advanceTimersByTimeAsync((breaker[0]?.probeAt ?? 0) - Date.now());
    now.answer = OK;
    redisAnswers = false;
    const abort = new AbortController();
    const gone = watch(upstream.send(READ, { purpose: 'request', signal: abort.signal }));
    await vi.advanceTimersByTimeAsync(0);
    expect(breaker.at(-1)?.state).toBe('HALF_OPEN');
    abort.abort(new Error('the client left'));
    await vi.advanceTimersByTimeAsync(0);
    expect([gone.error, sent.length]).toEqual([abort.signal.reason, 5]);
    tokens.shift()?.();
    await expect(upstream.send(READ, CALL)).resolves.toBe(OK);
    expect(breaker.at(-1)?.state).toBe('CLOSED');
  });

  it('only opens the breaker by failing, not by refusing', async () => {
    const { upstream, now, sent } = provider({ attempts: 1 });
    now.answer = status(400);
    for (let call = 0; call < 30; call += 1) await upstream.send(READ, CALL).catch(() => undefined);
    expect(sent).toHaveLength(30);
  });

  it('is not judged by calls that were aborted', async () => {
    const { upstream, now, sent } = provider();
    now.answer = untilAborted;
    for (let call = 0; call < 10; call += 1) {
      const abort = new AbortController();
      const done = watch(upstream.send(READ, { purpose: 'request', signal: abort.signal }));
      await vi.advanceTimersByTimeAsync(0);
      abort.abort(new ProviderError('TIMEOUT', 'Nobody waits any more.'));
      await vi.advanceTimersByTimeAsync(0);
      expect(done.settled).toBe(true);
    }
    expect(sent).toHaveLength(10);
  });
});

const within = (milliseconds: number, purpose: Call['purpose'] = 'request'): Call => ({
  purpose,
  deadline: Deadline.after(milliseconds),
});

describe('a deadline', () => {
  it('lets nothing out once it is over', async () => {
    const { upstream, sent } = provider();
    await expect(upstream.send(READ, within(0))).rejects.toMatchObject({ code: 'TIMEOUT', mayHaveApplied: false });
    expect(sent).toEqual([]);
  });

  it('ends the wait for a place or for the rate at that moment, says so, and leaves both to others', async () => {
    const { upstream, now, sent } = provider({ readsInFlight: 1, requestsPerSecond: 1 });
    now.answer = after(5_000, OK);
    watch(upstream.send(READ, CALL));
    const started = performance.now();
    const [place, rate] = [watch(upstream.send(READ, within(300))), watch(upstream.send(WRITE, within(400)))];
    await vi.advanceTimersByTimeAsync(299);
    expect(place.settled).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    expect([place.at - started, rate.at - started]).toEqual([300, 400]);
    for (const { error } of [place, rate]) {
      expect(error).toMatchObject({
        code: 'TIMEOUT',
        message: expect.stringContaining('waited for its turn') as string,
      });
    }
    watch(upstream.send(WRITE, CALL));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sent).toHaveLength(2);
  });

  it("gives up at once with the provider's own error when another try would come after it", async () => {
    const { upstream, now, sent } = provider();
    now.answer = status(503, { 'retry-after': '2' });
    const started = performance.now();
    const done = watch(upstream.send(READ, within(1_500)));
    await vi.advanceTimersByTimeAsync(0);
    expect([done.error, done.at - started]).toEqual([refused('UNAVAILABLE'), 0]);
    expect(sent).toHaveLength(1);
  });

  it('leaves a try of a request alone, and begins no other', async () => {
    const { upstream, now, sent } = provider();
    now.answer = after(900, OK);
    const done = watch(upstream.send(READ, within(500)));
    await vi.advanceTimersByTimeAsync(900);
    expect(done.value).toEqual(OK);
    now.answer = after(900, status(503));
    const failing = watch(upstream.send(READ, within(500)));
    await vi.advanceTimersByTimeAsync(900);
    expect(failing.error).toEqual(refused('UNAVAILABLE'));
    expect(sent).toHaveLength(2);
  });

  it.each(['task', 'walk'] as const)('ends a try of a %s, for which the provider is not blamed', async (purpose) => {
    const { upstream, now, sent, breaker, records } = provider();
    now.answer = untilAborted;
    for (let call = 0; call < 6; call += 1) {
      const done = watch(upstream.send(READ, within(500, purpose)));
      await vi.advanceTimersByTimeAsync(500);
      expect(done.error).toMatchObject({ code: 'TIMEOUT', mayHaveApplied: true });
    }
    expect([sent.length, breaker, vi.getTimerCount()]).toEqual([6, [], 0]);
    expect(new Set(records.map(({ outcome }) => outcome))).toEqual(new Set(['ABORTED']));
  });
});

describe("a provider's word on its limit", () => {
  const quota = (remaining: number, reset: number) =>
    status(200, {
      'ratelimit-limit': '300',
      'ratelimit-remaining': String(remaining),
      'ratelimit-reset': String(reset),
    });

  it('is passed on, and when nothing is left the next call waits until the window starts anew', async () => {
    const { upstream, now, sent, quotas } = provider();
    const started = performance.now();
    now.answer = quota(0, 3);
    await upstream.send(READ, CALL);
    expect(quotas).toEqual([{ limit: 300, remaining: 0, resetAt: Date.now() + 3_000 }]);
    now.answer = quota(299, 60);
    const next = watch(upstream.send(READ, CALL));
    await vi.advanceTimersByTimeAsync(2_999);
    expect(next.settled).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(sent.map(({ at }) => at - started)).toEqual([0, 3_000]);
    expect(quotas.at(-1)?.remaining).toBe(299);
  });

  it('is given up on at once where that is longer than five seconds away, until it has come', async () => {
    const { upstream, now, sent } = provider({ readsInFlight: 1 });
    now.answer = after(10, quota(0, 40));
    watch(upstream.send(READ, CALL));
    const waiting = watch(upstream.send(READ, CALL));
    await vi.advanceTimersByTimeAsync(10);
    for (const error of [waiting.error, await upstream.send(READ, CALL).catch((failure: unknown) => failure)]) {
      expect(error).toMatchObject({ code: 'RATE_LIMITED', retryable: true, retryAfterSeconds: 40 });
    }
    await vi.advanceTimersByTimeAsync(36_000);
    const patient = watch(upstream.send(READ, CALL));
    await vi.advanceTimersByTimeAsync(4_010);
    expect([patient.value?.status, sent.length]).toEqual([200, 2]);
  });

  it.each([
    ['', {}],
    [', also beside a limit that has something left', { 'ratelimit-remaining': '7', 'ratelimit-reset': '60' }],
  ])('spares all others the same refusal when a 429 says how long%s', async (_, beside) => {
    const { upstream, now, sent, quotas } = provider();
    now.answer = status(429, { 'retry-after': '2', ...beside });
    const first = watch(upstream.send(READ, CALL));
    await vi.advanceTimersByTimeAsync(0);
    now.answer = OK;
    const second = watch(upstream.send(WRITE, CALL));
    await vi.advanceTimersByTimeAsync(1_999);
    expect([sent.length, quotas[0]?.remaining]).toEqual([1, 0]);
    await vi.advanceTimersByTimeAsync(1);
    expect([first.value, second.value]).toEqual([OK, OK]);
  });

  it('is missing where a quota is used up: after three refusals in a row it is asked ever more seldom', async () => {
    const { upstream, now, sent, breaker } = provider({ readsInFlight: 10 });
    now.answer = status(429);
    const pages = Array.from({ length: 50 }, () => watch(upstream.send(READ, within(10_000))));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(pages.every(({ error }) => (error as ProviderError | undefined)?.code === 'RATE_LIMITED')).toBe(true);
    expect(sent.length).toBeLessThanOrEqual(40);
    const before = sent.length;
    for (let page = 0; page < 60; page += 1) {
      watch(upstream.send(READ, within(10_000)));
      await vi.advanceTimersByTimeAsync(10_000);
    }
    // Ten minutes: one in half a minute.
    expect(sent.length - before).toBeLessThanOrEqual(25);
    now.answer = OK;
    await vi.advanceTimersByTimeAsync(30_000);
    await expect(upstream.send(READ, CALL)).resolves.toBe(OK);
    expect(breaker).toEqual([]);
  });

  it('is said at once to whose time is over before the pause is', async () => {
    const { upstream, now } = provider({ readsInFlight: 1 });
    now.answer = after(10, status(429, { 'retry-after': '3' }));
    const [first, waiting] = [watch(upstream.send(READ, within(2_000))), watch(upstream.send(READ, within(2_000)))];
    const patient = watch(upstream.send(READ, within(9_000)));
    await vi.advanceTimersByTimeAsync(10);
    const late = watch(upstream.send(READ, within(2_000)));
    await vi.advanceTimersByTimeAsync(0);
    for (const { error } of [first, waiting, late]) {
      expect(error).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 3 });
    }
    expect(patient.settled).toBe(false);
  });

  it('is heard for what it is: a refusal in between that others answer well pauses nobody', async () => {
    const { upstream, now, sent } = provider({ attempts: 1 });
    for (let round = 0; round < 10; round += 1) {
      for (const answer of [status(429), status(429), OK]) {
        now.answer = answer;
        await upstream.send(READ, CALL).catch(() => undefined);
      }
    }
    expect(sent.map(({ at }) => at - (sent[0]?.at ?? 0)).at(-1)).toBe(0);
  });

  it('is not about the provider where a system behind it is asked too often', async () => {
    const { upstream, now, sent } = provider({ attempts: 1 });
    now.answer = status(429, { 'x-behind': 'true', 'retry-after': '60' });
    for (let call = 0; call < 10; call += 1) await upstream.send(WRITE, CALL).catch(() => undefined);
    expect(sent).toHaveLength(10);
  });

  it('holds nobody back for longer than a minute, whatever it says', async () => {
    const { upstream, now } = provider();
    now.answer = quota(0, 80_000);
    await upstream.send(READ, CALL);
    await vi.advanceTimersByTimeAsync(60_000);
    await expect(upstream.send(READ, CALL)).resolves.toBe(now.answer);
  });

  it('on writes at once is kept to, and taken back by the next one', async () => {
    const { upstream, now, sent } = provider();
    now.answer = status(200, { 'concurrency-limit': '2' });
    await upstream.send(WRITE, CALL);
    now.answer = after(100, OK);
    for (let write = 0; write < 4; write += 1) watch(upstream.send(WRITE, CALL));
    await vi.advanceTimersByTimeAsync(50);
    expect(sent).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(1_000);
    now.answer = status(200, { 'concurrency-limit': '30' });
    await upstream.send(WRITE, CALL);
    now.answer = after(100, OK);
    for (let write = 0; write < 9; write += 1) watch(upstream.send(WRITE, CALL));
    await vi.advanceTimersByTimeAsync(50);
    // Those of the card again, and no more than they.
    expect(sent).toHaveLength(3 + 2 + 1 + LIMITS.writesInFlight);
  });

  it('that it takes more at once lets nobody out against its word, in the same answer, that it takes no more for now', async () => {
    const { upstream, now, sent } = provider();
    now.answer = status(200, { 'concurrency-limit': '1' });
    await upstream.send(WRITE, CALL);
    now.answer = after(
      100,
      status(200, { 'concurrency-limit': '2', 'ratelimit-remaining': '0', 'ratelimit-reset': '3' }),
    );
    for (let write = 0; write < 2; write += 1) watch(upstream.send(WRITE, CALL));
    await vi.advanceTimersByTimeAsync(2_900);
    expect(sent).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sent).toHaveLength(3);
  });
});
