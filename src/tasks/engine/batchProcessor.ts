import { chunked } from '../../lib/chunk.ts';
import { CallClients } from '../../domain/callClients.ts';
import type { Call, Ports } from '../../domain/ports.ts';
import { ProviderError, problemOf } from '../../domain/problem.ts';
import { isFinalItem, isFinalTask } from '../stateMachine.ts';
import type { ItemChange, OpenItem, TaskStore } from '../store/store.ts';
import type { Task } from '../task.ts';
import type { Log } from '../../lib/log.ts';
import { heldRatings, isBareTag } from './heldRatings.ts';
import type { Hold } from './lease.ts';
import { OutgoingItems } from './outgoing.ts';
import type { QueuedBatch } from './queue.ts';
import { changed, followDelay, LONGEST_PENDING_MS, lostSight, notSent, settled, stopped } from './itemTransitions.ts';
import type { TaskTraces } from './traces.ts';
import { writerOf, type ItemResult, type Writer } from './writePortAdapter.ts';

export interface BatchWork {
  store: TaskStore;
  ports(tenant: string, integration: string): Ports | null;
  publish(task: Task): void;
  /** Called after items that SUCCEEDED were stored. */
  written(): void;
  now(): number;
  random(): number;
  log: Log;
  traces?: TaskTraces | undefined;
}

/** Pause before looking again whether an earlier write of the same rating is over. */
const BLOCKED_MS = 500;
/** A replica that reloads its configuration may hear of a tenant or an integration later than the one that took the task. */
const UNHEARD_MS = 60_000;
/** Pause before looking again whether it has. */
const HEARING_MS = 1000;
/** Pause before looking again at an item that changed under our hands, or was not sent because it might have. */
const RACED_MS = 1000;

/**
 * One visit to a batch: sends what is due, follows what the provider works on, stores what became of it.
 * Answers when to come again (milliseconds since the epoch); null when every item is final.
 * Throws the signal's reason when the hold is lost or given up, leaving what was sent as a crash would, and whatever the
 * store throws.
 */
export async function runBatch(batch: QueuedBatch, work: BatchWork, hold: Hold): Promise<number | null> {
  const items = await work.store.open(batch);
  const [first] = items;
  if (!first) return null;
  const ports = work.ports(first.tenant, first.integration);
  if (!ports && (await isUnheard(items, first, work))) return work.now() + HEARING_MS;
  const writer = writerOf(ports, first.work.operation);
  const visit = new Visit(batch, work, hold);
  if (!ports || !writer) await visit.refuse(items);
  else await visit.run(items, ports, writer);
  return visit.next;
}

/** Whether nobody has begun with a batch of a task that is young. */
async function isUnheard(
  items: readonly OpenItem[],
  { tenant, taskId }: OpenItem,
  { store, now }: BatchWork,
): Promise<boolean> {
  if (items.some(({ attempts }) => attempts > 0)) return false;
  const task = await store.task(tenant, taskId);
  return task !== null && now() - Date.parse(task.createdAt) < UNHEARD_MS;
}

class Visit {
  /** When each unfinished item is due, by position. */
  readonly #due = new Map<number, number>();
  readonly #batch: QueuedBatch;
  readonly #work: BatchWork;
  readonly #hold: Hold;
  readonly #call: Call;

  constructor(batch: QueuedBatch, work: BatchWork, hold: Hold) {
    this.#batch = batch;
    this.#work = work;
    this.#hold = hold;
    // Tasks take turns with one another, so that one of a thousand items does not hold up one of a single item.
    this.#call = { signal: hold.signal, purpose: 'task', clients: new CallClients([batch.taskId]) };
  }

  get next(): number | null {
    return this.#due.size === 0 ? null : Math.min(...this.#due.values());
  }

  async refuse(items: readonly OpenItem[]): Promise<void> {
    const error = new ProviderError('NOT_OFFERED', 'The integration does not take this kind of write.');
    const failed = { state: 'FAILED', inFlight: false, problem: error.toProblem() } as const;
    await this.#save(
      items,
      items.map((item) => (item.inFlight || item.progress.uncertain ? lostSight(item, error) : changed(item, failed))),
    );
  }

  async run(items: readonly OpenItem[], ports: Ports, writer: Writer): Promise<void> {
    const now = this.#work.now();
    const [sends, follows, ends]: [OpenItem[], OpenItem[], ItemChange[]] = [[], [], []];
    for (const item of items) {
      const { dueAt } = item.progress;
      // Asked to stop between being sent and waiting for another try.
      if (item.cancelling && !item.inFlight) ends.push(stopped(item));
      else if (item.blocked) this.#comeAgain(item, now + BLOCKED_MS);
      else if (dueAt !== null && dueAt > now) this.#comeAgain(item, dueAt);
      else if (item.inFlight && item.providerTaskId !== null) follows.push(item);
      else if (item.inFlight && (writer.repeat === 'never' || item.cancelling)) ends.push(lostSight(item, null));
      else sends.push(item);
    }
    await this.#save(items, ends);
    await this.#traced([...follows, ...sends], async () => {
      // Both to their end, so that nothing is under way when the job is handed back.
      const outcomes = await Promise.allSettled([this.#follow(follows, writer), this.#send(sends, ports, writer)]);
      const failure = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failure) throw failure.reason;
    });
  }

  /** Asks a provider in the trace of whoever asked for the task. A visit that finds nothing due leaves no trace. */
  async #traced(items: readonly OpenItem[], ask: () => Promise<void>): Promise<void> {
    const [first] = items;
    if (!first) return;
    const { traces } = this.#work;
    const { taskId, trace = null } = this.#batch;
    const { integration, work } = first;
    const facts = { taskId, integration, operation: work.operation, items: items.length };
    await (traces ? traces.visit(trace, facts, ask) : ask());
  }

  async #send(items: readonly OpenItem[], ports: Ports, writer: Writer): Promise<void> {
    const toSend = await this.#leaveOutHeld(items, ports, writer);
    for (const chunk of chunked(toSend, writer.batchSize)) await this.#write(chunk, writer);
  }

  /** Reads before bare tags; answers the items that have to be sent. */
  async #leaveOutHeld(items: readonly OpenItem[], ports: Ports, writer: Writer): Promise<readonly OpenItem[]> {
    if (!items.some((item) => isBareTag(item.work))) return items;
    try {
      const rows = await heldRatings(
        items.map((item) => item.work),
        ports,
        this.#call,
      );
      const changes = items.flatMap((item, index) => {
        const row = rows[index];
        if (!row) return [];
        // Sent before, and the answer lost: then it is ours that is there.
        const state = item.attempts > 0 ? 'done' : 'skipped';
        const result: ItemResult = { state, outcome: { kind: 'rating', row }, warnings: [] };
        return [settled(item, result, this.#circumstances(writer))];
      });
      await this.#save(items, changes);
      return items.filter((_, index) => !rows[index]);
    } catch (error) {
      const read = this.#providerError(error);
      const bare = items.filter((item) => isBareTag(item.work));
      await this.#save(
        bare,
        bare.map((item) => notSent(item, read, this.#circumstances(writer))),
      );
      return items.filter((item) => !isBareTag(item.work));
    }
  }

  /** Has a port send items, and stores what became of each. What the gateway itself held back is put back as it was. */
  async #write(items: readonly OpenItem[], writer: Writer): Promise<void> {
    const outgoing = new OutgoingItems(items, {
      hold: this.#hold,
      save: (some, changes) => this.#save(some, changes),
    });
    const call = { ...this.#call, sending: outgoing.sending };
    let results: readonly ItemResult[];
    try {
      const works = items.map((item) => item.work);
      results = await writer.run(works, call);
    } catch (error) {
      if (this.#isOwnAbort(error)) {
        await this.#save(items, items.map((_, index) => outgoing.putBack(index)).filter(isChange));
        throw error;
      }
      const problem = this.#providerError(error);
      // The port's word is that nothing was sent. What is no word of a port says nothing.
      const sent = error instanceof ProviderError ? error.mayHaveApplied : writer.repeat === 'never';
      results = items.map(() => ({ state: sent ? 'unknown' : 'failed', error: problem }));
    }
    const changes = items.map((item, index) => {
      const result = results[index] ?? unanswered();
      const isOpen = result.state === 'failed' || result.state === 'unknown';
      if (isOpen && outgoing.isHeldBack(index)) return this.#heldBack(item, outgoing.putBack(index));
      // Nothing left with it: that is known, whatever the port makes of it.
      const known = isOpen && outgoing.sent(index) === 0 ? ({ ...result, state: 'failed' } as const) : result;
      return settled(outgoing.after(index, item), known, this.#circumstances(writer));
    });
    await this.#save(items, changes.filter(isChange));
    outgoing.check();
  }

  #heldBack(item: OpenItem, putBack: ItemChange | null): ItemChange | null {
    this.#comeAgain(item, this.#work.now() + RACED_MS);
    return putBack;
  }

  async #follow(items: readonly OpenItem[], writer: Writer): Promise<void> {
    const byTask = new Map<string | null, OpenItem[]>();
    for (const item of items) byTask.set(item.providerTaskId, [...(byTask.get(item.providerTaskId) ?? []), item]);
    const changes = await Promise.all([...byTask].map(([id, group]) => this.#followGroup(id, group, writer)));
    await this.#save(
      items,
      changes.flat().filter((change) => change !== null),
    );
  }

  /** Items under one task of the provider: asked for in one call where the port can, else each by itself. */
  async #followGroup(
    id: string | null,
    items: readonly OpenItem[],
    { follow, followMany, ...writer }: Writer,
  ): Promise<(ItemChange | null)[]> {
    if (!follow || id === null) return items.map((item) => lostSight(item, null));
    const works = items.map((item) => item.work);
    if (followMany && items.length > 1) return this.#followed(items, writer, () => followMany(id, works, this.#call));
    const each = items.map((item) =>
      this.#followed([item], writer, async () => [await follow(id, item.work, this.#call)]),
    );
    return (await Promise.all(each)).flat();
  }

  async #followed(
    items: readonly OpenItem[],
    writer: Pick<Writer, 'repeat'>,
    ask: () => Promise<ItemResult[]>,
  ): Promise<(ItemChange | null)[]> {
    try {
      const results = await ask();
      return items.map((item, index) => {
        const result = results[index] ?? unanswered();
        if (result.state === 'accepted') return this.#stillPending(item, null);
        return settled(item, result, this.#circumstances(writer));
      });
    } catch (thrown) {
      const error = this.#providerError(thrown);
      return items.map((item) =>
        error.code === 'NOT_FOUND' ? this.#forgotten(item, error, writer) : this.#stillPending(item, error),
      );
    }
  }

  /** The provider has forgotten its task: once more, where that is harmless. */
  #forgotten(item: OpenItem, error: ProviderError, { repeat }: Pick<Writer, 'repeat'>): ItemChange {
    if (item.progress.resubmitted || repeat === 'never' || item.cancelling) return lostSight(item, error);
    const progress = { ...item.progress, resubmitted: true, acceptedAt: null, uncertain: true };
    return changed(item, { inFlight: false, providerTaskId: null, progress });
  }

  /** Whatever hinders asking, the provider may be done with it: go on asking for as long as it may take. */
  #stillPending(item: OpenItem, error: ProviderError | null): ItemChange | null {
    const now = this.#work.now();
    const acceptedAt = item.progress.acceptedAt ?? now;
    if (now - acceptedAt >= LONGEST_PENDING_MS) return lostSight(item, error);
    this.#comeAgain(item, now + Math.max(followDelay(acceptedAt, now), (error?.retryAfterSeconds ?? 0) * 1000));
    return error?.code === item.problem?.code ? null : changed(item, { problem: error?.toProblem() ?? null });
  }

  /** Stores, then publishes; answers the items that changed, as they are now. */
  async #save(items: readonly OpenItem[], changes: readonly ItemChange[]): Promise<OpenItem[]> {
    if (changes.length === 0) return [];
    const now = this.#work.now();
    const stored = await this.#work.store.apply(this.#batch.taskId, changes, now);
    if (stored) this.#work.publish(stored.task);
    const positions = new Set(stored?.changed);
    const byPosition = new Map(items.map((item) => [item.position, item]));
    // Asked to stop while it was under way: what would wait for another try is ended by now, or by the next visit, at once.
    const stopping = stored !== null && (stored.task.state === 'CANCELLING' || isFinalTask(stored.task.state));
    const saved = changes.flatMap((change) => {
      const before = byPosition.get(change.position);
      if (!before) return [];
      if (!positions.has(change.position)) {
        this.#comeAgain(before, now + RACED_MS);
        return [];
      }
      const item: OpenItem = { ...before, ...change, version: change.version + 1 };
      if (isFinalItem(item.state)) this.#due.delete(item.position);
      else this.#comeAgain(item, stopping && !item.inFlight ? now : nextVisit(item, now));
      return [item];
    });
    if (saved.some(({ state }) => state === 'SUCCEEDED' || state === 'OUTCOME_UNKNOWN')) this.#work.written();
    return saved;
  }

  /** Never earlier than something else has said of the item. */
  #comeAgain({ position }: OpenItem, at: number): void {
    this.#due.set(position, Math.max(at, this.#due.get(position) ?? at));
  }

  #circumstances({ repeat }: Pick<Writer, 'repeat'>) {
    return { now: this.#work.now(), repeat, random: this.#work.random() };
  }

  #isOwnAbort(error: unknown): boolean {
    return this.#hold.signal.aborted && !(error instanceof ProviderError);
  }

  /** What a port threw; throws on when that was our own abort. */
  #providerError(error: unknown): ProviderError {
    if (error instanceof ProviderError) return error;
    if (this.#isOwnAbort(error)) throw error;
    this.#work.log.error(
      { err: error, taskId: this.#batch.taskId },
      'A port threw something that is no ProviderError.',
    );
    const { code, message } = problemOf(error);
    return new ProviderError(code, message, { cause: error });
  }
}

function nextVisit(item: OpenItem, now: number): number {
  const { dueAt, acceptedAt } = item.progress;
  return item.providerTaskId !== null && acceptedAt !== null ? now + followDelay(acceptedAt, now) : (dueAt ?? now);
}

function isChange(change: ItemChange | null): change is ItemChange {
  return change !== null;
}

function unanswered(): ItemResult {
  return { state: 'unknown', error: new ProviderError('UNREADABLE', 'The provider gave no result for this item.') };
}
