import type { SkillRow } from '../../domain/records.ts';
import type { SkillMention } from '../../domain/roles.ts';

/** A skill known only from rating rows, with the keys that would join it to a catalogue's skill. */
export interface LearntSkill {
  row: SkillRow;
  keys: readonly string[] | null;
}

export function learntFrom({
  skillId,
  skillName,
  skillScale,
  skillClassification,
  skillKeys,
}: SkillMention): LearntSkill {
  return {
    row: {
      remoteId: skillId,
      sourceId: null,
      name: skillName,
      description: null,
      synonyms: [],
      scale: skillScale,
      classification: skillClassification,
      url: null,
      changedAt: null,
      aliases: [],
    },
    keys: skillKeys,
  };
}

/** The skill completed from a further row, e.g. with the scale after an unrated skill; null where nothing is new. */
export function completed({ row, keys }: LearntSkill, rating: SkillMention): LearntSkill | null {
  const name = row.name ?? rating.skillName;
  const scale = row.scale ?? rating.skillScale;
  const classification = row.classification ?? rating.skillClassification;
  const isNew = name !== row.name || scale !== row.scale || classification !== row.classification;
  return isNew ? { row: { ...row, name, scale, classification }, keys } : null;
}

/** A learnt skill as a rating row would mention it. */
export function mentionOf({ row, keys }: LearntSkill): SkillMention {
  const { remoteId: skillId, name, scale, classification } = row;
  return { skillId, skillKeys: keys, skillName: name, skillScale: scale, skillClassification: classification };
}

/** The skills that many rating rows mention, each once, with everything known of it. */
export class Mentions {
  readonly #skills = new Map<string, LearntSkill>();

  add(rows: Iterable<SkillMention>): void {
    for (const row of rows) {
      const known = this.#skills.get(row.skillId);
      const better = known ? completed(known, row) : learntFrom(row);
      if (better) this.#skills.set(row.skillId, better);
    }
  }

  *all(): Iterable<SkillMention> {
    for (const skill of this.#skills.values()) yield mentionOf(skill);
  }
}
