/** Shows the simulator's skills and ratings as the vendor does. */
import type { RawProficiency, RawRating, RawSkill } from '../raw.ts';
import { komboId } from './ids.ts';
import { instant } from './instant.ts';
import type { Switches } from './switches.ts';
import type { SimRating, SimSkill } from './world.ts';

export function skillRow(skill: SimSkill, switches: Switches): RawSkill {
  return {
    id: skill.id,
    remote_id: skill.remoteId,
    name: skill.name,
    description: skill.description,
    ...(switches.scaleInSkill === 'on' ? { proficiency_scale: skill.scale?.raw ?? null } : {}),
    changed_at: instant(skill.changedAt),
    remote_deleted_at: instant(skill.deletedAt),
    remote_data: null,
  };
}

export function ratingRemoteId({ employee, skill, source }: SimRating): string {
  return `${employee.remoteId}-${skill.remoteId}-${source.toLowerCase()}`;
}

export function ratingRow(rating: SimRating, switches: Switches): RawRating {
  return { ...ratingBase(rating), proficiency: proficiencyOf(rating, switches) };
}

/** The row as the second generation answers an assignment: levels by name, without ids (kombo.md#ratings). */
export function ratingRowByNames(rating: SimRating): RawRating {
  const scale = rating.skill.scale?.raw;
  if (scale?.type !== 'SINGLE_SELECT' || rating.value === null) {
    return { ...ratingBase(rating), proficiency: numericOf(rating) };
  }
  const names = scale.ordered_options.map((option) => option.name);
  const proficiency = { type: 'SINGLE_SELECT' as const, ordered_options: names, value: names[rating.value] ?? '' };
  return { ...ratingBase(rating), proficiency };
}

function ratingBase(rating: SimRating): Omit<RawRating, 'proficiency'> {
  const remoteId = ratingRemoteId(rating);
  return {
    id: komboId(remoteId),
    // Tags have none in the source (kombo.md#ratings).
    remote_id: rating.value === null ? null : remoteId,
    employee_id: rating.employee.id,
    skill_id: rating.skill.id,
    rating_source: rating.source,
    changed_at: instant(rating.changedAt),
    remote_deleted_at: instant(rating.deletedAt),
  };
}

function numericOf({ value }: SimRating): RawProficiency | null {
  return value === null ? null : { type: 'NUMERIC', value };
}

function proficiencyOf(rating: SimRating, switches: Switches): RawProficiency | null {
  const scale = rating.skill.scale?.raw;
  if (rating.value === null || scale?.type !== 'SINGLE_SELECT') return numericOf(rating);
  const options = scale.ordered_options;
  return {
    type: 'SINGLE_SELECT',
    ...(switches.optionsInRating === 'on' ? { options } : {}),
    selected_option_id: options[rating.value]?.id ?? '',
  };
}
