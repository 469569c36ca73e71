import { beforeEach, describe, expect, it } from 'vitest';
import { AnswerTime } from './deadlineReserve.ts';

let now: number;
let answerTime: AnswerTime;

beforeEach(() => {
  now = 0;
  answerTime = new AnswerTime(() => now);
});

describe('the time kept to answer in', () => {
  it.each([
    [100, 80],
    [1_000, 800],
    [1_250, 1_000],
    [30_000, 29_750],
  ])('leaves of a deadline of %i ms %i ms to wait, before anything is measured', (deadlineMs, waitMs) => {
    expect(answerTime.waitMs(deadlineMs)).toBe(waitMs);
  });

  it('is what the last of a burst took, and a quarter more', () => {
    for (const late of [8, 80, 160, 40]) answerTime.took(late);
    expect(answerTime.waitMs(500)).toBe(300);
    expect(answerTime.waitMs(10_000)).toBe(9_750);
  });

  it('is never more than half of a deadline, nor than a second', () => {
    answerTime.took(60_000);
    expect([200, 2_000, 10_000].map((deadlineMs) => answerTime.waitMs(deadlineMs))).toEqual([100, 1_000, 9_000]);
  });

  it('is forgotten where answers are quicker again', () => {
    answerTime.took(400);
    now = 10_000;
    expect(answerTime.waitMs(2_000)).toBe(1_750);
    answerTime.took(240);
    expect(answerTime.waitMs(1_000)).toBe(700);
    now = 60_000;
    expect(answerTime.waitMs(1_000)).toBe(800);
  });

  it('is not taken from answers that came before their waiting was over', () => {
    answerTime.took(-300);
    expect(answerTime.waitMs(1_000)).toBe(800);
  });
});
