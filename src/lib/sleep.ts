/**
 * Resolves after this many milliseconds, or when the function that it adds to `waking` is called; rejects with the
 * signal's reason as soon as the signal aborts. Leaves no timer behind.
 */
export function sleep(milliseconds: number, signal?: AbortSignal, waking?: Set<() => void>): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const end = () => {
      clearTimeout(timer);
      waking?.delete(wake);
      signal?.removeEventListener('abort', abort);
    };
    const abort = () => {
      end();
      reject(signal?.reason as Error);
    };
    const wake = () => {
      end();
      resolve();
    };
    const timer = setTimeout(wake, milliseconds);
    waking?.add(wake);
    signal?.addEventListener('abort', abort, { once: true });
  });
}
