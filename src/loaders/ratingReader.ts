import { LRUCache } from 'lru-cache';
import type { Directory } from '../directory/directory.ts';
import { isFilterIgnored, type Integration } from '../directory/integration.ts';
import { rowKey } from '../directory/keptRatings.ts';
import { keepRatings } from '../directory/walk.ts';
import type { Skill } from '../domain/entities.ts';
import type { Call } from '../domain/ports.ts';
import type { Problem } from '../domain/problem.ts';
import { Receipt } from '../domain/receipt.ts';
import type { RatingRow } from '../domain/records.ts';
import { Overlay, type OverlaidRow } from './overlay.ts';
import { SkillRatingReader, type SkillReading } from './skillRatingReader.ts';

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
  | { state: 'STALE'; rows: readonly OverlaidRow[]; fetchedAt: number; problem: Problem }
  | { state: 'UNREACHABLE'; problem: Problem }
  | { state: 'UNSUPPORTED'; problem: Problem | null };

/** An employee's ratings as they were read. */
interface Copy {
  rows: readonly RatingRow[];
  at: number;
  /** False where a write came later: good enough only when the provider does not answer. */
  current: boolean;
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
  readonly #cache: LRUCache<string, Copy> | null;
  readonly #overlay: Overlay;
  readonly #bySkill: SkillRatingReader;
  readonly #now: () => number;
  #walking: { done: Promise<void>; receipt: Receipt } | null = null;

  constructor({ directory, integration, cache, now = Date.now }: RatingReaderOptions) {
    this.#directory = directory;
    this.#integration = integration;
    this.#now = now;
    const skillOf = (row: RatingRow) => directory.skills.ofRating(integration.name, row)?.remoteId ?? row.skillId;
    this.#overlay = new Overlay({ now, skillOf });
    this.#cache = cache ? new LRUCache({ max: CACHED_EMPLOYEES }) : null;
    const walk = (call: Call) => this.#walkFor(call);
    this.#bySkill = new SkillRatingReader({ directory, integration, cache, now, overlay: this.#overlay, walk });
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
    call.receipt?.batch(this.#integration.name, employeeIds.length - missing.length);
    if (missing.length === 0) return readings;
    const { ratingsByEmployees } = this.#integration.ports;
    if (!ratingsByEmployees || !this.#integration.offers('READ_RATINGS_BY_EMPLOYEE')) {
      for (const id of missing) readings.set(id, { state: 'UNSUPPORTED', problem: null });
      return readings;
    }
    const { ratings } = this.#integration.ports;
    if (ratings && !this.#integration.ratingFilterHonoured) return this.#fromWalk(missing, readings, call);
    const chunks = chunked(missing, ratingsByEmployees.batchSize);
    await Promise.all(
      chunks.map(async (ids) => {
        const began = this.#now();
        try {
          const rows = await ratingsByEmployees.read(ids, call);
          call.receipt?.rows(this.#integration.name, rows.length);
          this.#integration.worked('READ_RATINGS_BY_EMPLOYEE');
          const at = this.#now();
          const byEmployee = groupBy(rows, (row) => row.employeeId);
          for (const id of ids) {
            const copy = { rows: byEmployee.get(id) ?? [], at, current: !this.#overlay.wroteSince(id, began) };
            this.#cache?.set(id, copy);
            readings.set(id, this.#reading(id, copy, 'FRESH'));
          }
        } catch (error) {
          call.signal?.throwIfAborted();
          if (ratings && isFilterIgnored(error)) {
            this.#integration.ratingFilterHonoured = false;
            await this.#fromWalk(ids, readings, call);
          } else {
            for (const [id, reading] of this.failed(ids, error)) readings.set(id, reading);
          }
        }
      }),
    );
    return readings;
  }

  /**
   * The ratings of skills, whoever holds them: one reading for the id of each skill that has a record here. Rejects only
   * when the call is aborted.
   */
  readBySkill(skills: readonly Skill[], call: Call): Promise<Map<string, SkillReading>> {
    return this.#bySkill.read(skills, call);
  }

  /** As `failed`, for skills. */
  failedBySkill(skills: readonly Skill[], error: unknown): Map<string, SkillReading> {
    return this.#bySkill.failed(skills, error);
  }

  /** One row by its parts; null when the provider has none, or has no way to ask. Rejects with ProviderError. */
  async readOne(parts: readonly string[], call: Call): Promise<OverlaidRow | null> {
    call.receipt?.batch(this.#integration.name, 0);
    const row = await this.#integration.ports.ratingByParts?.read(parts, call);
    if (!row) return null;
    call.receipt?.rows(this.#integration.name, 1);
    const overlaid = this.#overlay.over(row.employeeId, [row], { forget: false });
    return overlaid.find((one) => rowKey(one.row) === rowKey(row)) ?? null;
  }

  /** Takes note of a row that a write stored then: laid over reads from now on, and the provider is asked anew. */
  written(row: RatingRow, at = this.#now()): void {
    this.#overlay.put(row, at);
    this.#outdate(row.employeeId);
    this.#bySkill.written(row, at);
  }

  /** Takes note that a write took a skill from an employee then, the skill named by its record: hidden from reads likewise. */
  removed(employeeId: string, skillId: string, at = this.#now()): void {
    this.#overlay.remove(employeeId, skillId, at);
    this.#outdate(employeeId);
    this.#bySkill.removed(skillId, at);
  }

  #outdate(employeeId: string): void {
    const copy = this.#cache?.get(employeeId);
    if (copy) this.#cache?.set(employeeId, { ...copy, current: false });
  }

  /** What is answered where the provider fails or is too late: an older copy, else why there is none. */
  failed(employeeIds: readonly string[], error: unknown): Map<string, Reading> {
    const problem = this.#integration.failed('READ_RATINGS_BY_EMPLOYEE', error);
    return new Map(
      employeeIds.map((id): [string, Reading] => {
        if (problem.code === 'NOT_OFFERED') return [id, { state: 'UNSUPPORTED', problem }];
        const copy = this.#latestCopy(id);
        if (!copy) return [id, { state: 'UNREACHABLE', problem }];
        const rows = this.#overlay.over(id, copy.rows, { forget: false });
        return [id, { state: 'STALE', rows, fetchedAt: copy.at, problem }];
      }),
    );
  }

  /** A copy young enough to need no question. */
  #known(id: string): Copy | null {
    const cached = this.#cache?.get(id);
    if (cached?.current === true && this.#now() - cached.at <= CACHE_MS) return cached;
    const kept = this.#directory.ratings(this.#integration.name);
    const fresh = this.#integration.ratingFilterHonoured ? WALK_FRESH_MS : FALLBACK_FRESH_MS;
    // With CACHE=off the walk answers only where nothing else can: for a filter that is not honoured.
    const allowed = this.#cache !== null || !this.#integration.ratingFilterHonoured;
    if (!allowed || kept.at === null || this.#now() - kept.at > fresh) return null;
    const rows = kept.of(id);
    // A walk may leave people out, inactive ones above all: nothing there is no proof that there is nothing.
    if (rows.length === 0 && this.#integration.ratingFilterHonoured) return null;
    return { rows, at: kept.at, current: true };
  }

  /** The youngest copy, however old. */
  #latestCopy(id: string): Copy | null {
    const cached = this.#cache?.get(id) ?? null;
    const kept = this.#directory.ratings(this.#integration.name);
    if (kept.at === null || (cached && cached.at >= kept.at)) return cached;
    const rows = kept.of(id);
    return rows.length === 0 ? cached : { rows, at: kept.at, current: false };
  }

  async #fromWalk(ids: readonly string[], readings: Map<string, Reading>, call: Call): Promise<Map<string, Reading>> {
    const { name } = this.#integration;
    const kept = this.#directory.ratings(name);
    try {
      await this.#walkFor(call);
      for (const id of ids) {
        const copy = { rows: kept.of(id), at: kept.at ?? this.#now(), current: true };
        readings.set(id, this.#reading(id, copy, 'FRESH'));
      }
    } catch (error) {
      call.signal?.throwIfAborted();
      for (const [id, reading] of this.failed(ids, error)) readings.set(id, reading);
    }
    return readings;
  }

  /** Keeps all ratings anew: one walk for everybody who waits, on everybody's receipt. */
  async #walkFor(call: Call): Promise<void> {
    const arrived = call.receipt?.wait(this.#integration.name);
    const isShared = this.#walking !== null;
    const { done, receipt } = (this.#walking ??= this.#walk());
    call.receipt?.join(receipt, isShared);
    try {
      await done;
    } finally {
      arrived?.();
    }
  }

  /** It goes on when the first who waited has gone. */
  #walk(): { done: Promise<void>; receipt: Receipt } {
    const receipt = new Receipt();
    const done = keepRatings({
      directory: this.#directory,
      integration: this.#integration,
      signal: new AbortController().signal,
      now: this.#now,
      receipt,
    }).finally(() => {
      this.#walking = null;
    });
    return { done, receipt };
  }

  #reading(id: string, copy: Copy, state: 'FRESH' | 'CACHED'): Reading {
    return { state, rows: this.#overlay.over(id, copy.rows), fetchedAt: copy.at };
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
