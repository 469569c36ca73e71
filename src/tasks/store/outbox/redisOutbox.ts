import type { Redis } from 'ioredis';
import { REDIS_PREFIX } from '../../../redis/redis.ts';
import { CLAIM, DELIVERED, DROP, FAILED, LIST, NEXT_DUE, RECEIVERS, REDELIVER } from './redisScripts.ts';
import type { Delivery, WebhookStore } from './outboxStore.ts';

/** A delivery's hash as JSON; numbers are text, and null is absent. */
interface RawDelivery {
  receiver: string;
  tenant: string;
  taskId: string;
  sequence: string;
  revision: string;
  state: Delivery['state'];
  attempts: string;
  dueAt: string;
  since: string;
  triedAt?: string;
  problem?: string;
  status?: string;
}

/** Deliveries that one script drops: some milliseconds, in which the server does nothing else. */
const DROP_PAGE = 500;

/** The outbox of webhooks in Redis, next to the tasks of `redisStore` with the same prefix, whose scripts fill it. */
export function redisWebhookStore(redis: Redis, prefix = REDIS_PREFIX): WebhookStore {
  return {
    async receivers(names) {
      await RECEIVERS(redis, prefix, names);
      while ((await DROP(redis, prefix, [DROP_PAGE])) === DROP_PAGE);
    },

    async claim(now, leaseMs, limit, receiver) {
      const texts = await CLAIM(redis, prefix, [now, now + leaseMs, limit, receiver ?? '']);
      return (texts as string[]).map((text) => toDelivery(text).delivery);
    },

    async delivered(receiver, taskId, revision, now) {
      await DELIVERED(redis, prefix, [memberOf(receiver, taskId), revision, now]);
    },

    async failed(receiver, taskId, { revision, dueAt, problem, status }, now) {
      const member = memberOf(receiver, taskId);
      await FAILED(redis, prefix, [member, revision, now, dueAt ?? '', problem, status ?? '']);
    },

    async nextDue() {
      const at = (await NEXT_DUE(redis, prefix, [])) as string | null;
      return at === null ? null : Number(at);
    },

    async list(tenant, states, { after, limit }) {
      const wanted = new Set(states ?? (['PENDING', 'DEAD'] as const));
      const [state] = wanted;
      if (state === undefined) return { deliveries: [], total: 0 };
      const answer = await LIST(redis, prefix, [tenant, wanted.size === 1 ? state : '', after ?? '', limit]);
      const [total, ...texts] = answer as [number, ...string[]];
      return { deliveries: texts.map(toDelivery), total };
    },

    async redeliver(tenant, receiver, taskId, now) {
      const text = (await REDELIVER(redis, prefix, [memberOf(receiver, taskId), tenant, now])) as string | null;
      return text === null ? null : toDelivery(text).delivery;
    },
  };
}

/** As the scripts name a delivery. */
function memberOf(receiver: string, taskId: string): string {
  return `${taskId} ${receiver}`;
}

function toDelivery(text: string): { delivery: Delivery; cursor: string } {
  const raw = JSON.parse(text) as RawDelivery;
  const delivery: Delivery = {
    receiver: raw.receiver,
    tenant: raw.tenant,
    taskId: raw.taskId,
    revision: Number(raw.revision),
    state: raw.state,
    attempts: Number(raw.attempts),
    dueAt: Number(raw.dueAt),
    since: Number(raw.since),
    triedAt: raw.triedAt === undefined ? null : Number(raw.triedAt),
    problem: raw.problem ?? null,
    status: raw.status === undefined ? null : Number(raw.status),
  };
  return { delivery, cursor: raw.sequence };
}
