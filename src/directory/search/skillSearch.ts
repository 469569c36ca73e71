import type { Skill } from '../../domain/entities.ts';
import { skillNameKey } from '../../domain/matching/skillMatch.ts';
import { namesOf, sameText, SkillIndex } from './skillIndex.ts';

/** The skills to search, as they are in the directory at one moment; each moment has its own object. */
export interface SearchableSkills {
  /** By name. */
  readonly all: readonly Skill[];
  byName(name: string): readonly Skill[];
}

export interface FoundSkill {
  skill: Skill;
  /** Above 0 and up to 1; not comparable between searches. */
  score: number;
  /** Place in the order by name. */
  rank: number;
}

/**
 * Scores of an exact name and an exact synonym. A synonym ranks after every name with exactly these words (0.855 and
 * more), and before names that only begin with them (up to 0.76).
 */
const WHOLE_NAME = 1;
const WHOLE_SYNONYM = 0.85;

/** The longest slice of work on the index, in ms, before other work runs. */
const SLICE_MS = 5;
/** A search waits until up to this many changed skills are indexed, some 10 ms of work. */
const FEW = 200;

/**
 * Finds skills by words or prefixes, tolerating small typing errors, in names, synonyms and descriptions. Catches up
 * with the directory when asked: changed skills are replaced in the index, in slices where they are many, and until
 * then a search answers from the index as it is. Only the first search waits for the whole index.
 */
export class SkillSearch {
  readonly #index = new SkillIndex();
  #wanted: SearchableSkills | null = null;
  #followed: SearchableSkills | null = null;
  #following: Promise<void> | null = null;
  #ranks: { skills: SearchableSkills; byId: ReadonlyMap<string, number> } | null = null;
  /** The number of changes that the index lacks. */
  #behind = 0;

  /** Updates the index to these skills; resolves when that is done. A later call supersedes this one. */
  async follow(skills: SearchableSkills): Promise<void> {
    this.#wanted = skills;
    if (this.#followed === skills) return;
    this.#following ??= this.#catchUp().finally(() => {
      this.#following = null;
    });
    await this.#following;
  }

  /** The skills of `among` that match the text: the best first, ties by name. */
  async find(
    skills: SearchableSkills,
    text: string,
    among: readonly Skill[] = skills.all,
  ): Promise<readonly FoundSkill[]> {
    const following = this.follow(skills);
    if (this.#followed === null || this.#behind <= FEW) await following;
    const scores = this.#index.scores(text);
    const key = skillNameKey(text);
    // Also finds names that consist of signs only.
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

  /** Ranks in the order by name. Cached: iterating 20,000 skills takes longer than the search itself. */
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

  /** Skills to add to the index, and ids to remove from it. */
  #changesTo({ all }: SearchableSkills): (Skill | string)[] {
    const changes: (Skill | string)[] = [];
    let known = 0;
    for (const skill of all) {
      const before = this.#index.get(skill.id);
      if (before !== null) known += 1;
      if (before === null || !sameText(before, skill)) changes.push(skill);
      // The new object, so that the old one and its rows can be collected.
      else if (before !== skill) this.#index.set(skill);
    }
    if (known < this.#index.size) {
      const kept = new Set(all.map(({ id }) => id));
      for (const id of this.#index.ids()) if (!kept.has(id)) changes.push(id);
    }
    return changes;
  }
}
