/** Fills the simulated vendor with the HR system's view of the workforce (kombo.md#simulator). */
import { valueOfLevel } from '../../../src/domain/rating.ts';
import { Random } from '../../../src/simulator/random.ts';
import type { Holding, Person, PersonRecord, Workforce } from '../../../src/simulator/workforce.ts';
import { komboId } from './ids.ts';
import { scaleOfSkill, type SimScale } from './scales.ts';
import { addEmployee, addRating, type SimEmployee, type SimSkill, type World } from './world.ts';

/** Changes lie in the weeks before the tests' virtual clock starts. */
const FIRST_CHANGE = Date.parse('2026-01-05T06:00:00.000Z');
const HOUR = 3_600_000;

export function createWorld(workforce: Workforce): World {
  const world: World = {
    employees: [],
    employeesById: new Map(),
    emails: new Set(),
    skills: [],
    skillsById: new Map(),
    archiving: new Map(),
    ratings: [],
    ratingsByEmployee: new Map(),
    ratingsBySkill: new Map(),
  };
  const current = workforce.people.map((person) => addPerson(world, person));
  for (const person of workforce.people) {
    const manager = person.managerIndex === null ? null : (current[person.managerIndex] ?? null);
    const employee = current[person.index];
    if (employee) employee.manager = manager;
  }
  const skills = new Map<number, SimSkill>();
  for (const { index, names, description } of workforce.skills) {
    if (names.hr === null) continue;
    const remoteId = `skill-${index + 1}`;
    const skill = {
      id: komboId(remoteId),
      remoteId,
      name: names.hr,
      description,
      scale: scaleOfSkill(index),
      changedAt: FIRST_CHANGE + (index % 500) * HOUR,
      deletedAt: null,
    };
    skills.set(index, skill);
    world.skills.push(skill);
    world.skillsById.set(skill.id, skill);
  }
  const random = new Random(`${workforce.seed} hr ratings`);
  for (const holding of workforce.holdings) {
    const employee = current[holding.personIndex];
    const skill = skills.get(holding.skillIndex);
    if (employee && skill && holding.systems.includes('hr')) rateHolding(world, employee, skill, holding, random);
  }
  return world;
}

/** Adds the person's records; the last one is current, one before it is a former employment. */
function addPerson(world: World, person: Person): SimEmployee | undefined {
  return person.records.hr.map((record) => addEmployee(world, employeeOf(person, record))).at(-1);
}

function employeeOf(person: Person, record: PersonRecord): SimEmployee {
  // Without the letter, the first people share their remote ids, and so their ids, with groups (kombo.md#simulator).
  const remoteId = record.key.slice(1);
  return {
    id: komboId(remoteId),
    remoteId,
    firstName: record.givenName,
    lastName: record.familyName,
    fullName: person.index % 7 === 6 ? null : `${record.givenName} ${record.familyName}`,
    email: record.email,
    number: record.number,
    jobTitle: person.jobTitle,
    status: record.active ? statusOf(person.index) : 'INACTIVE',
    startDate: person.startDate,
    department: person.department,
    location: person.location,
    manager: null,
    changedAt: FIRST_CHANGE + (person.index % 1_000) * HOUR,
    deletedAt: null,
  };
}

/**
 * Mostly active; some on leave, a few under a word of the source's own, since the enum is open
 * (kombo.md#identifiers-and-values).
 */
function statusOf(index: number): string {
  if (index % 29 === 28) return 'LEAVE';
  return index % 61 === 60 ? 'Garden Leave' : 'ACTIVE';
}

/** A row under EXTERNAL, with SELF and MANAGER rows beside many: about 1.7 rows a holding. */
function rateHolding(world: World, employee: SimEmployee, skill: SimSkill, holding: Holding, random: Random): void {
  const changedAt = FIRST_CHANGE + random.integer(0, 900) * HOUR;
  const isBareTag = random.chance(0.1);
  const add = (source: string, value: number | null, deletedAt: number | null = null) => {
    addRating(world, { employee, skill, source, value, changedAt, deletedAt });
  };
  // One row that a full sync no longer found: shown with include_deleted alone.
  const isFirst = world.ratings.length === 0;
  if (isFirst) add('MANAGER', null, changedAt);
  add('EXTERNAL', isBareTag ? null : valueAt(holding.level, skill.scale));
  if (skill.scale === null) return;
  // People think a little better of themselves than their managers do.
  if (random.chance(0.45)) add('SELF', valueAt(Math.min(1, holding.level + 0.1), skill.scale));
  if (random.chance(0.4) && !isFirst) add('MANAGER', valueAt(Math.max(0, holding.level - 0.05), skill.scale));
}

function valueAt(level: number, scale: SimScale | null): number | null {
  const written = valueOfLevel(level, scale?.scale ?? null);
  if (written === null) return null;
  if (written.kind === 'number') return written.value;
  return scale?.scale.kind === 'singleSelect'
    ? scale.scale.options.findIndex((o) => o.optionId === written.optionId)
    : null;
}
