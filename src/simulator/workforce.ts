/**
 * One fictional workforce that all simulators share. Each of three systems sees its own slice of it, with the traps that
 * real data has: missing numbers, renamed e-mails, re-hires, shared mailboxes. Same seed, same bytes.
 */
import { Random } from './random.ts';
import { FAMILY_NAMES, GIVEN_NAMES, LOCATIONS, ORGANISATION } from './names.ts';
import { composedSkill, KNOWN_SKILLS, type SkillCategory } from './skillVocabulary.ts';

/** The systems, by what they are for: the HR system, the talent system, the project system. */
export const SYSTEMS = ['hr', 'talent', 'projects'] as const;
export type System = (typeof SYSTEMS)[number];

/** Why two records of one person, or records of two persons, are hard to match. */
export type Trap =
  | 'rehire'
  | 'renamedEmail'
  | 'missingNumber'
  | 'sharedMailbox'
  | 'twoIds'
  | 'namesake'
  | 'nameSpelling'
  | 'leadingZeros';

/** How one system records a person. */
export interface PersonRecord {
  /** Unique within the system and stable: what the simulator derives its ids from. */
  key: string;
  givenName: string;
  familyName: string;
  email: string | null;
  /** Employee number or external id as this system has it. */
  number: string | null;
  active: boolean;
}

export interface Person {
  index: number;
  jobTitle: string;
  jobCode: string;
  department: string;
  location: string;
  startDate: string;
  /** Position in `people`; null at the top. */
  managerIndex: number | null;
  trap: Trap | null;
  /** No record: the system does not know the person. Two records: a re-hire or a double entry. */
  records: Record<System, readonly PersonRecord[]>;
}

export interface WorkforceSkill {
  index: number;
  name: string;
  description: string | null;
  synonyms: readonly string[];
  domain: string;
  subdomain: string;
  cluster: string;
  category: SkillCategory;
  /** The name in each system; null where the system does not list the skill. Spelling may differ in case and spacing. */
  names: Record<System, string | null>;
}

/** That a person holds a skill, and how well: the truth that each system reports in its own scale and by its own sources. */
export interface Holding {
  personIndex: number;
  skillIndex: number;
  /** 0 to 1. */
  level: number;
  systems: readonly System[];
}

export interface Workforce {
  seed: string;
  people: readonly Person[];
  skills: readonly WorkforceSkill[];
  holdings: readonly Holding[];
}

export interface WorkforceSize {
  people: number;
  skills: number;
  /** Skills each person holds, about. */
  holdingsPerPerson: number;
}

export const DEFAULT_SIZE: WorkforceSize = { people: 1000, skills: 300, holdingsPerPerson: 12 };

export function createWorkforce(seed = 'skills-gateway', size: Partial<WorkforceSize> = {}): Workforce {
  const { people, skills, holdingsPerPerson } = { ...DEFAULT_SIZE, ...size };
  const catalogue = createSkills(seed, skills);
  const staff = createPeople(seed, people);
  return {
    seed,
    people: staff,
    skills: catalogue,
    holdings: createHoldings(seed, staff, catalogue, holdingsPerPerson),
  };
}

function createPeople(seed: string, count: number): Person[] {
  const random = new Random(`${seed} people`);
  const emails = new Set<string>();
  const people: Person[] = [];
  for (let index = 0; index < count; index += 1) {
    const givenName = random.pick(GIVEN_NAMES);
    const familyName = random.pick(FAMILY_NAMES);
    const email = freeEmail(emails, givenName, familyName);
    const unit = random.pick(ORGANISATION);
    const rank = random.integer(0, unit.titles.length - 1);
    const trap = TRAP_CYCLE[index % TRAP_CYCLE.length] ?? null;
    const startYear = random.integer(2005, 2025);
    const startMonth = String(random.integer(1, 12)).padStart(2, '0');
    const startDay = String(random.integer(1, 28)).padStart(2, '0');
    const number = String(index + 1001).padStart(trap === 'leadingZeros' ? 8 : 5, '0');
    const base: PersonRecord = {
      key: `p${index}`,
      givenName,
      familyName,
      email,
      number,
      active: !random.chance(0.04),
    };
    const inTalent = random.chance(0.92);
    const inProjects = random.chance(0.85);
    people.push({
      index,
      jobTitle: unit.titles[rank] ?? unit.titles[0],
      // Two codes a title.
      jobCode: `${unit.code}-${1 + 2 * rank + (index % 2)}`,
      department: unit.department,
      location: random.pick(LOCATIONS),
      startDate: `${startYear}-${startMonth}-${startDay}`,
      managerIndex: index === 0 ? null : Math.floor((index - 1) / 8),
      trap,
      records: {
        hr: trap === 'rehire' ? [{ ...base, key: `p${index}-old`, active: false, email: null }, base] : [base],
        talent: inTalent ? talentRecords(base, trap) : [],
        projects: inProjects ? projectRecords(base, trap, emails) : [],
      },
    });
  }
  shareMailboxes(people);
  return people;
}

/** One trap in about eight people, spread evenly so that small workforces have them all. */
const TRAP_CYCLE: readonly (Trap | null)[] = [
  null,
  null,
  null,
  'leadingZeros',
  null,
  null,
  null,
  'missingNumber',
  null,
  null,
  null,
  null,
  'renamedEmail',
  null,
  null,
  null,
  'nameSpelling',
  null,
  null,
  null,
  null,
  'rehire',
  null,
  null,
  null,
  'sharedMailbox',
  null,
  null,
  'sharedMailbox',
  null,
  null,
  'twoIds',
  null,
  null,
  null,
  'namesake',
  null,
];

function talentRecords(base: PersonRecord, trap: Trap | null): PersonRecord[] {
  switch (trap) {
    case 'missingNumber':
      return [{ ...base, number: null }];
    case 'renamedEmail':
      return [{ ...base, email: `${base.familyName}.${base.key}@example.test`.toLowerCase() }];
    case 'nameSpelling':
      return [{ ...base, number: null, givenName: base.givenName.slice(0, 1) + '.' }];
    case 'twoIds':
      return [base, { ...base, key: `${base.key}-b`, number: null }];
    case 'namesake':
      // Another person of the same name under the same number space: no number here, and another address.
      return [{ ...base, number: null, email: `other.${base.key}@example.test` }];
    default:
      return [base];
  }
}

function projectRecords(base: PersonRecord, trap: Trap | null, emails: Set<string>): PersonRecord[] {
  // The project system keeps external references for every second person only: the others match by e-mail.
  const hasReference = Number(base.key.slice(1)) % 2 === 0;
  const record = { ...base, number: hasReference ? base.number : null };
  if (trap === 'renamedEmail') {
    return [{ ...record, number: base.number, email: freeEmail(emails, base.givenName, `${base.familyName}-new`) }];
  }
  if (trap === 'missingNumber') return [{ ...record, number: null, email: base.email?.toUpperCase() ?? null }];
  return [record];
}

/** Neighbouring `sharedMailbox` people report one address in every system; their numbers go missing in the talent system. */
function shareMailboxes(people: Person[]): void {
  const sharing = people.filter((person) => person.trap === 'sharedMailbox');
  for (let i = 0; i + 1 < sharing.length; i += 2) {
    const email = `team.${i / 2}@example.test`;
    for (const person of [sharing[i], sharing[i + 1]]) {
      if (!person) continue;
      const shared = (records: readonly PersonRecord[]) => records.map((record) => ({ ...record, email }));
      person.records = {
        hr: shared(person.records.hr),
        talent: shared(person.records.talent).map((record) => ({ ...record, number: null })),
        projects: shared(person.records.projects),
      };
    }
  }
}

function freeEmail(taken: Set<string>, givenName: string, familyName: string): string {
  const local = `${givenName}.${familyName}`
    .normalize('NFD')
    .replace(/[^A-Za-z.-]/g, '')
    .toLowerCase();
  for (let suffix = 1; ; suffix += 1) {
    const email = `${local}${suffix === 1 ? '' : String(suffix)}@example.test`;
    if (taken.has(email)) continue;
    taken.add(email);
    return email;
  }
}

function createSkills(seed: string, count: number): WorkforceSkill[] {
  const random = new Random(`${seed} skills`);
  const skills: WorkforceSkill[] = [];
  for (let index = 0; index < count; index += 1) {
    const { family, skill } = KNOWN_SKILLS[index] ?? composedSkill(index - KNOWN_SKILLS.length);
    const everywhere = index < 12;
    const lists = (share: number) => everywhere || random.chance(share);
    const inHr = lists(0.8);
    const inTalent = lists(0.85);
    const inProjects = lists(0.75) || (!inHr && !inTalent);
    skills.push({
      index,
      name: skill.name,
      description: index % 3 === 0 ? null : `Working with ${skill.name} at work.`,
      synonyms: skill.synonyms ?? [],
      domain: family.domain,
      subdomain: family.subdomain,
      cluster: family.cluster,
      category: family.category,
      names: {
        hr: inHr ? skill.name : null,
        talent: inTalent ? (index % 5 === 3 ? skill.name.toUpperCase() : skill.name) : null,
        projects: inProjects ? (index % 7 === 4 ? ` ${skill.name.replaceAll(' ', '  ')}` : skill.name) : null,
      },
    });
  }
  return skills;
}

/** Chooses skills as people of a department have them: mostly of its own clusters, else the popular ones first. */
export function skillChooser(skills: readonly WorkforceSkill[]): (random: Random, department: string) => number {
  const own = new Map(
    ORGANISATION.map(({ department, clusters }) => [
      department,
      skills.filter(({ cluster }) => clusters.includes(cluster)).map(({ index }) => index),
    ]),
  );
  return (random, department) => {
    const pool = own.get(department) ?? [];
    const isOwn = random.chance(OWN_SHARE);
    // The square prefers low indexes, which are the popular skills.
    const place = random.next() ** 2;
    return (isOwn ? pool[Math.floor(place * pool.length)] : undefined) ?? Math.floor(place * skills.length);
  };
}

/** How much of what people know is of their department's trade. */
const OWN_SHARE = 0.6;

function createHoldings(
  seed: string,
  people: readonly Person[],
  skills: readonly WorkforceSkill[],
  perPerson: number,
): Holding[] {
  const random = new Random(`${seed} holdings`);
  const choose = skillChooser(skills);
  const holdings: Holding[] = [];
  for (const person of people) {
    // One person in fifty holds nothing at all.
    if (person.index % 50 === 49) continue;
    const held = new Set<number>();
    const count = Math.min(skills.length, random.integer(Math.max(1, perPerson - 4), perPerson + 4));
    while (held.size < count) held.add(choose(random, person.department));
    for (const skillIndex of held) {
      const skill = skills[skillIndex];
      if (!skill) continue;
      const systems = SYSTEMS.filter(
        (system) => skill.names[system] !== null && person.records[system].length > 0 && random.chance(0.8),
      );
      const level = Math.round(random.next() * 100) / 100;
      if (systems.length > 0) holdings.push({ personIndex: person.index, skillIndex, level, systems });
    }
  }
  return holdings;
}
