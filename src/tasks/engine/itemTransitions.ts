import { ProviderError, type Problem, type ProblemCode } from '../../domain/problem.ts';
import type { ItemChange, ItemProgress, OpenItem } from '../store/store.ts';
import type { ItemResult, Writer } from './writePortAdapter.ts';

/**
 * Tries of an item at most, by the worker itself; with the waits below that is about two minutes of a failing provider.
 */
export const MAX_TRIES = 8;
/** How long the provider may work on an accepted item before it counts as unknown. */
export const LONGEST_PENDING_MS = 600_000;

/**
 * Kinds with which a provider judges the item: had an earlier try of the same taken effect, this one would have, too.
 */
const JUDGED: ReadonlySet<ProblemCode> = new Set(['REJECTED', 'NOT_FOUND', 'CONFLICT']);

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;
const FIRST_FOLLOW_MS = 1000;
const LONGEST_FOLLOW_MS = 10_000;

export interface Circumstances {
  now: number;
  repeat: Writer['repeat'];
  /** 0 to 1; the jitter. */
  random: number;
}

/** The same item with these values changed. */
export function changed(item: OpenItem, values: Partial<Omit<ItemChange, 'position' | 'version'>>): ItemChange {
  const { position, version, state, inFlight, attempts, providerTaskId, outcome, problem, warnings, progress } = item;
  const kept = { state, inFlight, attempts, providerTaskId, outcome, problem, warnings, progress };
  return { position, version, ...kept, ...values };
}

/**
 * The marker that stands before anything is sent: a crash leaves it behind, and `repeat` says what it then means. Where
 * it stands already the earlier try's answer was lost.
 */
export function begun(item: OpenItem): ItemChange {
  const values = { state: 'RUNNING', inFlight: true, attempts: item.attempts + 1, providerTaskId: null } as const;
  return changed(item, { ...values, progress: tried(item) });
}

/** An item of which nothing was sent this time: that counts as a try, not as an attempt. */
export function visited(item: OpenItem): OpenItem {
  return { ...item, inFlight: false, progress: tried(item) };
}

function tried({ progress, inFlight }: OpenItem): ItemProgress {
  const { tries, uncertain } = progress;
  return { ...progress, tries: tries + 1, dueAt: null, acceptedAt: null, uncertain: uncertain || inFlight };
}

/**
 * What an answer makes of an item that was sent. One whose task was asked to stop is not tried again. A failure that
 * does not judge the item itself leaves open what became of an earlier try.
 */
export function settled(item: OpenItem, result: ItemResult, circumstances: Circumstances): ItemChange {
  switch (result.state) {
    case 'done':
    case 'skipped': {
      const warnings = [...item.warnings, ...result.warnings];
      const ended = { inFlight: false, outcome: result.outcome, problem: null, warnings };
      return changed(item, { ...ended, state: result.state === 'done' ? 'SUCCEEDED' : 'SKIPPED' });
    }
    case 'accepted': {
      const { providerTaskId } = result;
      const progress = { ...item.progress, acceptedAt: circumstances.now, uncertain: false };
      return changed(item, { state: 'RUNNING', inFlight: true, providerTaskId, problem: null, progress });
    }
    case 'failed': {
      const { error } = result;
      if (error.code === 'BREAKER_OPEN' && !item.cancelling) return heldBack(item, error, circumstances);
      const { uncertain, tries } = item.progress;
      const again = error.retryable && tries < MAX_TRIES;
      if (again && !item.cancelling) return retried(item, error.toProblem(), uncertain, circumstances);
      if (uncertain && !JUDGED.has(error.code)) return lostSight(item, error);
      return changed(item, { state: again ? 'CANCELLED' : 'FAILED', inFlight: false, problem: error.toProblem() });
    }
    case 'unknown':
      return circumstances.repeat !== 'never' && item.progress.tries < MAX_TRIES && !item.cancelling
        ? retried(item, result.error.toProblem(), true, circumstances)
        : lostSight(item, result.error);
  }
}

/**
 * Nothing left the gateway, so it was no try: the item waits for the provider to come back, however long that takes.
 */
function heldBack(item: OpenItem, error: ProviderError, circumstances: Circumstances): ItemChange {
  const { progress } = item;
  const untried = { ...item, progress: { ...progress, tries: Math.max(0, progress.tries - 1) } };
  return retried(untried, error.toProblem(), progress.uncertain, circumstances);
}

/** The end of an item that is not under way, and whose task was asked to stop. Why it waited is kept. */
export function stopped(item: OpenItem): ItemChange {
  return changed(item, { state: item.progress.uncertain ? 'OUTCOME_UNKNOWN' : 'CANCELLED', inFlight: false });
}

/** Failed before anything was sent (a read that must come first): counts as a try, not as an attempt. */
export function notSent(item: OpenItem, error: ProviderError, circumstances: Circumstances): ItemChange {
  return settled(visited(item), { state: 'failed', error }, circumstances);
}

/** Nothing will tell any more whether it took effect. What led there is kept as far as it helps to find it there. */
export function lostSight(item: OpenItem, error: ProviderError | null): ItemChange {
  const { code, message, providerCode, providerMessage, requestId } = error ?? {
    code: null,
    message: null,
    providerCode: null,
    providerMessage: null,
    requestId: null,
  };
  const reason = message === null || code === 'OUTCOME_UNKNOWN' ? '' : ` ${message}`;
  const problem = new ProviderError(
    'OUTCOME_UNKNOWN',
    `It was sent, and nothing says whether it took effect.${reason}`,
    { providerCode, providerMessage, requestId },
  ).toProblem();
  return changed(item, { state: 'OUTCOME_UNKNOWN', inFlight: false, problem });
}

function retried(item: OpenItem, problem: Problem, uncertain: boolean, { now, random }: Circumstances): ItemChange {
  const progress: ItemProgress = {
    ...item.progress,
    dueAt: now + retryDelay(item.progress.tries, problem.retryAfterSeconds, random),
    acceptedAt: null,
    uncertain,
  };
  return changed(item, { state: 'RUNNING', inFlight: false, providerTaskId: null, problem, progress });
}

/**
 * Milliseconds to the next try: 1, 2, 4 … 60 s, plus up to a quarter so that items that failed together do not return
 * together; never before the provider said.
 */
export function retryDelay(tries: number, retryAfterSeconds: number | null, random: number): number {
  const exponential = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.max(0, tries - 1));
  return Math.max(exponential, (retryAfterSeconds ?? 0) * 1000) * (1 + random / 4);
}

/**
 * Milliseconds to the next look at an accepted item: 1 s, growing by half each time, at most 10 s. Waits that grow so
 * add up to (next - 1 s) · 2, hence the next one follows from the time gone by and need not be stored.
 */
export function followDelay(acceptedAt: number, now: number): number {
  return Math.min(LONGEST_FOLLOW_MS, FIRST_FOLLOW_MS + Math.max(0, now - acceptedAt) / 2);
}
