import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { guardedObserver } from './guardedObserver.ts';
import type { Observed, Observer } from './observer.ts';

const bug = new Error('a bug in an observer');
const throws = (): never => {
  throw bug;
};
const SEEN: Observed = {
  traceId: 't',
  within: (work) => work(),
  operation: (_, work) => work(),
  carriedBy: () => {},
  subscribed: () => () => {},
  errors: () => {},
  ended: () => {},
};
const OPERATION = { document: parse('{ __typename }'), operationName: null };

function observedBy(observer: Partial<Observer>, seen: Partial<Observed> = {}) {
  const thrown: unknown[] = [];
  const whole: Observer = { began: () => ({ ...SEEN, ...seen }), socketOpened: () => () => {}, ...observer };
  const watched = guardedObserver(whole, (hook, error) => thrown.push([hook, error]));
  return { watched, thrown };
}

describe('an observer that throws', () => {
  it.each<[string, Partial<Observer>, Partial<Observed>]>([
    ['began', { began: throws }, {}],
    ['socketOpened', { socketOpened: throws }, {}],
    ['socketOpened', { socketOpened: () => throws }, {}],
    ['within', {}, { within: throws }],
    ['within', {}, { within: (work) => (work(), throws()) }],
    ['operation', {}, { operation: throws }],
    ['operation', {}, { operation: (_, work) => (work(), throws()) }],
    ['carriedBy', {}, { carriedBy: throws }],
    ['subscribed', {}, { subscribed: throws }],
    ['subscribed', {}, { subscribed: () => throws }],
    ['errors', {}, { errors: throws }],
    ['ended', {}, { ended: throws }],
  ])('in %s is reported, and everything goes on, each work once', (hook, observer, request) => {
    const { watched, thrown } = observedBy(observer, request);
    watched.socketOpened()();
    const seen = watched.began({}, 'HTTP');
    let runs = 0;
    const work = () => (runs += 1);
    expect(seen.within(work)).toBe(1);
    expect(seen.operation ? seen.operation(OPERATION, work) : work()).toBe(2);
    seen.carriedBy('sse');
    seen.subscribed('taskUpdated')();
    seen.errors([]);
    seen.ended({ status: 200, aborted: false });
    expect(thrown).toEqual([[hook, bug]]);
    expect(runs).toBe(2);
  });

  it('does not hide what the work throws', () => {
    const { watched, thrown } = observedBy({});
    const failure = new Error('the work failed');
    const fails = () => {
      throw failure;
    };
    const seen = watched.began({}, 'WS');
    expect(() => seen.within(fails)).toThrow(failure);
    expect(() => seen.operation?.(OPERATION, fails)).toThrow(failure);
    expect(thrown).toEqual([]);
    expect(seen.traceId).toBe('t');
  });
});
