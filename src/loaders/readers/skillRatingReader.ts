import type { Copy } from '../../cache/cacheEntry.ts';
import { bytesOf } from '../../cache/bytesOf.ts';
import { EntityReads, type Held } from '../../cache/readThroughCache.ts';
import type { Directory } from '../../directory/directory.ts';
import { isFilterIgnored, type Integration } from '../../integrations/integration.ts';
import { rowKey } from '../../directory/ratings/ratingSnapshot.ts';
import type { Skill } from '../../domain/entities.ts';
import type { Call } from '../../domain/ports.ts';
import { ProviderError, someUnreadable, type Problem } from '../../domain/problem.ts';
import type { RatingRow } from '../../domain/records.ts';
import { AGES, CACHED_BYTES } from './ttl.ts';
import { kindOptions, type KeepingOptions } from './cacheOptions.ts';
import type { Overlay, OverlaidRow } from './writeOverlay.ts';
import type { Reading } from './ratingReading.ts';

/** How old the regular walk may be where it is the only bulk read: twice its interval, the next being long under way then. */
const WALK_FRESH_MS = 30 * 60_000;
/** How old a walk may be that stands in for what the provider cannot do or does not honour. */
const FALLBACK_FRESH_MS = 60_000;

/** What one integration says of one skill's ratings; PARTIAL also while its first walk has not ended. */
export type SkillReading =
  Reading | { state: 'PARTIAL'; rows: readonly OverlaidRow[]; fetchedAt: number | null; problem: Problem | null };

type Rows = readonly RatingRow[];

/** Rows, and when they were read. */
type Seen = Pick<Copy<Rows>, 'value' | 'at'>;

export interface SkillRatingReaderOptions extends KeepingOptions {
  directory: Directory;
  integration: Integration;
  overlay: Overlay;
  /** Walks all ratings and keeps them, once for everybody who waits; null, or why not at the call's deadline at the latest. */
  walk: (call: Call) => Promise<Problem | null>;
}

/** Reads ratings of one integration by skill: cache, then the provider where it can be asked so, else a walk. */
export class SkillRatingReader {
  readonly #options: SkillRatingReaderOptions;
  readonly #reads: EntityReads<Rows>;
  /** Whether an answer has shown that the filter lets the right rows through. */
  #proven = false;
  #probing: Promise<void> | null = null;
  /** The last write to each skill's ratings, by the id of its record; null for skills that are not known. */
  readonly #wroteAt = new Map<string | null, number>();

  constructor(options: SkillRatingReaderOptions) {
    this.#options = options;
    const { integration } = options;
    this.#reads = new EntityReads({
      ...kindOptions(integration.name, 'skillRatings', options),
      batchSize: integration.ports.ratingsBySkills?.batchSize ?? 1,
      room: CACHED_BYTES.skillRatings,
      sizeOf: bytesOf,
      read: (ids, call) => this.#ask(ids, call),
      failed: (error) => this.#noteFailure(error),
      wroteSince: (id, at) => Math.max(this.#wroteAt.get(id) ?? -Infinity, this.#wroteAt.get(null) ?? -Infinity) >= at,
    });
  }

  /**
   * One reading for the id of each skill that has a record here, whatever happens to the others, at the call's deadline
   * at the latest. Rejects only when the call is aborted.
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
    const missing: string[] = [];
    const due: string[] = [];
    for (const id of wanted.keys()) {
      const held = this.#reads.known(id);
      const isDue = held !== null && this.#reads.isDue(held);
      const reading = held && (isDue ? this.#whileDue(id, held) : this.#reading(id, held, 'CACHED'));
      if (!reading) missing.push(id);
      else answer(id, reading);
      if (reading && isDue) due.push(id);
    }
    call.receipt?.batch(integration.name, wanted.size - missing.length);
    if (due.length > 0) this.#reads.refresh(due, call);
    if (missing.length === 0) return readings;
    const unfiltered: string[] = [];
    const failures = new Map<Problem, string[]>();
    for (const [id, outcome] of await this.#reads.read(missing, call)) {
      if (outcome.state !== 'FAILED') answer(id, this.#reading(id, outcome.copy, outcome.state));
      else if (outcome.problem) failures.set(outcome.problem, [...(failures.get(outcome.problem) ?? []), id]);
      else unfiltered.push(id);
    }
    for (const [problem, ids] of failures) this.#standIn(ids, problem, answer);
    if (unfiltered.length > 0) await this.#fromWalk(unfiltered, answer, call);
    return readings;
  }

  /** Takes note of a row that a write stored then, which is already laid over reads: the provider is asked anew. */
  written(row: RatingRow, at: number): void {
    this.#outdate(this.#recordOf(row), at);
  }

  /** Takes note that somebody lost a skill then, or may have been written to: the provider is asked anew. */
  changed(skillId: string, at: number): void {
    this.#outdate(skillId, at);
  }

  #outdate(id: string | null, at: number): void {
    this.#wroteAt.set(id, Math.max(this.#wroteAt.get(id) ?? at, at));
    if (id !== null) this.#reads.outdate(id, at);
  }

  /** One call of the provider; rejects where the filter proves useless. */
  async #ask(ids: readonly string[], call: Call): Promise<Map<string, Rows>> {
    const { integration } = this.#options;
    const rows = (await integration.ports.ratingsBySkills?.read(ids, call)) ?? [];
    call.receipt?.rows(integration.name, rows.length);
    integration.worked('READ_RATINGS_BY_SKILL');
    if (rows.length > 0) this.#proven = true;
    else if (!this.#proven) await this.#probe();
    if (!integration.skillFilterHonoured) {
      throw new ProviderError('UNREADABLE', 'The filter lets nothing through.', { providerCode: 'FILTER_IGNORED' });
    }
    const bySkill = this.#grouped(rows);
    return new Map(ids.map((id) => [id, bySkill.get(id) ?? []]));
  }

  /** A filter that is ignored is no failure where a walk can stand in. */
  #noteFailure(error: unknown): Problem | null {
    const { integration } = this.#options;
    if (!integration.ports.ratings || !isFilterIgnored(error)) {
      return integration.failed('READ_RATINGS_BY_SKILL', error);
    }
    this.#distrust();
    return null;
  }

  /** What a copy answers while it is read anew; null where it has to be read first. */
  #whileDue(id: string, held: Held<Rows>): SkillReading | null {
    const problem = held.failed?.problem;
    if (problem === undefined) return this.#reading(id, held, 'CACHED');
    if (problem.code === 'NOT_OFFERED') return null;
    return { state: 'STALE', rows: this.#overlaid(id, held.value), fetchedAt: held.at, problem, atOnce: true };
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
    const isKnown = kept.isFresh(now(), fresh);
    // The first walk brings them along: another beside it would only slow it down.
    const isComing = keeps && kept.at === null && sync.state === 'FIRST_WALK';
    call.receipt?.batch(name, isKnown ? ids.length : 0);
    const problem = isKnown || isComing ? null : await walk(call);
    if (problem) return this.#standIn(ids, problem, answer);
    const bySkill = this.#kept(ids);
    // Whose ratings could not be read is known, of which skills is not.
    const unread = integration.unreadable.problem('ratings');
    for (const id of ids) {
      const rows = this.#overlaid(id, bySkill.get(id) ?? []);
      if (kept.at === null) answer(id, { state: 'PARTIAL', rows, fetchedAt: null, problem: sync.problem });
      else if (unread) answer(id, { state: 'PARTIAL', rows, fetchedAt: kept.at, problem: unread });
      else answer(id, { state: isKnown ? 'CACHED' : 'FRESH', rows, fetchedAt: kept.at });
    }
  }

  /** The youngest copies, up to the age at which none stands in any more, else why there is none. */
  #standIn(ids: readonly string[], problem: Problem, answer: (id: string, reading: SkillReading) => void): void {
    const { directory, integration, now } = this.#options;
    if (problem.code === 'NOT_OFFERED') return ids.forEach((id) => answer(id, { state: 'UNSUPPORTED', problem }));
    const { at } = directory.ratings(integration.name);
    const kept = at === null || now() - at > AGES.skillRatings.errorMs ? null : this.#kept(ids);
    for (const id of ids) {
      const walked: Seen | null = kept && at !== null ? { value: kept.get(id) ?? [], at } : null;
      const held = this.#reads.standIn(id);
      const copy = held && held.at >= (walked?.at ?? -Infinity) ? held : walked;
      if (copy === null) answer(id, { state: 'UNREACHABLE', problem });
      else answer(id, { state: 'STALE', rows: this.#overlaid(id, copy.value), fetchedAt: copy.at, problem });
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
    return this.#options.overlay.overSkill(id, rows);
  }

  #reading(id: string, { value, at }: Seen, state: 'FRESH' | 'CACHED' | 'PARTIAL'): SkillReading {
    const rows = this.#overlaid(id, value);
    return state === 'PARTIAL'
      ? { state, rows, fetchedAt: at, problem: someUnreadable() }
      : { state, rows, fetchedAt: at };
  }
}
