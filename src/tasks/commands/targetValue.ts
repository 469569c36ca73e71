import {
  isOnStep,
  normalize,
  proficiencyOfWritten,
  valueOfLevel,
  type Scale,
  type WrittenValue,
} from '../../domain/rating.ts';
import type { Conversion } from '../task.ts';
import type { Complaints } from './userErrors.ts';

/** A value to write; exactly one is given. */
export interface ProficiencyInput {
  numeric?: number | null | undefined;
  optionId?: string | null | undefined;
  level?: number | null | undefined;
}

export interface TargetValue {
  value: WrittenValue;
  /** Set where a level was converted. */
  conversion: Conversion | null;
}

/** What to say of a conversion in an item's warnings: nothing where the level lies on the scale as it was given. */
export function conversionWarnings(conversion: Conversion | null): string[] {
  if (conversion === null || conversion.writtenLevel === conversion.level) return [];
  const { level, writtenLevel } = conversion;
  return [`The level ${level} lies between two values of the scale: ${writtenLevel} was written, the nearest.`];
}

/** The value on a target's scale; null with a complaint when it does not fit exactly. */
export function valueFor(input: ProficiencyInput, scale: Scale | null, complaints: Complaints): TargetValue | null {
  if (typeof input.level === 'number') return levelFor(input.level, scale, complaints.at('level'));
  if (typeof input.numeric === 'number') return numberFor(input.numeric, scale, complaints.at('numeric'));
  return optionFor(input.optionId ?? '', scale, complaints.at('optionId'));
}

function levelFor(level: number, scale: Scale | null, complaints: Complaints): TargetValue | null {
  const value = valueOfLevel(level, scale);
  const written = value && proficiencyOfWritten(value, scale);
  const writtenLevel = normalize(written);
  if (value === null || written === null || writtenLevel === null) {
    return complaints.add('NOT_RATABLE', 'The scale of this skill cannot take a level.');
  }
  return { value, conversion: { level, written, writtenLevel } };
}

function numberFor(value: number, scale: Scale | null, complaints: Complaints): TargetValue | null {
  if (scale === null) return complaints.add('NOT_RATABLE', 'This skill can be held there, but not rated.');
  if (scale.kind === 'singleSelect') {
    return complaints.add('WRONG_SCALE', 'This skill takes one of its options there, not a number.');
  }
  const { min, max } = scale;
  if ((min !== null && value < min) || (max !== null && value > max)) {
    return complaints.add('OUT_OF_RANGE', `The value must lie between ${min ?? 'any'} and ${max ?? 'any'}.`);
  }
  if (!isOnStep(value, scale)) return complaints.add('OFF_STEP', `The value must be a step of ${scale.step}.`);
  return { value: { kind: 'number', value }, conversion: null };
}

function optionFor(optionId: string, scale: Scale | null, complaints: Complaints): TargetValue | null {
  if (scale === null) return complaints.add('NOT_RATABLE', 'This skill can be held there, but not rated.');
  if (scale.kind === 'numeric') return complaints.add('WRONG_SCALE', 'This skill takes a number there, not an option.');
  if (!scale.options.some((option) => option.optionId === optionId)) {
    return complaints.add('UNKNOWN_OPTION', 'No level of the scale has this option id.');
  }
  return { value: { kind: 'option', optionId }, conversion: null };
}
