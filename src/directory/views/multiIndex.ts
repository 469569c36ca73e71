/** Things by a key that few of them share: a single one is kept without a set, for there are 100,000 of them. */
export class MultiIndex<Thing> {
  readonly #things = new Map<string, Thing | Set<Thing>>();

  /** Adds a thing; twice under one key counts once. */
  add(key: string | null, thing: Thing): void {
    if (key === null) return;
    const known = this.#things.get(key);
    if (known === undefined) this.#things.set(key, thing);
    else if (known instanceof Set) known.add(thing);
    else if (known !== thing) this.#things.set(key, new Set([known, thing]));
  }

  delete(key: string | null, thing: Thing): void {
    if (key === null) return;
    const known = this.#things.get(key);
    if (known === thing) this.#things.delete(key);
    else if (known instanceof Set && known.delete(thing) && known.size === 0) this.#things.delete(key);
  }

  get(key: string | null): Iterable<Thing> {
    const known = key === null ? undefined : this.#things.get(key);
    return known === undefined ? [] : known instanceof Set ? known : [known];
  }
}
