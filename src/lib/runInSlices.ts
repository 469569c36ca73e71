import type { Steps } from './steps.ts';

/** Longest stretch of work before others have their turn, in ms; a request waits for one or two of these. */
export const SLICE_MS = 8;

/** Lets what waits, requests above all, have its turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Runs steps to their end without holding others up; small work ends without a pause. */
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
