import type { SkillRow } from '../../domain/records.ts';
import type { SkillMention } from '../../domain/roles.ts';
import { inSteps, type Steps } from '../../lib/steps.ts';
import { AliasIndex } from './aliasIndex.ts';
import type { PendingWritesState } from '../replication/directoryChange.ts';
import { completed, learntFrom, mentionOf, type LearntSkill } from './inferredSkill.ts';
import { MultiIndex } from '../views/multiIndex.ts';
import { sameRow } from '../views/sameRow.ts';
import { PendingWrites } from '../views/pendingWrites.ts';

/**
 * One integration's skills: those that its catalogue lists, and those seen only in rating rows until a catalogue has
 * them. What a write stored stands over reads that began before it. What changes answers with the ids of the records that are then others, appeared or disappeared.
 */
export class SkillRecords {
  readonly #listed = new Map<string, SkillRow>();
  readonly #aliases = new AliasIndex();
  readonly #learnt = new Map<string, LearntSkill>();
  readonly #learntByKey = new MultiIndex<string>();
  /** Skills that writes stored and reads may not show yet. */
  readonly #written = new PendingWrites();
  #settled: readonly SkillRow[] = [];

  /** The record as it counts; null for none, and for a learnt one that a listed one covers. */
  rowOf(id: string): SkillRow | null {
    const listed = this.#listed.get(id);
    if (listed) return listed;
    const learnt = this.#learnt.get(id);
    return learnt && !this.#joins(learnt.keys) ? learnt.row : null;
  }

  /** Whether a catalogue has shown the record, or a write has stored it. */
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

  /** Takes a row of a read that began then. */
  put(row: SkillRow, began: number): string[] {
    this.#written.reading(began);
    return this.#written.isNewer(row.remoteId, began) ? [] : this.#put(row);
  }

  /** Takes what a write stored then, unless a walk has read it since; `created` is found out where nobody says. */
  write(row: SkillRow, { at, created }: { at: number; created?: boolean | undefined }): string[] {
    const isKnown = this.#listed.has(row.remoteId);
    const written = { at, created: created ?? !isKnown };
    return this.#written.takes(row.remoteId, written, isKnown) ? this.#put(row) : [];
  }

  /** Forgets a record that a read of changes, begun then, says is gone. */
  remove(id: string, began: number): string[] {
    return this.#written.isNewer(id, began) ? [] : this.#delete(id);
  }

  /** After a whole walk that began then: records of the catalogue that it did not find are gone. */
  retain(found: { has(id: string): boolean }, began: number, now: number): string[] {
    const gone = [...this.#listed.keys()].filter((id) => !this.#written.stays(id, found.has(id), began, now));
    this.#settled = this.#written.walked(began, now).flatMap((id) => this.#listed.get(id) ?? []);
    return gone.flatMap((id) => this.#delete(id));
  }

  /** What stands since the last whole walk where writes were heard of before it. */
  get settled(): readonly SkillRow[] {
    return this.#settled;
  }

  /** A whole walk of another process, begun then, has ended. */
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

  /** Fills holdings that are empty with a copy of another process's. */
  *restore(rows: readonly SkillRow[], learnt: readonly SkillMention[], written: PendingWritesState): Steps<void> {
    yield* inSteps(rows, (row) => void this.#put(row));
    yield* inSteps(learnt, (mention) => void this.#learn(mention));
    this.#written.restore(written);
  }

  /** Takes over what other holdings learnt, and heard of writes that the copy these were filled with does not know. */
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
