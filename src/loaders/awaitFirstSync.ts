import type { Directory } from '../directory/directory.ts';
import type { Deadline } from '../domain/deadline.ts';

/**
 * What `find` finds in the directory. Where that is nothing and an integration's first full sync is still running, the
 * answer waits for it, for as long as the request has time, and looks once more: before a first sync ends, "not found" may
 * only mean "not read yet".
 */
export function awaitFirstSync<T>(
  { integrations }: Directory,
  find: () => T | null,
  deadline: Deadline,
): T | null | Promise<T | null> {
  const found = find();
  const pending = integrations.filter(({ firstSync }) => firstSync.isPending);
  if (found !== null || pending.length === 0) return found;
  const ended = Promise.all(pending.map(({ firstSync }) => firstSync.ended));
  return deadline.race<unknown>(ended, () => null).then(find);
}
