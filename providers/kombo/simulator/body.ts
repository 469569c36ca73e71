/** Reads and judges the bodies of simulated writes (kombo.md#rating-rules, kombo.md#employee-writes). */
import { isOnStep } from '../../../src/domain/rating.ts';
import { isObject, type Json } from '../../../src/outbound/payload/payload.ts';
import { invalid } from './refusal.ts';
import type { Switches } from './switches.ts';
import type { SimEmployee, SimSkill, World } from './world.ts';

export function bodyOf(text: string): Json {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw invalid('The body is not valid JSON.');
  }
  if (!isObject(body)) throw invalid('The body must be an object.');
  return body;
}

export function requiredText(body: Json, key: string): string {
  const value = body[key];
  if (typeof value !== 'string' || value === '') throw invalid(`${key} must be a non-empty string`);
  return value;
}

export function optionalString(body: Json, key: string): string | null {
  const value = body[key];
  if (value === undefined) return null;
  if (typeof value !== 'string') throw invalid(`${key} must be a string`);
  return value;
}

/** Unknown and deleted ids are invalid input (kombo.md#rating-rules). */
export function pairOf(world: World, body: Json): { employee: SimEmployee; skill: SimSkill } {
  const employee = world.employeesById.get(requiredText(body, 'employee_id'));
  const skill = world.skillsById.get(requiredText(body, 'skill_id'));
  if (!employee || employee.deletedAt !== null) throw invalid('employee_id names no employee');
  if (!skill || skill.deletedAt !== null) throw invalid('skill_id names no skill');
  return { employee, skill };
}

/** The `proficiency` of a ratings write, flat or inside `rating`; both at once are refused (kombo.md#rating-writes). */
export function writtenProficiency(body: Json, accepted: Switches['ratingBody']): unknown {
  const form = 'rating' in body ? 'nested' : 'flat';
  if (accepted !== 'either' && accepted !== form) throw invalid(`the body must be ${accepted}`);
  if (!('rating' in body)) return body.proficiency;
  if ('proficiency' in body) throw invalid('proficiency and rating exclude each other');
  if (!isObject(body.rating)) throw invalid('rating must be an object');
  // Assumed: mandatory, and no other source can be written (kombo.md#rating-writes).
  if (body.rating.rating_source !== 'EXTERNAL') throw invalid('rating.rating_source must be EXTERNAL');
  return body.rating.proficiency;
}

/**
 * An assignment's `proficiency` is an object with its type, never bare; a selection is read from either key
 * (kombo.md#assignments).
 */
export function assignedProficiency(body: Json): unknown {
  const { proficiency } = body;
  if (proficiency === undefined) return undefined;
  if (!isObject(proficiency)) throw invalid('proficiency must be an object with a type');
  if (proficiency.type === 'NUMERIC' && typeof proficiency.value === 'number') return proficiency.value;
  const option = proficiency.selected_option_id ?? proficiency.value;
  if (proficiency.type === 'SINGLE_SELECT' && typeof option === 'string') return option;
  throw invalid('proficiency must be NUMERIC with a value or SINGLE_SELECT with selected_option_id');
}

/**
 * The value as it is kept: undefined is a bare tag; anything off the skill's scale is refused (kombo.md#rating-rules).
 */
export function valueOnScale(proficiency: unknown, skill: SimSkill): number | null {
  if (proficiency === undefined) return null;
  const scale = skill.scale?.scale;
  if (!scale) throw invalid('The skill has no scale and takes no proficiency.');
  if (scale.kind === 'singleSelect') {
    const place = scale.options.findIndex((option) => option.optionId === proficiency);
    if (place < 0) throw invalid("proficiency must be the id of one of the scale's options");
    return place;
  }
  if (typeof proficiency !== 'number') throw invalid('proficiency must be a number on this scale');
  const { min, max } = scale;
  if ((min !== null && proficiency < min) || (max !== null && proficiency > max) || !isOnStep(proficiency, scale)) {
    throw invalid("proficiency lies outside the scale's range or between its steps");
  }
  return proficiency;
}
