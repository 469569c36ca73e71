import type { Call, WriteResult } from '../../../src/domain/ports.ts';
import { ProviderError, type ProblemCode } from '../../../src/domain/problem.ts';
import { isBlamed } from '../errors.ts';
import { lost, notApplied, problemOfWrite } from './outcome.ts';

/** An item of a batch that is told what became of it. */
export interface Settling<Row> {
  settle(this: void, result: WriteResult<Row>): void;
}

/** How records of one kind are created. */
export interface Creation<Row, Item extends Settling<Row>, Stored> {
  /** Sends the items in one request, and says which of them its answer shows. */
  create(items: readonly Item[], call: Call): Promise<ReadonlyMap<Item, Stored>>;
  /** Reads which of the items are there. */
  read(items: readonly Item[], call: Call): Promise<ReadonlyMap<Item, Stored>>;
  /** The result for a record that is there after a success. */
  shown(item: Item, stored: Stored): WriteResult<Row>;
  /** Settles an item that is there although the bulk was refused: written in part, or by somebody else meanwhile. */
  found(item: Item, stored: Stored, call: Call): Promise<void>;
}

/** Refusals of the whole request, before the provider looked at the items: nothing to read back. */
const REFUSED_UNSEEN: ReadonlySet<ProblemCode> = new Set(['UNAUTHENTICATED', 'RATE_LIMITED', 'NOT_OFFERED']);

/**
 * Creates up to 200 records in one bulk (kantata.md#bulk-creates), and settles each item by what is there afterwards.
 */
export async function createInBulk<Row, Item extends Settling<Row>, Stored>(
  kind: Creation<Row, Item, Stored>,
  items: readonly Item[],
  call: Call,
): Promise<void> {
  if (items.length === 0) return;
  if (call.signal?.aborted) {
    const error = new ProviderError('TIMEOUT', 'There was no time left to send this.');
    for (const { settle } of items) settle(lost(error));
    return;
  }
  let created: ReadonlyMap<Item, Stored>;
  try {
    created = await kind.create(items, call);
  } catch (thrown) {
    return settleRefused(kind, items, problemOfWrite(thrown, call), call);
  }
  await settleCreated(kind, items, created, call);
}

/** After a success. The answer is in another order and may show one page only (kantata.md#bulk-creates). */
async function settleCreated<Row, Item extends Settling<Row>, Stored>(
  kind: Creation<Row, Item, Stored>,
  items: readonly Item[],
  created: ReadonlyMap<Item, Stored>,
  call: Call,
): Promise<void> {
  const settleShown = (item: Item, rows: ReadonlyMap<Item, Stored>): boolean => {
    const stored = rows.get(item);
    if (stored !== undefined) item.settle(kind.shown(item, stored));
    return stored !== undefined;
  };
  const hidden = items.filter((item) => !settleShown(item, created));
  if (hidden.length === 0) return;
  const present = await readBack(() => kind.read(hidden, call), call);
  for (const item of hidden) {
    if (present && settleShown(item, present)) continue;
    if (present) item.settle(lost(unconfirmed()));
    else item.settle({ state: 'done', row: null, remoteId: null, warnings: [] });
  }
}

/**
 * After anything but a success. Whether a refused bulk is written in part is not documented (kantata.md#bulk-creates),
 * so what is there decides. `index` is no more than a hint whom to try alone, since nobody has seen it live
 * (kantata.md#errors): an item fails only when it was refused by itself.
 */
async function settleRefused<Row, Item extends Settling<Row>, Stored>(
  kind: Creation<Row, Item, Stored>,
  items: readonly Item[],
  error: ProviderError,
  call: Call,
): Promise<void> {
  const unsent = error.status === null && !error.mayHaveApplied;
  if (unsent || REFUSED_UNSEEN.has(error.code)) {
    for (const { settle } of items) settle(lost(error));
    return;
  }
  const present = await readBack(() => kind.read(items, call), call);
  if (present === null) {
    // Out of a refused bulk any item is safe to try again, since the next run reads first.
    const result = error.mayHaveApplied || items.length === 1 ? lost(error) : notApplied(error, true);
    for (const { settle } of items) settle(result);
    return;
  }
  const suspects: Item[] = [];
  const others: Item[] = [];
  for (const [index, item] of items.entries()) {
    const stored = present.get(item);
    if (stored !== undefined) await kind.found(item, stored, call);
    else (isBlamed(error, index) ? suspects : others).push(item);
  }
  const absent = [...others, ...suspects];
  if (error.mayHaveApplied && error.code !== 'REJECTED') {
    for (const { settle } of absent) settle(notApplied(error));
    return;
  }
  if (items.length === 1 || error.code !== 'REJECTED') {
    for (const { settle } of absent) settle(lost(error));
    return;
  }
  if (suspects.length > 0 && others.length > 0) {
    await createInBulk(kind, others, call);
    for (const suspect of suspects) await createInBulk(kind, [suspect], call);
    return;
  }
  const middle = Math.ceil(absent.length / 2);
  await createInBulk(kind, absent.slice(0, middle), call);
  await createInBulk(kind, absent.slice(middle), call);
}

/** What is there after a write whose answer does not tell; null when that cannot be read either. */
export async function readBack<There>(read: () => Promise<There>, call: Call): Promise<There | null> {
  try {
    return await read();
  } catch (error) {
    problemOfWrite(error, call);
    return null;
  }
}

function unconfirmed(): ProviderError {
  return new ProviderError('OUTCOME_UNKNOWN', 'The provider accepted the write, but does not show it.', {
    mayHaveApplied: true,
  });
}
