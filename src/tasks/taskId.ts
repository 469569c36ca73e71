import { decodeId } from '../domain/ids.ts';

/** The task id within a global id; null when it is none of a task. */
export function taskIdOf(id: string): string | null {
  const decoded = decodeId(id);
  return decoded?.type === 'Task' && decoded.parts.length === 1 ? (decoded.parts[0] ?? null) : null;
}
