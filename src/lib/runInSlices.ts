import type { Steps } from './steps.ts';

/** The longest slice of work before the event loop runs other tasks, in ms; a request waits for one or two slices. */
export const SLICE_MS = 8;

/** Yields to the event loop, above all to waiting requests. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Runs steps to their end without blocking the event loop; short work runs without a pause. */
export async function runInSlices<Result>(steps: Steps<Result>): Promise<Result> {
  let began = performance.now();
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (performance.now() - began < SLICE_MS) continue;
    await nextTurn();
    began = performance.now();
  }
}
