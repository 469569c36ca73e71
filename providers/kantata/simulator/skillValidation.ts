import type { RawError } from '../raw.ts';
import { CATEGORIES, type SimSkill } from './data.ts';
import { Refusal } from './refusals.ts';
import { skillKey, type SkillFields } from './store.ts';
import { fault } from './validation.ts';
import type { World } from './views.ts';

/** Skills that an account can have (kantata.md#skills). */
const MAX_SKILLS = 5_000;

/**
 * The valid ones of the objects to create, and every fault of the others. A name twice in one bulk is a fault of the
 * second.
 */
export function validatedSkills(
  world: World,
  objects: readonly unknown[],
): { valid: SkillFields[]; errors: RawError[] } {
  const valid: SkillFields[] = [];
  const errors: RawError[] = [];
  const names = new Set<string>();
  for (const [index, object] of objects.entries()) {
    try {
      const given = typeof object === 'object' && object !== null ? (object as Record<string, unknown>) : {};
      const fields = skillFieldsOf(world, given, index, null);
      const key = skillKey({ name: fields.name ?? '' });
      if (names.has(key)) throw new Refusal(422, [fault('name', 'has already been taken', index)]);
      if (world.store.skills.size + valid.length >= MAX_SKILLS) {
        throw new Refusal(422, [fault('base', 'has too many skills', index)]);
      }
      names.add(key);
      valid.push(fields);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      errors.push(...error.errors);
    }
  }
  return { valid, errors };
}

/** What was sent of a skill, by the rules of kantata.md#validation; `skill` is the one to change. Throws a 422. */
export function skillFieldsOf(
  { store }: World,
  given: Record<string, unknown>,
  index: number,
  skill: SimSkill | null,
): SkillFields {
  const fields: SkillFields = {};
  const errors: RawError[] = [];
  const sent = (field: string) => given[field] !== undefined || skill === null;
  if (sent('name')) {
    const name = typeof given.name === 'string' ? given.name.trim() : '';
    const taken = store.skillNamed(name);
    if (name === '') errors.push(fault('name', "can't be blank", index));
    else if (taken !== undefined && taken !== skill?.id) errors.push(fault('name', 'has already been taken', index));
    fields.name = name;
  }
  if (sent('skill_category_id')) {
    const category = CATEGORIES.find(({ id }) => id === Number(given.skill_category_id));
    if (category) fields.categoryId = category.id;
    else errors.push(fault('skill_category_id', 'is invalid', index));
  }
  // Left out on creation it is 1, which is open (kantata.md#skills).
  const maxLevel = Number(given.max_level ?? skill?.maxLevel ?? 1);
  if (maxLevel === 1 || maxLevel === 5) fields.maxLevel = maxLevel;
  else errors.push(fault('max_level', 'is invalid', index));
  if (given.description === null || typeof given.description === 'string') fields.description = given.description;
  const reference = referenceOf(given.external_reference);
  if (reference === 'incomplete') errors.push(fault('external_reference', 'is invalid', index));
  else if (reference) fields.reference = reference;
  if (errors.length > 0) throw new Refusal(422, errors);
  return fields;
}

/** A reference needs its three names (kantata.md#skills). */
function referenceOf(given: unknown): NonNullable<SkillFields['reference']> | 'incomplete' | null {
  if (typeof given !== 'object' || given === null) return null;
  const { service_name: name, service_model: model, service_model_ref: ref } = given as Record<string, unknown>;
  const texts = [name, model, ref].map((value) => (typeof value === 'string' ? value.trim() : ''));
  const [serviceName = '', serviceModel = '', serviceModelRef = ''] = texts;
  return texts.includes('') ? 'incomplete' : { serviceName, serviceModel, serviceModelRef };
}
