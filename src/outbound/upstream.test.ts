import { getMaxListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Call, Sending } from '../domain/ports.ts';
import { ProviderError, type ProviderErrorDetails } from '../domain/problem.ts';
import { BREAKER } from './policy/circuitBreaker.ts';
import { networkError } from './transport/networkError.ts';
import { NotSent } from './policy/notSent.ts';
import type { HttpRequest, HttpResponse, Transport } from './transport/undiciTransport.ts';
import { alike } from './policy/attemptTimeouts.ts';
import {
  createUpstream,
  retryAfterOf,
  type CallRecord,
  type UpstreamOptions,
  type UpstreamRequest,
} from './upstream.ts';
import type { Limits } from './limits.ts';

const LIMITS: Limits = {
  requestsPerSecond: null,
  readsInFlight: 2,
  writesInFlight: 1,
  attempts: 3,
  connectTimeoutMs: 1_000,
  times: alike(1_000),
  maxBodyBytes: 1_000,
};
const READ: UpstreamRequest = { operation: 'ratings', method: 'GET', path: '/ratings', kind: 'read' };
const WRITE: UpstreamRequest = { operation: 'rate', method: 'POST', path: '/ratings', kind: 'write', body: { a: 1 } };
const CALL: Call = { purpose: 'request' };
const OK: HttpResponse = { status: 200, headers: {}, text: '{}' };

/** Answers the queued steps one after another, OK when none is left; a function step decides itself. */
function fake(...steps: (HttpResponse | Error | ((request: HttpRequest) => Promise<HttpResponse>))[]) {
  const requests: HttpRequest[] = [];
  let inFlight = 0;
  const transport: Transport & { requests: HttpRequest[]; most: number } = {
    requests,
    most: 0,
    async send(request) {
      requests.push(request);
      const step = steps[requests.length - 1] ?? OK;
      inFlight += 1;
      transport.most = Math.max(transport.most, inFlight);
      try {
        if (step instanceof Error) throw step;
        return typeof step === 'function' ? await step(request) : step;
      } finally {
        inFlight -= 1;
      }
    },
    close: () => Promise.resolve(),
  };
  return transport;
}

function failureOf(response: HttpResponse): ProviderError | null {
  if (response.status < 400) return null;
  const details: ProviderErrorDetails = {
    status: response.status,
    retryAfterSeconds: retryAfterOf(response.headers),
    mayHaveApplied: response.status >= 500,
  };
  if (response.status === 429) return new ProviderError('RATE_LIMITED', 'Too many.', details);
  return new ProviderError(response.status >= 500 ? 'UNAVAILABLE' : 'REJECTED', 'No.', details);
}

const status = (code: number, headers: Record<string, string> = {}): HttpResponse => ({
  status: code,
  headers,
  text: '',
});

function upstreamOver(transport: Transport, limits: Partial<Limits> = {}, options: Partial<UpstreamOptions> = {}) {
  return createUpstream({
    integration: 'one',
    transport,
    limits: { ...LIMITS, ...limits },
    headers: { authorization: 'Bearer x' },
    failureOf,
    ...options,
  });
}

/** Until aborted, then the reason, as a transport does. */
const untilAborted = (request: HttpRequest) =>
  new Promise<HttpResponse>((_, reject) => {
    request.signal?.addEventListener('abort', () => reject(request.signal?.reason as Error));
  });

/** What became of a promise, without an unhandled rejection on the way. */
function watch<T>(promise: Promise<T>) {
  const state: { value?: T; error?: unknown; settled: boolean } = { settled: false };
  promise.then(
    (value) => Object.assign(state, { value, settled: true }),
    (error: unknown) => Object.assign(state, { error, settled: true }),
  );
  return state;
}

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-03-02T10:00:00Z') });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Listeners for aborts that were added and are still there, of all signals; counts from now on. */
function countListeners() {
  const { prototype } = EventTarget;
  let count = 0;
  const add = vi.spyOn(prototype, 'addEventListener').mockImplementation(() => void (count += 1));
  const remove = vi.spyOn(prototype, 'removeEventListener').mockImplementation(() => void (count -= 1));
  return () => {
    add.mockRestore();
    remove.mockRestore();
    return count;
  };
}

describe('upstream requests', () => {
  it('hold on to nothing where the call was over before', async () => {
    const upstream = upstreamOver(fake());
    const left = countListeners();
    await expect(upstream.send(READ, { ...CALL, signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow(
      'gone',
    );
    expect(left()).toBe(0);
  });

  it('leaves undefined query values out, encodes the rest, and sends a body as JSON', async () => {
    const transport = fake();
    const upstream = upstreamOver(transport);
    await upstream.send({ ...READ, query: { ids: 'a,b c', page: 2, all: true, none: undefined } }, CALL);
    await upstream.send({ ...READ, query: { none: undefined } }, CALL);
    await upstream.send(WRITE, CALL);
    expect(transport.requests.map(({ path, body }) => [path, body])).toEqual([
      ['/ratings?ids=a%2Cb+c&page=2&all=true', undefined],
      ['/ratings', undefined],
      ['/ratings', '{"a":1}'],
    ]);
    expect(transport.requests[2]?.headers).toEqual({ authorization: 'Bearer x', 'content-type': 'application/json' });
  });

  it('gives every answer of a walk a turn of the event loop of its own, and lets requests through at once', async () => {
    vi.useRealTimers();
    let turn = 0;
    let ticking = true;
    const tick = () => {
      turn += 1;
      if (ticking) setImmediate(tick);
    };
    setImmediate(tick);
    const upstream = upstreamOver(fake());
    const turnsOf = (call: Call) =>
      Promise.all(
        [1, 2, 3].map(async () => {
          await upstream.send(READ, call);
          return turn;
        }),
      );
    expect(new Set(await turnsOf({ purpose: 'walk' })).size).toBe(3);
    expect(new Set(await turnsOf({ purpose: 'request' })).size).toBe(1);
    ticking = false;
  });

  it('lets any number of calls listen to one signal', async () => {
    const { signal } = new AbortController();
    await upstreamOver(fake()).send(READ, { ...CALL, signal });
    expect(getMaxListeners(signal)).toBe(Number.POSITIVE_INFINITY);
  });

  it('lets whoever follows tries send headers along, and tells of the end of each', async () => {
    const seen: unknown[] = [];
    const transport = fake(status(503), OK);
    const upstream = upstreamOver(
      transport,
      {},
      {
        onTry: ({ number, ...attempt }) => ({
          headers: { traceparent: `try ${number}` },
          ended: (outcome, code) => seen.push({ number, ...attempt, outcome, code }),
        }),
      },
    );
    watch(upstream.send(READ, CALL));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(transport.requests.map(({ headers }) => headers['traceparent'])).toEqual(['try 1', 'try 2']);
    const attempt = { operation: 'ratings', method: 'GET', purpose: 'request' };
    expect(seen).toEqual([
      { ...attempt, number: 1, outcome: 'UNAVAILABLE', code: 503 },
      { ...attempt, number: 2, outcome: 'ok', code: 200 },
    ]);
  });

  it.each(['onCall', 'onTry', 'ended', 'onDrift', 'onBreaker', 'onQuota'])(
    'answer what the provider answered where the hook %s throws',
    async (hook) => {
      const bug = new Error('a bug in an observer');
      const thrown: unknown[] = [];
      const isBroken = (name: string) => {
        if (name === hook) throw bug;
      };
      const quota = { 'ratelimit-remaining': '7', 'ratelimit-reset': '60' };
      const transport = fake({ ...OK, headers: quota }, status(503), { ...OK, headers: quota });
      const upstream = upstreamOver(
        transport,
        { breaker: { ...BREAKER, consecutive: 1 }, attempts: 1 },
        {
          onCall: () => isBroken('onCall'),
          onTry: () => {
            isBroken('onTry');
            return { headers: {}, ended: () => isBroken('ended') };
          },
          onDrift: () => isBroken('onDrift'),
          onBreaker: () => isBroken('onBreaker'),
          onQuota: () => isBroken('onQuota'),
          onThrow: (name, error) => thrown.push([name, error]),
        },
      );
      const first = watch(upstream.send(READ, CALL));
      await vi.advanceTimersByTimeAsync(0);
      expect(first).toMatchObject({ value: { status: 200 } });
      const failed = watch(upstream.send(READ, CALL));
      await vi.advanceTimersByTimeAsync(0);
      expect(failed.error).toMatchObject({ code: 'UNAVAILABLE', status: 503 });
      // The breaker is open, and closes with the answer to its probe.
      await vi.advanceTimersByTimeAsync(BREAKER.openMs);
      const probe = watch(upstream.send(READ, CALL));
      await vi.advanceTimersByTimeAsync(0);
      expect(probe).toMatchObject({ value: { status: 200 } });
      expect(() => upstream.drift({ operation: 'a', path: 'b', expected: 'c', found: 'd' })).not.toThrow();
      expect(thrown[0]).toEqual([hook === 'ended' ? 'onTry' : hook, bug]);
      expect(transport.requests).toHaveLength(3);
    },
  );

  it('records every try with its outcome and time', async () => {
    const records: CallRecord[] = [];
    let time = 0;
    const upstream = upstreamOver(
      fake(status(503), OK),
      {},
      { onCall: (r) => records.push(r), now: () => (time += 5) },
    );
    const done = watch(upstream.send(READ, { purpose: 'walk' }));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(done.value).toEqual(OK);
    const record = {
      integration: 'one',
      operation: 'ratings',
      kind: 'read',
      purpose: 'walk',
      milliseconds: 5,
      waitedMs: expect.any(Number) as number,
    };
    expect(records).toEqual([
      { ...record, outcome: 'UNAVAILABLE' },
      { ...record, outcome: 'ok' },
    ]);
  });
});

describe("a provider's words", () => {
  const saying = (words: string, code: 'REJECTED' | 'UNAUTHENTICATED' = 'REJECTED') =>
    upstreamOver(
      fake(status(422)),
      {},
      {
        headers: { authorization: 'Bearer key-1234567' },
        failureOf: () => new ProviderError(code, 'No.', { providerMessage: words }),
      },
    )
      .send(READ, CALL)
      .catch((error: unknown) => error);

  it('reach the caller without the credentials that were sent', async () => {
    expect(await saying('key-1234567 may not.')).toMatchObject({ providerMessage: '[redacted] may not.' });
    expect(await saying('The job code is unknown.')).toMatchObject({ providerMessage: 'The job code is unknown.' });
  });

  it('on refused credentials are for the operator alone', async () => {
    expect(await saying('Token abc is over.', 'UNAUTHENTICATED')).toMatchObject({ providerMessage: null });
  });
});

describe('upstream retry', () => {
  it('tries a read so many times and no more', async () => {
    const transport = fake(...Array.from({ length: 9 }, () => status(503)));
    const done = watch(upstreamOver(transport).send(READ, CALL));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(done.error).toMatchObject({ code: 'UNAVAILABLE', status: 503 });
    expect(transport.requests).toHaveLength(3);
  });

  it('tries once when one attempt is allowed', async () => {
    const transport = fake(status(503));
    await expect(upstreamOver(transport, { attempts: 1 }).send(READ, CALL)).rejects.toMatchObject({ status: 503 });
    expect(transport.requests).toHaveLength(1);
  });

  it.each([500, 503, 429])('does not repeat a write answered %i', async (code) => {
    const transport = fake(status(code));
    await expect(upstreamOver(transport).send(WRITE, CALL)).rejects.toMatchObject({ status: code });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(transport.requests).toHaveLength(1);
  });

  it('repeats a write that says it is repeatable, and no read that says it is not', async () => {
    const repeatable = fake(status(503), OK);
    const done = watch(upstreamOver(repeatable).send({ ...WRITE, repeatable: true }, CALL));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(done.value).toEqual(OK);
    const once = fake(status(503), OK);
    await expect(upstreamOver(once).send({ ...READ, repeatable: false }, CALL)).rejects.toMatchObject({ status: 503 });
    expect([repeatable.requests.length, once.requests.length]).toEqual([2, 1]);
  });

  it('remembers of a write that an earlier try may have taken effect, unless the provider judges what was sent', async () => {
    const ends = [new ProviderError('UNREACHABLE', 'No.'), status(429), status(400)];
    const found: unknown[] = [];
    for (const last of ends) {
      const done = watch(upstreamOver(fake(status(503), last, last)).send({ ...WRITE, repeatable: true }, CALL));
      await vi.advanceTimersByTimeAsync(60_000);
      const { code, mayHaveApplied } = done.error as ProviderError;
      found.push([code, mayHaveApplied]);
    }
    expect(found).toEqual([
      ['UNREACHABLE', true],
      ['RATE_LIMITED', true],
      ['REJECTED', false],
    ]);
  });

  it('does not repeat a write within the call that was not answered in time, unless it never went out', async () => {
    const late = (code: string) => networkError(Object.assign(new Error(code), { code }));
    const counts: number[] = [];
    for (const code of ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT']) {
      const transport = fake(late(code), OK);
      watch(upstreamOver(transport).send({ ...WRITE, repeatable: true }, CALL));
      await vi.advanceTimersByTimeAsync(60_000);
      counts.push(transport.requests.length);
    }
    expect(counts).toEqual([1, 2]);
  });

  it('gives each try the times that are for it', async () => {
    const times = {
      request: { silentMs: 1, wholeMs: 2 },
      background: { silentMs: 3, wholeMs: 4 },
      write: { silentMs: 5, wholeMs: 6 },
    };
    const transport = fake();
    const upstream = upstreamOver(transport, { times, readsInFlight: 8 });
    for (const purpose of ['request', 'walk', 'task'] as const) watch(upstream.send(READ, { purpose }));
    watch(upstream.send(WRITE, CALL));
    await vi.advanceTimersByTimeAsync(1);
    const { request, background, write } = times;
    expect(transport.requests.map((sent) => sent.times)).toEqual([request, background, background, write]);
  });

  it('does not repeat what cannot succeed unchanged', async () => {
    const transport = fake(status(400));
    await expect(upstreamOver(transport).send(READ, CALL)).rejects.toMatchObject({ code: 'REJECTED' });
    const broken = fake(new TypeError('bug'));
    await expect(upstreamOver(broken).send(READ, CALL)).rejects.toThrow('bug');
    expect([transport.requests.length, broken.requests.length]).toEqual([1, 1]);
  });

  it.each([
    ['seconds', '2'],
    ['an HTTP date', 'Mon, 02 Mar 2026 10:00:02 GMT'],
  ])('waits as long as Retry-After says in %s', async (_, value) => {
    const transport = fake(status(429, { 'retry-after': value }), OK);
    const done = watch(upstreamOver(transport).send(READ, CALL));
    await vi.advanceTimersByTimeAsync(1_999);
    expect(transport.requests).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(done.value).toEqual(OK);
    expect(transport.requests).toHaveLength(2);
  });

  it('gives up at once when Retry-After asks for more than five seconds, and passes it on', async () => {
    const transport = fake(status(429, { 'retry-after': '6' }), OK);
    await expect(upstreamOver(transport).send(READ, CALL)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      retryAfterSeconds: 6,
    });
    expect(transport.requests).toHaveLength(1);
  });

  it('leaves its place in the pool while it waits to try again', async () => {
    const transport = fake(status(503, { 'retry-after': '5' }), OK, OK);
    const upstream = upstreamOver(transport, { readsInFlight: 1 });
    const first = watch(upstream.send(READ, CALL));
    await vi.advanceTimersByTimeAsync(0);
    await expect(upstream.send(READ, CALL)).resolves.toEqual(OK);
    expect(first.settled).toBe(false);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(first.value).toEqual(OK);
  });
});

describe('upstream pool and rate', () => {
  it('keeps reads and writes in flight within their own limits', async () => {
    const slow = () => new Promise<HttpResponse>((resolve) => setTimeout(() => resolve(OK), 100));
    const reads = fake(...Array.from({ length: 6 }, () => slow));
    const upstream = upstreamOver(reads);
    const all = watch(Promise.all(Array.from({ length: 6 }, () => upstream.send(READ, CALL))));
    await vi.advanceTimersByTimeAsync(100);
    expect(reads.requests).toHaveLength(4);
    await vi.advanceTimersByTimeAsync(200);
    expect(all.settled).toBe(true);
    expect(reads.most).toBe(2);
    const writes = fake(...Array.from({ length: 3 }, () => slow));
    const writing = upstreamOver(writes);
    const written = watch(Promise.all(Array.from({ length: 3 }, () => writing.send(WRITE, CALL))));
    await vi.advanceTimersByTimeAsync(300);
    expect(written.settled).toBe(true);
    expect(writes.most).toBe(1);
  });

  it('counts reads, writes and second tries against one rate', async () => {
    const transport = fake(status(429, { 'retry-after': '0' }), OK, OK, OK);
    const upstream = upstreamOver(transport, { requestsPerSecond: 2 });
    const all = watch(Promise.all([upstream.send(READ, CALL), upstream.send(WRITE, CALL), upstream.send(READ, CALL)]));
    await vi.advanceTimersByTimeAsync(900);
    expect(transport.requests).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(200);
    expect(transport.requests).toHaveLength(4);
    expect(all.settled).toBe(true);
  });
});

describe('upstream precedence', () => {
  it('lets a request out before the pages of a walk that asked first', async () => {
    const transport = fake();
    const upstream = upstreamOver(transport, { requestsPerSecond: 1 });
    for (const page of [1, 2, 3]) {
      watch(upstream.send({ ...READ, path: `/walk/${page}` }, { purpose: 'walk' }));
    }
    watch(upstream.send({ ...WRITE, path: '/task' }, { purpose: 'task' }));
    watch(upstream.send({ ...READ, path: '/request' }, CALL));
    await vi.advanceTimersByTimeAsync(4_100);
    const paths = transport.requests.map(({ path }) => path);
    expect(paths).toEqual(['/walk/1', '/request', '/task', '/walk/2', '/walk/3']);
  });
});

describe('an upstream that is closed', () => {
  it('ends reads under way, waiting and pausing at once, and lets a write under way go on', async () => {
    const slow = () => new Promise<HttpResponse>((resolve) => setTimeout(() => resolve(OK), 1_000));
    const transport = fake(status(503, { 'retry-after': '5' }), untilAborted, untilAborted, slow);
    const closes: (number | undefined)[] = [];
    const upstream = upstreamOver({ ...transport, close: async (graceMs) => void closes.push(graceMs) });
    const pausing = watch(upstream.send(READ, CALL));
    await vi.advanceTimersByTimeAsync(0);
    const own = new AbortController();
    const [under, beside] = [
      watch(upstream.send(READ, { ...CALL, signal: own.signal })),
      watch(upstream.send(READ, CALL)),
    ];
    const waiting = watch(upstream.send(READ, CALL));
    const write = watch(upstream.send(WRITE, { purpose: 'task' }));
    await vi.advanceTimersByTimeAsync(0);
    await upstream.close(9_000);
    await vi.advanceTimersByTimeAsync(0);
    const ended = [pausing, under, beside, waiting].map(({ error }) => (error as ProviderError | undefined)?.code);
    expect(ended).toEqual(['UNREACHABLE', 'UNREACHABLE', 'UNREACHABLE', 'UNREACHABLE']);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([write.value, closes]).toEqual([OK, [9_000]]);
    await expect(upstream.send(READ, CALL)).rejects.toMatchObject({ code: 'UNREACHABLE', mayHaveApplied: false });
    expect([transport.requests.length, vi.getTimerCount()]).toEqual([4, 0]);
  });
});

describe('upstream abort', () => {
  const reason = new Error('the client left');

  it('sends nothing for a call that is aborted already', async () => {
    const transport = fake();
    const call: Call = { purpose: 'request', signal: AbortSignal.abort(reason) };
    await expect(upstreamOver(transport).send(READ, call)).rejects.toBe(reason);
    await expect(upstreamOver(transport).send(WRITE, call)).rejects.toBe(reason);
    expect(transport.requests).toHaveLength(0);
  });

  it.each([
    ['a read', READ],
    ['a write', WRITE],
  ])('ends %s under way and tries no second time', async (_, request) => {
    const records: CallRecord[] = [];
    const transport = fake(untilAborted);
    const controller = new AbortController();
    const upstream = upstreamOver(transport, {}, { onCall: (record) => records.push(record) });
    const done = watch(upstream.send(request, { purpose: 'task', signal: controller.signal }));
    await vi.advanceTimersByTimeAsync(0);
    controller.abort(reason);
    await vi.advanceTimersByTimeAsync(0);
    expect(done.error).toBe(reason);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(transport.requests).toHaveLength(1);
    expect(records.map((record) => record.outcome)).toEqual(['ABORTED']);
  });

  it('does not take a reason that looks retryable for a failure of the provider', async () => {
    const deadline = new ProviderError('TIMEOUT', 'Out of time.');
    const transport = fake(untilAborted);
    const controller = new AbortController();
    const done = watch(upstreamOver(transport).send(READ, { purpose: 'request', signal: controller.signal }));
    await vi.advanceTimersByTimeAsync(0);
    controller.abort(deadline);
    await vi.advanceTimersByTimeAsync(0);
    expect(done.error).toBe(deadline);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(transport.requests).toHaveLength(1);
  });

  it('ends the wait before a second try at once, and leaves no timer', async () => {
    const transport = fake(status(429, { 'retry-after': '5' }));
    const controller = new AbortController();
    const done = watch(upstreamOver(transport).send(READ, { purpose: 'request', signal: controller.signal }));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(done.settled).toBe(false);
    controller.abort(reason);
    await vi.advanceTimersByTimeAsync(0);
    expect(done.error).toBe(reason);
    expect(vi.getTimerCount()).toBe(0);
    expect(transport.requests).toHaveLength(1);
  });

  it('ends the wait for the pool and for the rate at once, and the places go to others', async () => {
    let finish = () => {};
    const held = () => new Promise<HttpResponse>((resolve) => (finish = () => resolve(OK)));
    const transport = fake(held, OK);
    const upstream = upstreamOver(transport, { readsInFlight: 1, requestsPerSecond: 1 });
    const first = watch(upstream.send(READ, CALL));
    const controller = new AbortController();
    const signal = controller.signal;
    await vi.advanceTimersByTimeAsync(0);
    const waitsForPool = watch(upstream.send(READ, { purpose: 'request', signal }));
    const waitsForRate = watch(upstream.send(WRITE, { purpose: 'request', signal }));
    await vi.advanceTimersByTimeAsync(10);
    expect([waitsForPool.settled, waitsForRate.settled]).toEqual([false, false]);
    controller.abort(reason);
    await vi.advanceTimersByTimeAsync(0);
    expect([waitsForPool.error, waitsForRate.error]).toEqual([reason, reason]);
    finish();
    const next = watch(upstream.send(WRITE, CALL));
    await vi.advanceTimersByTimeAsync(1_020);
    expect([first.value, next.value]).toEqual([OK, OK]);
    expect(transport.requests).toHaveLength(2);
  });
});

describe('a Retry-After of nothing', () => {
  it('is no reason to come back without a pause', async () => {
    // The jitter of the pause.
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    const transport = fake(status(429, { 'retry-after': '0' }), status(200));
    const answer = watch(upstreamOver(transport).send(READ, CALL));
    await vi.advanceTimersByTimeAsync(50);
    expect(transport.requests).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(answer.value).toMatchObject({ status: 200 });
  });
});

describe('a write of a task', () => {
  const notSent = new NotSent('TIMEOUT', 'Not ours.');
  /** What stands between it and the socket, and what it has been asked. */
  function sending(refuse: 'announce' | 'leave' | null = null) {
    const asked: string[] = [];
    const ask = (name: 'announce' | 'leave') => {
      asked.push(name);
      if (refuse === name) throw notSent;
    };
    const own: Sending = { of: () => own, announce: async () => ask('announce'), leave: () => ask('leave') };
    return { asked, call: { purpose: 'task', sending: own } satisfies Call };
  }
  /** Leaves as a real transport does. */
  const leaving = (request: HttpRequest) => {
    request.leave?.();
    return Promise.resolve(OK);
  };

  it('is announced when its turn has come and not before, and asked once more at the socket', async () => {
    let free = () => {};
    const first = new Promise<HttpResponse>((resolve) => (free = () => resolve(OK)));
    const upstream = upstreamOver(fake(() => first, leaving));
    const running = upstream.send(WRITE, CALL);
    const { asked, call } = sending();
    const answer = watch(upstream.send(WRITE, call));
    await vi.advanceTimersByTimeAsync(100);
    expect(asked).toEqual([]);
    free();
    await running;
    await vi.advanceTimersByTimeAsync(0);
    expect(answer.value).toBe(OK);
    expect(asked).toEqual(['announce', 'leave']);
  });

  it.each([
    ['announce', 0],
    ['leave', 1],
  ] as const)(
    'that is refused at %s is not sent, gives its place back and is no failure of the provider',
    async (at, tried) => {
      const transport = fake(leaving);
      const records: CallRecord[] = [];
      const upstream = upstreamOver(transport, {}, { onCall: (record) => records.push(record) });
      await expect(upstream.send(WRITE, sending(at).call)).rejects.toBe(notSent);
      expect(transport.requests).toHaveLength(tried);
      expect(records.map(({ outcome }) => outcome)).toEqual(tried === 0 ? [] : ['ABORTED']);
      expect(await upstream.send(WRITE, CALL)).toBe(OK);
    },
  );

  it('passes for each try, and a try that is refused leaves open what became of the one before', async () => {
    const { asked, call } = sending();
    const upstream = upstreamOver(fake(status(503), leaving));
    const both = watch(upstream.send({ ...WRITE, repeatable: true }, call));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(both.value).toBe(OK);
    expect(asked.filter((name) => name === 'announce')).toHaveLength(2);
    const refused = sending();
    const failing = upstreamOver(
      fake(() => {
        refused.call.sending.announce = () => Promise.reject(notSent);
        return Promise.resolve(status(503));
      }),
    );
    const open = watch(failing.send({ ...WRITE, repeatable: true }, refused.call));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(open.error).toMatchObject({ code: 'UNAVAILABLE', mayHaveApplied: true });
  });

  it('is announced, and reads of the same call are not', async () => {
    const { asked, call } = sending();
    await upstreamOver(fake(leaving)).send(READ, call);
    expect(asked).toEqual([]);
  });
});

describe('retryAfterOf', () => {
  it.each([
    [{ 'retry-after': '3' }, 3],
    [{ 'retry-after': '2.2' }, 3],
    [{ 'retry-after': '-1' }, 0],
    [{ 'retry-after': 'Mon, 02 Mar 2026 10:00:30 GMT' }, 30],
    [{ 'retry-after': 'Mon, 02 Mar 2026 09:00:00 GMT' }, 0],
    // By clocks an hour behind and an hour ahead.
    [{ 'retry-after': 'Mon, 02 Mar 2026 09:00:30 GMT', date: 'Mon, 02 Mar 2026 09:00:00 GMT' }, 30],
    [{ 'retry-after': 'Mon, 02 Mar 2026 11:00:30 GMT', date: 'Mon, 02 Mar 2026 11:00:00 GMT' }, 30],
    [{ 'retry-after': 'Mon, 02 Mar 2026 10:00:30 GMT', date: 'today' }, 30],
    [{ 'retry-after': 'Fri, 02 Mar 2046 10:00:00 GMT' }, 86_400],
    // Instants: 10 s after the virtual clock's 10:00, the same in milliseconds, and by a clock an hour behind.
    [{ 'retry-after': '1772445610' }, 10],
    [{ 'x-reset': '1772445610' }, 10],
    [{ 'x-reset': '1772445610000' }, 10],
    [{ 'x-reset': '1772442010', date: 'Mon, 02 Mar 2026 09:00:00 GMT' }, 10],
    [{ 'x-reset': '1772445000' }, 0],
    [{ 'x-reset': '57;w=60' }, 57],
    [{ 'retry-after': '90000' }, 86_400],
    [{ 'retry-after': 'soon' }, null],
    [{ 'retry-after': '' }, null],
    [{ 'x-reset': '9' }, 9],
    [{ 'retry-after': '4', 'x-reset': '9' }, 4],
    [{}, null],
  ])('reads %j as %j seconds', (headers, expected) => {
    expect(retryAfterOf(headers, 'x-reset')).toBe(expected);
  });
});
