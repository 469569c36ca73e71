import { afterEach, describe, expect, it, vi } from 'vitest';
import { FakeProvider } from '../../test/support/fakes/fakeProvider.ts';
import { ProviderError, type ProblemCode } from '../domain/problem.ts';
import type { RatingSource } from '../domain/rating.ts';
import { VirtualClock } from '../lib/clock.ts';
import { ConsensusPolicies } from './consensusPolicies.ts';

const DAY = 24 * 60 * 60_000;

function house({ usual = 'balanced', offering = true }: { usual?: string; offering?: boolean } = {}) {
  const clock = new VirtualClock();
  const weightages = {
    calls: 0,
    weights: [{ source: 'SELF' as RatingSource, weight: 30 }],
    failing: null as ProblemCode | null,
    before: (): Promise<void> | void => {},
    async read() {
      weightages.calls += 1;
      await weightages.before();
      if (weightages.failing) throw new ProviderError(weightages.failing, 'It failed.');
      return [...weightages.weights, { source: 'MANAGER' as RatingSource, weight: 30 }];
    },
  };
  const { integration } = new FakeProvider({ name: 'talent', ...(offering ? { ports: { weightages } } : {}) });
  const policies = new ConsensusPolicies({ integrations: [integration], usual, now: () => clock.now() });
  const own = async () => {
    const policy = await policies.find('provider-weights');
    return policy?.weights.filter(({ integration: name }) => name !== null).map(({ weight }) => weight);
  };
  return { clock, weightages, policies, own };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('the consensus policies', () => {
  it('come with the default first', async () => {
    const names = async (options: Parameters<typeof house>[0]) =>
      (await house(options).policies.all()).map(({ name }) => name);
    expect(await names({ offering: false })).toEqual(['balanced', 'managers-first', 'evidence']);
    expect(await names({ usual: 'evidence' })).toEqual(['evidence', 'balanced', 'managers-first', 'provider-weights']);
  });

  it('are found by name, the default by none, without waiting where nothing is read', async () => {
    const { policies, weightages } = house({ usual: 'evidence' });
    expect(policies.find('balanced')).toMatchObject({ name: 'balanced' });
    expect(policies.find(null)).toMatchObject({ name: 'evidence' });
    expect(policies.find('loudest')).toBeNull();
    expect(await policies.usual()).toBe(policies.find(null));
    expect(house({ offering: false }).policies.find('provider-weights')).toBeNull();
    expect(weightages.calls).toBe(0);
  });

  it('read the weights of a provider once a day, and once for all who ask', async () => {
    const { clock, policies, weightages, own } = house();
    await Promise.all([own(), own()]);
    expect(await own()).toEqual([1, 1]);
    expect(policies.find('provider-weights')).toBe(policies.find('provider-weights'));
    expect(weightages.calls).toBe(1);
    clock.advance(DAY);
    weightages.weights = [{ source: 'SELF', weight: 90 }];
    expect(await own()).toEqual([1.5, 0.5]);
    expect(weightages.calls).toBe(2);
  });

  it('weigh equally while a provider fails, as before where it has answered, and ask again after a minute', async () => {
    const { clock, weightages, own } = house();
    weightages.failing = 'UNAVAILABLE';
    expect(await own()).toEqual([]);
    expect(await own()).toEqual([]);
    expect(weightages.calls).toBe(1);
    clock.advance(60_000);
    weightages.failing = null;
    expect(await own()).toEqual([1, 1]);
    clock.advance(DAY);
    weightages.failing = 'TIMEOUT';
    expect(await own()).toEqual([1, 1]);
    expect(weightages.calls).toBe(3);
  });

  it('do not have answers wait longer than two seconds, and take late weights', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { weightages, own } = house();
    let arrive = () => {};
    weightages.before = () =>
      new Promise<void>((resolve) => {
        arrive = resolve;
      });
    const answer = own();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await answer).toEqual([]);
    expect(await own()).toEqual([]);
    arrive();
    await vi.advanceTimersByTimeAsync(0);
    expect(await own()).toEqual([1, 1]);
    expect(weightages.calls).toBe(1);
  });

  it('do not have a request wait beyond its own deadline, nor others go without for it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { weightages, policies, own } = house();
    let arrive = () => {};
    weightages.before = () =>
      new Promise<void>((resolve) => {
        arrive = resolve;
      });
    const hurried = policies.forRequest({ left: () => 300 });
    const answer = Promise.all([hurried.find('provider-weights'), hurried.all()]);
    await vi.advanceTimersByTimeAsync(300);
    expect((await answer)[0]?.weights.filter(({ integration }) => integration !== null)).toEqual([]);
    const patient = own();
    await vi.advanceTimersByTimeAsync(1_000);
    arrive();
    expect(await patient).toEqual([1, 1]);
    expect(weightages.calls).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('are the default although no provider offers weights', async () => {
    const { policies } = house({ usual: 'provider-weights', offering: false });
    expect((await policies.all())[0]).toMatchObject({ name: 'provider-weights' });
    expect((await policies.usual()).weights).toHaveLength(8);
  });
});
