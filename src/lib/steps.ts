/** Work in small steps, so that its runner can yield between them. */

/** Yields where it may pause, and returns the result. A step takes well under a millisecond. */
export type Steps<Result> = Generator<void, Result, void>;

/** Runs all steps at once. */
export function runSteps<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Items of a loop per step: matching takes some 10 µs per record. */
export const ITEMS_PER_STEP = 50;

/** Visits the items, with a pause after every step. */
export function* inSteps<Item>(items: Iterable<Item>, visit: (item: Item) => void): Steps<void> {
  let count = 0;
  for (const item of items) {
    visit(item);
    if (++count % ITEMS_PER_STEP === 0) yield;
  }
}

/** A stable merge sort in steps: the engine sorts runs of this many items, which are then merged. */
const RUN = 256;

export function* sortInSteps<Item>(items: readonly Item[], compare: (a: Item, b: Item) => number): Steps<Item[]> {
  let runs: Item[][] = [];
  for (let start = 0; start < items.length; start += RUN) {
    runs.push(items.slice(start, start + RUN).toSorted(compare));
    yield;
  }
  while (runs.length > 1) {
    const merged: Item[][] = [];
    for (let i = 0; i < runs.length; i += 2) {
      const [a, b] = [runs[i] ?? [], runs[i + 1]];
      merged.push(b ? yield* merge(a, b, compare) : a);
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

function* merge<Item>(a: readonly Item[], b: readonly Item[], compare: (a: Item, b: Item) => number): Steps<Item[]> {
  const merged: Item[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    merged.push(compare(a[i] as Item, b[j] as Item) <= 0 ? (a[i++] as Item) : (b[j++] as Item));
    if (merged.length % RUN === 0) yield;
  }
  while (i < a.length) merged.push(a[i++] as Item);
  while (j < b.length) merged.push(b[j++] as Item);
  return merged;
}
