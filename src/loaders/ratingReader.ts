import { LRUCache } from 'lru-cache';
import type { Directory } from '../directory/directory.ts';
import { isFilterIgnored, type Integration } from '../directory/integration.ts';
import { rowKey } from '../directory/keptRatings.ts';
import { keepRatings } from '../directory/walk.ts';
import type { Call } from '../domain/ports.ts';
import type { Problem } from '../domain/problem.ts';
import type { RatingRow } from '../domain/records.ts';
import { Overlay, type OverlaidRow } from './overlay.ts';

/** How long an employee's ratings are answered from the cache: long enough for a page and its neighbours, no longer. */
const CACHE_MS = 60_000;
/** Employees cached an integration. */
const CACHED_EMPLOYEES = 20_000;
/** How long a walk of all ratings answers in place of single reads. */
const WALK_FRESH_MS = 15 * 60_000;
/** How old a walk may be that stands in for a filter the provider does not honour. */
const FALLBACK_FRESH_MS = 60_000;

/** What one integration says of one employee's ratings. */
export type Reading =
  | { state: 'FRESH' | 'CACHED'; rows: readonly OverlaidRow[]; fetchedAt: number }
  | { state: 'UNREACHABLE'; problem: Problem }
  | { state: 'UNSUPPORTED'; problem: Problem | null };

interface Cached {
  rows: readonly RatingRow[];
  at: number;
}

export interface RatingReaderOptions {
  directory: Directory;
  integration: Integration;
  /** False keeps nothing between requests but what the directory holds (CACHE=off). */
  cache: boolean;
  now?: (() => number) | undefined;
}

/**
 * Reads ratings of one integration through: cache, kept walk, then the provider, in calls of its batch size. Outlives
 * requests; one an integration.
 */
export class RatingReader {
  readonly #directory: Directory;
  readonly #integration: Integration;
  readonly #cache: LRUCache<string, Cached> | null;
  readonly #overlay: Overlay;
  readonly #now: () => number;
  #walking: Promise<void> | null = null;

  constructor({ directory, integration, cache, now = Date.now }: RatingReaderOptions) {
    this.#directory = directory;
    this.#integration = integration;
    this.#now = now;
    this.#overlay = new Overlay(now);
    this.#cache = cache ? new LRUCache({ max: CACHED_EMPLOYEES }) : null;
  }

  /** One reading for each id, whatever happens to the others. Rejects only when the call is aborted. */
  async read(employeeIds: readonly string[], call: Call): Promise<Map<string, Reading>> {
    const readings = new Map<string, Reading>();
    const missing: string[] = [];
    for (const id of employeeIds) {
      const known = this.#known(id);
      if (known) readings.set(id, this.#reading(id, known, 'CACHED'));
      else missing.push(id);
    }
    if (missing.length === 0) return readings;
    const { ratingsByEmployees } = this.#integration.ports;
    if (!ratingsByEmployees || !this.#integration.offers('READ_RATINGS_BY_EMPLOYEE')) {
      for (const id of missing) readings.set(id, { state: 'UNSUPPORTED', problem: null });
      return readings;
    }
    if (!this.#integration.ratingFilterHonoured) return this.#fromWalk(missing, readings, call);
    const chunks = chunked(missing, ratingsByEmployees.batchSize);
    await Promise.all(
      chunks.map(async (ids) => {
        try {
          const rows = await ratingsByEmployees.read(ids, call);
          this.#integration.worked('READ_RATINGS_BY_EMPLOYEE');
          const at = this.#now();
          const byEmployee = groupBy(rows, (row) => row.employeeId);
          for (const id of ids) {
            const cached = { rows: byEmployee.get(id) ?? [], at };
            this.#cache?.set(id, cached);
            readings.set(id, this.#reading(id, cached, 'FRESH'));
          }
        } catch (error) {
          call.signal?.throwIfAborted();
          if (isFilterIgnored(error)) {
            this.#integration.ratingFilterHonoured = false;
            await this.#fromWalk(ids, readings, call);
          } else {
            const failure = this.#failure(error);
            for (const id of ids) readings.set(id, failure);
          }
        }
      }),
    );
    return readings;
  }

  /** One row by its parts; null when the provider has none, or has no way to ask. Rejects with ProviderError. */
  async readOne(parts: readonly string[], call: Call): Promise<OverlaidRow | null> {
    const row = await this.#integration.ports.ratingByParts?.read(parts, call);
    if (!row) return null;
    return this.#overlay.over(row.employeeId, [row]).find((overlaid) => rowKey(overlaid.row) === rowKey(row)) ?? null;
  }

  /** Takes note of a row that a write stored: laid over reads from now on, and the cached answer is dropped. */
  written(row: RatingRow): void {
    this.#overlay.put(row);
    this.#cache?.delete(row.employeeId);
  }

  #known(id: string): Cached | null {
    const cached = this.#cache?.get(id);
    if (cached && this.#now() - cached.at <= CACHE_MS) return cached;
    const kept = this.#directory.ratings(this.#integration.name);
    const fresh = this.#integration.ratingFilterHonoured ? WALK_FRESH_MS : FALLBACK_FRESH_MS;
    // With CACHE=off the walk answers only where nothing else can: for a filter that is not honoured.
    const allowed = this.#cache !== null || !this.#integration.ratingFilterHonoured;
    if (!allowed || kept.at === null || this.#now() - kept.at > fresh) return null;
    const rows = kept.of(id);
    // A walk may leave people out, inactive ones above all: nothing there is no proof that there is nothing.
    if (rows.length === 0 && this.#integration.ratingFilterHonoured) return null;
    return { rows, at: kept.at };
  }

  async #fromWalk(ids: readonly string[], readings: Map<string, Reading>, call: Call): Promise<Map<string, Reading>> {
    const { name } = this.#integration;
    const kept = this.#directory.ratings(name);
    try {
      // One walk for everybody who waits; it goes on when the first of them has gone.
      this.#walking ??= keepRatings({
        directory: this.#directory,
        integration: this.#integration,
        signal: new AbortController().signal,
        now: this.#now,
      }).finally(() => {
        this.#walking = null;
      });
      await this.#walking;
      for (const id of ids) {
        readings.set(id, this.#reading(id, { rows: kept.of(id), at: kept.at ?? this.#now() }, 'FRESH'));
      }
    } catch (error) {
      call.signal?.throwIfAborted();
      const failure = this.#failure(error);
      for (const id of ids) readings.set(id, failure);
    }
    return readings;
  }

  #reading(id: string, cached: Cached, state: 'FRESH' | 'CACHED'): Reading {
    return { state, rows: this.#overlay.over(id, cached.rows), fetchedAt: cached.at };
  }

  #failure(error: unknown): Reading {
    const problem = this.#integration.failed('READ_RATINGS_BY_EMPLOYEE', error);
    return problem.code === 'NOT_OFFERED' ? { state: 'UNSUPPORTED', problem } : { state: 'UNREACHABLE', problem };
  }
}

function chunked<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
