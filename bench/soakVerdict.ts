/** What a soak run is judged by. Pure. */

/** What a gateway holds after a forced collection, in bytes. */
export interface Held {
  heapUsed: number;
  external: number;
  arrayBuffers: number;
  rss: number;
  /** Sockets, timers and the like that are open, by type. */
  resources: Record<string, number>;
  /** Warnings of Node.js since the start. */
  warnings: number;
}

export interface Soaked {
  middle: Held;
  end: Held;
  /** Resident memory at equal intervals over the whole run. */
  rss: readonly number[];
  errors: number;
}

/** The first half fills caches and lets the compiler see what it compiles; the second has no reason to grow. */
const MOST_HEAP_GROWTH = 0.05;

/** Resident memory goes up and down with collections, and with the embedded store's. */
const MOST_RSS_GROWTH = 0.1;

/** What speaks against a run, a sentence each; none: it passes. */
export function objectionsTo({ middle, end, rss, errors }: Soaked): string[] {
  const objections: string[] = [];
  const heap = growth(middle.heapUsed, end.heapUsed);
  if (heap > MOST_HEAP_GROWTH) objections.push(`the heap grew by ${percent(heap)} from the middle to the end`);
  const plateau = rssGrowth(rss);
  if (plateau > MOST_RSS_GROWTH)
    objections.push(`resident memory is no plateau: ${percent(plateau)} more in the last quarter than in the second`);
  if (end.warnings > 0) objections.push(`Node.js warned ${end.warnings} times`);
  if (errors > 0) objections.push(`${errors} requests failed`);
  return objections;
}

/** How much the median of the last quarter is above that of the second: both end half a run after a forced collection. */
export function rssGrowth(rss: readonly number[]): number {
  const quarter = Math.floor(rss.length / 4);
  if (quarter === 0) return 0;
  return growth(median(rss.slice(quarter, 2 * quarter)), median(rss.slice(-quarter)));
}

function growth(before: number, after: number): number {
  return (after - before) / before;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
