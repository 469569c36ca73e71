import type { SkillRow } from '../../domain/records.ts';
import type { SkillMention } from '../../domain/roles.ts';
import { inSteps, type Steps } from '../../lib/steps.ts';
import { AliasIndex } from './aliasIndex.ts';
import type { PendingWritesState } from '../views/pendingWritesState.ts';
import { completed, learntFrom, mentionOf, type LearntSkill } from './inferredSkill.ts';
import { MultiIndex } from '../views/multiIndex.ts';
import { sameRow } from '../views/sameRow.ts';
import { PendingWrites } from '../views/pendingWrites.ts';

/**
 * One integration's skills: those that its catalogue lists, and those learnt from rating rows until a catalogue lists
 * them. A written record wins over reads that began before the write. Methods that change records answer the ids of
 * those that changed, appeared or disappeared.
 */
export class SkillRecords {
  readonly #listed = new Map<string, SkillRow>();
  readonly #aliases = new AliasIndex();
  readonly #learnt = new Map<string, LearntSkill>();
  readonly #learntByKey = new MultiIndex<string>();
  /** Written skills that reads may not show yet. */
  readonly #written = new PendingWrites();
  #settled: readonly SkillRow[] = [];

  /** The effective record; null for none, and for a learnt one that a listed one covers. */
  rowOf(id: string): SkillRow | null {
    const listed = this.#listed.get(id);
    if (listed) return listed;
    const learnt = this.#learnt.get(id);
    return learnt && !this.#joins(learnt.keys) ? learnt.row : null;
  }

  /** Whether a catalogue lists the record, or a write has stored it. */
  isListed(id: string): boolean {
    return this.#listed.has(id);
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

  /** Applies a row of a sync that began then. */
  put(row: SkillRow, began: number): string[] {
    this.#written.reading(began);
    return this.#written.isNewer(row.remoteId, began) ? [] : this.#put(row);
  }

  /**
   * Applies a write of that time, unless a sync has read the record since. `created` defaults to whether it was
   * unknown.
   */
  write(row: SkillRow, { at, created }: { at: number; created?: boolean | undefined }): string[] {
    const isKnown = this.#listed.has(row.remoteId);
    const written = { at, created: created ?? !isKnown };
    return this.#written.accept(row.remoteId, written, isKnown) ? this.#put(row) : [];
  }

  /** Removes a record that a delta sync, begun then, reports as removed. */
  remove(id: string, began: number): string[] {
    return this.#written.isNewer(id, began) ? [] : this.#delete(id);
  }

  /** After a full sync that began then: removes catalogue records that it did not find. */
  retain(found: { has(id: string): boolean }, began: number, now: number): string[] {
    const gone = [...this.#listed.keys()].filter((id) => !this.#written.stays(id, found.has(id), began, now));
    this.#settled = this.#written.fullSyncEnded(began, now).flatMap((id) => this.#listed.get(id) ?? []);
    return gone.flatMap((id) => this.#delete(id));
  }

  /** The records written before the last full sync, as they are now. */
  get settled(): readonly SkillRow[] {
    return this.#settled;
  }

  /** A full sync of another process, begun then, has ended. */
  syncedElsewhere(began: number, now: number): void {
    this.#written.syncedElsewhere(began, now);
  }

  get written(): PendingWritesState {
    return this.#written.copy();
  }

  listed(): Iterable<SkillRow> {
    return this.#listed.values();
  }

  *learnt(): Iterable<SkillMention> {
    for (const skill of this.#learnt.values()) yield mentionOf(skill);
  }

  /** Fills empty records from a snapshot of another process. */
  *restore(rows: readonly SkillRow[], learnt: readonly SkillMention[], written: PendingWritesState): Steps<void> {
    yield* inSteps(rows, (row) => void this.#put(row));
    yield* inSteps(learnt, (mention) => void this.#learn(mention));
    this.#written.restore(written);
  }

  /** Adopts what these earlier records learnt, and the writes that they have and the snapshot does not. */
  takeOver(before: SkillRecords, copied: PendingWritesState): void {
    for (const mention of before.learnt()) this.learn(mention);
    for (const [id, at] of before.#written.unknownTo(copied)) {
      const row = before.#listed.get(id);
      if (row) this.write(row, at);
    }
  }

  #put(row: SkillRow): string[] {
    const before = this.#listed.get(row.remoteId);
    if (before && sameRow(before, row)) return [];
    if (before) this.#aliases.delete(before);
    this.#listed.set(row.remoteId, row);
    this.#aliases.add(row);
    return [row.remoteId, ...this.#learntUnder([...(before?.aliases ?? []), ...row.aliases])];
  }

  #delete(id: string): string[] {
    const row = this.#listed.get(id);
    if (!row) return [];
    this.#listed.delete(id);
    this.#aliases.delete(row);
    return [id, ...this.#learntUnder(row.aliases)];
  }

  /** Makes sure that the skill of a rating row is known. */
  learn(mention: SkillMention): string[] {
    const { skillId, skillKeys } = mention;
    const isListed = this.#joins(skillKeys) || this.#listed.has(skillId);
    return isListed && !this.#learnt.has(skillId) ? [] : this.#learn(mention);
  }

  #learn(mention: SkillMention): string[] {
    const { skillId, skillKeys } = mention;
    const known = this.#learnt.get(skillId);
    const better = known ? completed(known, mention) : learntFrom(mention);
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
