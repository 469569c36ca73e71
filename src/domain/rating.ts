/**
 * Ratings, scales and the arithmetic between them. Pure, and independent of vendors.
 */

/**
 * Who or what a rating comes from. Closed: providers translate theirs into one of these, anything else is OTHER with
 * its label.
 */
export const RATING_SOURCES = [
  'SELF',
  'MANAGER',
  'PEER',
  'ASSESSMENT',
  'INFERRED',
  'EXTERNAL',
  'COMBINED',
  'OTHER',
] as const;

export type RatingSource = (typeof RATING_SOURCES)[number];

export interface NumericScale {
  kind: 'numeric';
  /** Bounds and step are null where open, continuous or unknown. */
  min: number | null;
  max: number | null;
  /** Distance between allowed values, counted from `min`, or from 0 where that is null. */
  step: number | null;
}

export interface ProficiencyOption {
  /** The provider's own id of the level; the name where it has none. */
  optionId: string;
  name: string;
}

export interface SingleSelectScale {
  kind: 'singleSelect';
  /** Lowest to highest, at least one. */
  options: readonly ProficiencyOption[];
}

export type Scale = NumericScale | SingleSelectScale;

/**
 * A value as an adapter read it; parts of the scale that the row does not repeat are completed from the skill record.
 */
export type RatingValue =
  | { kind: 'number'; value: number; scale: NumericScale | null }
  | {
      kind: 'option';
      /** Either may be null, not both: some providers name a level only by id, some only by name. */
      optionId: string | null;
      name: string | null;
      options: readonly ProficiencyOption[] | null;
    };

export interface NumericProficiency {
  kind: 'numeric';
  value: number;
  scale: NumericScale;
}

export interface SingleSelectProficiency {
  kind: 'singleSelect';
  selected: ProficiencyOption;
  options: readonly ProficiencyOption[];
}

export type Proficiency = NumericProficiency | SingleSelectProficiency;

const OPEN_SCALE: NumericScale = { kind: 'numeric', min: null, max: null, step: null };

/**
 * The value with its scale: the row's own, otherwise that of the skill record, otherwise an open one. Null stays null
 * (unrated).
 */
export function proficiencyOf(value: RatingValue | null, recordScale: Scale | null): Proficiency | null {
  if (value === null) return null;
  if (value.kind === 'number') {
    const scale = value.scale ?? (recordScale?.kind === 'numeric' ? recordScale : OPEN_SCALE);
    return { kind: 'numeric', value: value.value, scale };
  }
  // A level that is named by a number alone, on a scale of numbers.
  const number =
    value.options === null && recordScale?.kind === 'numeric' ? numberOf(value.optionId ?? value.name) : null;
  if (number !== null && recordScale?.kind === 'numeric') return { kind: 'numeric', value: number, scale: recordScale };
  const options = value.options ?? (recordScale?.kind === 'singleSelect' ? recordScale.options : []);
  const listed = options.find((option) =>
    value.optionId === null ? option.name === value.name : option.optionId === value.optionId,
  );
  if (listed) return { kind: 'singleSelect', selected: listed, options };
  const id = value.optionId ?? value.name;
  if (id === null) return null;
  const selected = { optionId: id, name: value.name ?? id };
  return { kind: 'singleSelect', selected, options: [selected] };
}

function numberOf(text: string | null): number | null {
  return text !== null && /^[+-]?\d+(?:\.\d+)?$/.test(text.trim()) ? Number(text) : null;
}

/**
 * The value as a share of its scale, 0 to 1: (v - min) / (max - min); option i of n: i / (n - 1).
 * Null for an unrated skill, an open scale, a single option, or a value outside its scale.
 */
export function normalize(proficiency: Proficiency | null): number | null {
  if (proficiency === null) return null;
  if (proficiency.kind === 'singleSelect') {
    const { options, selected } = proficiency;
    if (options.length < 2) return null;
    const index = options.findIndex((option) => option.optionId === selected.optionId);
    return index < 0 ? null : index / (options.length - 1);
  }
  const { value, scale } = proficiency;
  const { min, max } = scale;
  if (min === null || max === null || max <= min || value < min || value > max) return null;
  return (value - min) / (max - min);
}

/** Floating point leaves 0.30000000000000004 where a scale of tenths means 0.3. */
const EPSILON = 1e-9;

function tidy(value: number): number {
  return Number(value.toPrecision(12));
}

/** Whether a number lies on a step of the scale; true for a scale without steps. */
export function isOnStep(value: number, scale: NumericScale): boolean {
  if (scale.step === null || scale.step <= 0) return true;
  const steps = (value - (scale.min ?? 0)) / scale.step;
  return Math.abs(steps - Math.round(steps)) < EPSILON * Math.max(1, Math.abs(steps));
}

/** The value to write for a level. */
export type WrittenValue = { kind: 'number'; value: number } | { kind: 'option'; optionId: string };

/**
 * A level 0..1 as the nearest value of the scale: nearest step or option, half up, never outside.
 * Null when the scale cannot take a level: no scale, an open bound, or a single option.
 */
export function valueOfLevel(level: number, scale: Scale | null): WrittenValue | null {
  if (scale === null) return null;
  if (scale.kind === 'singleSelect') {
    if (scale.options.length < 2) return null;
    const index = Math.min(scale.options.length - 1, Math.floor(level * (scale.options.length - 1) + 0.5 + EPSILON));
    const option = scale.options[index];
    return option ? { kind: 'option', optionId: option.optionId } : null;
  }
  const { min, max, step } = scale;
  if (min === null || max === null || max <= min) return null;
  const exact = min + level * (max - min);
  if (step === null || step <= 0) return { kind: 'number', value: tidy(exact) };
  const last = Math.floor((max - min) / step + EPSILON);
  const steps = Math.min(last, Math.max(0, Math.floor((exact - min) / step + 0.5 + EPSILON)));
  return { kind: 'number', value: tidy(min + steps * step) };
}

/** The proficiency that a written value becomes on its scale; null when the scale does not have the option. */
export function proficiencyOfWritten(written: WrittenValue, scale: Scale | null): Proficiency | null {
  return proficiencyOf(
    written.kind === 'number'
      ? { kind: 'number', value: written.value, scale: null }
      : { kind: 'option', optionId: written.optionId, name: null, options: null },
    scale,
  );
}
