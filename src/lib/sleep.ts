/**
 * Resolves after so many milliseconds, or when the function that it puts into `waking` is called; rejects with the signal's
 * reason as soon as it is aborted. Leaves no timer.
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
