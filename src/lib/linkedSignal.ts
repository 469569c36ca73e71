/** A signal that aborts with the first of two signals, and a function that detaches it from both. */
export interface LinkedSignal {
  signal: AbortSignal;
  clear(): void;
}

/** Used instead of AbortSignal.any, with which a long-lived signal leaks a little for each call (Node.js 20). */
export function linkedSignal(lasting: AbortSignal, own: AbortSignal | undefined): LinkedSignal {
  if (!own) return { signal: lasting, clear: () => {} };
  const controller = new AbortController();
  const both = [lasting, own];
  const abort = () => controller.abort(both.find(({ aborted }) => aborted)?.reason);
  for (const signal of both) signal.addEventListener('abort', abort, { once: true });
  if (both.some(({ aborted }) => aborted)) abort();
  return {
    signal: controller.signal,
    clear: () => {
      for (const signal of both) signal.removeEventListener('abort', abort);
    },
  };
}
