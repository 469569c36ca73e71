import { hash } from '../../../src/simulator/random.ts';
import type { Workforce, WorkforceSkill } from '../../../src/simulator/workforce.ts';
import type { RawClassification, RawNamed, RawTaxonomySkill } from '../raw.ts';
import type { ImochaSwitches } from './switches.ts';

/** First ids of the three spaces (imocha.md#skill-id-spaces), far enough apart that no workforce makes them meet. */
const FIRST = { taxonomySkillId: 500_001, 'skill.id': 700_001, own: 900_001 } as const;

/** The two ids are the fixtures' (imocha.md#skills-profiles); the others go on from there. */
const CLASSIFICATION_IDS: Readonly<Record<WorkforceSkill['category'], number>> = {
  'Technical Skill': 504,
  Tool: 507,
  Language: 511,
  Certification: 512,
};

/** Records change on some day of these years, before any clock of a test starts. */
const FIRST_CHANGE = Date.parse('2023-01-01T00:00:00Z');
const LAST_CHANGE = Date.parse('2026-02-28T00:00:00Z');

/** An instant that depends on the text only. */
export function changeOf(text: string): number {
  return FIRST_CHANGE + Math.floor((hash(text) / 2 ** 32) * (LAST_CHANGE - FIRST_CHANGE));
}

export interface TaxonomyEntry {
  skill: WorkforceSkill;
  /** Milliseconds; it never shows in an answer. */
  changedAt: number;
}

export interface Taxonomy {
  /** In the order of their ids. */
  entries: readonly TaxonomyEntry[];
  toRaw(entry: TaxonomyEntry): RawTaxonomySkill;
  /** A skill as profiles name it; undefined for one that the talent system does not know. */
  nameOf(skillIndex: number): string | undefined;
  profileSkillId(skillIndex: number): number;
  externalIdOf(skillIndex: number): string | null;
  classificationOf(skillIndex: number): RawClassification;
}

/** The tenant's taxonomy, which lacks one in twenty of the skills that profiles name. */
export function createTaxonomy({ seed, skills }: Workforce, switches: ImochaSwitches): Taxonomy {
  const domains = numbered(skills, 41, (skill) => skill.domain);
  const subdomains = numbered(skills, 201, (skill) => `${skill.domain}/${skill.subdomain}`);
  const clusters = numbered(skills, 1701, (skill) => `${skill.domain}/${skill.subdomain}/${skill.cluster}`);

  const externalIdOf = (index: number) =>
    switches.externalSkillIds && index % 4 === 1 ? `TS-${String(index).padStart(5, '0')}` : null;
  const classificationOf = (index: number): RawClassification => {
    const category = skills[index]?.category ?? 'Technical Skill';
    return { classificationId: CLASSIFICATION_IDS[category], classificationName: category };
  };
  const toRaw = ({ skill }: TaxonomyEntry): RawTaxonomySkill => ({
    taxonomySkillId: FIRST.taxonomySkillId + skill.index,
    externalId: externalIdOf(skill.index),
    domain: named(domains, skill.domain, skill.domain),
    subdomain: named(subdomains, `${skill.domain}/${skill.subdomain}`, skill.subdomain),
    skillCluster: named(clusters, `${skill.domain}/${skill.subdomain}/${skill.cluster}`, skill.cluster),
    skillClassification: classificationOf(skill.index),
    skill: { id: FIRST['skill.id'] + skill.index, name: skill.name, description: skill.description },
    displayName: skill.names.talent ?? skill.name,
    description: skill.index % 2 === 0 ? skill.description : null,
    isCritical: skill.index % 10 === 0,
    taxonomySkillTags: [...skill.synonyms],
    skillRubrics: null,
  });

  const known = skills.filter((skill) => skill.names.talent !== null);
  const listed = known.filter((_, position) => position % 20 !== 12);
  return {
    entries: listed.map((skill) => ({ skill, changedAt: changeOf(`${seed} taxonomy ${skill.index}`) })),
    toRaw,
    nameOf: (index) => skills[index]?.names.talent ?? undefined,
    profileSkillId: (index) => FIRST[switches.profileSkillId] + index,
    externalIdOf,
    classificationOf,
  };
}

/** Ids by distinct text, in order of appearance. */
function numbered(skills: readonly WorkforceSkill[], first: number, textOf: (skill: WorkforceSkill) => string) {
  const texts = [...new Set(skills.map(textOf))];
  return new Map(texts.map((text, position) => [text, first + position]));
}

function named(ids: ReadonlyMap<string, number>, key: string, name: string): RawNamed {
  return { id: ids.get(key) ?? 0, name };
}

/** When a skill of a profile changed last, in milliseconds. */
export function skillChangedAt(seed: string, recordKey: string, skillIndex: number): number {
  return changeOf(`${seed} profile ${recordKey} ${skillIndex}`);
}
