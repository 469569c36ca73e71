import { createHash } from 'node:crypto';
import type { Directory } from '../../directory/directory.ts';
import { ownerOf } from '../../domain/access.ts';
import { MAX_ITEMS } from './limits.ts';
import type { TaskEngine } from '../engine/engine.ts';
import type { IdempotencyKey, NewTask, NewTaskItem, Task, TaskKind } from '../task.ts';
import { Complaints, type UserError } from './userErrors.ts';

/** Who asks for a write. */
export interface Writer {
  tenant: string;
  client: string | null;
  issuer?: string | undefined;
}

export interface WriteDependencies {
  directory: Directory;
  engine: Pick<TaskEngine, 'start' | 'replay'>;
}

/** What every write's input carries. */
export interface WriteInput<Item> {
  items: readonly Item[];
  idempotencyKey?: string | null | undefined;
  validateOnly?: boolean | null | undefined;
}

export interface WriteAnswer {
  task: Task | null;
  userErrors: UserError[];
  replayed: boolean;
}

/** Longest idempotency key; longer ones are refused rather than cut. */
const LONGEST_KEY = 255;

/** What is planned to be stored as a task. */
export type Plan = Pick<NewTask, 'kind' | 'items' | 'parentId'>;

/**
 * The way of every write: answer a repetition from its key, check everything, then store the task. Any complaint means no
 * task at all.
 */
export function write<Item>(
  kind: TaskKind,
  input: WriteInput<Item>,
  writer: Writer,
  { directory, engine }: WriteDependencies,
  plan: (items: readonly Item[], directory: Directory, complaints: Complaints) => NewTaskItem[],
): Promise<WriteAnswer> {
  const { items, ...request } = input;
  return startOnce({ ...request, body: [kind, items] }, writer, engine, (complaints) => {
    if (items.length < 1 || items.length > MAX_ITEMS) {
      return complaints.at('items').add('INVALID_COUNT', `Between 1 and ${MAX_ITEMS} items are taken.`);
    }
    return { kind, items: plan(items, directory, complaints.at('items')), parentId: null };
  });
}

/** What a task is started from; `body` is the mutation's name and its input, which a repetition must equal. */
export interface StartRequest {
  body: readonly unknown[];
  idempotencyKey?: string | null | undefined;
  validateOnly?: boolean | null | undefined;
}

/** Stores what is planned as a task, once for each idempotency key; a complaint, or null for a plan, means no task at all. */
export async function startOnce(
  { body, idempotencyKey, validateOnly }: StartRequest,
  writer: Writer,
  engine: WriteDependencies['engine'],
  plan: (complaints: Complaints) => Plan | null | Promise<Plan | null>,
): Promise<WriteAnswer> {
  const { tenant } = writer;
  const client = ownerOf(writer);
  const complaints = new Complaints(['input']);
  const idempotency = claimOf(body, idempotencyKey, complaints);
  if (idempotency && validateOnly !== true) {
    const known = await engine.replay(tenant, client, idempotency);
    if (known?.outcome === 'replayed') return { task: known.task, userErrors: [], replayed: true };
    if (known?.outcome === 'keyReused') return keyReused();
  }
  const planned = await plan(complaints);
  if (planned === null || complaints.all.length > 0 || validateOnly === true) {
    return { task: null, userErrors: complaints.all, replayed: false };
  }
  const started = await engine.start({ tenant, client, ...planned, idempotency });
  if (started.outcome === 'keyReused') return keyReused();
  return { task: started.task, userErrors: [], replayed: started.outcome === 'replayed' };
}

function claimOf(
  body: readonly unknown[],
  idempotencyKey: string | null | undefined,
  complaints: Complaints,
): IdempotencyKey | null {
  if (typeof idempotencyKey !== 'string') return null;
  if (idempotencyKey.trim() === '' || idempotencyKey.length > LONGEST_KEY) {
    return complaints.at('idempotencyKey').add('INVALID', `The key must have 1 to ${LONGEST_KEY} characters.`);
  }
  return { key: idempotencyKey, bodyHash: createHash('sha256').update(canonical(body)).digest('hex') };
}

function keyReused(): WriteAnswer {
  const complaints = new Complaints(['input', 'idempotencyKey']);
  complaints.add('IDEMPOTENCY_KEY_REUSED', 'This idempotency key was used with another input.');
  return { task: null, userErrors: complaints.all, replayed: false };
}

/** JSON with the keys of every object in order and without absent values: equal inputs give equal text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (inner === null) return undefined;
    if (typeof inner !== 'object' || Array.isArray(inner) || inner instanceof Date) return inner;
    return Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
