import type { EntityReads } from '../../cache/readThroughCache.ts';
import type { Call } from '../../domain/ports.ts';
import { problemOf, someUnreadable, type Problem } from '../../domain/problem.ts';

/** What became of one entity: its value and when it was read, or why there is none. */
export type Found<Value> =
  | { state: 'FRESH' | 'CACHED'; value: Value; fetchedAt: number; problem: null }
  | { state: 'STALE' | 'PARTIAL'; value: Value; fetchedAt: number; problem: Problem }
  | { state: 'UNREACHABLE' | 'UNSUPPORTED'; problem: Problem };

/**
 * Entities from copies, which are read anew beside where that is due, else from the provider in calls of the batch size,
 * else from older copies. One outcome for each id, at the call's deadline at the latest.
 * Rejects only when the call is aborted.
 */
export async function readThrough<Value extends object>(
  reads: EntityReads<Value>,
  ids: readonly string[],
  call: Call,
): Promise<Map<string, Found<Value>>> {
  const found = new Map<string, Found<Value>>();
  const due: string[] = [];
  for (const id of ids) {
    const held = reads.known(id);
    if (!held || (reads.isDue(held) && held.failed)) continue;
    found.set(id, { state: 'CACHED', value: held.value, fetchedAt: held.at, problem: null });
    if (reads.isDue(held)) due.push(id);
  }
  if (due.length > 0) reads.refresh(due, call);
  const missing = ids.filter((id) => !found.has(id));
  if (missing.length === 0) return found;
  for (const [id, outcome] of await reads.read(missing, call)) {
    if (outcome.state === 'FAILED') found.set(id, standingIn(reads, id, outcome.problem ?? problemOf(outcome.error)));
    else {
      const { value, at } = outcome.copy;
      const { state } = outcome;
      if (state === 'PARTIAL') found.set(id, { state, value, fetchedAt: at, problem: someUnreadable() });
      else found.set(id, { state, value, fetchedAt: at, problem: null });
    }
  }
  return found;
}

/** An older copy, else why there is none. */
function standingIn<Value extends object>(reads: EntityReads<Value>, id: string, problem: Problem): Found<Value> {
  if (problem.code === 'NOT_OFFERED') return { state: 'UNSUPPORTED', problem };
  const held = reads.standIn(id);
  if (!held) return { state: 'UNREACHABLE', problem };
  return { state: 'STALE', value: held.value, fetchedAt: held.at, problem };
}
