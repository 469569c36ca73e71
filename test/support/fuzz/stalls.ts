const EVERY_MS = 10;

/**
 * Watches for how long the process stands still. Not `monitorEventLoopDelay`: what goes on when it is reset is lost to it,
 * and here it is read after each request.
 */
export function watchStalls() {
  let [before, longest] = [performance.now(), 0];
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - before - EVERY_MS);
    before = now;
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    /** Milliseconds of the longest stand since the last call. */
    take(): number {
      look();
      const milliseconds = Math.round(longest);
      longest = 0;
      return milliseconds;
    },
    stop: () => clearInterval(timer),
  };
}
