import type { EgressAnswer } from '../outbound/transport/guardedPost.ts';
import type { TaskEngine } from '../tasks/engine/engine.ts';
import type { Log } from '../lib/log.ts';
import { messageBody, messageId } from './message.ts';
import { nextTry } from './schedule.ts';
import { signed } from './signature.ts';
import type { Delivery, WebhookStore } from '../tasks/store/outbox/outboxStore.ts';

/** Deliveries to one receiver at once. */
export const LANE_WIDTH = 4;

/** Longer than a try can take (20 s), and how soon another replica takes over from one that died. */
const LEASE_MS = 30_000;

export interface LaneOptions {
  /** The receiver's name. */
  receiver: string;
  /** Sends to it; rejects with an error whose message may be shown. */
  post(headers: Record<string, string>, body: string, signal: AbortSignal): Promise<EgressAnswer>;
  store: Pick<WebhookStore, 'claim' | 'delivered' | 'failed'>;
  engine: Pick<TaskEngine, 'get'>;
  secrets: readonly Buffer[];
  log: Log;
  now(): number;
  random(): number;
}

/** What one receiver is told, a few at once. Each receiver has a lane of its own, so that a slow one holds up nobody else. */
export class Lane {
  readonly #options: LaneOptions;
  readonly #underWay = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #filling: Promise<void> | null = null;
  #again = false;
  #closed = false;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /** Takes up what is due, as far as there is room; goes on by itself while there is more. Never rejects. */
  fill(): void {
    this.#again = true;
    this.#filling ??= this.#fill().finally(() => {
      this.#filling = null;
      if (this.#again && !this.#closed) this.fill();
    });
  }

  /** Takes up nothing more, and breaks off after `graceMs` what is under way: its lease ends, and it comes up again. */
  async close(graceMs: number): Promise<void> {
    this.#closed = true;
    const timer = setTimeout(() => this.#stop.abort(new Error('The gateway stops.')), graceMs);
    await this.#filling;
    await Promise.all(this.#underWay);
    clearTimeout(timer);
  }

  async #fill(): Promise<void> {
    const { store, receiver, now, log } = this.#options;
    while (this.#again && !this.#closed) {
      this.#again = false;
      const room = LANE_WIDTH - this.#underWay.size;
      if (room <= 0) return;
      try {
        const claimed = await store.claim(now(), LEASE_MS, room, receiver);
        for (const delivery of claimed) this.#take(delivery, claimed.length === room);
      } catch (error) {
        log.warn({ err: error, receiver }, 'Due webhooks could not be read; trying again.');
      }
    }
  }

  #take(delivery: Delivery, more: boolean): void {
    const work = this.#deliver(delivery)
      .catch((error: unknown) => {
        if (this.#stop.signal.aborted) return;
        this.#options.log.warn({ err: error, receiver: delivery.receiver }, 'A webhook was held up; its lease ends.');
      })
      .finally(() => {
        this.#underWay.delete(work);
        if (more) this.fill();
      });
    this.#underWay.add(work);
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const { store, engine, secrets, now } = this.#options;
    const { receiver, tenant, taskId } = delivery;
    const task = await engine.get(tenant, taskId);
    // Nobody needs to hear that a task which ended long ago has dropped its items.
    if (task === null || task.state === 'EXPIRED') {
      await store.delivered(receiver, taskId, Math.max(delivery.revision, task?.revision ?? 0), now());
      return;
    }
    const { headers, body } = signed(messageId(receiver, task), messageBody(task, delivery), secrets, now());
    const answer = await this.#try(headers, body);
    if (answer.status !== null && answer.status >= 200 && answer.status < 300) {
      await store.delivered(receiver, taskId, task.revision, now());
      return;
    }
    await this.#failed(delivery, task.revision, answer);
  }

  async #try(headers: Record<string, string>, body: string): Promise<Outcome> {
    try {
      const answer = await this.#options.post(headers, body, this.#stop.signal);
      return { ...answer, problem: `The receiver answered ${answer.status}.` };
    } catch (error) {
      if (this.#stop.signal.aborted) throw error;
      return { status: null, retryAfter: null, problem: error instanceof Error ? error.message : 'No answer came.' };
    }
  }

  async #failed(delivery: Delivery, revision: number, { problem, status, retryAfter }: Outcome): Promise<void> {
    const { store, log, now, random } = this.#options;
    const { receiver, tenant, taskId, attempts } = delivery;
    const at = now();
    const dueAt = nextTry({ attempts, status, retryAfter }, at, random);
    await store.failed(receiver, taskId, { revision, dueAt, problem, status }, at);
    const facts = { tenant, receiver, taskId, revision, status, attempt: attempts + 1 };
    if (dueAt === null) log.warn({ ...facts, problem }, 'A webhook was given up; redeliverWebhook sends it again.');
    else log.info({ ...facts, problem, pauseMs: dueAt - at }, 'A webhook failed and will be tried again.');
  }
}

interface Outcome {
  status: number | null;
  retryAfter: string | null;
  problem: string;
}
