import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { REDIS_PREFIX } from '../../../redis/redis.ts';
import { WRITE_KINDS } from '../../../domain/operations.ts';
import { TASK_STATES, type IdempotencyKey, type TaskFilter } from '../../task.ts';
import { NO_PROGRESS } from '../progress.ts';
import { APPLY, CANCEL, START } from './writeScripts.ts';
import { BURY, EXPIRE, TRIM } from './expiryScripts.ts';
import { BACKLOG, CLAIMED, FILTERED, ITEMS, LIST, OPEN, TASK, UNFINISHED, WRITTEN } from './readScripts.ts';
import {
  toItem,
  toOpenItem,
  toSequencedTask,
  toTask,
  valuesText,
  workText,
  type RawItem,
  type RawOpenItem,
} from './rows.ts';
import {
  KEY_LIFETIME_MS,
  TASK_RETENTION_MS,
  TOMBSTONE_RETENTION_MS,
  type ItemChange,
  type StoreStartResult,
  type TaskStore,
  type TaskToStore,
} from '../store.ts';
import { overtakes, subjectOf, SUPERSEDED } from '../subject.ts';

export interface RedisStoreOptions {
  /** Before all keys and channels, with a hash tag. */
  prefix?: string;
  /** How long a finished task keeps its items. */
  retentionMs?: number;
}

/** Tasks that one script expires or buries: some milliseconds, in which the server does nothing else. */
const EXPIRY_PAGE = 200;
/** How long it is remembered that an item was written. */
const WRITTEN_MS = 86_400_000;

/**
 * The task store in Redis 6.2 or newer. Each method is one script. A script that changes a task also announces it
 * (channels.ts) and notes it for the receivers of webhooks. It may be sent twice, when a connection breaks.
 */
export function redisStore(
  redis: Redis,
  { prefix = REDIS_PREFIX, retentionMs = TASK_RETENTION_MS }: RedisStoreOptions = {},
): TaskStore {
  return {
    async start(task, now) {
      const answer = await START(redis, prefix, startArguments(task, now, retentionMs));
      return toStartResult(answer as StartAnswer);
    },

    async claimed(tenant, client, key, now) {
      const answer = await CLAIMED(redis, prefix, [keyName(tenant, client, key), now - KEY_LIFETIME_MS]);
      if (answer === null) return null;
      const [bodyHash, text] = answer as [string, string];
      return bodyHash === key.bodyHash ? { outcome: 'replayed', task: toTask(text) } : { outcome: 'keyReused' };
    },

    async task(tenant, id) {
      const text = (await TASK(redis, prefix, [tenant, id])) as string | null;
      return text === null ? null : toTask(text);
    },

    async item(tenant, taskId, position) {
      const rows = await ITEMS(redis, prefix, [tenant, taskId, position - 1, 1, '']);
      const [row] = rows as RawItem[];
      return row ? toItem(taskId, row) : null;
    },

    async items(tenant, taskId, { states, afterPosition, limit }) {
      const wanted = states === null ? '' : ` ${states.join(' ')} `;
      const rows = await ITEMS(redis, prefix, [tenant, taskId, afterPosition, limit, wanted]);
      return (rows as RawItem[]).map((row) => toItem(taskId, row));
    },

    async open({ taskId, batch }) {
      const answer = (await OPEN(redis, prefix, [taskId, batch])) as [string, number, ...RawOpenItem[]] | null;
      if (answer === null) return [];
      const [tenant, asked, ...rows] = answer;
      return rows.map((row) => toOpenItem({ taskId, tenant, cancelRequested: asked === 1 }, row));
    },

    async apply(taskId, changes, now) {
      const token = randomBytes(6).toString('base64url');
      const own = [taskId, now, now + retentionMs, token];
      const inOrder = changes.toSorted((a, b) => a.position - b.position);
      const answer = await APPLY(redis, prefix, [...own, ...inOrder.flatMap(changeArguments)]);
      if (answer === null) return null;
      const [text, changed] = answer as [string, number[]];
      return { task: toTask(text), changed };
    },

    async cancel(tenant, id, now) {
      const answer = await CANCEL(redis, prefix, [tenant, id, now, now + retentionMs]);
      if (answer === null) return null;
      const [text, changed] = answer as [string, number];
      return { task: toTask(text), changed: changed === 1 };
    },

    async list(tenant, filter, { after, limit }) {
      const page = [tenant, after ?? '', limit];
      const conditions = conditionsOf(filter);
      const answer = conditions
        ? await FILTERED(redis, prefix, [...page, filter.createdSince ?? '', JSON.stringify(conditions)])
        : await LIST(redis, prefix, page);
      const [total, ...texts] = answer as [number, ...string[]];
      const tasks = texts.map((text) => {
        const { task, sequence } = toSequencedTask(text);
        return { task, cursor: sequence };
      });
      return { tasks, total };
    },

    async unfinished({ after, limit }) {
      const from = after === null ? '-inf' : `(${after}`;
      const flat = (await UNFINISHED(redis, prefix, [from, limit + 1])) as string[];
      const found = Array.from({ length: flat.length / 2 }, (_, index) => {
        const [name = '', score = ''] = flat.slice(2 * index, 2 * index + 2);
        const dot = name.lastIndexOf('.');
        return { batch: { taskId: name.slice(0, dot), batch: Number(name.slice(dot + 1)) }, score };
      });
      const page = found.slice(0, limit);
      const next = found.length > limit ? (page.at(-1)?.score ?? null) : null;
      return { batches: page.map(({ batch }) => batch), next };
    },

    async backlog() {
      // A nil ends a list: nothing stands for no time.
      const [open, oldestAt = null] = (await BACKLOG(redis, prefix, [])) as [number, (string | null)?];
      return { open, oldestAt: oldestAt === null ? null : Number(oldestAt) };
    },

    async written(from, limit) {
      const [start, since] = 'after' in from ? [`(${from.after}`, 0] : [`${Math.max(0, from.since)}-0`, from.since];
      const answer = await WRITTEN(redis, prefix, [start, limit, since]);
      const [last, ...rows] = answer as [string | null, ...[string, string, string, RawItem][]];
      const events = rows.map(([tenant, at, taskId, row]) => ({ tenant, at: Number(at), item: toItem(taskId, row) }));
      return { events, cursor: last ?? ('after' in from ? from.after : null) };
    },

    async expire(now) {
      const buryUpTo = now - TOMBSTONE_RETENTION_MS;
      while ((await BURY(redis, prefix, [buryUpTo, EXPIRY_PAGE])) === EXPIRY_PAGE);
      await TRIM(redis, prefix, [`${Math.max(0, now - WRITTEN_MS)}-0`]);
      const expired: string[] = [];
      for (;;) {
        const texts = (await EXPIRE(redis, prefix, [now, EXPIRY_PAGE])) as string[];
        expired.push(...texts);
        if (texts.length < EXPIRY_PAGE) return expired.map(toTask);
      }
    },
  };
}

type StartAnswer = ['started' | 'replayed', string, ...string[]] | ['keyReused'];

function toStartResult(answer: StartAnswer): StoreStartResult {
  if (answer[0] === 'keyReused') return { outcome: 'keyReused' };
  const [outcome, text, ...overtaken] = answer;
  const task = toTask(text);
  return outcome === 'started' ? { outcome, task, overtaken: overtaken.map(toTask) } : { outcome, task };
}

function startArguments(task: TaskToStore, now: number, retentionMs: number): (string | number)[] {
  const { id, tenant, client, kind, parentId, idempotency, items } = task;
  const batchOf = (position: number) => task.batches[position] ?? position;
  const batches = new Map<number, number[]>();
  for (const position of items.keys()) {
    const name = batchOf(position);
    batches.set(name, [...(batches.get(name) ?? []), position]);
  }
  const head = {
    id,
    tenant,
    client: client ?? undefined,
    kind,
    parentId: parentId ?? undefined,
    key: idempotency ? keyName(tenant, client, idempotency) : undefined,
    bodyHash: idempotency?.bodyHash,
    // As text: kept as it is.
    integrations: JSON.stringify([...new Set(items.map(({ integration }) => integration))].toSorted()),
    batches: [...batches].map(([name, positions]) => ({
      name: String(name),
      positions: positions.join(','),
      size: String(positions.length),
      first: positions[0],
    })),
  };
  return [
    JSON.stringify(head),
    now,
    now + retentionMs,
    JSON.stringify(SUPERSEDED),
    now - KEY_LIFETIME_MS,
    KEY_LIFETIME_MS,
    ...items.flatMap((item, position) => [
      workText(item),
      valuesText({ ...NEW_VALUES, warnings: item.warnings }),
      `${batchOf(position)} ${subjectOf(tenant, item.integration, item.work) ?? ''}`,
      overtakes(item.work) ? 1 : 0,
    ]),
  ];
}

const NEW_VALUES = { attempts: 0, providerTaskId: null, outcome: null, progress: NO_PROGRESS };

function changeArguments(change: ItemChange): (string | number)[] {
  const { position, version, state, inFlight, progress, problem } = change;
  return [
    position,
    version,
    state,
    inFlight ? 1 : 0,
    progress.uncertain ? 1 : 0,
    valuesText(change),
    problem === null ? '' : JSON.stringify(problem),
  ];
}

/** What FILTERED is asked; null where everything fits. */
function conditionsOf({ states, kinds, integrations, createdSince }: TaskFilter): object | null {
  if ((states ?? kinds ?? integrations ?? createdSince) === undefined) return null;
  return {
    kinds: [...new Set(kinds ?? WRITE_KINDS)],
    states: [...new Set(states ?? TASK_STATES)],
    integrations: integrations ?? undefined,
  };
}

function keyName(tenant: string, client: string | null, { key }: Pick<IdempotencyKey, 'key'>): string {
  return JSON.stringify([tenant, client ?? '', key]);
}
