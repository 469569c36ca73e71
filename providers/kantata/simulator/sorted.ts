/** A list in order; adding and removing find their place by halving, so that pages are slices. */
export class SortedList<Item> {
  readonly #items: Item[];
  readonly #compare: (a: Item, b: Item) => number;

  constructor(items: readonly Item[], compare: (a: Item, b: Item) => number) {
    this.#compare = compare;
    this.#items = items.toSorted(compare);
  }

  get items(): readonly Item[] {
    return this.#items;
  }

  add(item: Item): void {
    this.#items.splice(this.#place(item), 0, item);
  }

  /** Must be called before the item changes what it is ordered by. */
  remove(item: Item): void {
    const place = this.#place(item);
    if (this.#items[place] === item) this.#items.splice(place, 1);
  }

  #place(item: Item): number {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#items[middle];
      if (other !== undefined && this.#compare(other, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
