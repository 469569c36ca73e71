import type { Queryable } from '../embedded/pglitePool.ts';
import { CLAIM, DELIVERED, FAILED, LIST, NEXT_DUE, RECEIVERS, REDELIVER } from './statements.ts';
import type { Delivery, WebhookStore } from './outboxStore.ts';

interface RawDelivery {
  receiver: string;
  task_id: string;
  /** A bigint, as text. */
  came: string;
  tenant: string;
  revision: number;
  state: Delivery['state'];
  attempts: number;
  due_at: Date;
  since: Date;
  tried_at: Date | null;
  problem: string | null;
  status: number | null;
}

/** The outbox in Postgres, in the schema `gateway`, after its migrations: a trigger on the tasks fills it. */
export function postgresWebhookStore(database: Queryable): WebhookStore {
  return {
    async receivers(names) {
      await database.query(RECEIVERS, [names]);
    },

    async claim(now, leaseMs, limit, receiver) {
      const parameters = [iso(now), iso(now + leaseMs), limit, receiver ?? null];
      const { rows } = await database.query<RawDelivery>(CLAIM, parameters);
      return rows.map(toDelivery);
    },

    async delivered(receiver, taskId, revision, now) {
      await database.query(DELIVERED, [receiver, taskId, revision, iso(now)]);
    },

    async failed(receiver, taskId, { revision, dueAt, problem, status }, now) {
      const due = dueAt === null ? null : iso(dueAt);
      await database.query(FAILED, [receiver, taskId, revision, due, iso(now), problem, status]);
    },

    async nextDue() {
      const { rows } = await database.query<{ due_at: Date | null }>(NEXT_DUE);
      return rows[0]?.due_at?.getTime() ?? null;
    },

    async list(tenant, states, { after, limit }) {
      if (after !== null && !/^\d{1,18}$/.test(after)) throw new RangeError('This is no cursor of the deliveries.');
      const parameters = [tenant, states, after, limit];
      const { rows } = await database.query<(RawDelivery | { came: null }) & { total: number }>(LIST, parameters);
      return {
        deliveries: rows.flatMap((row) => (row.came === null ? [] : [{ delivery: toDelivery(row), cursor: row.came }])),
        total: rows[0]?.total ?? 0,
      };
    },

    async redeliver(tenant, receiver, taskId, now) {
      const { rows } = await database.query<RawDelivery>(REDELIVER, [tenant, receiver, taskId, iso(now)]);
      return rows[0] ? toDelivery(rows[0]) : null;
    },
  };
}

function toDelivery(raw: RawDelivery): Delivery {
  return {
    receiver: raw.receiver,
    tenant: raw.tenant,
    taskId: raw.task_id,
    revision: raw.revision,
    state: raw.state,
    attempts: raw.attempts,
    dueAt: raw.due_at.getTime(),
    since: raw.since.getTime(),
    triedAt: raw.tried_at?.getTime() ?? null,
    problem: raw.problem,
    status: raw.status,
  };
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
