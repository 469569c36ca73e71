import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isOnStep,
  normalize,
  proficiencyOf,
  proficiencyOfWritten,
  valueOfLevel,
  type NumericScale,
  type Scale,
  type SingleSelectScale,
} from './rating.ts';

const level = fc.double({ min: 0, max: 1, noNaN: true });

/** Bounded scales as providers have them: tenths to hundreds, with a step that may not divide the range. */
const numericScale: fc.Arbitrary<NumericScale & { min: number; max: number }> = fc
  .record({
    min: fc.integer({ min: -100, max: 100 }),
    span: fc.integer({ min: 1, max: 100 }),
    step: fc.option(fc.constantFrom(0.1, 0.25, 0.5, 1, 2, 3), { nil: null }),
  })
  .map(({ min, span, step }) => ({
    kind: 'numeric',
    min: min / 10,
    max: (min + span * 10) / 10,
    step: step !== null && step > span ? null : step,
  }));

const selectScale: fc.Arbitrary<SingleSelectScale> = fc
  .uniqueArray(fc.string({ minLength: 1 }), { minLength: 2, maxLength: 8 })
  .map((ids) => ({ kind: 'singleSelect', options: ids.map((id) => ({ optionId: id, name: `level ${id}` })) }));

const anyScale: fc.Arbitrary<Scale> = fc.oneof(numericScale, selectScale);

/** A written level read back as 0..1. */
function readBack(share: number, scale: Scale): number {
  const written = valueOfLevel(share, scale);
  const back = written && normalize(proficiencyOfWritten(written, scale));
  if (back === null) throw new Error('a bounded scale takes every level');
  return back;
}

describe('valueOfLevel', () => {
  it('stays inside the bounds and on a step', () => {
    fc.assert(
      fc.property(level, numericScale, (share, scale) => {
        const written = valueOfLevel(share, scale);
        if (written?.kind !== 'number') throw new Error('expected a number');
        expect(written.value).toBeGreaterThanOrEqual(scale.min - 1e-9);
        expect(written.value).toBeLessThanOrEqual(scale.max + 1e-9);
        expect(isOnStep(written.value, scale)).toBe(true);
      }),
    );
  });

  it('never falls while the level rises', () => {
    fc.assert(
      fc.property(level, level, anyScale, (a, b, scale) => {
        expect(readBack(Math.min(a, b), scale)).toBeLessThanOrEqual(readBack(Math.max(a, b), scale));
      }),
    );
  });

  it('comes back within half a step, or the remainder above the last one', () => {
    fc.assert(
      fc.property(level, anyScale, (share, scale) => {
        let tolerance = 1e-9;
        if (scale.kind === 'singleSelect') tolerance += 0.5 / (scale.options.length - 1);
        else if (scale.step !== null) {
          const span = (scale.max ?? 0) - (scale.min ?? 0);
          const last = Math.floor(span / scale.step + 1e-9) * scale.step;
          tolerance += Math.max(scale.step / 2, span - last) / span;
        }
        expect(Math.abs(readBack(share, scale) - share)).toBeLessThanOrEqual(tolerance);
      }),
    );
  });

  it('keeps every value that is already one of the scale', () => {
    fc.assert(
      fc.property(selectScale, fc.nat(), (scale, seed) => {
        const option = scale.options[seed % scale.options.length];
        const proficiency = proficiencyOfWritten({ kind: 'option', optionId: option?.optionId ?? '' }, scale);
        expect(valueOfLevel(normalize(proficiency) ?? -1, scale)).toEqual({
          kind: 'option',
          optionId: option?.optionId,
        });
      }),
    );
    fc.assert(
      fc.property(numericScale, fc.nat(), (scale, seed) => {
        if (scale.step === null) return;
        const steps = Math.floor((scale.max - scale.min) / scale.step + 1e-9);
        const value = Number((scale.min + (seed % (steps + 1)) * scale.step).toPrecision(12));
        const share = normalize({ kind: 'numeric', value, scale });
        expect(valueOfLevel(share ?? -1, scale)).toEqual({ kind: 'number', value });
      }),
    );
  });

  it('rounds half up, and writes the number that people write', () => {
    const oneToFive: NumericScale = { kind: 'numeric', min: 1, max: 5, step: 1 };
    expect([0, 0.125, 0.374, 0.375, 0.5, 0.875, 1].map((share) => valueOfLevel(share, oneToFive))).toEqual(
      [1, 2, 2, 3, 3, 5, 5].map((value) => ({ kind: 'number', value })),
    );
    expect(valueOfLevel(0.3, { kind: 'numeric', min: 0, max: 1, step: 0.1 })).toEqual({ kind: 'number', value: 0.3 });
  });

  it('is null where the scale cannot take a level', () => {
    const open: NumericScale = { kind: 'numeric', min: null, max: 5, step: 1 };
    const single: SingleSelectScale = { kind: 'singleSelect', options: [{ optionId: 'a', name: 'a' }] };
    for (const scale of [null, open, { ...open, min: 0, max: null }, { ...open, min: 5 }, single]) {
      expect(valueOfLevel(0.5, scale)).toBeNull();
    }
  });
});

describe('proficiencyOf', () => {
  const numeric: NumericScale = { kind: 'numeric', min: 1, max: 5, step: 1 };
  const select: SingleSelectScale = { kind: 'singleSelect', options: [{ optionId: '3', name: 'Expert' }] };
  const bare = (optionId: string) => ({ kind: 'option', optionId, name: null, options: null }) as const;

  it('takes a bare text for a number where the skill has a scale of numbers, and for an option elsewhere', () => {
    expect(proficiencyOf(bare('3'), numeric)).toEqual({ kind: 'numeric', value: 3, scale: numeric });
    expect(proficiencyOf(bare('2.5'), numeric)).toMatchObject({ kind: 'numeric', value: 2.5 });
    expect(proficiencyOf(bare('3'), select)).toMatchObject({ kind: 'singleSelect', selected: { name: 'Expert' } });
    expect(proficiencyOf(bare('3'), null)).toMatchObject({ kind: 'singleSelect', selected: { optionId: '3' } });
    expect(proficiencyOf(bare('Expert'), numeric)).toMatchObject({ kind: 'singleSelect' });
  });
});

describe('normalize', () => {
  it('rises with the value from 0 to 1', () => {
    fc.assert(
      fc.property(numericScale, level, level, (scale, a, b) => {
        const at = (share: number) => {
          const value = Math.min(scale.max, scale.min + share * (scale.max - scale.min));
          return normalize({ kind: 'numeric', value, scale }) ?? Number.NaN;
        };
        expect(at(Math.min(a, b))).toBeLessThanOrEqual(at(Math.max(a, b)));
        expect([at(0), at(1)]).toEqual([0, 1]);
      }),
    );
  });

  it('keeps the order of options, lowest 0 and highest 1', () => {
    fc.assert(
      fc.property(selectScale, ({ options }) => {
        const shares = options.map((selected) => normalize({ kind: 'singleSelect', selected, options }) ?? Number.NaN);
        expect(shares).toEqual(shares.toSorted((a, b) => a - b));
        expect(new Set(shares).size).toBe(options.length);
        expect([shares[0], shares.at(-1)]).toEqual([0, 1]);
      }),
    );
  });

  it('is null for every value where a bound is unknown, or the value lies beyond one', () => {
    const beyond = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(numericScale, fc.double({ noNaN: true }), beyond, (scale, value, over) => {
        const at = (number: number, bounds: Partial<NumericScale>) =>
          normalize({ kind: 'numeric', value: number, scale: { ...scale, ...bounds } });
        expect([at(value, { min: null }), at(value, { max: null }), at(value, { min: null, max: null })]).toEqual([
          null,
          null,
          null,
        ]);
        expect([at(scale.min - over, {}), at(scale.max + over, {})]).toEqual([null, null]);
      }),
    );
  });

  it('tells the least value, which is 0, from a bare tag, which is null', () => {
    fc.assert(
      fc.property(anyScale, (scale) => {
        const written = valueOfLevel(0, scale);
        expect(normalize(written && proficiencyOfWritten(written, scale))).toBe(0);
        expect(normalize(proficiencyOf(null, scale))).toBeNull();
      }),
    );
  });

  it('agrees between scales: a level keeps its place beside others on any scale that has both', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 1, max: 4 }), fc.nat(), (options, times, seed) => {
        const select: SingleSelectScale = {
          kind: 'singleSelect',
          options: Array.from({ length: options }, (_, i) => ({ optionId: `${i}`, name: `${i}` })),
        };
        const index = seed % options;
        const selected = { optionId: `${index}`, name: `${index}` };
        const max = (options - 1) * times;
        const numeric: NumericScale = { kind: 'numeric', min: 0, max, step: times };
        const share = normalize({ kind: 'singleSelect', selected, options: select.options });
        expect(share).toBeCloseTo(
          normalize({ kind: 'numeric', value: index * times, scale: numeric }) ?? Number.NaN,
          12,
        );
        expect(valueOfLevel(share ?? -1, numeric)).toEqual({ kind: 'number', value: index * times });
      }),
    );
  });

  it('is null when the scale says nothing or does not hold the value', () => {
    const scale: NumericScale = { kind: 'numeric', min: 1, max: 5, step: 1 };
    const option = { optionId: 'a', name: 'A' };
    expect(normalize(null)).toBeNull();
    for (const value of [0, 6]) {
      expect(normalize({ kind: 'numeric', value, scale })).toBeNull();
    }
    expect(normalize({ kind: 'numeric', value: 3, scale: { ...scale, min: null } })).toBeNull();
    expect(normalize({ kind: 'numeric', value: 3, scale: { ...scale, max: null } })).toBeNull();
    expect(normalize({ kind: 'numeric', value: 1, scale: { ...scale, max: 1 } })).toBeNull();
    expect(normalize({ kind: 'singleSelect', selected: option, options: [option] })).toBeNull();
    const foreign = {
      kind: 'singleSelect' as const,
      selected: option,
      options: [
        { ...option, optionId: 'b' },
        { ...option, optionId: 'c' },
      ],
    };
    expect(normalize(foreign)).toBeNull();
  });
});

describe('isOnStep', () => {
  it('counts from the lower bound, or from 0 where that is open', () => {
    const odd: NumericScale = { kind: 'numeric', min: 1, max: 9, step: 2 };
    expect([1, 3, 4, 9].map((value) => isOnStep(value, odd))).toEqual([true, true, false, true]);
    expect([2, 3].map((value) => isOnStep(value, { ...odd, min: null }))).toEqual([true, false]);
    expect(isOnStep(0.3, { kind: 'numeric', min: 0, max: 1, step: 0.1 })).toBe(true);
    expect([null, 0, -1].map((step) => isOnStep(1.234, { ...odd, step }))).toEqual([true, true, true]);
  });
});

describe('proficiencyOf', () => {
  const options = [
    { optionId: 'l1', name: 'Low' },
    { optionId: 'l2', name: 'High' },
  ];
  const numeric: NumericScale = { kind: 'numeric', min: 0, max: 10, step: null };

  it('keeps a bare tag bare', () => {
    expect(proficiencyOf(null, numeric)).toBeNull();
  });

  it("prefers the row's own scale to the record's, and an open one to a guess", () => {
    const own: NumericScale = { ...numeric, max: 5 };
    expect(proficiencyOf({ kind: 'number', value: 3, scale: own }, numeric)).toMatchObject({ scale: own });
    expect(proficiencyOf({ kind: 'number', value: 3, scale: null }, numeric)).toMatchObject({ scale: numeric });
    for (const record of [null, { kind: 'singleSelect' as const, options }]) {
      expect(proficiencyOf({ kind: 'number', value: 3, scale: null }, record)).toEqual({
        kind: 'numeric',
        value: 3,
        scale: { kind: 'numeric', min: null, max: null, step: null },
      });
    }
  });

  it('finds the option by id, or by name where the row has no id', () => {
    const record: Scale = { kind: 'singleSelect', options };
    const selected = (optionId: string | null, name: string | null) =>
      proficiencyOf({ kind: 'option', optionId, name, options: null }, record);
    expect(selected('l2', 'Low')).toMatchObject({ selected: options[1] });
    expect(selected(null, 'Low')).toMatchObject({ selected: options[0] });
    expect(selected('l9', 'Top')).toEqual({
      kind: 'singleSelect',
      selected: { optionId: 'l9', name: 'Top' },
      options: [{ optionId: 'l9', name: 'Top' }],
    });
    expect(selected(null, null)).toBeNull();
  });
});
