import { hash } from '../../../src/simulator/random.ts';
import type { Person, PersonRecord, Workforce, WorkforceSkill } from '../../../src/simulator/workforce.ts';

export interface SimUser {
  id: number;
  fullName: string;
  email: string | null;
  headline: string | null;
  managerId: number | null;
  /** In some project: without `on_my_account` nobody else is listed (kantata.md#users). */
  participant: boolean;
  /** The employee number, kept as an external reference. */
  employeeNumber: string | null;
  disabledAt: number | null;
  createdAt: number;
  updatedAt: number;
}

export interface SimReference {
  id: number;
  serviceName: string;
  serviceModel: string;
  serviceModelRef: string;
  createdAt: number;
  updatedAt: number;
}

export interface SimSkill {
  id: number;
  name: string;
  description: string | null;
  maxLevel: 1 | 5;
  categoryId: number;
  /** One of each service (kantata.md#external-references). */
  references: SimReference[];
  createdAt: number;
  updatedAt: number;
}

export interface SimMembership {
  id: number;
  userId: number;
  skillId: number;
  level: number;
  creatorId: number | null;
  createdAt: number;
  updatedAt: number;
}

/** Exactly these four; their ids are assumed (kantata.md#skill-categories). */
export const CATEGORIES = [
  { id: 1, name: 'Skill' },
  { id: 2, name: 'Language' },
  { id: 3, name: 'Certification' },
  { id: 4, name: 'Other' },
] as const;

/** Id spaces, apart from each other so that a mix-up shows as "not found". */
const USERS = 100_001;
const SKILLS = 70_001;
export const MEMBERSHIPS = 20_000_001;
const ACCOUNT_MEMBERSHIPS = 4_000_000;
const EXTERNAL_REFERENCES = 8_000_000;
/** Of skills; those of users have theirs from the users' ids. */
export const SKILL_REFERENCES = 9_000_001;

const EPOCH = Date.parse('2022-01-03T17:00:00Z');
const DAY = 86_400_000;
const MINUTE = 60_000;

export function accountMembershipId(userId: number): number {
  return ACCOUNT_MEMBERSHIPS + userId;
}

/** The user of an account membership. */
export function userOfAccountMembership(id: number): number {
  return id - ACCOUNT_MEMBERSHIPS;
}

export function externalReferenceId(userId: number): number {
  return EXTERNAL_REFERENCES + userId;
}

/** Two ids a person, since a person may have two records. */
function userIdOf(person: Person, record: number): number {
  return USERS + person.index * 2 + record;
}

export function usersOf(workforce: Workforce): SimUser[] {
  return workforce.people.flatMap((person) =>
    person.records.projects.map((record, position) => toUser(person, record, position, workforce)),
  );
}

function toUser(person: Person, record: PersonRecord, position: number, { people }: Workforce): SimUser {
  const manager = person.managerIndex === null ? undefined : people[person.managerIndex];
  const createdAt = EPOCH + (hash(record.key) % 500) * DAY;
  return {
    id: userIdOf(person, position),
    fullName: `${record.givenName} ${record.familyName}`,
    email: record.email,
    headline: person.jobTitle,
    managerId: manager && manager.records.projects.length > 0 ? userIdOf(manager, 0) : null,
    participant: hash(`${record.key} participates`) % 3 !== 0,
    employeeNumber: record.number,
    disabledAt: record.active ? null : createdAt + 200 * DAY,
    createdAt,
    updatedAt: createdAt,
  };
}

export function skillsOf(workforce: Workforce): SimSkill[] {
  return workforce.skills.flatMap((skill) => {
    const name = skill.names.projects;
    if (name === null) return [];
    const createdAt = EPOCH + skill.index * MINUTE;
    const category = categoryOf(skill);
    return [
      {
        id: SKILLS + skill.index,
        name,
        description: skill.description,
        maxLevel: category.name === 'Skill' ? 5 : 1,
        categoryId: category.id,
        references: [],
        createdAt,
        updatedAt: createdAt,
      },
    ];
  });
}

function categoryOf(skill: WorkforceSkill): (typeof CATEGORIES)[number] {
  return CATEGORIES.find(({ name }) => name === skill.category) ?? CATEGORIES[0];
}

/** In the order of creation, which is that of ids; a person's own share one instant, as after a bulk create. */
export function membershipsOf(workforce: Workforce, creatorId: number | null): SimMembership[] {
  const memberships: SimMembership[] = [];
  for (const { personIndex, skillIndex, level, systems } of workforce.holdings) {
    const person = workforce.people[personIndex];
    const skill = workforce.skills[skillIndex];
    if (!systems.includes('projects') || !person || !skill) continue;
    const createdAt = EPOCH + 600 * DAY + personIndex * MINUTE;
    const unlevelled = categoryOf(skill).name !== 'Skill';
    const unrated = unlevelled || hash(`${personIndex} holds ${skillIndex}`) % 12 === 0;
    memberships.push({
      id: MEMBERSHIPS + memberships.length,
      userId: userIdOf(person, 0),
      skillId: SKILLS + skillIndex,
      level: unrated ? 0 : 1 + Math.round(level * 4),
      creatorId,
      createdAt,
      updatedAt: createdAt,
    });
  }
  return memberships;
}
