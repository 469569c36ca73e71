/** Files of one worker share its modules and globals: each leaves clocks and stubs as it found them, as Vitest does with spies. */
import { afterAll, vi } from 'vitest';

afterAll(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});
