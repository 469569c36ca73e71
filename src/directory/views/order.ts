import { comparePositions, type Position } from '../../domain/paging.ts';
import { inSteps, sortInSteps, type Steps } from '../../lib/steps.ts';

type PositionOf<Item> = (item: Item) => Position;

/** The items in ascending order. Positions are computed once, because 100,000 names are compared 1.7 million times. */
export function* sortedByPosition<Item>(items: readonly Item[], positionOf: PositionOf<Item>): Steps<Item[]> {
  const placed: (Position & { item: Item })[] = [];
  yield* inSteps(items, (item) => placed.push({ ...positionOf(item), item }));
  const sorted = yield* sortInSteps(placed, comparePositions);
  return sorted.map(({ item }) => item);
}

/** A sorted list without some of its items and with others, by binary search instead of sorting again. */
export function reordered<Item>(
  items: readonly Item[],
  gone: Iterable<Item>,
  come: readonly Item[],
  positionOf: PositionOf<Item>,
): Item[] {
  const left: number[] = [];
  for (const item of gone) left.push(placeOf(items, positionOf(item), positionOf));
  left.sort((a, b) => a - b);
  const added = come
    .map((item) => ({ item, position: positionOf(item) }))
    .toSorted((a, b) => comparePositions(a.position, b.position))
    .map(({ item, position }) => ({ item, at: placeOf(items, position, positionOf) }));
  const result: Item[] = [];
  let [next, nextGone, nextAdded] = [0, 0, 0];
  while (next <= items.length) {
    while (added[nextAdded]?.at === next) result.push(added[nextAdded++]?.item as Item);
    const skipped = left[nextGone] === next;
    if (skipped) nextGone += 1;
    else if (next < items.length) result.push(items[next] as Item);
    next += 1;
  }
  return result;
}

/** An ascending list reversed: equal keys stay in the order of their ids, and items without a key stay last. */
export function descending<Item>(items: readonly Item[], positionOf: PositionOf<Item>): Item[] {
  const keyed = items.findLastIndex((item) => positionOf(item).key !== null) + 1;
  const result: Item[] = [];
  let end = keyed;
  while (end > 0) {
    const { key } = positionOf(items[end - 1] as Item);
    let start = end - 1;
    while (start > 0 && positionOf(items[start - 1] as Item).key === key) start -= 1;
    for (let at = start; at < end; at += 1) result.push(items[at] as Item);
    end = start;
  }
  for (let at = keyed; at < items.length; at += 1) result.push(items[at] as Item);
  return result;
}

/** The number of items before this position. */
function placeOf<Item>(items: readonly Item[], position: Position, positionOf: PositionOf<Item>): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (comparePositions(positionOf(items[middle] as Item), position) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
