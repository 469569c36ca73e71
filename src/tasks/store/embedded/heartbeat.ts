import { stat, utimes } from 'node:fs/promises';
import { sleep as systemSleep } from '../../../lib/sleep.ts';

/** Five beats before silence means death: a busy disk or event loop may miss some. */
const BEAT_MS = 2_000;
const SILENT_MS = 10_000;
const LOOK_MS = 1_000;

/** Touches a file from now on, as a sign of life. Calls `lost` once when the file is gone. Returns the way to stop. */
export function beat(path: string, lost: () => void): () => void {
  let stopped = false;
  const stop = () => {
    stopped = true;
    clearInterval(timer);
  };
  const timer = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch((error: unknown) => {
      // A disk that fails for a moment is no loss of the file.
      if (stopped || !(error instanceof Error && 'code' in error && error.code === 'ENOENT')) return;
      stop();
      lost();
    });
  }, BEAT_MS).unref();
  return stop;
}

/**
 * Whether somebody touches a file; takes until its last touch is ten seconds old. Looks for a beat and a half in any case and
 * for ten seconds at most, for the clock of another host may be wrong.
 */
export async function isBeating(path: string, sleep: (milliseconds: number) => Promise<void> = systemSleep) {
  const first = await lastBeat(path);
  if (first === null) return false;
  const wait = Math.min(Math.max(first + SILENT_MS - Date.now(), 1.5 * BEAT_MS), SILENT_MS);
  for (let waited = 0; waited < wait; waited += LOOK_MS) {
    await sleep(LOOK_MS);
    if ((await lastBeat(path)) !== first) return true;
  }
  return false;
}

/** Null where there is no such file. */
async function lastBeat(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => null);
  return found && found.mtimeMs;
}
