import type { IdempotencyKey } from '../../task.ts';
import { APPLY, CANCEL } from './changeStatements.ts';
import { BACKLOG, LIST, UNFINISHED, WRITTEN } from './listStatements.ts';
import type { Queryable } from '../embedded/pglitePool.ts';
import { NO_PROGRESS } from '../progress.ts';
import {
  toItem,
  toOpenItem,
  toTask,
  type RawItem,
  type RawOpenItem,
  type RawTask,
  type RawWrittenItem,
} from './rows.ts';
import { BURY, CLAIMED, EXPIRE, FORGET_KEYS, ITEMS, OPEN, START, TASK } from './statements.ts';
import {
  KEY_LIFETIME_MS,
  TASK_RETENTION_MS,
  TOMBSTONE_RETENTION_MS,
  type Claim,
  type TaskStore,
  type TaskToStore,
} from '../store.ts';
import { overtakes, subjectOf, SUPERSEDED } from '../subject.ts';

export interface PostgresStoreOptions {
  /** How long a task is kept once it is finished; seven days where absent. */
  retentionMs?: number | undefined;
}

/** The task store in Postgres, in the schema `gateway`, after `migrate`. */
export function postgresStore(
  database: Queryable,
  { retentionMs = TASK_RETENTION_MS }: PostgresStoreOptions = {},
): TaskStore {
  return {
    async start(task, now) {
      const { rows } = await database.query<RawTask>(START, startParameters(task, now, iso(now + retentionMs)));
      const own = rows.find(({ id }) => id === task.id);
      if (own)
        return {
          outcome: 'started',
          task: toTask(own),
          overtaken: rows.filter(({ id }) => id !== task.id).map(toTask),
        };
      const { tenant, client, idempotency } = task;
      const claim = idempotency && (await lookUp(database, tenant, client, idempotency, now));
      if (!claim) throw new Error('A task was not stored although its idempotency key is free.');
      return claim;
    },

    claimed: (tenant, client, key, now) => lookUp(database, tenant, client, key, now),

    async task(tenant, id) {
      const { rows } = await database.query<RawTask>(TASK, [tenant, id]);
      return rows[0] ? toTask(rows[0]) : null;
    },

    async item(tenant, taskId, position) {
      const { rows } = await database.query<RawItem>(ITEMS, [tenant, taskId, position - 1, position, null, 1]);
      return rows[0] ? toItem(rows[0]) : null;
    },

    async items(tenant, taskId, { states, afterPosition, limit }) {
      const everything = 2 ** 31 - 1;
      const parameters = [tenant, taskId, afterPosition, everything, states, limit];
      const { rows } = await database.query<RawItem>(ITEMS, parameters);
      return rows.map(toItem);
    },

    async open({ taskId, batch }) {
      const { rows } = await database.query<RawOpenItem>(OPEN, [taskId, batch]);
      return rows.map(toOpenItem);
    },

    async apply(taskId, changes, now) {
      const parameters = [taskId, JSON.stringify(changes), iso(now), iso(now + retentionMs)];
      const { rows } = await database.query<RawTask & { changed: number[] }>(APPLY, parameters);
      return rows[0] ? { task: toTask(rows[0]), changed: rows[0].changed } : null;
    },

    async cancel(tenant, id, now) {
      const parameters = [tenant, id, iso(now), iso(now + retentionMs)];
      const { rows } = await database.query<RawTask & { changed: boolean }>(CANCEL, parameters);
      return rows[0] ? { task: toTask(rows[0]), changed: rows[0].changed } : null;
    },

    async list(tenant, { kinds, states, integrations, createdSince }, { after, limit }) {
      const since = createdSince === undefined ? null : iso(createdSince);
      const before = after === null ? null : numbersOf(after, 1)[0];
      const parameters = [tenant, kinds ?? null, states ?? null, integrations ?? null, since, before, limit];
      const { rows } = await database.query<(RawTask | { id: null }) & { matches: number }>(LIST, parameters);
      const tasks = rows.flatMap((row) => (row.id === null ? [] : [{ task: toTask(row), cursor: row.accepted }]));
      return { tasks, total: rows[0]?.matches ?? 0 };
    },

    async unfinished({ after, limit }) {
      const from = after === null ? ['0', '-1'] : numbersOf(after, 2);
      const { rows } = await database.query<{ accepted: string; id: string; batch: number }>(UNFINISHED, [
        ...from,
        limit + 1,
      ]);
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      return {
        batches: page.map(({ id, batch }) => ({ taskId: id, batch })),
        next: last && rows.length > limit ? `${last.accepted}:${last.batch}` : null,
      };
    },

    async backlog() {
      const { rows } = await database.query<{ open: number; oldest_at: Date | null }>(BACKLOG, []);
      return { open: rows[0]?.open ?? 0, oldestAt: rows[0]?.oldest_at?.getTime() ?? null };
    },

    async written(from, limit) {
      const after = 'after' in from ? from.after : null;
      const since = 'since' in from ? iso(from.since) : '-infinity';
      const parameters = [...(after === null ? ['0', '-1'] : numbersOf(after, 2)), since, limit];
      const { rows } = await database.query<RawWrittenItem>(WRITTEN, parameters);
      const last = rows.at(-1);
      return {
        events: rows.map((row) => ({ tenant: row.tenant, at: row.written_at.getTime(), item: toItem(row) })),
        cursor: last ? `${last.written}:${last.position}` : after,
      };
    },

    async expire(now) {
      await database.query(BURY, [iso(now - TOMBSTONE_RETENTION_MS)]);
      await database.query(FORGET_KEYS, [iso(now - KEY_LIFETIME_MS)]);
      const { rows } = await database.query<RawTask>(EXPIRE, [iso(now)]);
      return rows.map(toTask);
    },
  };
}

async function lookUp(
  database: Queryable,
  tenant: string,
  client: string | null,
  { key, bodyHash }: IdempotencyKey,
  now: number,
): Promise<Claim | null> {
  const parameters = [tenant, client, key, iso(now - KEY_LIFETIME_MS)];
  const { rows } = await database.query<RawTask & { body_hash: string }>(CLAIMED, parameters);
  const [row] = rows;
  if (!row) return null;
  return row.body_hash === bodyHash ? { outcome: 'replayed', task: toTask(row) } : { outcome: 'keyReused' };
}

function startParameters(task: TaskToStore, now: number, expiresAt: string): unknown[] {
  const items = task.items.map((item, position) => ({
    ...item,
    position,
    batch: task.batches[position] ?? position,
    subject: subjectOf(task.tenant, item.integration, item.work),
    progress: NO_PROGRESS,
  }));
  const overtaken = items.flatMap((item) => (item.subject !== null && overtakes(item.work) ? [item.subject] : []));
  return [
    task.id,
    task.tenant,
    task.client,
    task.kind,
    iso(now),
    expiresAt,
    task.idempotency?.key ?? null,
    task.idempotency?.bodyHash ?? null,
    iso(now - KEY_LIFETIME_MS),
    JSON.stringify(items),
    overtaken,
    JSON.stringify(SUPERSEDED),
    expiresAt,
    [...new Set(items.map(({ integration }) => integration))],
    task.parentId,
  ];
}

/** The numbers of a cursor, as text because some exceed what a number holds. Throws RangeError on what is none. */
function numbersOf(cursor: string, count: number): string[] {
  const numbers = cursor.split(':');
  if (numbers.length !== count || !numbers.every((number) => /^\d{1,18}$/.test(number))) {
    throw new RangeError('This is no cursor of the task store.');
  }
  return numbers;
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
