import type { Clock } from '../../../src/lib/clock.ts';
import type { Workforce } from '../../../src/simulator/workforce.ts';
import {
  MEMBERSHIPS,
  SKILL_REFERENCES,
  membershipsOf,
  skillsOf,
  usersOf,
  type SimMembership,
  type SimReference,
  type SimSkill,
  type SimUser,
} from './data.ts';
import { SortedList } from './sorted.ts';

function byName<Item extends { id: number }>(nameOf: (item: Item) => string) {
  return (a: Item, b: Item): number => {
    const [x, y] = [nameOf(a), nameOf(b)];
    if (x === y) return a.id - b.id;
    return x < y ? -1 : 1;
  };
}

/** Skill names are unique without case (kantata.md#validation). */
export function skillKey({ name }: Pick<SimSkill, 'name'>): string {
  return name.trim().toLowerCase();
}

/** A skill as sent, checked; undefined is not sent. */
export interface SkillFields extends Partial<Pick<SimSkill, 'name' | 'maxLevel' | 'categoryId' | 'description'>> {
  reference?: Pick<SimReference, 'serviceName' | 'serviceModel' | 'serviceModelRef'>;
}

/** What happened to a user (kantata.md#events). */
export interface SimEvent {
  id: number;
  type: 'user:updated';
  userId: number;
  createdAt: number;
}

/** The simulator's data, indexed so that no call of the adapter costs more than the rows it shows. */
export class Store {
  readonly users: ReadonlyMap<number, SimUser>;
  readonly usersByName: SortedList<SimUser>;
  readonly usersByEmail = new Map<string, Set<SimUser>>();
  readonly skills: ReadonlyMap<number, SimSkill>;
  readonly skillsByName: SortedList<SimSkill>;
  readonly memberships = new Map<number, SimMembership>();
  /** By id, which is also the order of creation. */
  readonly membershipsInOrder: SortedList<SimMembership>;
  readonly membershipsByUser = new Map<number, Map<number, SimMembership>>();
  readonly membershipsBySkill = new Map<number, Set<SimMembership>>();
  /** The user behind the token, an administrator. */
  readonly me: SimUser;
  readonly #clock: Clock;
  readonly #skills: Map<number, SimSkill>;
  /** Ids by name, which is unique without case. */
  readonly #names: Map<string, number>;
  #nextSkillId: number;
  #nextReferenceId = SKILL_REFERENCES;
  #nextId: number;
  #lastCreation: number;

  constructor(workforce: Workforce, clock: Clock) {
    this.#clock = clock;
    const users = usersOf(workforce);
    const me = users.find((user) => user.disabledAt === null);
    if (!me) throw new Error('the workforce has no active person in the project system');
    this.me = me;
    this.users = new Map(users.map((user) => [user.id, user]));
    this.usersByName = new SortedList(
      users,
      byName((user) => user.fullName.toLowerCase()),
    );
    for (const user of users) this.#indexEmail(user);
    const skills = skillsOf(workforce);
    this.#skills = new Map(skills.map((skill) => [skill.id, skill]));
    this.skills = this.#skills;
    this.skillsByName = new SortedList(skills, byName<SimSkill>(skillKey));
    this.#nextSkillId = Math.max(0, ...this.skills.keys()) + 1;
    this.#names = new Map(skills.map((skill) => [skillKey(skill), skill.id]));
    const memberships = membershipsOf(workforce, me.id);
    this.membershipsInOrder = new SortedList(memberships, (a, b) => a.id - b.id);
    for (const membership of memberships) this.#index(membership);
    this.#nextId = MEMBERSHIPS + memberships.length;
    this.#lastCreation = memberships.at(-1)?.createdAt ?? 0;
  }

  /** What happened to users since the start. */
  readonly events: SimEvent[] = [];

  now(): number {
    return this.#clock.now();
  }

  /**
   * Later than every creation before, by less than the wire shows: rows of one bulk have an order
   * (kantata.md#bulk-creates).
   */
  addMembership(given: { userId: number; skillId: number; level: number }): SimMembership {
    const createdAt = Math.max(this.now(), this.#lastCreation + 0.001);
    this.#lastCreation = createdAt;
    const membership = { ...given, id: this.#nextId, creatorId: this.me.id, createdAt, updatedAt: createdAt };
    this.#nextId += 1;
    this.membershipsInOrder.add(membership);
    this.#index(membership);
    return membership;
  }

  removeMembership(membership: SimMembership): void {
    this.memberships.delete(membership.id);
    this.membershipsInOrder.remove(membership);
    this.membershipsByUser.get(membership.userId)?.delete(membership.skillId);
    this.membershipsBySkill.get(membership.skillId)?.delete(membership);
  }

  /** The id of the skill of this name; undefined when the name is free. */
  skillNamed(name: string): number | undefined {
    return this.#names.get(skillKey({ name }));
  }

  /** `fields` are complete but for the description and the reference. */
  addSkill(fields: SkillFields): SimSkill {
    const createdAt = this.now();
    const { name = '', maxLevel = 1, categoryId = 1, description = null } = fields;
    const skill: SimSkill = {
      id: this.#nextSkillId,
      name,
      description,
      maxLevel,
      categoryId,
      references: [],
      createdAt,
      updatedAt: createdAt,
    };
    this.#nextSkillId += 1;
    this.#refer(skill, fields.reference);
    this.#skills.set(skill.id, skill);
    this.skillsByName.add(skill);
    this.#names.set(skillKey(skill), skill.id);
    return skill;
  }

  /** Whether anything changed. */
  changeSkill(skill: SimSkill, { reference, ...fields }: SkillFields): boolean {
    const referred = this.#refer(skill, reference);
    const changes = Object.entries(fields).filter(([field, value]) => skill[field as keyof typeof fields] !== value);
    if (changes.length === 0 && !referred) return false;
    this.skillsByName.remove(skill);
    this.#names.delete(skillKey(skill));
    Object.assign(skill, Object.fromEntries(changes), { updatedAt: this.now() });
    this.skillsByName.add(skill);
    this.#names.set(skillKey(skill), skill.id);
    return true;
  }

  /** Whether that made a difference: a subject has one reference of each service. */
  #refer(skill: SimSkill, reference: SkillFields['reference']): boolean {
    if (!reference) return false;
    const updatedAt = this.now();
    const known = skill.references.find(({ serviceName }) => serviceName === reference.serviceName);
    if (!known) {
      skill.references.push({ ...reference, id: this.#nextReferenceId, createdAt: updatedAt, updatedAt });
      this.#nextReferenceId += 1;
      return true;
    }
    const same = known.serviceModel === reference.serviceModel && known.serviceModelRef === reference.serviceModelRef;
    if (!same) Object.assign(known, reference, { updatedAt });
    return !same;
  }

  disableUser(user: SimUser): void {
    Object.assign(user, { disabledAt: this.now(), updatedAt: this.now() });
  }

  changeUser(user: SimUser, change: Partial<Pick<SimUser, 'fullName' | 'headline' | 'email'>>): void {
    this.usersByName.remove(user);
    if (user.email !== null) this.usersByEmail.get(user.email.toLowerCase())?.delete(user);
    Object.assign(user, change, { updatedAt: this.now() });
    this.usersByName.add(user);
    this.#indexEmail(user);
    this.events.push({ id: this.events.length + 1, type: 'user:updated', userId: user.id, createdAt: this.now() });
  }

  #indexEmail(user: SimUser): void {
    if (user.email === null) return;
    const key = user.email.toLowerCase();
    const sharing = this.usersByEmail.get(key);
    if (sharing) sharing.add(user);
    else this.usersByEmail.set(key, new Set([user]));
  }

  #index(membership: SimMembership): void {
    const { id, userId, skillId } = membership;
    this.memberships.set(id, membership);
    const held = this.membershipsByUser.get(userId);
    if (held) held.set(skillId, membership);
    else this.membershipsByUser.set(userId, new Map([[skillId, membership]]));
    const holders = this.membershipsBySkill.get(skillId);
    if (holders) holders.add(membership);
    else this.membershipsBySkill.set(skillId, new Set([membership]));
  }
}
