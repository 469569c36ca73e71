/**
 * Entities by a key that few of them share. A single entity is stored without a set, since there are 100,000 of them.
 */
export class MultiIndex<Entity> {
  readonly #entities = new Map<string, Entity | Set<Entity>>();

  /** Adds an entity; adding it twice under one key counts once. */
  add(key: string | null, entity: Entity): void {
    if (key === null) return;
    const known = this.#entities.get(key);
    if (known === undefined) this.#entities.set(key, entity);
    else if (known instanceof Set) known.add(entity);
    else if (known !== entity) this.#entities.set(key, new Set([known, entity]));
  }

  delete(key: string | null, entity: Entity): void {
    if (key === null) return;
    const known = this.#entities.get(key);
    if (known === entity) this.#entities.delete(key);
    else if (known instanceof Set && known.delete(entity) && known.size === 0) this.#entities.delete(key);
  }

  get(key: string | null): Iterable<Entity> {
    const known = key === null ? undefined : this.#entities.get(key);
    return known === undefined ? [] : known instanceof Set ? known : [known];
  }
}
