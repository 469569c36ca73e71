import { describe, expect, it } from 'vitest';
import { objectionsTo, rssGrowth, type Held, type Soaked } from '../bench/soakVerdict.ts';

const held = (more: Partial<Held> = {}): Held => ({
  heapUsed: 100,
  external: 0,
  arrayBuffers: 0,
  rss: 300,
  resources: {},
  warnings: 0,
  ...more,
});
const PLATEAU = [100, 180, 300, 290, 200, 280, 301, 300];
const soaked = (more: Partial<Soaked> = {}): Soaked => ({
  middle: held(),
  end: held(),
  rss: PLATEAU,
  errors: 0,
  ...more,
});

describe('a soak run', () => {
  it('passes when its second half holds what its first half filled', () => {
    expect(objectionsTo(soaked({ end: held({ heapUsed: 105 }) }))).toEqual([]);
  });

  it('fails over a heap that grows by more than a twentieth', () => {
    expect(objectionsTo(soaked({ end: held({ heapUsed: 106 }) }))).toEqual([
      'the heap grew by 6.0 % from the middle to the end',
    ]);
  });

  it('fails over resident memory that still climbs in its second half', () => {
    const climbing = [100, 120, 180, 200, 210, 220, 230, 240];
    expect(rssGrowth(climbing)).toBeCloseTo(0.2);
    expect(objectionsTo(soaked({ rss: climbing }))).toEqual([
      'resident memory is no plateau: 20.0 % more in the last quarter than in the second',
    ]);
  });

  it('fails over forgotten listeners and failed requests', () => {
    expect(objectionsTo(soaked({ end: held({ warnings: 1 }), errors: 2 }))).toEqual([
      'Node.js warned 1 times',
      '2 requests failed',
    ]);
  });
});
