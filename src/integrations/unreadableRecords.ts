import { someUnreadable, type Problem } from '../domain/problem.ts';
import type { WalkedPort } from '../domain/ports.ts';

/** Ids kept of a kind, which replicas tell each other: so many are told apart from the others, more are as good as all. */
const MAX_IDS = 200;

type Ids = ReadonlySet<string | null>;

/**
 * What the last walk of each kind, and the reads of changes since, were shown and could not read: the ids of employees and
 * skills, of ratings their employees'; null for whatever showed no id.
 */
export class UnreadableRecords {
  readonly #ids = new Map<WalkedPort, Ids>();

  /** Takes what a whole walk could not read, in place of what was known. */
  set(kind: WalkedPort, ids: Ids): void {
    if (ids.size === 0) this.#ids.delete(kind);
    else this.#ids.set(kind, ids.size > MAX_IDS ? new Set([null]) : new Set(ids));
  }

  /** Takes one more. */
  add(kind: WalkedPort, id: string | null): void {
    const known = this.#ids.get(kind);
    if (!known?.has(id)) this.set(kind, new Set([...(known ?? []), id]));
  }

  /** Whether something of this id may be missing. */
  has(kind: WalkedPort, id: string): boolean {
    const ids = this.#ids.get(kind);
    return ids !== undefined && (ids.has(id) || ids.has(null));
  }

  /** What is to be said where records of a kind are missing; null where none is. */
  problem(...kinds: readonly WalkedPort[]): Problem | null {
    return kinds.some((kind) => this.#ids.has(kind)) ? someUnreadable() : null;
  }

  /** Takes what another replica tells, in place of everything. */
  replace(all: UnreadableRecords['all']): void {
    this.#ids.clear();
    for (const [kind, ids] of all) this.set(kind, new Set(ids));
  }

  /** All of it, as plain data. */
  get all(): readonly (readonly [WalkedPort, readonly (string | null)[]])[] {
    return [...this.#ids].map(([kind, ids]) => [kind, [...ids]]);
  }
}
