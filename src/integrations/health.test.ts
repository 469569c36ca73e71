import { describe, expect, it } from 'vitest';
import { Health } from './health.ts';

function healthAt() {
  const clock = { now: Date.parse('2026-03-02T10:00:05Z') };
  return { health: new Health(() => clock.now), clock };
}

describe('health', () => {
  it('is nothing without calls', () => {
    expect(healthAt().health.figures).toEqual({ calls: 0, latencyP50Ms: null, latencyP99Ms: null, errorRate: null });
  });

  it('gives median and 99th percentile to 5 %, from one millisecond to minutes', () => {
    for (const unit of [1, 20, 1_000]) {
      const { health } = healthAt();
      for (let call = 1; call <= 100; call += 1) health.count(call * unit, call % 4 === 0);
      const { latencyP50Ms, latencyP99Ms, errorRate } = health.figures;
      expect(errorRate).toBe(0.25);
      expect(Math.abs((latencyP50Ms ?? 0) / (50 * unit) - 1)).toBeLessThan(0.06);
      expect(Math.abs((latencyP99Ms ?? 0) / (99 * unit) - 1)).toBeLessThan(0.06);
    }
  });

  it('takes a call of no time for a millisecond, and one of hours for minutes', () => {
    const { health } = healthAt();
    health.count(0, false);
    expect(health.figures.latencyP50Ms).toBe(1);
    health.count(10_000_000, false);
    health.count(10_000_000, false);
    expect(health.figures.latencyP50Ms).toBeGreaterThan(200_000);
  });

  it('forgets after five minutes, also where nobody called in between', () => {
    const { health, clock } = healthAt();
    health.count(10, true);
    clock.now += 150_000;
    health.count(10, false);
    expect(health.figures).toMatchObject({ calls: 2, errorRate: 0.5 });
    clock.now += 150_000;
    expect(health.figures).toMatchObject({ calls: 1, errorRate: 0 });
    clock.now += 3_600_000;
    expect(health.figures.calls).toBe(0);
    health.count(10, true);
    expect(health.figures).toMatchObject({ calls: 1, errorRate: 1 });
  });
});
