import { skillOf, type Skill } from '../domain/entities.ts';
import { decodeId } from '../domain/ids.ts';
import type { Placed } from '../domain/match.ts';
import { comparePositions, type Position } from '../domain/paging.ts';
import type { RatingRow, SkillRow } from '../domain/records.ts';
import type { Scale } from '../domain/rating.ts';
import { matchSkills, skillNameKey } from '../domain/skillMatch.ts';

/** Conditions on skills; all given ones must hold, a list is met by any of its values. */
export interface SkillFilter {
  integrations?: readonly string[] | null | undefined;
  classification?: readonly string[] | null | undefined;
}

export function skillPosition(skill: Skill): Position {
  return { key: skill.name, id: skill.id };
}

/** A skill with the record that a rating or a write means. */
export interface SkillAt {
  skill: Skill;
  remoteId: string;
  scale: Scale | null;
  /** Place in the order by name, for sorting without collation. */
  rank: number;
}

/** The skills of all integrations at one moment, each once, with every index that reading needs. Never changes. */
export class SkillView {
  /** By name. */
  readonly all: readonly Skill[];
  readonly #byRecord = new Map<string, Map<string, SkillAt>>();
  /** Alias to remote id, by integration; null where two records share the alias. */
  readonly #byAlias = new Map<string, Map<string, string | null>>();
  readonly #byName = new Map<string, Set<Skill>>();

  /** `placed` in order of integration precedence. */
  constructor(placed: readonly Placed<SkillRow>[], integrations: readonly string[]) {
    for (const name of integrations) {
      this.#byRecord.set(name, new Map());
      this.#byAlias.set(name, new Map());
    }
    this.all = matchSkills(placed, integrations)
      .map(skillOf)
      .map((skill) => ({ skill, position: skillPosition(skill) }))
      .toSorted((a, b) => comparePositions(a.position, b.position))
      .map(({ skill }) => skill);
    this.all.forEach((skill, rank) => {
      for (const { integration, row } of skill.records) {
        this.#byRecord.get(integration)?.set(row.remoteId, { skill, remoteId: row.remoteId, scale: row.scale, rank });
        const aliases = this.#byAlias.get(integration);
        for (const alias of row.aliases) {
          const known = aliases?.get(alias);
          aliases?.set(alias, known === undefined || known === row.remoteId ? row.remoteId : null);
        }
        for (const name of [row.name, ...row.synonyms]) {
          const key = skillNameKey(name);
          if (key === null) continue;
          const named = this.#byName.get(key);
          if (named) named.add(skill);
          else this.#byName.set(key, new Set([skill]));
        }
      }
    });
  }

  byRecord(integration: string, remoteId: string): SkillAt | null {
    return this.#byRecord.get(integration)?.get(remoteId) ?? null;
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
    const found = [...(this.#byName.get(key) ?? [])];
    const named = found.filter((skill) => skill.records.some((record) => skillNameKey(record.row.name) === key));
    return named.length > 0 ? named : found;
  }

  /** The skill a rating row speaks of; null when the row's own record is not known either and must be learnt. */
  ofRating(integration: string, row: RatingRow): SkillAt | null {
    if (row.skillKeys !== null) {
      const aliases = this.#byAlias.get(integration);
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
