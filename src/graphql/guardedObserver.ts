import { guarded, type ReportThrow } from '../outbound/guarded.ts';
import type { Observed, Observer } from './observer.ts';

const NOTHING = () => {};

/** Stands for an observer that threw when the request came. */
const UNOBSERVED: Observed = {
  traceId: null,
  within: (work) => work(),
  operation: null,
  carriedBy: NOTHING,
  subscribed: () => NOTHING,
  errors: NOTHING,
  ended: NOTHING,
};

/**
 * The same observer, which never throws and runs each work exactly once: a fault in metrics or traces changes no answer.
 * What it throws goes to `report`.
 */
export function guardedObserver(observer: Observer, report: ReportThrow): Observer {
  return {
    began: (...given) => {
      const seen = guarded('began', () => observer.began(...given), report)();
      return seen ? guardedRequest(seen, report) : UNOBSERVED;
    },
    socketOpened: () => {
      const closed = guarded('socketOpened', () => observer.socketOpened(), report)();
      return closed ? guarded('socketOpened', closed, report) : NOTHING;
    },
  };
}

function guardedRequest(seen: Observed, report: ReportThrow): Observed {
  const { operation } = seen;
  return {
    traceId: seen.traceId,
    within: (work) => around('within', (run) => seen.within(run), work, report),
    operation: operation && ((args, work) => around('operation', (run) => operation(args, run), work, report)),
    carriedBy: guarded('carriedBy', (carrier) => seen.carriedBy(carrier), report),
    subscribed: (field) => {
      const left = guarded('subscribed', () => seen.subscribed(field), report)();
      return left ? guarded('subscribed', left, report) : NOTHING;
    },
    errors: guarded('errors', (errors) => seen.errors(errors), report),
    ended: guarded('ended', (ended) => seen.ended(ended), report),
  };
}

/** Runs work within what an observer does around it. What the work throws is the answer, what the observer throws is not. */
function around<Result>(
  hook: string,
  observe: (run: () => Result) => Result,
  work: () => Result,
  report: ReportThrow,
): Result {
  let outcome: { value: Result } | { error: unknown } | null = null;
  const run = (): Result => {
    try {
      const value = work();
      outcome = { value };
      return value;
    } catch (error) {
      outcome = { error };
      throw error;
    }
  };
  const settled = (): typeof outcome => outcome;
  try {
    return observe(run);
  } catch (error) {
    const known = settled();
    if (known && 'error' in known) throw known.error;
    report(hook, error);
    return known ? known.value : work();
  }
}
