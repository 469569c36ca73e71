import type { Operation } from '../../domain/operations.ts';
import type { Copy } from '../../cache/cacheEntry.ts';
import { bytesOf } from '../../cache/bytesOf.ts';
import { EntityReads, type Held } from '../../cache/readThroughCache.ts';
import { UnknownIds } from '../../cache/unknownIds.ts';
import type { Directory } from '../../directory/directory.ts';
import { isFilterIgnored, type Integration } from '../../integrations/integration.ts';
import { keyOfParts, rowKey } from '../../directory/ratings/ratingSnapshot.ts';
import { syncRatings } from '../../directory/sync/fullSync.ts';
import type { Skill } from '../../domain/entities.ts';
import { pastDeadline } from '../../domain/deadline.ts';
import type { Call } from '../../domain/ports.ts';
import { problemOf, someUnreadable, type Problem } from '../../domain/problem.ts';
import { Receipt } from '../../domain/receipt.ts';
import type { RatingRow } from '../../domain/records.ts';
import { AGES, CACHED_BYTES } from './ttl.ts';
import { kindOptions, type KeepingOptions } from './cacheOptions.ts';
import { Overlay, type OverlaidRow } from './writeOverlay.ts';
import type { Reading } from './ratingReading.ts';
import { SkillRatingReader, type SkillReading } from './skillRatingReader.ts';

/** How long a walk of all ratings answers in place of single reads. */
const WALK_FRESH_MS = 15 * 60_000;
/** How old a walk may be that stands in for a filter the provider does not honour. */
const FALLBACK_FRESH_MS = 60_000;

type Rows = readonly RatingRow[];

/** Rows, and when they were read. */
type Seen = Pick<Copy<Rows>, 'value' | 'at'>;

/** A walk of all ratings that is under way. */
interface Walking {
  done: Promise<void>;
  receipt: Receipt;
  /** What its failure was noted as, once for each operation that it was made for. */
  problems: Map<Operation, Problem>;
}

export interface RatingReaderOptions extends Omit<KeepingOptions, 'now'> {
  directory: Directory;
  integration: Integration;
  now?: (() => number) | undefined;
}

/**
 * Reads ratings of one integration through: cache, kept walk, then the provider, in calls of its batch size. Outlives
 * requests; one an integration.
 */
export class RatingReader {
  readonly #directory: Directory;
  readonly #integration: Integration;
  readonly #cached: boolean;
  readonly #reads: EntityReads<Rows>;
  /** Rows read alone, by the JSON of their parts: one read for all who ask at once, and no copy that outlasts it. */
  readonly #rowReads: EntityReads<{ row: RatingRow | null }>;
  /** Rows that the provider does not have, by `rowKey`. */
  readonly #unknownRows: UnknownIds;
  readonly #overlay: Overlay;
  readonly #bySkill: SkillRatingReader;
  readonly #now: () => number;
  #walking: Walking | null = null;

  constructor({ directory, integration, cache, shared, counts, now = Date.now }: RatingReaderOptions) {
    this.#directory = directory;
    this.#integration = integration;
    this.#now = now;
    const skillOf = (row: RatingRow) => directory.skills.ofRating(integration.name, row)?.remoteId ?? row.skillId;
    this.#overlay = new Overlay({ now, skillOf });
    this.#cached = cache;
    this.#reads = new EntityReads({
      ...kindOptions(integration.name, 'employeeRatings', { cache, shared, counts, now }),
      batchSize: integration.ports.ratingsByEmployees?.batchSize ?? 1,
      room: CACHED_BYTES.employeeRatings,
      sizeOf: bytesOf,
      read: (ids, call) => this.#ask(ids, call),
      failed: (error) => this.#noteFailure(error),
      wroteSince: (id, at) => this.#overlay.wroteSince(id, at),
      renewed: (id, before, copy) => this.#compare(id, before, copy),
    });
    this.#unknownRows = new UnknownIds({ keeps: cache, now });
    this.#rowReads = new EntityReads({
      integration: integration.name,
      kind: 'ratingByParts',
      ages: { freshMs: 0, staleMs: 0, errorMs: 0 },
      batchSize: 1,
      room: 1,
      sizeOf: () => 1,
      keeps: cache,
      now,
      read: ([key = ''], call) => this.#askRow(key, call),
      failed: () => null,
    });
    const walk = (call: Call) => this.#walkFor('READ_RATINGS_BY_SKILL', call);
    this.#bySkill = new SkillRatingReader({
      directory,
      integration,
      cache,
      shared,
      counts,
      now,
      overlay: this.#overlay,
      walk,
    });
  }

  /**
   * One reading for each id, whatever happens to the others, at the call's deadline at the latest. Rejects only when the
   * call is aborted.
   */
  async read(employeeIds: readonly string[], call: Call): Promise<Map<string, Reading>> {
    const readings = new Map<string, Reading>();
    const missing: string[] = [];
    const due: string[] = [];
    for (const id of employeeIds) {
      const held = this.#reads.known(id);
      if (held && !this.#reads.isDue(held)) {
        readings.set(id, this.#reading(id, held, 'CACHED'));
        continue;
      }
      const walked = this.#walked(id);
      const reading = walked ? this.#ofWalk(id, walked, 'CACHED') : held && this.#whileDue(id, held);
      if (reading) readings.set(id, reading);
      else missing.push(id);
      if (reading && !walked) due.push(id);
    }
    call.receipt?.batch(this.#integration.name, employeeIds.length - missing.length);
    if (due.length > 0) this.#reads.refresh(due, call);
    if (missing.length === 0) return readings;
    const { ratingsByEmployees, ratings } = this.#integration.ports;
    if (!ratingsByEmployees || !this.#integration.offers('READ_RATINGS_BY_EMPLOYEE')) {
      for (const id of missing) readings.set(id, { state: 'UNSUPPORTED', problem: null });
      return readings;
    }
    if (ratings && !this.#integration.ratingFilterHonoured) return this.#fromWalk(missing, readings, call);
    const unfiltered: string[] = [];
    for (const [id, outcome] of await this.#reads.read(missing, call)) {
      if (outcome.state !== 'FAILED') readings.set(id, this.#reading(id, outcome.copy, outcome.state));
      else if (outcome.problem) readings.set(id, this.#failure(id, outcome.problem));
      else unfiltered.push(id);
    }
    return unfiltered.length === 0 ? readings : this.#fromWalk(unfiltered, readings, call);
  }

  /** One call of the provider. */
  async #ask(ids: readonly string[], call: Call): Promise<Map<string, Rows>> {
    const rows = (await this.#integration.ports.ratingsByEmployees?.read(ids, call)) ?? [];
    call.receipt?.rows(this.#integration.name, rows.length);
    this.#integration.worked('READ_RATINGS_BY_EMPLOYEE');
    const byEmployee = groupBy(rows, (row) => row.employeeId);
    return new Map(ids.map((id) => [id, byEmployee.get(id) ?? []]));
  }

  /**
   * Has those read anew of whom no copy is fresh, whatever a walk may say of them, to tell whose ratings are others; nobody
   * waits. Not where that is told anyway.
   */
  renew(employeeIds: readonly string[], call: Call): void {
    if (this.#isFollowed || !this.#integration.offers('READ_RATINGS_BY_EMPLOYEE')) return;
    const due = employeeIds.filter((id) => {
      const held = this.#reads.standIn(id);
      return held?.current !== true || this.#reads.isDue(held);
    });
    this.#reads.refresh(due, call);
  }

  /** Whether all ratings are kept here and followed, which tells by itself whose are others. */
  get #isFollowed(): boolean {
    const { ports, ratingFilterHonoured } = this.#integration;
    return ports.ratings !== undefined && (ports.ratings.keep || !ratingFilterHonoured);
  }

  /** Tells where a read shows other ratings than the one before it; what was written here has been told already. */
  #compare(id: string, before: Copy<Rows>, copy: Copy<Rows>): void {
    if (this.#isFollowed || this.#overlay.showsAlike(id, before.value, copy.value)) return;
    this.#directory.onRatingsChanged(this.#integration.name, new Set([id]));
  }

  /** A filter that is ignored is no failure where a walk can stand in. */
  #noteFailure(error: unknown): Problem | null {
    if (!this.#integration.ports.ratings || !isFilterIgnored(error)) {
      return this.#integration.failed('READ_RATINGS_BY_EMPLOYEE', error);
    }
    this.#integration.ratingFilterHonoured = false;
    return null;
  }

  /**
   * The ratings of skills, whoever holds them: one reading for the id of each skill that has a record here, at the call's
   * deadline at the latest. Rejects only when the call is aborted.
   */
  readBySkill(skills: readonly Skill[], call: Call): Promise<Map<string, SkillReading>> {
    return this.#bySkill.read(skills, call);
  }

  /** One row by its parts; null when the provider has none, or has no way to ask. Rejects with ProviderError. */
  async readOne(parts: readonly string[], call: Call): Promise<OverlaidRow | null> {
    const isUnknown = this.#unknownRows.has(keyOfParts(parts));
    call.receipt?.batch(this.#integration.name, isUnknown ? 1 : 0);
    if (isUnknown || !this.#integration.ports.ratingByParts) return null;
    const key = JSON.stringify(parts);
    const outcome = (await this.#rowReads.read([key], call)).get(key);
    if (outcome?.state === 'FAILED') throw outcome.error;
    const row = outcome?.copy.value.row;
    // Where something could not be read, it may be the very row.
    if (row === null && outcome?.state !== 'PARTIAL') this.#unknownRows.add(keyOfParts(parts));
    if (!row) return null;
    const overlaid = this.#overlay.over(row.employeeId, [row], { forget: false });
    return overlaid.find((one) => rowKey(one.row) === rowKey(row)) ?? null;
  }

  async #askRow(key: string, call: Call): Promise<Map<string, { row: RatingRow | null }>> {
    const parts = JSON.parse(key) as string[];
    // Named by its employee or not at all, and never by these parts.
    const noting: Call = { ...call, onUnreadable: () => call.onUnreadable?.({ of: 'ratings', id: null }) };
    const row = (await this.#integration.ports.ratingByParts?.read(parts, noting)) ?? null;
    if (row) call.receipt?.rows(this.#integration.name, 1);
    return new Map([[key, { row }]]);
  }

  /** Takes note of a row that a write stored then: laid over reads from now on, and the provider is asked anew. */
  written(row: RatingRow, at = this.#now()): void {
    this.#overlay.put(row, at);
    this.#unknownRows.delete(rowKey(row));
    this.#reads.outdate(row.employeeId, at);
    this.#bySkill.written(row, at);
  }

  /** Takes note that a write took a skill from an employee then, the skill named by its record: hidden from reads likewise. */
  removed(employeeId: string, skillId: string, at = this.#now()): void {
    this.#overlay.remove(employeeId, skillId, at);
    this.#reads.outdate(employeeId, at);
    this.#bySkill.changed(skillId, at);
  }

  /** Takes note of a write of which nobody knows whether it took effect: nothing is laid over, and the provider is asked anew. */
  doubted(employeeId: string, skillId: string, at = this.#now()): void {
    this.#reads.outdate(employeeId, at);
    this.#bySkill.changed(skillId, at);
  }

  /** What is answered where the provider fails or is too late: an older copy, else why there is none. */
  #failure(id: string, problem: Problem): Reading {
    if (problem.code === 'NOT_OFFERED') return { state: 'UNSUPPORTED', problem };
    const copy = this.#standIn(id);
    if (!copy) return { state: 'UNREACHABLE', problem };
    const rows = this.#overlay.over(id, copy.value, { forget: false });
    return { state: 'STALE', rows, fetchedAt: copy.at, problem };
  }

  /** What a copy answers while it is read anew; null where it has to be read first. */
  #whileDue(id: string, held: Held<Rows>): Reading | null {
    if (!this.#integration.ratingFilterHonoured) return null;
    const problem = held.failed?.problem;
    if (problem === undefined) return this.#reading(id, held, 'CACHED');
    if (problem.code === 'NOT_OFFERED') return null;
    return { state: 'STALE', rows: this.#overlay.over(id, held.value), fetchedAt: held.at, problem, atOnce: true };
  }

  /** The kept walk where it is young enough to need no question, and younger than what was read alone. */
  #walked(id: string): Seen | null {
    const kept = this.#directory.ratings(this.#integration.name);
    const fresh = this.#integration.ratingFilterHonoured ? WALK_FRESH_MS : FALLBACK_FRESH_MS;
    // With CACHE=off the walk answers only where nothing else can: for a filter that is not honoured.
    const allowed = this.#cached || !this.#integration.ratingFilterHonoured;
    if (!allowed || kept.at === null || !kept.isFresh(this.#now(), fresh)) return null;
    if ((this.#reads.standIn(id)?.at ?? -Infinity) > kept.at) return null;
    const rows = kept.of(id);
    // A walk may leave people out, inactive ones above all: nothing there is no proof that there is nothing.
    if (rows.length === 0 && this.#integration.ratingFilterHonoured) return null;
    return { value: rows, at: kept.at };
  }

  /** The youngest copy, up to the age at which none stands in any more. */
  #standIn(id: string): Seen | null {
    const held = this.#reads.standIn(id);
    const kept = this.#directory.ratings(this.#integration.name);
    const { at } = kept;
    if (at === null || this.#now() - at > AGES.employeeRatings.errorMs || (held && held.at >= at)) return held;
    const rows = kept.of(id);
    return rows.length === 0 ? held : { value: rows, at };
  }

  async #fromWalk(ids: readonly string[], readings: Map<string, Reading>, call: Call): Promise<Map<string, Reading>> {
    const { name } = this.#integration;
    const kept = this.#directory.ratings(name);
    const problem = await this.#walkFor('READ_RATINGS_BY_EMPLOYEE', call);
    for (const id of ids) {
      const copy = { value: kept.of(id), at: kept.at ?? this.#now() };
      readings.set(id, problem ? this.#failure(id, problem) : this.#ofWalk(id, copy, 'FRESH'));
    }
    return readings;
  }

  /**
   * Keeps all ratings anew: one walk for everybody who waits, on everybody's receipt. Null when that is done, else why not,
   * at the call's deadline at the latest; a failure that comes later is noted all the same. Rejects only when aborted.
   */
  async #walkFor(operation: Operation, call: Call): Promise<Problem | null> {
    const arrived = call.receipt?.wait(this.#integration.name);
    const isShared = this.#walking !== null;
    const walking = (this.#walking ??= this.#walk());
    call.receipt?.join(walking.receipt, isShared);
    const ended = walking.done
      .then(
        () => null,
        (error: unknown) => this.#noteWalk(walking, operation, error),
      )
      .finally(arrived);
    if (!call.deadline) return ended;
    return call.deadline.race<Problem | null>(ended, () => {
      call.signal?.throwIfAborted();
      return problemOf(pastDeadline());
    });
  }

  #noteWalk({ problems }: Walking, operation: Operation, error: unknown): Problem {
    const problem = problems.get(operation) ?? this.#integration.failed(operation, error);
    problems.set(operation, problem);
    return problem;
  }

  /** It goes on when the first who waited has gone. */
  #walk(): Walking {
    const receipt = new Receipt();
    const done = syncRatings({
      directory: this.#directory,
      integration: this.#integration,
      signal: new AbortController().signal,
      now: this.#now,
      receipt,
    }).finally(() => {
      this.#walking = null;
    });
    return { done, receipt, problems: new Map() };
  }

  #ofWalk(id: string, seen: Seen, state: 'FRESH' | 'CACHED'): Reading {
    return this.#reading(id, seen, this.#integration.unreadable.has('ratings', id) ? 'PARTIAL' : state);
  }

  #reading(id: string, { value, at }: Seen, state: 'FRESH' | 'CACHED' | 'PARTIAL'): Reading {
    if (state === 'PARTIAL') {
      // What is missing is neither shown nor gone.
      const rows = this.#overlay.over(id, value, { forget: false });
      return { state, rows, fetchedAt: at, problem: someUnreadable() };
    }
    return { state, rows: this.#overlay.over(id, value), fetchedAt: at };
  }
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
