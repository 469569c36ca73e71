import { LRUCache } from 'lru-cache';
import type { Directory } from '../directory/directory.ts';
import { isFilterIgnored, type Integration } from '../directory/integration.ts';
import { rowKey } from '../directory/keptRatings.ts';
import type { Skill } from '../domain/entities.ts';
import type { Call } from '../domain/ports.ts';
import { ProviderError, type Problem } from '../domain/problem.ts';
import type { RatingRow } from '../domain/records.ts';
import type { Overlay, OverlaidRow } from './overlay.ts';
import type { Reading } from './ratingReader.ts';

/** How long the ratings of a skill are answered from the cache, as those of an employee. */
const CACHE_MS = 60_000;
/** Rows cached an integration, some 300 bytes each. */
const CACHED_ROWS = 100_000;
/** How old the regular walk may be where it is the only bulk read: twice its interval, the next being long under way then. */
const WALK_FRESH_MS = 30 * 60_000;
/** How old a walk may be that stands in for what the provider cannot do or does not honour. */
const FALLBACK_FRESH_MS = 60_000;

/** What one integration says of one skill's ratings; PARTIAL while its first walk has not ended. */
export type SkillReading =
  Reading | { state: 'PARTIAL'; rows: readonly OverlaidRow[]; fetchedAt: number | null; problem: Problem | null };

/** A skill's ratings as they were read. */
interface Copy {
  rows: readonly RatingRow[];
  at: number;
  /** False where a write came later: good enough only when the provider does not answer. */
  current: boolean;
}

export interface SkillRatingReaderOptions {
  directory: Directory;
  integration: Integration;
  cache: boolean;
  now: () => number;
  overlay: Overlay;
  /** Walks all ratings and keeps them, once for everybody who waits. */
  walk: (call: Call) => Promise<void>;
}

/** Reads ratings of one integration by skill: cache, then the provider where it can be asked so, else a walk. */
export class SkillRatingReader {
  readonly #options: SkillRatingReaderOptions;
  readonly #cache: LRUCache<string, Copy> | null;
  /** Whether an answer has shown that the filter lets the right rows through. */
  #proven = false;
  #probing: Promise<void> | null = null;
  #lastWriteAt = -Infinity;

  constructor(options: SkillRatingReaderOptions) {
    this.#options = options;
    this.#cache = options.cache
      ? new LRUCache({ maxSize: CACHED_ROWS, sizeCalculation: ({ rows }) => rows.length + 1 })
      : null;
  }

  /**
   * One reading for the id of each skill that has a record here, whatever happens to the others. Rejects only when the
   * call is aborted.
   */
  async read(skills: readonly Skill[], call: Call): Promise<Map<string, SkillReading>> {
    const { integration } = this.#options;
    const { ratings, ratingsBySkills } = integration.ports;
    const wanted = this.#wanted(skills);
    const readings = new Map<string, SkillReading>();
    if (wanted.size === 0) return readings;
    const answer = (id: string, reading: SkillReading) => readings.set(wanted.get(id)?.id ?? '', reading);
    if (!integration.offers('READ_RATINGS_BY_SKILL')) {
      for (const id of wanted.keys()) answer(id, { state: 'UNSUPPORTED', problem: null });
      return readings;
    }
    if (!ratingsBySkills || (ratings && !integration.skillFilterHonoured)) {
      await this.#fromWalk([...wanted.keys()], answer, call);
      return readings;
    }
    const missing = [...wanted.keys()].filter((id) => {
      const copy = this.#cache?.get(id);
      const isKnown = copy?.current === true && this.#options.now() - copy.at <= CACHE_MS;
      if (isKnown) answer(id, this.#reading(id, copy, 'CACHED'));
      return !isKnown;
    });
    call.receipt?.batch(integration.name, wanted.size - missing.length);
    const { batchSize } = ratingsBySkills;
    const chunks = Array.from({ length: Math.ceil(missing.length / batchSize) }, (_, index) =>
      missing.slice(index * batchSize, (index + 1) * batchSize),
    );
    await Promise.all(chunks.map((ids) => this.#ask(ids, answer, call)));
    return readings;
  }

  /** Takes note of a row that a write stored then, which is already laid over reads: the provider is asked anew. */
  written(row: RatingRow, at: number): void {
    this.#outdate(this.#recordOf(row), at);
  }

  /** Takes note that somebody lost a skill then, which reads already hide: the provider is asked anew. */
  removed(skillId: string, at: number): void {
    this.#outdate(skillId, at);
  }

  #outdate(id: string | null, at: number): void {
    this.#lastWriteAt = Math.max(this.#lastWriteAt, at);
    const copy = id === null ? undefined : this.#cache?.get(id);
    if (id !== null && copy) this.#cache?.set(id, { ...copy, current: false });
  }

  /** What is answered where the provider fails or is too late: an older copy, else why there is none. */
  failed(skills: readonly Skill[], error: unknown): Map<string, SkillReading> {
    const wanted = this.#wanted(skills);
    const readings = new Map<string, SkillReading>();
    this.#fail([...wanted.keys()], error, (id, reading) => readings.set(wanted.get(id)?.id ?? '', reading));
    return readings;
  }

  async #ask(ids: readonly string[], answer: (id: string, reading: SkillReading) => void, call: Call): Promise<void> {
    const { integration, now } = this.#options;
    const { ratings, ratingsBySkills } = integration.ports;
    const began = now();
    try {
      const rows = (await ratingsBySkills?.read(ids, call)) ?? [];
      call.receipt?.rows(integration.name, rows.length);
      integration.worked('READ_RATINGS_BY_SKILL');
      if (rows.length > 0) this.#proven = true;
      else if (!this.#proven) await this.#probe();
      if (!integration.skillFilterHonoured) return await this.#fromWalk(ids, answer, call);
      const bySkill = this.#grouped(rows);
      const at = now();
      for (const id of ids) {
        const copy = { rows: bySkill.get(id) ?? [], at, current: this.#lastWriteAt < began };
        this.#cache?.set(id, copy);
        answer(id, this.#reading(id, copy, 'FRESH'));
      }
    } catch (error) {
      call.signal?.throwIfAborted();
      if (!ratings || !isFilterIgnored(error)) return this.#fail(ids, error, answer);
      this.#distrust();
      await this.#fromWalk(ids, answer, call);
    }
  }

  async #fromWalk(
    ids: readonly string[],
    answer: (id: string, reading: SkillReading) => void,
    call: Call,
  ): Promise<void> {
    const { directory, integration, now, walk } = this.#options;
    const { name, ports, sync } = integration;
    const kept = directory.ratings(name);
    const keeps = ports.ratings?.keep === true;
    const fresh = keeps ? WALK_FRESH_MS : FALLBACK_FRESH_MS;
    const isKnown = kept.at !== null && now() - kept.at <= fresh;
    // The first walk brings them along: another beside it would only slow it down.
    const isComing = keeps && kept.at === null && sync.state === 'FIRST_WALK';
    call.receipt?.batch(name, isKnown ? ids.length : 0);
    try {
      if (!isKnown && !isComing) await walk(call);
    } catch (error) {
      call.signal?.throwIfAborted();
      return this.#fail(ids, error, answer);
    }
    const bySkill = this.#kept(ids);
    for (const id of ids) {
      const rows = this.#overlaid(id, bySkill.get(id) ?? []);
      if (kept.at === null) answer(id, { state: 'PARTIAL', rows, fetchedAt: null, problem: sync.problem });
      else answer(id, { state: isKnown ? 'CACHED' : 'FRESH', rows, fetchedAt: kept.at });
    }
  }

  #fail(ids: readonly string[], error: unknown, answer: (id: string, reading: SkillReading) => void): void {
    const { directory, integration } = this.#options;
    const problem = integration.failed('READ_RATINGS_BY_SKILL', error);
    if (problem.code === 'NOT_OFFERED') return ids.forEach((id) => answer(id, { state: 'UNSUPPORTED', problem }));
    const { at } = directory.ratings(integration.name);
    const kept = at === null ? null : this.#kept(ids);
    for (const id of ids) {
      const cached = this.#cache?.get(id);
      const copy = cached && cached.at >= (at ?? -Infinity) ? cached : null;
      const rows = copy?.rows ?? kept?.get(id) ?? (kept ? [] : null);
      const fetchedAt = copy?.at ?? at;
      if (rows === null || fetchedAt === null) answer(id, { state: 'UNREACHABLE', problem });
      else answer(id, { state: 'STALE', rows: this.#overlaid(id, rows), fetchedAt, problem });
    }
  }

  /**
   * Asks for a skill that is known to be held. Only needed while every answer was empty: rows of the skills asked prove the
   * filter, rows of others disprove it, but none may mean that it filters everything out.
   */
  #probe(): Promise<void> {
    const probe = async () => {
      const { ratings, ratingsBySkills } = this.#options.integration.ports;
      const call: Call = { purpose: 'walk' };
      for await (const { rows } of ratings?.walk(call) ?? []) {
        const [known] = rows;
        if (!known) continue;
        const found = (await ratingsBySkills?.read([known.skillId], call)) ?? [];
        if (found.some((row) => rowKey(row) === rowKey(known))) this.#proven = true;
        else this.#distrust();
        return;
      }
    };
    this.#probing ??= probe()
      .catch((error: unknown) => {
        // Any other failure says nothing about the filter: the next empty answer asks again.
        if (isFilterIgnored(error)) this.#distrust();
        else if (!(error instanceof ProviderError)) throw error;
      })
      .finally(() => {
        this.#probing = null;
      });
    return this.#probing;
  }

  #distrust(): void {
    this.#proven = false;
    this.#options.integration.skillFilterHonoured = false;
  }

  /** Skills by the id of their record here. */
  #wanted(skills: readonly Skill[]): Map<string, Skill> {
    const { name } = this.#options.integration;
    return new Map(
      skills.flatMap((skill) =>
        skill.records.flatMap(({ integration, row }): [string, Skill][] =>
          integration === name ? [[row.remoteId, skill]] : [],
        ),
      ),
    );
  }

  #kept(ids: readonly string[]): Map<string, RatingRow[]> {
    const { directory, integration } = this.#options;
    const wanted = new Set(ids);
    return this.#grouped(
      directory.ratings(integration.name).ofSkills((row) => wanted.has(this.#recordOf(row) ?? row.skillId)),
    );
  }

  #grouped(rows: readonly RatingRow[]): Map<string, RatingRow[]> {
    const groups = new Map<string, RatingRow[]>();
    for (const row of rows) {
      const id = this.#recordOf(row) ?? row.skillId;
      const group = groups.get(id);
      if (group) group.push(row);
      else groups.set(id, [row]);
    }
    return groups;
  }

  /** The record here that a row speaks of; null when it is not known. */
  #recordOf(row: RatingRow): string | null {
    const { directory, integration } = this.#options;
    return directory.skills.ofRating(integration.name, row)?.remoteId ?? null;
  }

  #overlaid(id: string, rows: readonly RatingRow[]): readonly OverlaidRow[] {
    return this.#options.overlay.overSkill(rows, (row) => (this.#recordOf(row) ?? row.skillId) === id);
  }

  #reading(id: string, copy: Copy, state: 'FRESH' | 'CACHED'): SkillReading {
    return { state, rows: this.#overlaid(id, copy.rows), fetchedAt: copy.at };
  }
}
