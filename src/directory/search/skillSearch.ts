import type { Skill } from '../../domain/entities.ts';
import { skillNameKey } from '../../domain/matching/skillMatch.ts';
import { namesOf, sameText, SkillIndex } from './skillIndex.ts';

/** The skills to search, as the directory has them at one moment; another moment is another object. */
export interface SearchableSkills {
  /** By name. */
  readonly all: readonly Skill[];
  byName(name: string): readonly Skill[];
}

export interface FoundSkill {
  skill: Skill;
  /** Above 0, to 1. Says nothing of another search. */
  score: number;
  /** Place in the order by name. */
  rank: number;
}

/**
 * All of a name, or of a synonym, is what was typed. A synonym comes after every name that has the very words (0.855 and
 * more), and before names that only begin so (up to 0.76).
 */
const WHOLE_NAME = 1;
const WHOLE_SYNONYM = 0.85;

/** Longest stretch of work on the index, in ms, before others have their turn. */
const SLICE_MS = 5;
/** A search waits for so many changed skills to be indexed, some 10 ms of work, and not for more. */
const FEW = 200;

/**
 * Finds skills by words or their beginnings, small typing errors forgiven, over names, synonyms and descriptions. Follows
 * the directory when asked: changed skills are replaced in the index, slice by slice where they are many, and until that
 * has ended a search answers from what the index has. Only the first search waits for a whole index.
 */
export class SkillSearch {
  readonly #index = new SkillIndex();
  #wanted: SearchableSkills | null = null;
  #followed: SearchableSkills | null = null;
  #following: Promise<void> | null = null;
  #ranks: { skills: SearchableSkills; byId: ReadonlyMap<string, number> } | null = null;
  /** Changes that the index is behind. */
  #behind = 0;

  /** Brings the index up to these skills; resolves when it is. Skills given later take over. */
  async follow(skills: SearchableSkills): Promise<void> {
    this.#wanted = skills;
    if (this.#followed === skills) return;
    this.#following ??= this.#catchUp().finally(() => {
      this.#following = null;
    });
    await this.#following;
  }

  /** Those of `among` that the text finds: the best first, equally good ones by name. */
  async find(
    skills: SearchableSkills,
    text: string,
    among: readonly Skill[] = skills.all,
  ): Promise<readonly FoundSkill[]> {
    const following = this.follow(skills);
    if (this.#followed === null || this.#behind <= FEW) await following;
    const scores = this.#index.scores(text);
    const key = skillNameKey(text);
    // Also finds names made of signs alone.
    for (const skill of skills.byName(text)) {
      scores.set(skill.id, namesOf(skill).some((name) => skillNameKey(name) === key) ? WHOLE_NAME : WHOLE_SYNONYM);
    }
    if (scores.size === 0) return [];
    const ranks = this.#ranksOf(skills);
    const kept = among === skills.all ? null : new Set(among);
    const found: FoundSkill[] = [];
    for (const [id, score] of scores) {
      const rank = ranks.get(id) ?? -1;
      const skill = skills.all[rank];
      if (skill && kept?.has(skill) !== false) found.push({ skill, score, rank });
    }
    return found.toSorted((a, b) => b.score - a.score || a.rank - b.rank);
  }

  /** Places in the order by name. Kept: going through 20,000 skills takes longer than finding the ones that fit. */
  #ranksOf(skills: SearchableSkills): ReadonlyMap<string, number> {
    if (this.#ranks?.skills !== skills) {
      this.#ranks = { skills, byId: new Map(skills.all.map(({ id }, rank) => [id, rank])) };
    }
    return this.#ranks.byId;
  }

  async #catchUp(): Promise<void> {
    for (let skills = this.#wanted; skills !== this.#followed && skills !== null; skills = this.#wanted) {
      let began = performance.now();
      const changes = this.#changesTo(skills);
      this.#behind = changes.length;
      for (const change of changes) {
        if (performance.now() - began > SLICE_MS) {
          await new Promise((resolve) => setImmediate(resolve));
          if (this.#wanted !== skills) break;
          began = performance.now();
        }
        if (typeof change === 'string') this.#index.delete(change);
        else this.#index.set(change);
        this.#behind -= 1;
      }
      if (this.#behind === 0) this.#followed = skills;
    }
  }

  /** Skills that the index must take, and ids that it must drop. */
  #changesTo({ all }: SearchableSkills): (Skill | string)[] {
    const changes: (Skill | string)[] = [];
    let known = 0;
    for (const skill of all) {
      const before = this.#index.get(skill.id);
      if (before !== null) known += 1;
      if (before === null || !sameText(before, skill)) changes.push(skill);
      // The new object, so that the old one and its rows can go.
      else if (before !== skill) this.#index.set(skill);
    }
    if (known < this.#index.size) {
      const kept = new Set(all.map(({ id }) => id));
      for (const id of this.#index.ids()) if (!kept.has(id)) changes.push(id);
    }
    return changes;
  }
}
