import type { BackendFactory, IQueueBackend } from 'bullmq';
import { sleep as systemSleep } from '../../lib/sleep.ts';

/** After a failure the worker waits 0.1, 0.2, … 5 s before it learns of it. */
const FIRST_MS = 100;
const MAX_MS = 5000;

export interface UnhurriedOptions {
  /** Aborted when the worker closes: then nothing waits any more. */
  signal: AbortSignal;
  sleep?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/**
 * The same backend, for a worker. BullMQ's worker asks for the next job again at once where the store refuses: 5,000 times a
 * second while Redis has no memory left or the embedded store's disk is full. Failures to fetch a job are held back here.
 */
export function unhurried<Connection>(
  factory: BackendFactory<IQueueBackend, Connection>,
  { signal, sleep = systemSleep }: UnhurriedOptions,
): BackendFactory<IQueueBackend, Connection> {
  return (...given) => {
    const backend = factory(...given);
    let wait = FIRST_MS;
    const heldBack = async <Answer>(asked: Promise<Answer>): Promise<Answer> => {
      try {
        const answer = await asked;
        wait = FIRST_MS;
        return answer;
      } catch (error) {
        const now = wait;
        wait = Math.min(2 * wait, MAX_MS);
        await sleep(now, signal).catch(() => {});
        throw error;
      }
    };
    const moveToActive = backend.moveToActive.bind(backend);
    const waitForJob = backend.waitForJob.bind(backend);
    return Object.assign(backend, {
      moveToActive: (...parameters: Parameters<typeof moveToActive>) => heldBack(moveToActive(...parameters)),
      waitForJob: (...parameters: Parameters<typeof waitForJob>) => heldBack(waitForJob(...parameters)),
    });
  };
}
