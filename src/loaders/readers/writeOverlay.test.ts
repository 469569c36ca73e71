import { beforeEach, describe, expect, it } from 'vitest';
import { numberValue, ONE_TO_FIVE, ratingRow } from '../../../test/support/fakes/fakeProvider.ts';
import type { RatingRow } from '../../domain/records.ts';
import { VirtualClock } from '../../lib/clock.ts';
import { Overlay } from './writeOverlay.ts';

const DAY = 24 * 60 * 60_000;
const old = ratingRow('1', 'java', { value: numberValue(2), changedAt: '2026-01-01T00:00:00.000Z' });
const written = ratingRow('1', 'java', { value: numberValue(4), changedAt: '2026-03-01T00:00:00.000Z' });
const other = ratingRow('1', 'go');

let clock: VirtualClock;
let overlay: Overlay;

beforeEach(() => {
  clock = new VirtualClock();
  overlay = new Overlay({ now: () => clock.now() });
});

const over = (rows: readonly RatingRow[], options?: { forget: boolean }) =>
  overlay.over('1', rows, options).map(({ row, pending }) => ({ row, pending }));

describe('a written row', () => {
  it('stands in the place of the one read, pending', () => {
    overlay.put(written);
    expect(over([other, old])).toEqual([
      { row: other, pending: false },
      { row: written, pending: true },
    ]);
  });

  it('is appended where the read has none', () => {
    overlay.put(written);
    expect(over([other])).toEqual([
      { row: other, pending: false },
      { row: written, pending: true },
    ]);
  });

  it('is laid over its own employee only', () => {
    overlay.put(written);
    expect(overlay.over('2', [])).toEqual([]);
  });

  it('gives way to a read that shows its value, for good', () => {
    overlay.put(written);
    const shown = { ...written, changedAt: null };
    expect(over([shown])).toEqual([{ row: shown, pending: false }]);
    expect(over([old])).toEqual([{ row: old, pending: false }]);
  });

  it('gives way to a later change by somebody else', () => {
    overlay.put(written);
    const later = ratingRow('1', 'java', { value: numberValue(5), changedAt: '2026-03-02T00:00:00.000Z' });
    expect(over([later])).toEqual([{ row: later, pending: false }]);
  });

  it('is the same value when only one of the rows repeats the scale', () => {
    overlay.put({ ...written, value: { kind: 'number', value: 4, scale: ONE_TO_FIVE }, changedAt: null });
    expect(over([{ ...written, changedAt: null }])[0]?.pending).toBe(false);
    const option = (optionId: string | null, name: string | null): RatingRow['value'] => ({
      kind: 'option',
      optionId,
      name,
      options: null,
    });
    overlay.put({ ...written, value: option('4', 'Expert'), changedAt: null });
    expect(over([{ ...old, value: option('3', 'Expert') }])[0]?.pending).toBe(true);
    expect(over([{ ...old, value: option(null, 'Expert') }])[0]?.pending).toBe(false);
    overlay.put({ ...written, value: null, changedAt: null });
    expect(over([old])[0]).toEqual({ row: { ...written, value: null, changedAt: null }, pending: true });
    expect(over([{ ...old, value: null }])[0]?.pending).toBe(false);
  });

  it('is not forgotten by a read that says nothing of the others', () => {
    overlay.put(written);
    expect(over([written], { forget: false })).toEqual([{ row: written, pending: false }]);
    expect(over([old])).toEqual([{ row: written, pending: true }]);
  });

  it('is kept for a day at most', () => {
    overlay.put(written);
    clock.advance(DAY);
    expect(over([old])[0]?.pending).toBe(true);
    clock.advance(1);
    expect(over([old])).toEqual([{ row: old, pending: false }]);
  });

  it('is the last of several', () => {
    overlay.put(written);
    overlay.put({ ...written, value: numberValue(5) });
    expect(over([old])).toEqual([{ row: { ...written, value: numberValue(5) }, pending: true }]);
  });

  it('tells a read that began before it', () => {
    overlay.put(written);
    expect([overlay.wroteSince('1', clock.now()), overlay.wroteSince('1', clock.now() + 1)]).toEqual([true, false]);
    expect(overlay.wroteSince('2', 0)).toBe(false);
  });

  it('is dropped after a day though nobody reads it', () => {
    overlay.put(written);
    overlay.put(ratingRow('2', 'java'));
    clock.advance(DAY - 1000);
    overlay.put(other);
    clock.advance(2000);
    overlay.put(ratingRow('3', 'java'));
    expect(['1', '2', '3'].map((id) => overlay.wroteSince(id, 0))).toEqual([true, false, true]);
  });
});

describe('a skill that was taken away', () => {
  const self = ratingRow('1', 'java', { parts: ['1', 'java', 'self'] });

  it('is hidden with all that is said of it, from its own employee only', () => {
    overlay.remove('1', 'java');
    expect(over([other, old, self])).toEqual([{ row: other, pending: false }]);
    const theirs = ratingRow('2', 'java');
    expect(overlay.over('2', [theirs])).toEqual([{ row: theirs, pending: false }]);
  });

  it('is hidden until a read has it no more, and shown when it comes back', () => {
    overlay.remove('1', 'java');
    expect(over([old], { forget: false })).toEqual([]);
    expect(over([], { forget: false })).toEqual([]);
    expect(over([old])).toEqual([]);
    expect(over([other])).toEqual([{ row: other, pending: false }]);
    expect(over([old])).toEqual([{ row: old, pending: false }]);
  });

  it('is shown where somebody has changed it later', () => {
    overlay.remove('1', 'java');
    const changedAt = (ms: number) => new Date(clock.now() + ms).toISOString();
    const later = { ...self, changedAt: changedAt(1) };
    expect(over([{ ...old, changedAt: changedAt(0) }, later])).toEqual([{ row: later, pending: false }]);
  });

  it('takes what was written before along, and gives way to what is written after', () => {
    overlay.put(written);
    clock.advance(1);
    overlay.remove('1', 'java');
    expect(over([old], { forget: false })).toEqual([]);
    clock.advance(1);
    overlay.put(self);
    expect(over([old])).toEqual([
      { row: old, pending: false },
      { row: self, pending: true },
    ]);
  });

  it('is hidden from the rows of its skill, whoever holds it', () => {
    const theirs = ratingRow('2', 'java');
    overlay.remove('1', 'java');
    const shown = overlay.overSkill('java', [old, theirs]);
    expect(shown).toEqual([{ row: theirs, pending: false }]);
  });

  it('is known by its record, under whatever key a row names it', () => {
    overlay = new Overlay({ now: () => clock.now(), skillOf: (row) => row.skillKeys?.[0] ?? row.skillId });
    overlay.remove('1', 'record');
    expect(over([{ ...old, skillKeys: ['record'] }])).toEqual([]);
  });

  it('is hidden for a day at most', () => {
    overlay.remove('1', 'java');
    clock.advance(DAY);
    expect(over([old], { forget: false })).toEqual([]);
    clock.advance(1);
    expect(over([old])).toEqual([{ row: old, pending: false }]);
  });
});

describe('what was written of a skill', () => {
  it('is laid over its rows, and no other skill’s, until a read of the employee shows it', () => {
    overlay.put(written);
    overlay.put(ratingRow('2', 'go'));
    expect(overlay.overSkill('java', [old])).toEqual([{ row: written, pending: true }]);
    over([written]);
    expect(overlay.overSkill('java', [old])).toEqual([{ row: old, pending: false }]);
  });

  it('is looked at without looking at what was written of others', () => {
    const asked: string[] = [];
    overlay = new Overlay({ now: () => clock.now(), skillOf: ({ skillId }) => (asked.push(skillId), skillId) });
    for (let i = 0; i < 100; i += 1) overlay.put(ratingRow(`${i}`, `skill ${i}`));
    asked.length = 0;
    expect(overlay.overSkill('skill 7', [])).toMatchObject([{ row: { employeeId: '7' }, pending: true }]);
    expect(asked).toEqual([]);
  });

  it('is kept of a bounded number of rows, the latest', () => {
    overlay = new Overlay({ now: () => clock.now(), most: 3 });
    for (const id of ['1', '2', '3', '1', '4']) overlay.put(ratingRow(id, 'java'));
    const shown = ['1', '2', '3', '4'].filter((id) => overlay.over(id, [], { forget: false }).length > 0);
    expect(shown).toEqual(['1', '3', '4']);
    expect(overlay.overSkill('java', [])).toHaveLength(3);
  });
});

describe('a write heard late', () => {
  let start: number;

  beforeEach(() => {
    start = clock.now();
  });

  it('counts from when it was stored', () => {
    clock.advance(DAY);
    overlay.put(written, start + 1);
    overlay.remove('1', 'go', start + 1);
    expect(over([old, other], { forget: false })).toEqual([{ row: written, pending: true }]);
    expect([overlay.wroteSince('1', start + 1), overlay.wroteSince('1', start + 2)]).toEqual([true, false]);
    clock.advance(2);
    expect(over([old, other])).toEqual([
      { row: old, pending: false },
      { row: other, pending: false },
    ]);
  });

  it('is nothing where a later one is known', () => {
    clock.advance(10);
    overlay.put(written, start + 5);
    overlay.remove('1', 'java', start + 4);
    overlay.put({ ...written, value: numberValue(1) }, start + 3);
    expect(over([])).toEqual([{ row: written, pending: true }]);
    overlay.remove('1', 'java', start + 7);
    overlay.put(written, start + 6);
    expect(over([old], { forget: false })).toEqual([]);
  });

  it('is nothing after a day', () => {
    clock.advance(DAY + 1);
    overlay.put(written, start);
    overlay.remove('1', 'go', start);
    expect(over([other])).toEqual([{ row: other, pending: false }]);
  });
});
