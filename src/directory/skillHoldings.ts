import type { SkillRow } from '../domain/records.ts';
import type { SkillMention } from '../domain/roles.ts';
import { AliasIndex } from './aliasIndex.ts';
import { completed, learntFrom, type LearntSkill } from './learntSkill.ts';
import { MultiIndex } from './multiIndex.ts';
import { same } from './takeOver.ts';

/**
 * One integration's skills: those that its catalogue lists, and those seen only in rating rows until a catalogue has
 * them. What changes answers with the ids of the records that are then others, appeared or disappeared.
 */
export class SkillHoldings {
  readonly #listed = new Map<string, SkillRow>();
  readonly #aliases = new AliasIndex();
  readonly #learnt = new Map<string, LearntSkill>();
  readonly #learntByKey = new MultiIndex<string>();

  /** The record as it counts; null for none, and for a learnt one that a listed one covers. */
  rowOf(id: string): SkillRow | null {
    const listed = this.#listed.get(id);
    if (listed) return listed;
    const learnt = this.#learnt.get(id);
    return learnt && !this.#joins(learnt.keys) ? learnt.row : null;
  }

  *rows(): Iterable<SkillRow> {
    yield* this.#listed.values();
    for (const [id, { row, keys }] of this.#learnt) if (!this.#listed.has(id) && !this.#joins(keys)) yield row;
  }

  get size(): number {
    let size = this.#listed.size;
    for (const [id, { keys }] of this.#learnt) if (!this.#listed.has(id) && !this.#joins(keys)) size += 1;
    return size;
  }

  get listedIds(): IterableIterator<string> {
    return this.#listed.keys();
  }

  put(row: SkillRow): string[] {
    const before = this.#listed.get(row.remoteId);
    if (before && same(before, row)) return [];
    if (before) this.#aliases.delete(before);
    this.#listed.set(row.remoteId, row);
    this.#aliases.add(row);
    return [row.remoteId, ...this.#learntUnder([...(before?.aliases ?? []), ...row.aliases])];
  }

  delete(id: string): string[] {
    const row = this.#listed.get(id);
    if (!row) return [];
    this.#listed.delete(id);
    this.#aliases.delete(row);
    return [id, ...this.#learntUnder(row.aliases)];
  }

  /** Makes sure that the skill of a rating row is known. */
  learn(mention: SkillMention): string[] {
    const { skillId, skillKeys } = mention;
    const known = this.#learnt.get(skillId);
    const isListed = this.#joins(skillKeys) || this.#listed.has(skillId);
    const better = known ? completed(known, mention) : isListed ? null : learntFrom(mention);
    if (better === null) return [];
    this.#learnt.set(skillId, better);
    for (const key of skillKeys ?? []) this.#learntByKey.add(key, skillId);
    return [skillId];
  }

  #joins(keys: readonly string[] | null): boolean {
    return keys?.some((key) => this.#aliases.get(key) !== null) === true;
  }

  #learntUnder(aliases: readonly string[]): string[] {
    return aliases.flatMap((alias) => [...this.#learntByKey.get(alias)]);
  }
}
