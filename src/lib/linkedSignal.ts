/** A signal that ends with whichever of two ends first, and how to let go of both. */
export interface LinkedSignal {
  signal: AbortSignal;
  clear(): void;
}

/** In place of AbortSignal.any, of which a signal that lives on keeps a trace for each time (Node.js 20). */
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
