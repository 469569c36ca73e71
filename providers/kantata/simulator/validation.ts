import type { RawError } from '../raw.ts';
import { Refusal } from './refusals.ts';
import type { World } from './views.ts';

/** Skills that a user can hold (kantata.md#skills). */
export const MAX_SKILLS_PER_USER = 200;

export interface NewMembership {
  userId: number;
  skillId: number;
  level: number;
}

/** A level by the rules of kantata.md#validation; null is the default 0. Throws a 422. */
export function levelOf(value: unknown, maxLevel: number, index: number): number {
  if (value === null || value === undefined) return 0;
  const level = idOf(value);
  if (level === null || level > 5 || level > maxLevel) throw new Refusal(422, [fault('level', 'is invalid', index)]);
  return level;
}

/**
 * The valid ones of the given objects with their positions, and every fault of the others. Objects see those before
 * them, so that a pair twice in one bulk is a fault of the second.
 */
export function validated(
  world: World,
  objects: readonly unknown[],
): { valid: { position: number; membership: NewMembership }[]; errors: RawError[] } {
  const valid: { position: number; membership: NewMembership }[] = [];
  const errors: RawError[] = [];
  const added = new Map<number, Set<number>>();
  for (const [position, object] of objects.entries()) {
    try {
      const membership = membershipOf(world, object, position, added);
      valid.push({ position, membership });
      const skills = added.get(membership.userId) ?? new Set();
      added.set(membership.userId, skills.add(membership.skillId));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      errors.push(...error.errors);
    }
  }
  return { valid, errors };
}

function membershipOf(
  { store }: World,
  object: unknown,
  index: number,
  added: ReadonlyMap<number, ReadonlySet<number>>,
): NewMembership {
  const given = typeof object === 'object' && object !== null ? (object as Record<string, unknown>) : {};
  const missing = (['skill_id', 'user_id'] as const).filter(
    (field) => given[field] === undefined || given[field] === null,
  );
  if (missing.length > 0)
    throw new Refusal(
      422,
      missing.map((field) => fault(field, "can't be blank", index)),
    );
  const skillId = idOf(given.skill_id);
  const userId = idOf(given.user_id);
  const skill = skillId === null ? undefined : store.skills.get(skillId);
  const user = userId === null ? undefined : store.users.get(userId);
  const unknown = [...(skill ? [] : ['skill_id']), ...(user ? [] : ['user_id'])];
  if (!skill || !user)
    throw new Refusal(
      422,
      unknown.map((field) => fault(field, 'is invalid', index)),
    );
  const held = store.membershipsByUser.get(user.id);
  const adding = added.get(user.id);
  if (held?.has(skill.id) || adding?.has(skill.id)) {
    throw new Refusal(422, [fault('skill_id', 'has already been taken', index)]);
  }
  const level = levelOf(given.level, skill.maxLevel, index);
  if ((held?.size ?? 0) + (adding?.size ?? 0) >= MAX_SKILLS_PER_USER) {
    throw new Refusal(422, [fault('base', 'has too many skills', index)]);
  }
  return { userId: user.id, skillId: skill.id, level };
}

/** A non-negative integer, also as text of digits. */
function idOf(value: unknown): number | null {
  if (typeof value === 'string') return /^\d+$/.test(value) ? Number(value) : null;
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null;
}

/** One entry of `errors` of type `validation` (kantata.md#errors). */
export function fault(field: string, says: string, index: number): RawError {
  return { type: 'validation', message: `${field} ${says}`, field, index };
}
