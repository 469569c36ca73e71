import { describe, expect, it } from 'vitest';
import { objectionsTo, type Held, type Soaked } from '../bench/soak/soakVerdict.ts';

const held = (more: Partial<Held> = {}): Held => ({
  heapUsed: 100,
  external: 0,
  arrayBuffers: 0,
  rss: 300,
  resources: {},
  warnings: 0,
  ...more,
});
const soaked = (more: Partial<Soaked> = {}): Soaked => ({
  middle: held(),
  end: held(),
  errors: 0,
  ...more,
});

describe('a soak run', () => {
  it('passes when its second half holds what its first half filled', () => {
    expect(objectionsTo(soaked({ end: held({ heapUsed: 105, rss: 330 }) }))).toEqual([]);
  });

  it('fails over a heap that grows by more than a twentieth', () => {
    expect(objectionsTo(soaked({ end: held({ heapUsed: 106 }) }))).toEqual([
      'the heap grew by 6.0 % from the middle to the end',
    ]);
  });

  it('fails over resident memory that grows by more than a tenth', () => {
    expect(objectionsTo(soaked({ end: held({ rss: 336 }) }))).toEqual([
      'resident memory is no plateau: 12.0 % more at the end',
    ]);
  });

  it('fails over forgotten listeners and failed requests', () => {
    expect(objectionsTo(soaked({ end: held({ warnings: 1 }), errors: 2 }))).toEqual([
      'Node.js warned 1 times',
      '2 requests failed',
    ]);
  });
});
