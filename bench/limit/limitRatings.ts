/** The limit's reading of the providers' rows. */
import type { RawImochaSkill, RawKomboRating, RawMembership } from './limitCalls.ts';
import type { KnownSkill } from './limitDirectory.ts';

/** One rating on its way into an answer; `more` are the fields that only `one` shows. */
export interface Rating {
  id: string;
  source: string;
  normalized: number | null;
  proficiency: object | null;
  more: () => { sourceLabel: string; remoteId: string | null; changedAt: string; integration: string };
}

export function ofKombo(row: RawKomboRating, skill: KnownSkill): Rating {
  const { id, rating_source: label, proficiency } = row;
  const chosen = proficiency?.type === 'SINGLE_SELECT' ? skill.options.get(proficiency.selected_option_id) : undefined;
  const numeric = proficiency?.type === 'NUMERIC' && skill.scale?.kind === 'numeric' ? skill.scale : null;
  const value = proficiency?.type === 'NUMERIC' ? proficiency.value : 0;
  return {
    id: idOf('kombo-main', id),
    source: label === 'SELF' || label === 'MANAGER' || label === 'EXTERNAL' ? label : 'OTHER',
    normalized: chosen
      ? skill.options.size < 2
        ? null
        : chosen.place / (skill.options.size - 1)
      : numeric && shareOf(value, numeric.min, numeric.max),
    proficiency: chosen
      ? { __typename: 'SingleSelectProficiency', selected: chosen.option }
      : numeric && numericOf(value, numeric.min, numeric.max, numeric.step),
    more: () => ({ sourceLabel: label, remoteId: id, changedAt: instant(row.changed_at), integration: 'kombo-main' }),
  };
}

/** Channels in the gateway's order: field, part of the id, source, label. */
const CHANNELS = [
  ['selfValidationScore', 'self', 'SELF', 'Self rating'],
  ['managerValidationScore', 'manager', 'MANAGER', 'Manager rating'],
  ['iMochaValidationScore', 'assessment', 'ASSESSMENT', 'iMocha assessment'],
  ['multiRaterValidationScore', 'multiRater', 'PEER', 'Multi-rater'],
  ['weightedAIInferenceScore', 'aiInference', 'INFERRED', 'AI inference'],
  ['weightedProficiencyScore', 'combined', 'COMBINED', 'Combined'],
] as const;

export function ofImocha(raw: RawImochaSkill, employeeId: string, skill: KnownSkill | undefined): Rating[] {
  const scale = skill?.scale?.kind === 'numeric' ? skill.scale : null;
  const { skillId, modifiedOn } = raw.skill;
  const rating = (part: string, source: string, sourceLabel: string, score: number | null): Rating => ({
    id: idOf('imocha-main', employeeId, String(skillId), part),
    source,
    normalized: score === null || scale === null ? null : shareOf(score, scale.min, scale.max),
    proficiency: score === null || scale === null ? null : numericOf(score, scale.min, scale.max, scale.step),
    more: () => ({ sourceLabel, remoteId: null, changedAt: instant(`${modifiedOn}Z`), integration: 'imocha-main' }),
  });
  const ratings: Rating[] = [];
  for (const [field, part, source, label] of CHANNELS) {
    const score = raw[field];
    if (score === null) continue;
    if (score === 0 && (source === 'SELF' || (source === 'COMBINED' && ratings.length === 0))) continue;
    ratings.push(rating(part, source, label, score));
  }
  return ratings.length > 0 ? ratings : [rating('held', 'OTHER', 'iMocha', null)];
}

export function ofKantata(row: RawMembership): Rating {
  const { id, level, max_level: max } = row;
  const rated = level > 0 && max > 1;
  return {
    id: idOf('kantata-main', id),
    source: 'OTHER',
    normalized: rated ? shareOf(level, 1, max) : null,
    proficiency: rated ? numericOf(level, 1, max, 1) : null,
    more: () => ({
      sourceLabel: 'Kantata',
      remoteId: id,
      changedAt: instant(row.updated_at),
      integration: 'kantata-main',
    }),
  };
}

function idOf(...parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(['SkillRating', ...parts])).toString('base64url');
}

function numericOf(value: number, min: number | null, max: number | null, step: number | null): object {
  return { __typename: 'NumericProficiency', value, scale: { min, max, step } };
}

function shareOf(value: number, min: number | null, max: number | null): number | null {
  if (min === null || max === null || max <= min || value < min || value > max) return null;
  return (value - min) / (max - min);
}

function instant(text: string): string {
  return new Date(text).toISOString();
}
