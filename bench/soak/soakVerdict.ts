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
  errors: number;
}

/** The first half fills caches and lets the compiler see what it compiles; the second has no reason to grow. */
const MAX_HEAP_GROWTH = 0.05;

/** The embedded store's thread has a heap of its own, which nobody collects by force. */
const MAX_RSS_GROWTH = 0.1;

/** What speaks against a run, a sentence each; none: it passes. */
export function objectionsTo({ middle, end, errors }: Soaked): string[] {
  const objections: string[] = [];
  const heap = growth(middle.heapUsed, end.heapUsed);
  if (heap > MAX_HEAP_GROWTH) objections.push(`the heap grew by ${percent(heap)} from the middle to the end`);
  const resident = growth(middle.rss, end.rss);
  if (resident > MAX_RSS_GROWTH) objections.push(`resident memory is no plateau: ${percent(resident)} more at the end`);
  if (end.warnings > 0) objections.push(`Node.js warned ${end.warnings} times`);
  if (errors > 0) objections.push(`${errors} requests failed`);
  return objections;
}

function growth(before: number, after: number): number {
  return (after - before) / before;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
