import { EventEmitter } from 'node:events';
import { Worker } from 'node:worker_threads';
import { StoreUnavailableError } from '../../../domain/storeUnavailable.ts';
import { databaseError } from './storeErrors.ts';
import type { WireMessage, WireRequest } from './wire.ts';

export interface QueryResult<Row> {
  rows: Row[];
  rowCount: number;
}

/** What the task store asks of a database. */
export interface Queryable {
  query<Row>(text: string, params?: readonly unknown[]): Promise<QueryResult<Row>>;
}

/** The database thread ended, by itself or because it was closed. */
export class StoreClosedError extends StoreUnavailableError {
  override readonly name = 'StoreClosedError';
  /** Why, as the part of a sentence. */
  readonly reason: string;

  constructor(message: string, reason: string) {
    super(message);
    this.reason = reason;
  }
}

interface Pending {
  resolve(result: QueryResult<unknown>): void;
  reject(error: Error): void;
}

interface Queued extends Pending {
  client: PgliteClient | null;
  text: string;
  params: readonly unknown[] | undefined;
}

/**
 * The embedded database behind the surface of a node-postgres pool, which is what the job queue asks for.
 * It has one session. A client between BEGIN and COMMIT or ROLLBACK owns it, and everybody else's queries wait, in order.
 * Emits `error` once when the thread is lost; from then on every query rejects with StoreClosedError.
 */
export class PglitePool extends EventEmitter {
  /** The queue asks this before it trusts a connection to stay: there is no network that could drop it silently. */
  readonly options = { keepAlive: true };
  readonly #worker: Worker;
  readonly #clients = new Set<PgliteClient>();
  readonly #pending = new Map<number, Pending>();
  #waiting: Queued[] = [];
  #owner: PgliteClient | null = null;
  #nextId = 1;
  #ended: StoreClosedError | null = null;

  private constructor(worker: Worker) {
    super();
    this.#worker = worker;
    // One listener for each queue and worker over this pool, besides ours.
    this.setMaxListeners(20);
  }

  /** Starts the thread and opens or creates the database in `dataDir`; rejects when it does not open. */
  static async open(dataDir: string): Promise<PglitePool> {
    const built = !import.meta.url.endsWith('.ts');
    const file = new URL(built ? './pglite.worker.js' : './pglite.source.mjs', import.meta.url);
    const pool = new PglitePool(new Worker(file, { workerData: { dataDir } }));
    await pool.#start();
    return pool;
  }

  query<Row>(text: string, params?: readonly unknown[]): Promise<QueryResult<Row>> {
    return this.submit(null, text, params);
  }

  connect(): Promise<PgliteClient> {
    if (this.#ended) return Promise.reject(this.#ended);
    const client = new PgliteClient(this);
    this.#clients.add(client);
    return Promise.resolve(client);
  }

  /** Closes the database after the queries under way and ends the thread. */
  async end(): Promise<void> {
    if (this.#ended) return;
    const closed = new Promise<QueryResult<unknown>>((resolve, reject) => {
      this.#post(null, undefined, { resolve, reject });
    });
    const error = new StoreClosedError('The task store is closed.', 'it was closed');
    this.#ended = error;
    for (const queued of this.#waiting.splice(0)) queued.reject(error);
    await closed.catch(() => {});
    await this.#worker.terminate();
  }

  /** For clients of this pool only. */
  submit<Row>(
    client: PgliteClient | null,
    text: string,
    params: readonly unknown[] | undefined,
  ): Promise<QueryResult<Row>> {
    return new Promise<QueryResult<unknown>>((resolve, reject) => {
      // Later, so that a caller who tries again at once leaves the event loop room to breathe.
      if (this.#ended) setImmediate(reject, this.#ended);
      else if (this.#owner !== null && this.#owner !== client)
        this.#waiting.push({ client, text, params, resolve, reject });
      else this.#send({ client, text, params, resolve, reject });
    }) as Promise<QueryResult<Row>>;
  }

  /** For clients of this pool only: rolls back what the client left open. */
  forget(client: PgliteClient): void {
    this.#clients.delete(client);
    if (this.#owner === client) this.submit(client, 'ROLLBACK', undefined).catch(() => {});
  }

  #send(query: Queued): void {
    if (query.client === null || !/^\s*(BEGIN|COMMIT|ROLLBACK)\b/i.test(query.text)) {
      this.#post(query.text, query.params, query);
      return;
    }
    if (/^\s*BEGIN\b/i.test(query.text)) {
      this.#owner = query.client;
      this.#post(query.text, query.params, query);
      return;
    }
    // The thread works in order, so the next ones may follow without waiting for the answer.
    this.#post(query.text, query.params, query);
    this.#owner = null;
    this.#sendWaiting();
  }

  #sendWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const query of waiting) {
      if (this.#owner !== null && this.#owner !== query.client) this.#waiting.push(query);
      else this.#send(query);
    }
  }

  #post(text: string | null, params: readonly unknown[] | undefined, pending: Pending): void {
    const id = this.#nextId++;
    this.#pending.set(id, pending);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    this.#worker.postMessage({ id, text, params } satisfies WireRequest);
  }

  #start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.once('ready', resolve);
      this.once('error', reject);
      this.#worker.on('message', (message: WireMessage) => this.#receive(message));
      this.#worker.on('error', (error) => this.lose(error.message));
      this.#worker.on('exit', (code) => this.lose(`its thread ended with code ${code}`));
    });
  }

  #receive(message: WireMessage): void {
    if (message.kind === 'ready') this.emit('ready');
    else if (message.kind === 'fatal') this.lose(message.error.message);
    else if (message.kind === 'notification') {
      for (const client of this.#clients) client.emit('notification', message);
    } else {
      const pending = this.#pending.get(message.id);
      this.#pending.delete(message.id);
      if (message.kind === 'error') pending?.reject(databaseError(message.error));
      else pending?.resolve(message);
    }
  }

  /** Ends the thread at once, in the midst of whatever it does. */
  lose(reason: string): void {
    const deliberate = this.#ended !== null;
    this.#ended ??= new StoreClosedError(`The task store is lost: ${reason}.`, reason);
    const error = this.#ended;
    for (const pending of [...this.#pending.values(), ...this.#waiting.splice(0)]) pending.reject(error);
    this.#pending.clear();
    if (deliberate) return;
    void this.#worker.terminate();
    this.emit('error', error);
  }
}

/** A client of the pool: it may hold a transaction, and hears the notifications of the channels listened to. */
export class PgliteClient extends EventEmitter {
  readonly #pool: PglitePool;

  constructor(pool: PglitePool) {
    super();
    this.#pool = pool;
  }

  query<Row>(text: string, params?: readonly unknown[]): Promise<QueryResult<Row>> {
    return this.#pool.submit(this, text, params);
  }

  release(): void {
    this.#pool.forget(this);
  }
}
