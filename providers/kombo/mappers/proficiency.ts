/** Scales and values in all the forms on record (kombo.md#proficiency-scales, kombo.md#ratings); pure. */
import type { NumericScale, ProficiencyOption, RatingValue, Scale } from '../../../src/domain/rating.ts';
import {
  isObject,
  type Json,
  optionalId,
  optionalNumber,
  optionalText,
  ShapeError,
} from '../../../src/outbound/payload/payload.ts';

function typeOf(raw: Json): string | null {
  return optionalText(raw.type)?.toUpperCase() ?? null;
}

function toNumericScale(raw: Json): NumericScale {
  const step = optionalNumber(raw.step);
  return {
    kind: 'numeric',
    min: optionalNumber(raw.min),
    max: optionalNumber(raw.max),
    step: step !== null && step > 0 ? step : null,
  };
}

/** Options as objects, or as names alone, which then are their ids too; null when there is no list. */
function toOptions(raw: Json): ProficiencyOption[] | null {
  const list: unknown = raw.ordered_options ?? raw.options;
  if (!Array.isArray(list) || list.length === 0) return null;
  return list.map((item: unknown) => {
    const name = optionalText(isObject(item) ? item.name : item);
    const id = isObject(item) ? (optionalId(item.id) ?? name) : name;
    // An option left out would shift the places of the others on the scale.
    if (id === null) throw new ShapeError('options.*', 'option', item);
    return { optionId: id, name: name ?? id };
  });
}

/** A skill's scale; null when it has none or one of a kind that nobody has heard of. */
export function toScale(raw: unknown): Scale | null {
  if (!isObject(raw)) return null;
  const options = toOptions(raw);
  if (options !== null) return { kind: 'singleSelect', options };
  return typeOf(raw) === 'NUMERIC' ? toNumericScale(raw) : null;
}

/** `ordered_levels` of the first generation: names from lowest to highest. */
export function toLevels(raw: unknown): Scale | null {
  return toScale({ type: 'SINGLE_SELECT', ordered_options: raw });
}

/** A rating's value; null for a bare tag. Throws ShapeError for what is no value in any generation. */
export function toValue(raw: unknown): RatingValue | null {
  if (raw === null || raw === undefined) return null;
  if (typeof raw === 'number' && Number.isFinite(raw)) return { kind: 'number', value: raw, scale: null };
  // Written bare, a text is the option's own id (kombo.md#rating-writes).
  if (typeof raw === 'string') {
    const optionId = optionalText(raw);
    return optionId === null ? null : { kind: 'option', optionId, name: null, options: null };
  }
  if (!isObject(raw)) throw new ShapeError('proficiency', 'number, option or object', raw);
  const isSelection = typeOf(raw) === 'SINGLE_SELECT' || 'selected_option_id' in raw || toOptions(raw) !== null;
  return isSelection ? toSelection(raw) : toNumber(raw);
}

/** A level of the first generation, known by its name alone. */
export function toNamedLevel(raw: unknown): RatingValue | null {
  const name = optionalText(raw);
  return name === null ? null : { kind: 'option', optionId: null, name, options: null };
}

function toNumber(raw: Json): RatingValue | null {
  if (raw.value === null) return null;
  const value = optionalNumber(raw.value);
  if (value === null) throw new ShapeError('proficiency.value', 'number', raw.value);
  // Whether the scale is repeated beside the value is unknown (kombo.md#ratings).
  const repeatsScale = ['min', 'max', 'step'].some((key) => optionalNumber(raw[key]) !== null);
  return { kind: 'number', value, scale: repeatsScale ? toNumericScale(raw) : null };
}

function toSelection(raw: Json): RatingValue | null {
  const options = toOptions(raw);
  const optionId = optionalId(raw.selected_option_id);
  if (optionId !== null) {
    const name = options?.find((option) => option.optionId === optionId)?.name ?? null;
    return { kind: 'option', optionId, name, options };
  }
  // The second generation names the level in `value`, without ids.
  const word = optionalText(raw.value);
  if (word === null) return null;
  const listed =
    options?.find((option) => option.optionId === word) ?? options?.find((option) => option.name === word) ?? null;
  return { kind: 'option', optionId: listed?.optionId ?? null, name: listed?.name ?? word, options };
}

/** The scale that a value brings along; null when it brings none. */
export function scaleOfValue(value: RatingValue | null): Scale | null {
  if (value === null) return null;
  if (value.kind === 'number') return value.scale;
  return value.options === null ? null : { kind: 'singleSelect', options: value.options };
}
