/** What a chaos run comes to: what was promised, held against what the simulators were asked and what they hold. */
import type { JournalEntry } from '../../../src/simulator/simulator.ts';
import type { Planned } from './plan.ts';
import type { Seen } from './watcher.ts';
import type { StoredRating } from './world.ts';
import { levelOf, type Pair } from './writes.ts';

export interface ChaosCounts {
  /** Acknowledged tasks that never ended, or ended SUCCEEDED without an effect. */
  lost: number;
  /** Changes of a pair or a person beyond one for each write. */
  twice: number;
  /** Pairs whose newest write SUCCEEDED and that hold another value. */
  old: number;
  /** Watchers that never saw the end. */
  missed: number;
  /** Revisions that a watcher saw again. */
  duplicates: number;
  ends: Record<string, number>;
  /** Streams over watchers: how often watching had to be resumed. */
  streams: number;
  calls: number;
  failedCalls: number;
}

export interface Watched {
  planned: Planned;
  seen: Seen;
}

/** What one provider was asked during the run, and the ratings that it holds at the end. */
export interface Held {
  journal: readonly Pick<JournalEntry, 'fault' | 'effects'>[];
  ratings: readonly StoredRating[];
}

export function countChaos(watched: readonly Watched[], held: ReadonlyMap<string, Held>): ChaosCounts {
  const changes = changesIn(held);
  const levels = levelsIn(held);
  const writes = new Map<string, number>();
  const newest = new Map<string, { generation: number; final: string | null }>();
  const ends: Record<string, number> = {};
  let lost = 0;
  for (const { planned, seen } of watched) {
    const { target } = planned;
    const name = 'pair' in target ? nameOf(target.pair) : `kombo ${target.email}`;
    writes.set(name, (writes.get(name) ?? 0) + 1);
    const generation = 'pair' in target ? target.generation : 0;
    if ('pair' in target && (newest.get(name)?.generation ?? -1) < generation) {
      newest.set(name, { generation, final: seen.final });
    }
    ends[seen.final ?? 'none'] = (ends[seen.final ?? 'none'] ?? 0) + 1;
    if (seen.final === null || (seen.final === 'SUCCEEDED' && !changes.has(name))) lost += 1;
  }
  const all = [...held.values()].flatMap(({ journal }) => journal);
  return {
    lost,
    twice: [...writes].reduce((sum, [name, most]) => sum + Math.max(0, (changes.get(name) ?? 0) - most), 0),
    old: [...newest].filter(
      ([name, { generation, final }]) => final === 'SUCCEEDED' && levels.get(name) !== levelOf(generation),
    ).length,
    missed: ends['none'] ?? 0,
    duplicates: watched.reduce((sum, { seen }) => sum + seen.duplicates, 0),
    ends,
    streams: watched.reduce((sum, { seen }) => sum + seen.streams, 0),
    calls: all.length,
    failedCalls: all.filter(({ fault }) => fault !== null && fault !== 'latency').length,
  };
}

function nameOf({ provider, employeeId, skillId }: Pick<Pair, 'provider' | 'employeeId' | 'skillId'>): string {
  return `${provider} ${employeeId}|${skillId}`;
}

/** How often each thing changed, by provider and key; what was found as it was to be did not. */
function changesIn(held: ReadonlyMap<string, Held>): Map<string, number> {
  const changes = new Map<string, number>();
  for (const [provider, { journal }] of held) {
    for (const { key, change } of journal.flatMap(({ effects }) => effects)) {
      // A rating's key may end with its source, of which writes have one.
      const name = `${provider} ${key.split('|').slice(0, 2).join('|')}`;
      if (change !== 'unchanged') changes.set(name, (changes.get(name) ?? 0) + 1);
    }
  }
  return changes;
}

/** The level that each pair holds. */
function levelsIn(held: ReadonlyMap<string, Held>): Map<string, number | null> {
  return new Map(
    [...held].flatMap(([provider, { ratings }]) =>
      ratings.map(({ employeeId, skillId, level }) => [nameOf({ provider, employeeId, skillId }), level]),
    ),
  );
}
