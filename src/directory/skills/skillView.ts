import { skillOf, type Skill } from '../../domain/entities.ts';
import { decodeId } from '../../domain/ids.ts';
import type { Link } from '../../domain/links.ts';
import type { Placed } from '../../domain/matching/grouping.ts';
import type { Position } from '../../domain/paging.ts';
import type { SkillRow } from '../../domain/records.ts';
import type { SkillMention } from '../../domain/roles.ts';
import type { Scale } from '../../domain/rating.ts';
import { matchSkills, matchSkillsInSteps, skillNameKey } from '../../domain/matching/skillMatch.ts';
import { inSteps, runSteps, type Steps } from '../../lib/steps.ts';
import { AliasIndex } from './aliasIndex.ts';
import { MultiIndex } from '../views/multiIndex.ts';
import { reordered, sortedByPosition } from '../views/order.ts';
import { rematchOf, type Change, type LinkIndex } from '../views/rematch.ts';

/** Conditions on skills; all given ones must hold, a list is met by any of its values. */
export interface SkillFilter {
  integrations?: readonly string[] | null | undefined;
  classification?: readonly string[] | null | undefined;
}

export function skillPosition(skill: Skill): Position {
  return { key: skill.name, id: skill.id };
}

/** A skill with the record that a rating or a write refers to. */
export interface SkillAt {
  skill: Skill;
  remoteId: string;
  scale: Scale | null;
  /** Place in the order by name, for sorting without collation. */
  rank: number;
}

/** Indexes of skills. */
interface Indexes {
  byRecord: ReadonlyMap<string, Map<string, SkillAt>>;
  byAlias: ReadonlyMap<string, AliasIndex>;
  /** By normalized name and synonym. */
  byName: MultiIndex<Skill>;
}

/**
 * The skills of all integrations, each once, with every index that reads need. A view is immutable to its readers;
 * `patched` makes the next view of it, which takes over its indexes. An unchanged skill keeps its object.
 */
export class SkillView {
  /** By name. */
  readonly all: readonly Skill[];
  readonly #integrations: readonly string[];
  readonly #indexes: Indexes;

  private constructor(integrations: readonly string[], indexes: Indexes, all: readonly Skill[]) {
    this.#integrations = integrations;
    this.#indexes = indexes;
    this.all = all;
  }

  /** `placed` in order of integration precedence. */
  static of(
    placed: readonly Placed<SkillRow>[],
    integrations: readonly string[],
    links: readonly Link[] = [],
  ): SkillView {
    return runSteps(SkillView.inSteps(placed, integrations, links));
  }

  /** The same, with pauses. */
  static *inSteps(
    placed: readonly Placed<SkillRow>[],
    integrations: readonly string[],
    links: readonly Link[],
  ): Steps<SkillView> {
    const indexes: Indexes = {
      byRecord: new Map(integrations.map((name) => [name, new Map<string, SkillAt>()])),
      byAlias: new Map(integrations.map((name) => [name, new AliasIndex()])),
      byName: new MultiIndex(),
    };
    const groups = yield* matchSkillsInSteps(placed, integrations, links);
    const skills: Skill[] = [];
    yield* inSteps(groups, (group) => skills.push(skillOf(group)));
    const all = yield* sortedByPosition(skills, skillPosition);
    const view = new SkillView(integrations, indexes, all);
    let rank = 0;
    yield* inSteps(all, (skill) => view.#add(skill, rank++));
    return view;
  }

  /** The view after these changes; null when they affect so many other records that rebuilding is cheaper. */
  patched(changes: readonly Change<SkillRow>[], links: LinkIndex): SkillView | null {
    const indexes = this.#indexes;
    const rematch = rematchOf<Skill, SkillRow>({
      changes,
      integrations: this.#integrations,
      links,
      entityOf: ({ integration, remoteId }) => this.byRecord(integration, remoteId)?.skill ?? null,
      recordsOf: (skill) => skill.records,
      *sharing(row) {
        for (const key of nameKeys(row)) yield* indexes.byName.get(key);
      },
    });
    if (rematch === null) return null;
    const { entities, placed } = rematch;
    const come = matchSkills(placed, this.#integrations, rematch.links).map(skillOf);
    const all = reordered(this.all, entities, come, skillPosition);
    for (const skill of entities) this.#delete(skill);
    const view = new SkillView(this.#integrations, indexes, all);
    view.#rankNew(new Set(come));
    return view;
  }

  #add(skill: Skill, rank: number): void {
    const { byRecord, byAlias, byName } = this.#indexes;
    for (const { integration, row } of skill.records) {
      byRecord.get(integration)?.set(row.remoteId, { skill, remoteId: row.remoteId, scale: row.scale, rank });
      byAlias.get(integration)?.add(row);
      for (const key of nameKeys(row)) byName.add(key, skill);
    }
  }

  #delete(skill: Skill): void {
    const { byRecord, byAlias, byName } = this.#indexes;
    for (const { integration, row } of skill.records) {
      byRecord.get(integration)?.delete(row.remoteId);
      byAlias.get(integration)?.delete(row);
      for (const key of nameKeys(row)) byName.delete(key, skill);
    }
  }

  /** Ranks new skills between their neighbours; where repeated halving has left no room, all are ranked again. */
  #rankNew(come: ReadonlySet<Skill>): void {
    let before = -1;
    for (let at = 0; at < this.all.length; at += 1) {
      const skill = this.all[at] as Skill;
      if (!come.has(skill)) {
        before = this.#rankOf(skill);
        continue;
      }
      let next = at + 1;
      while (next < this.all.length && come.has(this.all[next] as Skill)) next += 1;
      const after = next < this.all.length ? this.#rankOf(this.all[next] as Skill) : before + 2;
      const rank = before + (after - before) / 2;
      this.#add(skill, rank);
      if (!(rank > before && rank < after)) return this.#rankAnew(at + 1, come);
      before = rank;
    }
  }

  #rankAnew(unranked: number, come: ReadonlySet<Skill>): void {
    this.all.forEach((skill, rank) => {
      if (rank >= unranked && come.has(skill)) this.#add(skill, rank);
      for (const { integration, row } of skill.records) {
        const at = this.byRecord(integration, row.remoteId);
        if (at) at.rank = rank;
      }
    });
  }

  #rankOf({ records: [first] }: Skill): number {
    return (first && this.byRecord(first.integration, first.row.remoteId)?.rank) ?? 0;
  }

  byRecord(integration: string, remoteId: string): SkillAt | null {
    return this.#indexes.byRecord.get(integration)?.get(remoteId) ?? null;
  }

  /** The skill behind the global id of any of its records; null for an unknown id or one of another type. */
  byId(id: string): Skill | null {
    const decoded = decodeId(id);
    if (decoded?.type !== 'Skill' || decoded.parts.length !== 2) return null;
    const [integration, remoteId] = decoded.parts;
    return this.byRecord(integration ?? '', remoteId ?? '')?.skill ?? null;
  }

  /** Skills with this name, or, where none has it, with this synonym. */
  byName(name: string): Skill[] {
    const key = skillNameKey(name);
    if (key === null) return [];
    const found = [...this.#indexes.byName.get(key)];
    const named = found.filter((skill) => skill.records.some((record) => skillNameKey(record.row.name) === key));
    return named.length > 0 ? named : found;
  }

  /** The skill that a rating row refers to; null when the row's own record is unknown too and must be learnt. */
  ofRating(integration: string, row: Pick<SkillMention, 'skillId' | 'skillKeys'>): SkillAt | null {
    if (row.skillKeys !== null) {
      const aliases = this.#indexes.byAlias.get(integration);
      for (const key of row.skillKeys) {
        const remoteId = aliases?.get(key);
        if (typeof remoteId === 'string') return this.byRecord(integration, remoteId);
      }
    }
    return this.byRecord(integration, row.skillId);
  }

  filter(filter: SkillFilter): readonly Skill[] {
    const { integrations, classification } = filter;
    const wanted = classification && new Set(classification.map((name) => name.toLowerCase()));
    if (!integrations && !wanted) return this.all;
    return this.all.filter(
      (skill) =>
        (!integrations || skill.records.some((record) => integrations.includes(record.integration))) &&
        (!wanted ||
          skill.records.some(({ row }) =>
            Object.values(row.classification ?? {}).some((level) => level !== null && wanted.has(level.toLowerCase())),
          )),
    );
  }
}

/** A name and its synonyms, normalized. */
function nameKeys({ name, synonyms }: SkillRow): string[] {
  const keys = [name, ...synonyms].map(skillNameKey).filter((key) => key !== null);
  return keys.length < 2 ? keys : [...new Set(keys)];
}
