/** What is measured of writes: how many, how soon, and how fast within one. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RatingItem, TaskClient } from './taskClient.ts';

/** Mutations, or whole tasks, in flight at once. */
export const IN_FLIGHT = 32;
/** What the steady pace is: well below what any of them can do. */
export const PACE_PER_SECOND = 5;

/** Milliseconds from sending a mutation to the event that says it is done, in ascending order. */
export type Waits = readonly number[];

/**
 * Tasks of one item, IN_FLIGHT mutations at once until all are sent: seconds to the last completion. Nobody watches
 * meanwhile; what is unfinished after the last answer is watched newest first, so that one or two streams are enough.
 */
export async function throughput(client: TaskClient, items: readonly RatingItem[]): Promise<number> {
  const since = new Date();
  const began = performance.now();
  await inTurns(items, IN_FLIGHT, (item) => client.rate([item]));
  for (let id = await client.underWay(); id !== null; id = await client.underWay()) await client.watch(id);
  const seconds = (performance.now() - began) / 1000;
  const succeeded = await client.succeeded(since);
  if (succeeded !== items.length) throw new Error(`${succeeded} of ${items.length} tasks succeeded`);
  return seconds;
}

/** Tasks of one item sent at a steady pace, however long each takes. */
export async function latencyAtPace(client: TaskClient, items: readonly RatingItem[]): Promise<Waits> {
  const began = performance.now();
  const waits = items.map(async (item, index) => {
    await sleep((index * 1000) / PACE_PER_SECOND - (performance.now() - began));
    return waitOf(client, [item]);
  });
  return (await Promise.all(waits)).toSorted((a, b) => a - b);
}

/** The same with always IN_FLIGHT tasks under way: whoever sees one done sends the next. */
export async function latencyWhileBusy(client: TaskClient, items: readonly RatingItem[]): Promise<Waits> {
  const waits: number[] = [];
  await inTurns(items, IN_FLIGHT, async (item) => waits.push(await waitOf(client, [item])));
  return waits.toSorted((a, b) => a - b);
}

/** One task of all these items, watched to its end: milliseconds. */
export async function waitOf(client: TaskClient, items: readonly RatingItem[]): Promise<number> {
  const sent = performance.now();
  await client.watch(await client.rate(items));
  return performance.now() - sent;
}

export function quantile(waits: Waits, share: number): number {
  return waits[Math.min(waits.length - 1, Math.floor(waits.length * share))] ?? 0;
}

/** Works through a list, so many at a time. */
async function inTurns<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  const left = items.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of left) await work(item);
    }),
  );
}
