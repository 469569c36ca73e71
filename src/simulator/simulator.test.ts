import { describe, expect, it, vi } from 'vitest';
import { VirtualClock } from '../lib/clock.ts';
import { Random } from './random.ts';
import { serveSimulator } from './serve.ts';
import {
  createSimulator,
  jsonResponse,
  TokenBucket,
  withSwitches,
  type Simulator,
  type SimRequest,
} from './simulator.ts';
import type { FaultShape } from './faults.ts';

function counter() {
  const clock = new VirtualClock();
  const state = { count: 0 };
  const switches = { step: 1 };
  const simulator = createSimulator(
    {
      provider: 'counter',
      switches,
      answer({ request, vendorFaults, effect }) {
        if (vendorFaults.includes('moody')) return jsonResponse(409, { moody: true });
        if (request.path === '/fail') throw new Error('broken');
        if (request.method === 'POST') {
          state.count += switches.step;
          effect({ kind: 'count', key: 'count', change: 'updated' });
        }
        return jsonResponse(200, { data: [{ count: state.count, name: 'a' }, { count: 0 }] });
      },
      refuse: (status) => jsonResponse(status, { error: status }, { 'x-own': 'yes' }),
    },
    clock,
  );
  return { simulator, clock, state };
}

const request = (method = 'GET', path = '/count', body = ''): SimRequest => ({
  method,
  path,
  query: new URLSearchParams('a=1'),
  headers: {},
  body,
});

/** One call under a fault. */
async function under(shape: FaultShape, method = 'GET') {
  const { simulator, state } = counter();
  simulator.addFault({ shape });
  const answer = await simulator.handle(request(method));
  return { answer, state, entry: simulator.journal[0] };
}

describe('simulator faults', () => {
  it('break off before, or after the work is done', async () => {
    const reset = await under({ kind: 'reset' }, 'POST');
    expect([reset.answer.broken, reset.state.count]).toEqual(['reset', 0]);
    const lost = await under({ kind: 'answerLost' }, 'POST');
    expect([lost.answer.broken, lost.state.count]).toEqual(['reset', 1]);
    expect(lost.entry).toMatchObject({ fault: 'answerLost', effects: [{ kind: 'count', change: 'updated' }] });
    const hang = await under({ kind: 'hang' }, 'POST');
    expect([hang.answer.broken, hang.state.count]).toEqual(['hang', 0]);
  });

  it("refuse in the vendor's own shape, or with a body as it is", async () => {
    const own = await under({ kind: 'status', status: 429, headers: { 'retry-after': '2' } }, 'POST');
    expect(own.answer).toEqual({
      status: 429,
      headers: { 'content-type': 'application/json', 'x-own': 'yes', 'retry-after': '2' },
      body: '{"error":429}',
    });
    expect(own.state.count).toBe(0);
    const raw = await under({ kind: 'status', status: 503, body: '<html>', headers: { 'content-type': 'text/html' } });
    expect(raw.answer).toEqual({ status: 503, headers: { 'content-type': 'text/html' }, body: '<html>' });
  });

  it('cut, empty, mislabel and distort the answer', async () => {
    const whole = '{"data":[{"count":0,"name":"a"},{"count":0}]}';
    expect((await under({ kind: 'truncate' })).answer.body).toBe(whole.slice(0, 22));
    expect((await under({ kind: 'emptyBody' })).answer).toMatchObject({ status: 200, body: '' });
    const typed = await under({ kind: 'contentType', value: 'text/html' });
    expect(typed.answer).toMatchObject({ headers: { 'content-type': 'text/html' }, body: whole });
    const drifted = await under({ kind: 'drift', path: 'data.*.name', value: 7 });
    expect(drifted.answer.body).toBe('{"data":[{"count":0,"name":7},{"count":0}]}');
    const removed = await under({ kind: 'drift', path: 'data.0.count' });
    expect(removed.answer.body).toBe('{"data":[{"name":"a"},{"count":0}]}');
  });

  it("reach the vendor's own code by name", async () => {
    expect((await under({ kind: 'vendor', name: 'moody' })).answer.status).toBe(409);
    expect((await under({ kind: 'vendor', name: 'calm' })).answer.status).toBe(200);
  });

  it('wait on the clock', async () => {
    const { simulator, clock } = counter();
    simulator.addFault({ shape: { kind: 'latency', milliseconds: 500 } });
    let answered = false;
    const answer = simulator.handle(request()).then(() => (answered = true));
    clock.advance(499);
    await Promise.resolve();
    expect(answered).toBe(false);
    clock.advance(1);
    await answer;
    expect(simulator.journal[0]?.at).toBe(new Date(clock.now()).toISOString());
  });

  it('hit only the calls they name, so many times', async () => {
    const { simulator } = counter();
    simulator.addFault({ shape: { kind: 'status', status: 500 }, method: 'POST', path: '^/count$', times: 2 });
    const calls = [request(), request('POST'), request('POST', '/other'), request('POST'), request('POST')];
    const statuses: number[] = [];
    for (const call of calls) statuses.push((await simulator.handle(call)).status);
    expect(statuses).toEqual([200, 500, 200, 500, 200]);
    simulator.addFault({ shape: { kind: 'status', status: 500 } });
    simulator.clearFaults();
    expect((await simulator.handle(request())).status).toBe(200);
  });

  it('hit the share they say, the same calls in every run', async () => {
    const run = async () => {
      const { simulator } = counter();
      simulator.addFault({ shape: { kind: 'status', status: 500 }, share: 0.3 });
      const statuses: number[] = [];
      for (let i = 0; i < 400; i += 1) statuses.push((await simulator.handle(request())).status);
      return statuses;
    };
    const first = await run();
    const share = first.filter((status) => status === 500).length / first.length;
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.4);
    expect(await run()).toEqual(first);
  });

  it('are refused when their path is no regular expression', () => {
    expect(() => counter().simulator.addFault({ shape: { kind: 'reset' }, path: '(' })).toThrow(SyntaxError);
  });
});

describe('simulator disruptions', () => {
  const control = async (simulator: Simulator, method: string, body = '') => {
    const answer = await simulator.handle(request(method, '/_simulator/disruption', body));
    return [answer.status, JSON.parse(answer.body) as unknown];
  };

  it('hit every call until their time is over, in the shape of the vendor', async () => {
    const { simulator, clock } = counter();
    expect(simulator.disruption).toBeNull();
    simulator.disrupt({ kind: 'UNAVAILABLE', milliseconds: 60_000 });
    expect(simulator.disruption).toEqual({ kind: 'UNAVAILABLE', until: clock.now() + 60_000 });
    expect(await simulator.handle(request())).toMatchObject({ status: 503, headers: { 'x-own': 'yes' } });
    clock.advance(59_999);
    expect((await simulator.handle(request())).status).toBe(503);
    clock.advance(1);
    expect((await simulator.handle(request())).status).toBe(200);
    expect(simulator.disruption).toBeNull();
  });

  it('limit the rate, or make every call slow', async () => {
    const { simulator, clock } = counter();
    simulator.disrupt({ kind: 'RATE_LIMITED', milliseconds: 60_000 });
    expect((await simulator.handle(request())).status).toBe(429);
    simulator.disrupt({ kind: 'SLOW', milliseconds: 60_000 });
    const answered = vi.fn<(answer: unknown) => void>();
    const answer = simulator.handle(request()).then(answered);
    clock.advance(2_999);
    await Promise.resolve();
    expect(answered).not.toHaveBeenCalled();
    clock.advance(1);
    await answer;
    expect(answered).toHaveBeenCalledWith(expect.objectContaining({ status: 200 }));
  });

  it('end early, and leave other faults as they are', async () => {
    const { simulator } = counter();
    simulator.addFault({ shape: { kind: 'status', status: 500 } });
    simulator.disrupt({ kind: 'RATE_LIMITED', milliseconds: 60_000 });
    simulator.disrupt(null);
    expect((await simulator.handle(request())).status).toBe(500);
  });

  it('are set and read over the control plane', async () => {
    const { simulator, clock } = counter();
    const until = clock.now() + 60_000;
    expect(await control(simulator, 'POST', '{"kind": "SLOW"}')).toEqual([200, { kind: 'SLOW', until }]);
    expect(await control(simulator, 'GET')).toEqual([200, { kind: 'SLOW', until }]);
    expect(await control(simulator, 'POST', '{"kind": null}')).toEqual([200, null]);
  });

  it.each([
    ['{', 'The body is not JSON.'],
    ['null', 'kind must be one of UNAVAILABLE, SLOW, RATE_LIMITED, or null.'],
    ['{"kind": "toString"}', 'kind must be one of UNAVAILABLE, SLOW, RATE_LIMITED, or null.'],
    ['{"kind": "SLOW", "seconds": 0}', 'seconds must be a number from 1 to 600.'],
    ['{"kind": "SLOW", "seconds": "60"}', 'seconds must be a number from 1 to 600.'],
    ['{"kind": "SLOW", "seconds": 601}', 'seconds must be a number from 1 to 600.'],
  ])('are refused as %s', async (body, message) => {
    const { simulator } = counter();
    expect(await control(simulator, 'POST', body)).toEqual([400, { message }]);
    expect(simulator.disruption).toBeNull();
  });
});

describe('simulator journal and switches', () => {
  it('enters every call with its effects, and a failure of its own as 500', async () => {
    const { simulator } = counter();
    await simulator.handle(request('POST'));
    const failed = await simulator.handle(request('GET', '/fail'));
    expect(failed).toMatchObject({ status: 500 });
    expect(failed.body).toContain('broken');
    expect(simulator.journal).toMatchObject([
      { sequence: 1, method: 'POST', path: '/count', query: 'a=1', status: 200, fault: null },
      { sequence: 2, method: 'GET', path: '/fail', status: 500, effects: [] },
    ]);
    expect(simulator.journal[0]?.effects).toEqual([{ kind: 'count', key: 'count', change: 'updated' }]);
  });

  it('changes by switches, and refuses an unknown one', async () => {
    const { simulator, state } = counter();
    simulator.setSwitch('step', 5);
    await simulator.handle(request('POST'));
    expect(state.count).toBe(5);
    expect(() => simulator.setSwitch('stride', 5)).toThrow('counter has no switch stride');
    expect(withSwitches('counter', { step: 1, mode: 'a' }, { step: 2 })).toEqual({ step: 2, mode: 'a' });
    expect(() => withSwitches('counter', { step: 1 }, { stride: 2 })).toThrow('counter has no switch stride');
  });

  it('takes journal, faults and switches over HTTP without entering those calls', async () => {
    const { simulator, state } = counter();
    const control = async (method: string, name: string, body?: unknown) => {
      const answer = await simulator.handle(
        request(method, `/_simulator/${name}`, body === undefined ? '' : JSON.stringify(body)),
      );
      return { status: answer.status, body: JSON.parse(answer.body) as unknown };
    };
    expect((await control('POST', 'faults', { shape: { kind: 'status', status: 418 } })).status).toBe(200);
    expect((await simulator.handle(request())).status).toBe(418);
    expect((await control('DELETE', 'faults')).status).toBe(200);
    expect((await control('POST', 'switches', { name: 'step', value: 3 })).status).toBe(200);
    await simulator.handle(request('POST'));
    expect(state.count).toBe(3);
    expect(await control('GET', 'journal')).toMatchObject({ body: [{ status: 418 }, { status: 200 }] });
    expect((await control('DELETE', 'journal')).status).toBe(200);
    expect(simulator.journal).toEqual([]);
    expect((await control('POST', 'switches', { name: 'stride', value: 3 })).status).toBe(400);
    expect((await control('POST', 'faults', { shape: { kind: 'reset' }, path: '(' })).status).toBe(400);
    expect((await simulator.handle(request('POST', '/_simulator/faults', '{'))).status).toBe(400);
    expect((await control('GET', 'weather')).status).toBe(404);
  });
});

describe('TokenBucket', () => {
  it('gives its burst at once and then so many a second', () => {
    const clock = new VirtualClock();
    const bucket = new TokenBucket(2, 3, clock);
    const take = () => [bucket.take(), bucket.take(), bucket.take(), bucket.take()];
    expect(take()).toEqual([true, true, true, false]);
    clock.advance(500);
    expect(take()).toEqual([true, false, false, false]);
    clock.advance(60_000);
    expect(take()).toEqual([true, true, true, false]);
  });
});

describe('VirtualClock', () => {
  it('wakes sleepers in the order of their time and none too early', async () => {
    const clock = new VirtualClock(0);
    const woken: string[] = [];
    void clock.sleep(20).then(() => woken.push('b'));
    void clock.sleep(10).then(() => woken.push('a'));
    void clock.sleep(30).then(() => woken.push('c'));
    clock.advance(25);
    await clock.sleep(0);
    await Promise.resolve();
    expect(woken).toEqual(['a', 'b']);
    expect(clock.now()).toBe(25);
  });
});

describe('Random', () => {
  it('gives the same numbers for the same seed, spread over the range', () => {
    const draw = (seed: number | string) => {
      const random = new Random(seed);
      return Array.from({ length: 1_000 }, () => random.integer(1, 6));
    };
    expect(draw('a')).toEqual(draw('a'));
    expect(draw('a')).not.toEqual(draw('b'));
    const counts = [1, 2, 3, 4, 5, 6].map((face) => draw(7).filter((drawn) => drawn === face).length);
    expect(counts.reduce((sum, count) => sum + count)).toBe(1_000);
    expect(Math.min(...counts)).toBeGreaterThan(100);
  });
});

describe('served simulator', () => {
  async function served<T>(simulator: Simulator, use: (origin: string) => Promise<T>): Promise<T> {
    const server = await serveSimulator(simulator);
    try {
      return await use(server.origin);
    } finally {
      await server.close();
    }
  }

  it('answers over a socket what it answers in process', async () => {
    const { simulator } = counter();
    await served(simulator, async (origin) => {
      const answer = await fetch(`${origin}/count?a=1`, { method: 'POST', body: 'x' });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json']);
      expect(await answer.text()).toBe((await simulator.handle(request())).body);
    });
    expect(simulator.journal[0]).toMatchObject({ method: 'POST', path: '/count', query: 'a=1' });
  });

  it('breaks the connection, hangs, and lets itself be closed meanwhile', async () => {
    const { simulator } = counter();
    simulator.addFault({ shape: { kind: 'reset' }, path: '/reset' });
    simulator.addFault({ shape: { kind: 'hang' }, path: '/hang' });
    await served(simulator, async (origin) => {
      await expect(fetch(`${origin}/reset`)).rejects.toThrow('fetch failed');
      const controller = new AbortController();
      const hanging = fetch(`${origin}/hang`, { signal: controller.signal });
      setTimeout(() => controller.abort(new Error('enough')), 30);
      await expect(hanging).rejects.toThrow('enough');
      void fetch(`${origin}/hang`).catch(() => {});
    });
  });

  it('survives request targets that are no plain path', async () => {
    const { simulator } = counter();
    await served(simulator, async (origin) => {
      expect((await fetch(`${origin}//`)).status).toBe(200);
      expect((await fetch(`${origin}/%zz?%`)).status).toBe(200);
    });
    expect(simulator.journal).toHaveLength(2);
  });
});
