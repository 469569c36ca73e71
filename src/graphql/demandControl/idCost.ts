import { decodeId } from '../../domain/ids.ts';

/** Types whose objects are read one by one: each id is a call of its provider that no other read shares. */
const READ_ALONE: ReadonlySet<string> = new Set(['SkillRating', 'JobProfile']);

/** How many of the global ids in an argument, one or a list, name objects that are read one by one. */
export function readsAlone(value: unknown): number {
  const ids: readonly unknown[] = Array.isArray(value) ? value : [value];
  let count = 0;
  for (const id of ids) if (typeof id === 'string' && READ_ALONE.has(decodeId(id)?.type ?? '')) count += 1;
  return count;
}
