import { ProviderError } from '../../domain/problem.ts';
import type { IdempotencyKey } from '../task.ts';
import type { Queryable } from './pglitePool.ts';
import { toItem, toOpenItem, toTask, type RawItem, type RawOpenItem, type RawTask } from './rows.ts';
import { APPLY, BURY, CLAIMED, EXPIRE, FORGET_KEYS, ITEMS, OPEN, START, TASK, UNFINISHED } from './statements.ts';
import {
  KEY_LIFETIME_MS,
  TASK_RETENTION_MS,
  TOMBSTONE_RETENTION_MS,
  type Claim,
  type ItemProgress,
  type TaskStore,
  type TaskToStore,
} from './store.ts';
import { overtakes, subjectOf } from './subject.ts';

const SUPERSEDED = new ProviderError('SUPERSEDED', 'A later write of the same rating overtook this one.').toProblem();

const NO_PROGRESS: ItemProgress = { tries: 0, dueAt: null, acceptedAt: null, resubmitted: false };

/** The task store in Postgres, in the schema `gateway`, after `migrate`. */
export function postgresStore(database: Queryable): TaskStore {
  return {
    async start(task, now) {
      const { rows } = await database.query<RawTask>(START, startParameters(task, now));
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
      const parameters = [taskId, JSON.stringify(changes), iso(now), iso(now + TASK_RETENTION_MS)];
      const { rows } = await database.query<RawTask & { changed: number[] }>(APPLY, parameters);
      return rows[0] ? { task: toTask(rows[0]), changed: rows[0].changed } : null;
    },

    async unfinished() {
      const { rows } = await database.query<{ task_id: string; batch: number }>(UNFINISHED);
      return rows.map((row) => ({ taskId: row.task_id, batch: row.batch }));
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

function startParameters(task: TaskToStore, now: number): unknown[] {
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
    iso(now + TASK_RETENTION_MS),
    task.idempotency?.key ?? null,
    task.idempotency?.bodyHash ?? null,
    iso(now - KEY_LIFETIME_MS),
    JSON.stringify(items),
    overtaken,
    JSON.stringify(SUPERSEDED),
    iso(now + TASK_RETENTION_MS),
  ];
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
