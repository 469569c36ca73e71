import { foldedKey, textKey } from '../../../src/domain/matching/letters.ts';
import { noId, optionalId, optionalKey, ShapeError, type Json } from '../../../src/outbound/payload/payload.ts';
import type { TenantSettings } from '../settings.ts';

/** The key of a vendor record; the vendor writes 0 where there is none (imocha.md#upsert-outcomes). */
export function requiredKey(object: Json, key: string, path = key): string {
  const id = optionalId(object[key]);
  if (id === '0') throw new ShapeError(path, 'id', object[key]);
  if (id === null) throw noId(path, object[key]);
  return id;
}

/**
 * Keys of a skill in the order in which they join: tenant's own id, configured id, name without case
 * (imocha.md#skill-id-spaces). Each space has its own prefix.
 */
export function joinKeys(
  externalId: unknown,
  id: string | null,
  names: readonly (string | null)[],
  { skillIdJoin }: TenantSettings,
): string[] {
  const external = optionalKey(externalId);
  const keys = [
    external === null ? null : `external:${textKey(external)}`,
    id === null || id === '0' ? null : `${skillIdJoin === 'skill.id' ? 'skill' : 'taxonomy'}:${id}`,
    ...names.map((name) => (name === null ? null : `name:${foldedKey(name)}`)),
  ];
  return [...new Set(keys.filter((key) => key !== null))];
}

/** Employees of one role share the keys: two texts for each of a hundred thousand people would be 20 MB. */
const knownRoleKeys = new Map<string, readonly string[]>();
const MAX_ROLES = 10_000;

/** Keys of a role, by its id and by its job codes; 0 is no id (imocha.md#upsert-outcomes). */
export function roleKeys(jobProfileId: string | null, jobCodes: readonly (string | null)[]): readonly string[] {
  const keys = [
    jobProfileId === null || jobProfileId === '0' ? null : `profile:${jobProfileId}`,
    ...jobCodes.map((code) => (code === null ? null : `code:${code}`)),
  ].filter((key) => key !== null);
  const shared = JSON.stringify(keys);
  const known = knownRoleKeys.get(shared);
  if (known) return known;
  if (knownRoleKeys.size >= MAX_ROLES) knownRoleKeys.clear();
  knownRoleKeys.set(shared, keys);
  return keys;
}
