import { skillOf, type Skill } from '../domain/entities.ts';
import { decodeId } from '../domain/ids.ts';
import type { Link } from '../domain/links.ts';
import type { Placed } from '../domain/match.ts';
import { comparePositions, type Position } from '../domain/paging.ts';
import type { SkillRow } from '../domain/records.ts';
import type { SkillMention } from '../domain/roles.ts';
import type { Scale } from '../domain/rating.ts';
import { matchSkills, skillNameKey } from '../domain/skillMatch.ts';

/** Conditions on skills; all given ones must hold, a list is met by any of its values. */
export interface SkillFilter {
  integrations?: readonly string[] | null | undefined;
  classification?: readonly string[] | null | undefined;
}

/** Remote ids by alias, for one integration; an alias that two records share joins nothing. */
export function unambiguousAliases(rows: readonly SkillRow[]): Map<string, string> {
  const owners = new Map<string, string | null>();
  for (const { remoteId, aliases } of rows) {
    for (const alias of aliases) {
      const owner = owners.get(alias);
      owners.set(alias, owner === undefined || owner === remoteId ? remoteId : null);
    }
  }
  const joined = new Map<string, string>();
  for (const [alias, owner] of owners) if (owner !== null) joined.set(alias, owner);
  return joined;
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
  /** Alias to remote id, by integration. */
  readonly #byAlias = new Map<string, ReadonlyMap<string, string>>();
  readonly #byName = new Map<string, Set<Skill>>();

  /** `placed` in order of integration precedence. */
  constructor(placed: readonly Placed<SkillRow>[], integrations: readonly string[], links: readonly Link[] = []) {
    for (const name of integrations) {
      this.#byRecord.set(name, new Map());
      const rows = placed.flatMap(({ integration, row }) => (integration === name ? [row] : []));
      this.#byAlias.set(name, unambiguousAliases(rows));
    }
    this.all = matchSkills(placed, integrations, links)
      .map(skillOf)
      .map((skill) => ({ skill, position: skillPosition(skill) }))
      .toSorted((a, b) => comparePositions(a.position, b.position))
      .map(({ skill }) => skill);
    this.all.forEach((skill, rank) => {
      for (const { integration, row } of skill.records) {
        this.#byRecord.get(integration)?.set(row.remoteId, { skill, remoteId: row.remoteId, scale: row.scale, rank });
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
  ofRating(integration: string, row: Pick<SkillMention, 'skillId' | 'skillKeys'>): SkillAt | null {
    if (row.skillKeys !== null) {
      const aliases = this.#byAlias.get(integration);
      for (const key of row.skillKeys) {
        const remoteId = aliases?.get(key);
        if (remoteId !== undefined) return this.byRecord(integration, remoteId);
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
