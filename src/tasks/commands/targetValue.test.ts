import { describe, expect, it } from 'vitest';
import type { Scale } from '../../domain/rating.ts';
import { conversionWarnings, valueFor, type ProficiencyInput } from './targetValue.ts';
import { Complaints } from './userErrors.ts';

const numeric = (min: number | null, max: number | null, step: number | null = null): Scale => ({
  kind: 'numeric',
  min,
  max,
  step,
});
const options = (...names: string[]): Scale => ({
  kind: 'singleSelect',
  options: names.map((name) => ({ optionId: name, name })),
});

const result = (input: ProficiencyInput, scale: Scale | null) => {
  const complaints = new Complaints(['at']);
  const value = valueFor(input, scale, complaints);
  return value ?? complaints.all.map(({ code, field }) => `${code} ${field.join('.')}`).join();
};

describe('a value for a target', () => {
  it.each<[ProficiencyInput, Scale | null, string]>([
    [{ numeric: 0 }, numeric(1, 5), 'OUT_OF_RANGE at.numeric'],
    [{ numeric: 6 }, numeric(1, 5), 'OUT_OF_RANGE at.numeric'],
    [{ numeric: 6 }, numeric(null, 5), 'OUT_OF_RANGE at.numeric'],
    [{ numeric: 2.5 }, numeric(1, 5, 1), 'OFF_STEP at.numeric'],
    [{ numeric: 2 }, options('a', 'b'), 'WRONG_SCALE at.numeric'],
    [{ numeric: 2 }, null, 'NOT_RATABLE at.numeric'],
    [{ optionId: 'c' }, options('a', 'b'), 'UNKNOWN_OPTION at.optionId'],
    [{ optionId: 'a' }, numeric(1, 5), 'WRONG_SCALE at.optionId'],
    [{ optionId: 'a' }, null, 'NOT_RATABLE at.optionId'],
    [{ level: 0.5 }, null, 'NOT_RATABLE at.level'],
    [{ level: 0.5 }, numeric(1, null), 'NOT_RATABLE at.level'],
    [{ level: 0.5 }, options('a'), 'NOT_RATABLE at.level'],
  ])('%j on %j is %s', (input, scale, expected) => {
    expect(result(input, scale)).toBe(expected);
  });

  it.each<[ProficiencyInput, Scale, unknown]>([
    [{ numeric: 1 }, numeric(1, 5, 1), { kind: 'number', value: 1 }],
    [{ numeric: 5 }, numeric(1, 5, 1), { kind: 'number', value: 5 }],
    [{ numeric: 0.3 }, numeric(0, 1, 0.1), { kind: 'number', value: 0.3 }],
    [{ numeric: -900 }, numeric(null, null), { kind: 'number', value: -900 }],
    [{ optionId: 'b', numeric: null, level: null }, options('a', 'b'), { kind: 'option', optionId: 'b' }],
  ])('%j on %j is written as it is', (input, scale, value) => {
    expect(result(input, scale)).toEqual({ value, conversion: null });
  });

  it('warns of a level that lies between two values, and of no other', () => {
    const warnings = (level: number) => {
      const value = valueFor({ level }, numeric(1, 5, 1), new Complaints(['at']));
      return conversionWarnings(value?.conversion ?? null);
    };
    expect(warnings(0.6)).toEqual([
      'The level 0.6 lies between two values of the scale: 0.5 was written, the nearest.',
    ]);
    expect(warnings(0.5)).toEqual([]);
    expect(conversionWarnings(null)).toEqual([]);
  });

  it('says how a level was converted', () => {
    expect(result({ level: 0.6 }, numeric(1, 5, 1))).toEqual({
      value: { kind: 'number', value: 3 },
      conversion: {
        level: 0.6,
        written: { kind: 'numeric', value: 3, scale: numeric(1, 5, 1) },
        writtenLevel: 0.5,
      },
    });
    expect(result({ level: 0 }, options('low', 'high'))).toMatchObject({
      value: { kind: 'option', optionId: 'low' },
      conversion: { level: 0, writtenLevel: 0, written: { selected: { name: 'low' } } },
    });
  });
});
