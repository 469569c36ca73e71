import { setMaxListeners } from 'node:events';
import { LRUCache } from 'lru-cache';
import { CallClients, clientNames } from '../domain/callClients.ts';
import { chunked } from '../lib/chunk.ts';
import type { Call } from '../domain/ports.ts';
import { someUnreadable, type Problem } from '../domain/problem.ts';
import { Receipt } from '../domain/receipt.ts';
import { pastDeadline, type Deadline } from '../domain/deadline.ts';
import { raceAbort } from '../lib/raceAbort.ts';
import { newCounts, type CacheCounts } from './cacheCounts.ts';
import type { Ages, Copy } from './cacheEntry.ts';
import type { Found, SharedCache } from './sharedCache.ts';

/** Between two refreshes of an entity that fail: a provider that is down is not asked by every question. */
const REFRESH_PAUSE_MS = 5_000;

/** A copy as it is kept here. */
export interface Held<Value> extends Copy<Value> {
  /** False where a write came later: good enough only when the provider does not answer. */
  current: boolean;
  /** Why the last refresh failed, and when; null when it did not. */
  failed: { problem: Problem; at: number } | null;
}

/**
 * What became of one entity that was asked for; PARTIAL where some of it could not be read, which is then not kept.
 * `problem` is null where the failure is the asker's to judge.
 */
export type Outcome<Value> =
  | { state: 'FRESH' | 'CACHED' | 'PARTIAL'; copy: Copy<Value> }
  | { state: 'FAILED'; error: unknown; problem: Problem | null };

export interface EntityReadsOptions<Value> {
  integration: string;
  /** What the entities are, in the keys of the shared cache. */
  kind: string;
  ages: Ages;
  /** Entities that one call of the provider takes. */
  batchSize: number;
  /** Most that is kept, in units of `sizeOf`. */
  room: number;
  sizeOf: (value: Value) => number;
  /** False: nothing is kept, and every question is a call of its own. */
  keeps: boolean;
  /** A read goes on for the next question, also when all callers have gone and their deadlines have passed. */
  outlivesCallers?: boolean;
  shared?: SharedCache | undefined;
  now: () => number;
  /** One call of the provider: a value for each id, or a rejection. */
  read: (ids: readonly string[], call: Call) => Promise<ReadonlyMap<string, Value>>;
  /** Takes note of a call that failed, once, whoever waited; null where that is no problem of the provider. */
  failed: (error: unknown) => Problem | null;
  /** Whether something that this entity shows was written at that time or later. */
  wroteSince?: (id: string, at: number) => boolean;
  /** Hears of each copy that takes the place of one that was read before it. */
  renewed?: (id: string, before: Copy<Value>, copy: Copy<Value>) => void;
  /** Where questions for kept entities are counted, one an entity; refreshes, for which nobody waits, are not. */
  counts?: CacheCounts | undefined;
}

/** One entity that is being read, for all who wait for it. */
interface Flight<Value> {
  readonly id: string;
  readonly purpose: Call['purpose'];
  /** The clients that wait for it; a later one joins the call. */
  readonly clients: Set<string>;
  /** Questions that wait; a refresh counts as one that never leaves. */
  waiters: number;
  /** When the last of them gives up; undefined where one waits for as long as it takes. */
  deadline: Deadline | undefined;
  /** While the shared cache is looked through. */
  lookup: Promise<void> | null;
  mark: string | null;
  batch: Batch<Value> | null;
  outcome: Outcome<Value> | null;
}

/** What a question waits for. */
interface Arriving<Value> {
  all: Promise<void>;
  /** Null while it has not arrived. */
  outcomeOf(id: string): Outcome<Value> | null;
}

/** One call of the provider. */
interface Batch<Value> {
  readonly flights: readonly Flight<Value>[];
  /** Those of its flights: it goes out with the turn of whichever is first. */
  readonly clients: CallClients;
  readonly abort: AbortController;
  readonly receipt: Receipt;
  /** Who began it. */
  readonly owner: object;
  done: Promise<void>;
}

/**
 * Reads entities of one kind of one integration through: copies of this process, copies that replicas share, the provider.
 * An entity is read once for all who ask meanwhile. Never keeps a failure, nor a value of which the call heard that some
 * could not be read.
 */
export class EntityReads<Value extends object> {
  readonly #options: EntityReadsOptions<Value>;
  readonly #cache: LRUCache<string, Held<Value>> | null;
  readonly #flights = new Map<string, Flight<Value>>();
  readonly #counts: CacheCounts;

  /** Entities that one call of the provider takes. */
  readonly batchSize: number;

  constructor(options: EntityReadsOptions<Value>) {
    this.#options = options;
    this.batchSize = options.batchSize;
    this.#counts = options.counts ?? newCounts();
    const { keeps, room, sizeOf } = options;
    this.#cache = keeps
      ? new LRUCache({ maxSize: room, sizeCalculation: ({ value }) => Math.max(1, sizeOf(value)) })
      : null;
  }

  /** A copy that answers at once. Where it is not fresh any more (`isDue`), a refresh is to be begun. */
  known(id: string): Held<Value> | null {
    const held = this.#cache?.get(id);
    if (held?.current !== true || this.#options.now() - held.at > this.#options.ages.staleMs) return null;
    this.#counts[this.isDue(held) ? 'stale' : 'hit'] += 1;
    return held;
  }

  isDue({ at }: Pick<Copy<Value>, 'at'>): boolean {
    return this.#options.now() - at > this.#options.ages.freshMs;
  }

  /** A copy that may stand in for a provider that does not answer. */
  standIn(id: string): Held<Value> | null {
    const held = this.#cache?.get(id);
    return held && this.#options.now() - held.at <= this.#options.ages.errorMs ? held : null;
  }

  /** Takes note of a write then: the copy answers no more, here and in all replicas, nor does what is being read. */
  outdate(id: string, at: number): void {
    const held = this.#cache?.peek(id);
    if (held) held.current = false;
    this.#flights.delete(id);
    this.#options.shared?.drop(this.#options.kind, [id], at);
  }

  /** Reads copies anew while they still answer; nobody waits, and what is being read already is left alone. */
  refresh(ids: readonly string[], call: Call): void {
    const now = this.#options.now();
    const due = ids.filter((id) => {
      const failedAt = this.#cache?.peek(id)?.failed?.at;
      return !this.#flights.has(id) && (failedAt === undefined || now - failedAt >= REFRESH_PAUSE_MS);
    });
    if (due.length === 0) return;
    const owner = {};
    const flights = due.map((id) => this.#take(id, call, undefined));
    this.#begin(flights, owner, { purpose: call.purpose, isRefresh: true });
    void this.#landed(flights, owner, call.receipt);
  }

  /**
   * One outcome for each id: those being read are waited for, the others are asked for. What has not arrived by the call's
   * deadline failed with TIMEOUT, and goes on for who asks next. Rejects only when aborted.
   */
  async read(ids: readonly string[], call: Call): Promise<ReadonlyMap<string, Outcome<Value>>> {
    call.signal?.throwIfAborted();
    const { all, outcomeOf } = this.#cache === null ? this.#apart(ids, call) : this.#together(ids, call);
    const whole = all.then(() => null);
    const late = await (call.deadline?.race<Outcome<Value> | null>(whole, () => this.#late()) ?? whole);
    const outcomes = new Map<string, Outcome<Value>>();
    const due: string[] = [];
    for (const id of ids) {
      const outcome = outcomeOf(id) ?? late;
      if (!outcome) throw new Error('a read ended without an outcome');
      outcomes.set(id, outcome);
      if (this.#cache) this.#counts[outcome.state === 'CACHED' ? 'shared' : 'miss'] += 1;
      if (outcome.state === 'CACHED' && this.isDue(outcome.copy)) due.push(id);
    }
    if (due.length > 0) this.refresh(due, call);
    return outcomes;
  }

  #deadlineOf({ deadline }: Call): Deadline | undefined {
    return this.#options.outlivesCallers ? undefined : deadline;
  }

  #late(): Outcome<Value> {
    const error = pastDeadline();
    return { state: 'FAILED', error, problem: this.#options.failed(error) };
  }

  /** One read of an entity for all who ask meanwhile. */
  #together(ids: readonly string[], call: Call): Arriving<Value> {
    // A request's questions all listen to its one signal, and Node warns of the eleventh listener.
    if (call.signal) setMaxListeners(Number.POSITIVE_INFINITY, call.signal);
    const owner = {};
    const flights = new Map<string, Flight<Value>>();
    const begun: Flight<Value>[] = [];
    for (const id of new Set(ids)) {
      const underWay = this.#flights.get(id);
      // Whoever is waited for does not join a walk's read, which goes last and may be silent for minutes.
      if (underWay && (underWay.purpose !== 'walk' || call.purpose === 'walk')) {
        underWay.waiters += 1;
        underWay.deadline = later(underWay.deadline, this.#deadlineOf(call));
        for (const name of clientNames(call.clients)) {
          underWay.clients.add(name);
          underWay.batch?.clients.add(name);
        }
        flights.set(id, underWay);
      } else {
        const flight = this.#take(id, call, this.#deadlineOf(call));
        begun.push(flight);
        flights.set(id, flight);
      }
    }
    if (begun.length > 0) this.#begin(begun, owner, { purpose: call.purpose, isRefresh: false });
    return {
      all: this.#waitFor([...flights.values()], owner, call),
      outcomeOf: (id) => flights.get(id)?.outcome ?? null,
    };
  }

  /** Resolves when all have an outcome; rejects when the question is aborted, and leaves them then. */
  async #waitFor(flights: readonly Flight<Value>[], owner: object, call: Call): Promise<void> {
    const arrived = call.receipt?.wait(this.#options.integration);
    try {
      await raceAbort(this.#landed(flights, owner, call.receipt), call.signal);
    } catch (error) {
      this.#leave(flights, error);
      throw error;
    } finally {
      arrived?.();
    }
  }

  #take(id: string, { purpose, clients }: Call, deadline: Deadline | undefined): Flight<Value> {
    const names = new Set(clientNames(clients));
    const flight = {
      id,
      purpose,
      clients: names,
      waiters: 1,
      deadline,
      lookup: null,
      mark: null,
      batch: null,
      outcome: null,
    };
    this.#flights.set(id, flight);
    return flight;
  }

  /** Resolves when all have an outcome; their calls are on the receipt from when they are made. */
  async #landed(flights: readonly Flight<Value>[], owner: object, receipt: Receipt | undefined): Promise<void> {
    const lookups = new Set(flights.flatMap(({ lookup }) => lookup ?? []));
    if (lookups.size > 0) await Promise.all(lookups);
    const batches = new Set(flights.flatMap(({ batch }) => batch ?? []));
    for (const batch of batches) receipt?.join(batch.receipt, batch.owner !== owner);
    await Promise.all([...batches].map(({ done }) => done));
  }

  /** A call that nobody waits for any more is called off; one that went over its deadline has its question still waiting. */
  #leave(flights: readonly Flight<Value>[], reason: unknown): void {
    if (this.#options.outlivesCallers) return;
    for (const flight of flights) flight.waiters -= 1;
    for (const batch of new Set(flights.flatMap((flight) => flight.batch ?? []))) {
      if (batch.flights.some(({ waiters }) => waiters > 0)) continue;
      for (const flight of batch.flights) this.#end(flight);
      batch.abort.abort(reason);
    }
  }

  #begin(
    flights: readonly Flight<Value>[],
    owner: object,
    how: { purpose: Call['purpose']; isRefresh: boolean },
  ): void {
    if (!this.#options.shared) {
      this.#ask(flights, owner, how.purpose);
      return;
    }
    const lookup = this.#lookUp(flights, how.isRefresh).then(() => {
      const left = flights.filter(({ outcome }) => outcome === null);
      for (const flight of left) if (flight.waiters === 0) this.#end(flight);
      this.#ask(
        left.filter(({ waiters }) => waiters > 0),
        owner,
        how.purpose,
      );
    });
    for (const flight of flights) flight.lookup = lookup;
  }

  /** What replicas share: a copy that answers is the outcome, an older one is kept to stand in. */
  async #lookUp(flights: readonly Flight<Value>[], isRefresh: boolean): Promise<void> {
    const { shared, kind, ages, now, wroteSince } = this.#options;
    const found = await shared?.get(
      kind,
      flights.map(({ id }) => id),
    );
    if (!found) return;
    for (const flight of flights) {
      const { copy, mark } = (found.get(flight.id) ?? { copy: null, mark: '' }) as Found & { copy: Copy<Value> | null };
      flight.mark = mark;
      if (copy === null || now() - copy.at > ages.errorMs) continue;
      const current = this.#flights.get(flight.id) === flight && wroteSince?.(flight.id, copy.began) !== true;
      const before = this.#cache?.peek(flight.id);
      const held = before && before.began >= copy.began ? before : this.#keep(flight.id, copy, current);
      if (!held.current || now() - held.at > (isRefresh ? ages.freshMs : ages.staleMs)) continue;
      flight.outcome = { state: 'CACHED', copy: held };
      this.#end(flight);
    }
  }

  #ask(flights: readonly Flight<Value>[], owner: object, purpose: Call['purpose']): void {
    for (const some of chunked(flights, this.#options.batchSize)) {
      const batch: Batch<Value> = {
        flights: some,
        clients: new CallClients(some.flatMap(({ clients }) => [...clients])),
        abort: new AbortController(),
        receipt: new Receipt(),
        owner,
        done: Promise.resolve(),
      };
      for (const flight of some) flight.batch = batch;
      batch.done = this.#run(batch, purpose);
    }
  }

  async #run({ flights, clients, abort, receipt }: Batch<Value>, purpose: Call['purpose']): Promise<void> {
    const { now, read, failed, shared, kind, ages, wroteSince } = this.#options;
    const began = now();
    const ids = flights.map(({ id }) => id);
    try {
      const { values, isWhole } = await lastingRead(
        () => flights.map(({ deadline }) => deadline).reduce(later),
        (deadline) => readNoting(read, ids, { signal: abort.signal, purpose, clients, receipt, deadline }),
      );
      const at = now();
      const kept: (Found & { id: string; copy: Copy<Value> })[] = [];
      for (const flight of flights) {
        const { id, mark } = flight;
        const value = values.get(id);
        if (value === undefined) throw new Error('a read left out an id');
        const current = this.#flights.get(id) === flight && wroteSince?.(id, began) !== true;
        const copy = { value, at, began };
        if (!isWhole(id)) {
          flight.outcome = { state: 'PARTIAL', copy };
          this.#noteFailure(id, someUnreadable());
          continue;
        }
        this.#keep(id, copy, current);
        flight.outcome = { state: 'FRESH', copy };
        if (current && mark !== null) kept.push({ id, mark, copy });
      }
      if (kept.length > 0) shared?.put(kind, kept, ages.errorMs);
    } catch (error) {
      // Called off: nobody is left to hear of it.
      const problem = abort.signal.aborted ? null : failed(error);
      for (const flight of flights) {
        flight.outcome = { state: 'FAILED', error, problem };
        if (problem) this.#noteFailure(flight.id, problem);
      }
    }
    for (const flight of flights) this.#end(flight);
  }

  /** An older copy that is there stays as it is, and a moment unasked. */
  #noteFailure(id: string, problem: Problem): void {
    const held = this.#cache?.peek(id);
    if (held) held.failed = { problem, at: this.#options.now() };
  }

  /** Keeps a copy unless a later read's is there, which is then the better answer; of the same instant, unless it answers no more. */
  #keep(id: string, copy: Copy<Value>, current: boolean): Held<Value> {
    const before = this.#cache?.peek(id);
    if (before && (current ? before.began > copy.began : before.began >= copy.began)) return before;
    const held = { ...copy, current, failed: null };
    this.#cache?.set(id, held);
    if (before) this.#options.renewed?.(id, before, copy);
    return held;
  }

  #end(flight: Flight<Value>): void {
    if (this.#flights.get(flight.id) === flight) this.#flights.delete(flight.id);
  }

  /** Calls of this question's own, of which nothing is kept. */
  #apart(ids: readonly string[], call: Call): Arriving<Value> {
    const { batchSize, read, failed, now } = this.#options;
    const outcomes = new Map<string, Outcome<Value>>();
    const readChunk = async (chunk: readonly string[]) => {
      const began = now();
      try {
        const { values, isWhole } = await readNoting(read, chunk, call);
        const at = now();
        for (const [id, value] of values) {
          outcomes.set(id, { state: isWhole(id) ? 'FRESH' : 'PARTIAL', copy: { value, at, began } });
        }
      } catch (error) {
        call.signal?.throwIfAborted();
        const problem = failed(error);
        for (const id of chunk) outcomes.set(id, { state: 'FAILED', error, problem });
      }
    };
    const all = Promise.all(chunked(ids, batchSize).map(readChunk)).then(() => {});
    return { all, outcomeOf: (id) => outcomes.get(id) ?? null };
  }
}

/** The later of two deadlines; undefined, which never comes, where one is. */
function later(a: Deadline | undefined, b: Deadline | undefined): Deadline | undefined {
  return a === undefined || b === undefined ? undefined : a.at < b.at ? b : a;
}

/** Reads, and notes of which entities some could not be read. */
async function readNoting<Value>(
  read: EntityReadsOptions<Value>['read'],
  ids: readonly string[],
  call: Call,
): Promise<{ values: ReadonlyMap<string, Value>; isWhole: (id: string) => boolean }> {
  const unread = new Set<string | null>();
  const values = await read(ids, { ...call, onUnreadable: ({ id }) => unread.add(id) });
  return { values, isWhole: (id) => unread.size === 0 || !(unread.has(id) || unread.has(null)) };
}

/**
 * Reads until the time that is over last. Who comes later may have more of it than the read was begun with: when it fails
 * once that is over, it is begun anew with what is left.
 */
async function lastingRead<Answer>(
  lastDeadline: () => Deadline | undefined,
  read: (deadline: Deadline | undefined) => Promise<Answer>,
): Promise<Answer> {
  for (;;) {
    const deadline = lastDeadline();
    try {
      return await read(deadline);
    } catch (error) {
      if (deadline === undefined || deadline.left() > 0) throw error;
      const next = lastDeadline();
      if (next?.left() === 0) throw error;
    }
  }
}
