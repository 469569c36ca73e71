import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CallClients } from '../../domain/callClients.ts';
import type { Call } from '../../domain/ports.ts';
import { Rate } from './rateLimiter.ts';

type Purpose = Call['purpose'];

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const PLACES = { readsInFlight: 1_000, writesInFlight: 1_000 };

/** A rate whose requests are answered at once, and who went out in which order. */
function counted(requestsPerSecond: number) {
  const rate = new Rate({ ...PLACES, requestsPerSecond });
  const out: { purpose: Purpose; name: string; at: number }[] = [];
  const ask = (purpose: Purpose, name = '', signal?: AbortSignal): Promise<void> =>
    rate.enter({ kind: 'read', purpose, signal }).then((release) => {
      out.push({ purpose, name, at: performance.now() });
      release();
    });
  return { rate, out, ask, count: (purpose: Purpose) => out.filter((one) => one.purpose === purpose).length };
}

const times = <Item>(count: number, make: (index: number) => Item) => Array.from({ length: count }, (_, i) => make(i));

/** Asks again as soon as it was let out, for ever. */
async function endless(ask: () => Promise<void>): Promise<never> {
  for (;;) await ask();
}

describe('a rate', () => {
  it('lets so many pass a second and the rest after it, in the order of asking', async () => {
    const { out, ask } = counted(2);
    for (const name of ['a', 'b', 'c', 'd', 'e']) void ask('request', name);
    const names = () => out.map(({ name }) => name).join('');
    await vi.advanceTimersByTimeAsync(0);
    expect(names()).toBe('ab');
    await vi.advanceTimersByTimeAsync(990);
    expect(names()).toBe('ab');
    await vi.advanceTimersByTimeAsync(20);
    expect(names()).toBe('abcd');
    await vi.advanceTimersByTimeAsync(1_020);
    expect(names()).toBe('abcde');
  });

  it.each(times(10, (reads) => reads))(
    'lets out whoever asks as a window ends, between two looks at the clock: after %i',
    async (reads) => {
      let left = Number.POSITIVE_INFINITY;
      let now = 0;
      const rate = new Rate({ ...PLACES, requestsPerSecond: 1 }, { now: () => ((left -= 1) < 0 ? 1_000.1 : now) });
      (await rate.enter({ kind: 'read', purpose: 'request' }))();
      now = 999.9;
      left = reads;
      const second = rate.enter({ kind: 'read', purpose: 'request' });
      await vi.advanceTimersByTimeAsync(10);
      await expect(Promise.race([second, Promise.resolve('still waits')])).resolves.toBeInstanceOf(Function);
    },
  );

  it('rejects those that give up at once, spends no token on them and leaves no timer', async () => {
    const { ask, out } = counted(1);
    await ask('request');
    const reason = new Error('deadline');
    const controller = new AbortController();
    const abandoned = times(10, () => ask('request', 'gone', controller.signal));
    const patient = ask('walk', 'patient');
    controller.abort(reason);
    for (const wait of abandoned) await expect(wait).rejects.toBe(reason);
    await vi.advanceTimersByTimeAsync(1_020);
    await expect(patient).resolves.toBeUndefined();
    expect(out.map(({ name }) => name)).toEqual(['', 'patient']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('lets requests out before tasks and tasks before walks, whoever asked first', async () => {
    const { ask, out } = counted(4);
    await Promise.all(times(4, () => ask('request', 'before')));
    for (const purpose of ['walk', 'task', 'request', 'walk', 'task', 'request'] as const) void ask(purpose);
    await vi.advanceTimersByTimeAsync(2_100);
    expect(out.slice(4).map(({ purpose }) => purpose)).toEqual(['request', 'request', 'task', 'task', 'walk', 'walk']);
  });
});

describe('a walk', () => {
  it('has the whole rate while nobody else asks', async () => {
    const { ask, count } = counted(10);
    void endless(() => ask('walk'));
    await vi.advanceTimersByTimeAsync(9_990);
    expect(count('walk')).toBe(100);
  });

  it('keeps a request waiting for one second at most, having taken everything', async () => {
    const { ask } = counted(10);
    for (let walker = 0; walker < 50; walker += 1) void endless(() => ask('walk'));
    for (const pause of [1_300, 7_050, 6_001, 5_999, 340, 1]) {
      await vi.advanceTimersByTimeAsync(pause);
      const asked = performance.now();
      let waited = Number.POSITIVE_INFINITY;
      void ask('request').then(() => (waited = performance.now() - asked));
      await vi.advanceTimersByTimeAsync(1_001);
      expect(waited).toBeLessThanOrEqual(1_001);
    }
  });

  it('leaves half of every second to others for as long as they ask now and then', async () => {
    const { ask, out, count } = counted(10);
    for (let walker = 0; walker < 50; walker += 1) void endless(() => ask('walk'));
    await vi.advanceTimersByTimeAsync(1_500);
    const before = count('walk');
    const started = performance.now();
    for (let second = 0; second < 8; second += 1) {
      void ask('request');
      await vi.advanceTimersByTimeAsync(4_000);
    }
    expect(count('walk') - before).toBeLessThanOrEqual(5 * 33);
    expect(count('walk') - before).toBeGreaterThanOrEqual(5 * 31);
    // From the second second on a request finds tokens at once.
    for (const request of out.filter(({ purpose, at }) => purpose === 'request' && at > started + 1_000)) {
      expect((request.at - started) % 4_000).toBe(0);
    }
  });

  it('goes on, one in ten, while requests and tasks could use everything', async () => {
    const { ask, count } = counted(10);
    for (let caller = 0; caller < 50; caller += 1) {
      for (const purpose of ['request', 'task', 'walk'] as const) void endless(() => ask(purpose));
    }
    await vi.advanceTimersByTimeAsync(99_990);
    expect(count('request') + count('task') + count('walk')).toBe(1_000);
    expect(count('walk')).toBeGreaterThanOrEqual(99);
    expect(count('task')).toBeGreaterThanOrEqual(99);
    expect(count('request')).toBeGreaterThanOrEqual(790);
  });

  it('holds at most half of the places, so that slow pages leave room', async () => {
    const rate = new Rate({ requestsPerSecond: null, readsInFlight: 4, writesInFlight: 1 });
    let walking = 0;
    const enter = (purpose: Purpose) => rate.enter({ kind: 'read', purpose });
    for (let page = 0; page < 8; page += 1) void enter('walk').then(() => (walking += 1));
    await vi.advanceTimersByTimeAsync(0);
    expect(walking).toBe(2);
    const releases = await Promise.all([enter('request'), enter('request')]);
    for (const release of releases) release();
    await vi.advanceTimersByTimeAsync(0);
    expect(walking).toBe(2);
  });
});

describe('a task', () => {
  it('of 2,000 waiting items keeps no request waiting beyond the running second', async () => {
    const { ask, out } = counted(10);
    const items = times(2_000, () => ask('task'));
    await vi.advanceTimersByTimeAsync(500);
    const waits: number[] = [];
    for (let request = 0; request < 20; request += 1) {
      const asked = performance.now();
      void ask('request').then(() => waits.push(performance.now() - asked));
      await vi.advanceTimersByTimeAsync(1_700);
    }
    expect(waits).toHaveLength(20);
    expect(Math.max(...waits)).toBeLessThanOrEqual(1_001);
    await vi.advanceTimersByTimeAsync(200_000);
    await Promise.all(items);
    expect(out).toHaveLength(2_020);
  });

  it('that fills all places for writes leaves those for reads', async () => {
    const rate = new Rate({ requestsPerSecond: null, readsInFlight: 1, writesInFlight: 1 });
    const release = await rate.enter({ kind: 'write', purpose: 'task' });
    const second = rate.enter({ kind: 'write', purpose: 'task' });
    await expect(rate.enter({ kind: 'read', purpose: 'task' })).resolves.toBeInstanceOf(Function);
    release();
    release();
    const releaseSecond = await second;
    const third = vi.fn<() => void>();
    void rate.enter({ kind: 'write', purpose: 'task' }).then(() => third());
    await vi.advanceTimersByTimeAsync(0);
    expect(third).not.toHaveBeenCalled();
    releaseSecond();
    await vi.advanceTimersByTimeAsync(0);
    expect(third).toHaveBeenCalled();
  });
});

describe('clients', () => {
  /** A rate, and whose requests went out in which order; they are answered at once. */
  function ofClients(requestsPerSecond: number | null, places: Partial<typeof PLACES> = {}) {
    const rate = new Rate({ ...PLACES, ...places, requestsPerSecond });
    const out: { client: string; at: number }[] = [];
    const ask = (client: string, purpose: Purpose = 'request', clients = new CallClients([client])) =>
      rate.enter({ kind: 'read', purpose, clients }).then((release) => {
        out.push({ client, at: performance.now() });
        release();
      });
    const order = () => out.map(({ client }) => client).join('');
    return { rate, out, ask, order };
  }

  it('take turns, each in its own order of asking', async () => {
    const { ask, order } = ofClients(2);
    void ask('x');
    void ask('x');
    for (const client of ['a', 'a', 'a', 'a', 'b', 'b', 'c', 'a']) void ask(client);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(order()).toBe('xxabcabaaa');
  });

  it.each(['request', 'task'] as const)(
    'wait for a %s no longer than the running second, though another has as many waiting as it may',
    async (purpose) => {
      const { ask, out } = ofClients(10);
      for (let request = 0; request < 600; request += 1) void ask('flood', purpose);
      await vi.advanceTimersByTimeAsync(500);
      for (let read = 0; read < 10; read += 1) {
        const asked = performance.now();
        const before = out.length;
        await Promise.all([ask('other', purpose), vi.advanceTimersByTimeAsync(1_001)]);
        const mine = out.slice(before).find(({ client }) => client === 'other');
        expect((mine?.at ?? Infinity) - asked).toBeLessThanOrEqual(1_001);
      }
    },
  );

  it('have people before tasks and tasks before walks among all of them', async () => {
    const { ask, order } = ofClients(1);
    void ask('x');
    void ask('w', 'walk');
    void ask('t', 'task');
    void ask('t', 'task');
    void ask('a');
    void ask('b');
    await vi.advanceTimersByTimeAsync(6_000);
    expect(order()).toBe('xabttw');
  });

  it('have a minute of the whole rate waiting at most, each of them', async () => {
    const { ask } = ofClients(5);
    const waiting = times(305, () => ask('flood'));
    waiting.forEach((one) => void one.catch(() => {}));
    expect(() => ask('flood')).toThrow(
      expect.objectContaining({ code: 'RATE_LIMITED', retryable: true, retryAfterSeconds: 60 }),
    );
    const other = ask('other');
    await vi.advanceTimersByTimeAsync(1_001);
    await expect(other).resolves.toBeUndefined();
    // Tasks are bounded by the workers, and must not fail for it.
    for (let item = 0; item < 400; item += 1) void ask('flood', 'task');
    await vi.advanceTimersByTimeAsync(200_000);
    await Promise.all(waiting);
  });

  it('that join what another waits for bring their own turn along', async () => {
    const { ask, order } = ofClients(1);
    void ask('x');
    for (let request = 0; request < 50; request += 1) void ask('a');
    const shared = new CallClients(['a']);
    void ask('s', 'request', shared);
    for (let request = 0; request < 50; request += 1) void ask('b');
    await vi.advanceTimersByTimeAsync(2_500);
    expect(order()).toBe('xab');
    shared.add('c');
    await vi.advanceTimersByTimeAsync(3_000);
    expect(order()).toBe('xababs');
    await vi.advanceTimersByTimeAsync(100_000);
    expect(order().replaceAll(/[^s]/g, '')).toBe('s');
  });

  it('find a place though the calls of another, and walks, are slow', async () => {
    const rate = new Rate({ requestsPerSecond: null, readsInFlight: 8, writesInFlight: 1 });
    const out: string[] = [];
    const enter = (client: string, purpose: Purpose = 'request') =>
      rate.enter({ kind: 'read', purpose, clients: new CallClients([client]) }).then((release) => {
        out.push(client);
        return release;
      });
    const slow = times(20, () => enter('slow'));
    for (let page = 0; page < 8; page += 1) void enter('walk', 'walk');
    await vi.advanceTimersByTimeAsync(0);
    expect(out).toEqual(times(7, () => 'slow'));
    const release = await enter('other');
    const second = enter('other');
    await vi.advanceTimersByTimeAsync(0);
    expect(out).toHaveLength(8);
    release();
    await expect(second).resolves.toBeInstanceOf(Function);
    // The place that comes free now is the spare one.
    (await slow[0])?.();
    (await second)();
    await vi.advanceTimersByTimeAsync(0);
    expect(out.slice(8)).toEqual(['other', 'slow']);
  });
});
