import {
  DelayedError,
  isNotConnectionError,
  Queue,
  Worker,
  type BackendFactory,
  type IQueueBackend,
  type Job,
  type JobProgress,
} from 'bullmq';
import { setMaxListeners } from 'node:events';
import type { Log } from '../../lib/log.ts';
import { withTimeout } from '../../lib/timeout.ts';
import { Lease } from './lease.ts';
import { onceAMinute } from './onceAMinute.ts';
import type { JobQueue, QueuedBatch, Visitor } from './queue.ts';
import { stopwatch } from './stopwatch.ts';
import { unhurried } from './unhurriedBackend.ts';

export interface BullOptions<Connection> {
  connection: Connection;
  /** Another one for the worker, whose commands may wait; the queue's own unless given. */
  workerConnection?: () => Connection;
  /** Before the queue's keys, where the store has one space of keys for all. */
  prefix?: string;
  backend: BackendFactory<IQueueBackend, Connection>;
  /** Jobs at once. Most wait for a provider, whose own pool bounds them; the store is what many keep busy. */
  concurrency: number;
  /** How long a job stays with a process that says nothing any more. */
  lockMs: number;
  /** Pause between looks for jobs that were left behind. */
  stalledCheckMs: number;
  log: Log;
}

const NAME = 'tasks';
/** A job whose process dies again and again is still wanted. */
const MAX_STALLS = 1_000_000;
/** A visit fails only where the store does; then there is no end to trying again. */
const ATTEMPTS = 1_000_000;
const BACKOFF_MS = 2000;
/** What a visit may still take after it was aborted; a port that does not listen must not keep the process. */
const ABANDON_MS = 1000;
/** What handing jobs back may take. Where the store is away it cannot be done: the jobs' locks lapse, and others take them. */
const HAND_BACK_MS = 1000;

/** The job queue on BullMQ, over any of its stores. One job per batch, under a deterministic id, until the batch is done with. */
export function bullQueue<Connection>(options: BullOptions<Connection>): JobQueue {
  const { connection, workerConnection, prefix, backend, concurrency, lockMs, stalledCheckMs, log } = options;
  const named = prefix === undefined ? {} : { prefix };
  const queue = new Queue<QueuedBatch, void, string, QueuedBatch, void, string, IQueueBackend, Connection>(
    NAME,
    {
      ...named,
      connection,
      // Whoever adds is told at once that the store is away; it is added later then.
      skipWaitingForReady: true,
      defaultJobOptions: {
        attempts: ATTEMPTS,
        backoff: { type: 'fixed', delay: BACKOFF_MS, jitter: 0.5 },
        removeOnComplete: true,
        removeOnFail: true,
      },
      // Nobody reads BullMQ's own events; its default keeps 10,000.
      streams: { events: { maxLen: 100 } },
    },
    backend,
  );
  const isNew = onceAMinute();
  const onError = (error: Error): void => {
    // A connection tells of itself.
    if (isNotConnectionError(error) && isNew(error.message))
      log.warn({ err: error }, 'The job queue reports an error.');
  };
  queue.on('error', onError);

  let worker: LeasingWorker<Connection> | null = null;
  let stopped: Error | null = null;
  const leases: Leases = new Map();
  const closing = new AbortController();

  const process = async (visit: Visitor, job: Job<QueuedBatch, void>, token: string | undefined): Promise<void> => {
    const id = job.id ?? '';
    // Where a blocked event loop lets a lock lapse the job is delivered again while its first visit still runs.
    if (leases.has(id)) return later(job, Date.now() + BACKOFF_MS, token);
    // BullMQ took the time as it asked for the job; the process may have stood still between the answer and here.
    const lease = new Lease(lockMs, stopwatch(Math.max(0, Date.now() - (job.processedOn ?? 0))));
    // Every request of the job listens.
    setMaxListeners(0, lease.signal);
    leases.set(id, { lease, token });
    if (stopped) lease.end(stopped);
    let next: number | null;
    try {
      if (!lease.holds()) await worker?.extendJobLocks([id], [token ?? ''], lockMs);
      lease.signal.throwIfAborted();
      next = await orAbandon(visit(job.data, lease), lease.signal);
    } catch (error) {
      if (!lease.signal.aborted) throw error;
      // Its lock is another's, or nobody's until the job is found stalled: there is nothing to put back.
      if (!stopped) throw new DelayedError();
      next = Date.now();
    } finally {
      leases.delete(id);
      // A port that does not listen may still be under way, and must not send any more.
      lease.end(new Error('The visit is over.'));
    }
    if (next !== null) await later(job, next, token);
  };
  const stop = (reason: Error): void => {
    stopped = reason;
    for (const { lease } of leases.values()) lease.end(reason);
  };

  return {
    async add(batches) {
      const jobs = batches.map((data) => ({ name: 'batch', data, opts: { jobId: `${data.taskId}.${data.batch}` } }));
      const [job] = jobs;
      // Most tasks are one batch, and adding one job is several times cheaper than adding a list of one.
      if (job && jobs.length === 1) await queue.add(job.name, job.data, job.opts);
      else await queue.addBulk(jobs);
    },
    work(visit) {
      worker = new LeasingWorker<Connection>(
        NAME,
        (job, token) => process(visit, job, token),
        {
          ...named,
          connection: workerConnection?.() ?? connection,
          concurrency,
          lockDuration: lockMs,
          lockRenewTime: lockMs / 3,
          stalledInterval: stalledCheckMs,
          maxStalledCount: MAX_STALLS,
        },
        unhurried(backend, { signal: closing.signal }),
      );
      worker.leases = leases;
      worker.on('error', onError);
      worker.on('failed', (job, error) => log.error({ err: error, batch: job?.data }, 'A visit to a batch failed.'));
      worker.on('stalled', (id) => log.warn({ job: id }, 'A job was left behind and is taken up again.'));
    },
    async close({ graceMs, lost = false }) {
      closing.abort(new Error('The task engine closes.'));
      if (lost) stop(new Error('The task store is lost.'));
      const grace = setTimeout(() => stop(new Error('The task engine closes.')), graceMs);
      if (worker) await withTimeout(graceMs + ABANDON_MS + HAND_BACK_MS, worker.close(lost), () => {});
      clearTimeout(grace);
      await queue.close();
    },
  };
}

/** The leases of the jobs under way, by job; a job that is delivered a second time has another token. */
type Leases = Map<string, { lease: Lease; token: string | undefined }>;

/** A worker that tells the lease of each job what became of asking for more time. */
class LeasingWorker<Connection> extends Worker<QueuedBatch, void, string, IQueueBackend, JobProgress, Connection> {
  leases: Leases = new Map();

  override async extendJobLocks(jobIds: string[], tokens: string[], duration: number): Promise<string[]> {
    const age = stopwatch();
    const failed = await super.extendJobLocks(jobIds, tokens, duration);
    for (const [index, id] of jobIds.entries()) {
      const held = this.leases.get(id);
      if (!held || held.token !== tokens[index]) continue;
      if (failed.includes(id)) held.lease.end(new Error('The lock on the job is lost: another worker may have it.'));
      else held.lease.renewed(age);
    }
    return failed;
  }
}

/** The work's answer, or the signal's reason soon after it was aborted. */
function orAbandon<Answer>(work: Promise<Answer>, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const abandon = (): void => {
      timer = setTimeout(reject, ABANDON_MS, signal.reason);
    };
    signal.addEventListener('abort', abandon, { once: true });
    const settle = (): void => {
      signal.removeEventListener('abort', abandon);
      clearTimeout(timer);
    };
    work.finally(settle).then(resolve, reject);
  });
}

/** Puts a job back until then. Throws by design: that is how BullMQ is told. */
async function later(job: Job<QueuedBatch, void>, at: number, token: string | undefined): Promise<never> {
  // BullMQ's Postgres takes whole milliseconds alone; waits with jitter are none.
  await job.moveToDelayed(Math.ceil(at), token);
  throw new DelayedError();
}
