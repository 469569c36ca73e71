/**
 * Starts counting; the function answers the milliseconds since, `behindMs` added. They go on while the process is stopped
 * (SIGSTOP, a frozen container): both clocks do, and the larger count is taken, since the steady one of a suspended machine
 * stands still (CLOCK_MONOTONIC), and the other may be put back.
 */
export function stopwatch(behindMs = 0): () => number {
  const [steady, wall] = [performance.now(), Date.now()];
  return () => behindMs + Math.max(performance.now() - steady, Date.now() - wall);
}
