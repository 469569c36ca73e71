/** What the simulated vendor knows, indexed by employee and by skill, and how it changes. */
import type { SimScale } from './scales.ts';

interface SimRecord {
  id: string;
  remoteId: string;
  changedAt: number;
  deletedAt: number | null;
}

export interface SimEmployee extends SimRecord {
  firstName: string;
  lastName: string;
  /** Null where the source sends none, so that readers join the two names. */
  fullName: string | null;
  email: string | null;
  number: string | null;
  jobTitle: string | null;
  status: string;
  startDate: string | null;
  department: string | null;
  location: string | null;
  manager: SimEmployee | null;
}

export interface SimSkill extends SimRecord {
  name: string;
  description: string | null;
  scale: SimScale | null;
}

/** A row of (employee, skill, source); its id is derived when it is shown. */
export interface SimRating {
  employee: SimEmployee;
  skill: SimSkill;
  source: string;
  /** A number, or the option's place on its scale; null is a bare tag. */
  value: number | null;
  changedAt: number;
  deletedAt: number | null;
}

export interface World {
  employees: SimEmployee[];
  employeesById: Map<string, SimEmployee>;
  /** In lower case: the vendor compares addresses without case. */
  emails: Set<string>;
  skills: SimSkill[];
  skillsById: Map<string, SimSkill>;
  /** Skills that a sync to come takes out, and when. */
  archiving: Map<SimSkill, number>;
  /** In the order of creation, which is the lists' order; rows are never taken out. */
  ratings: SimRating[];
  ratingsByEmployee: Map<SimEmployee, SimRating[]>;
  ratingsBySkill: Map<SimSkill, SimRating[]>;
}

export function addEmployee(world: World, employee: SimEmployee): SimEmployee {
  world.employees.push(employee);
  world.employeesById.set(employee.id, employee);
  if (employee.email !== null) world.emails.add(employee.email.toLowerCase());
  return employee;
}

/** Adds a row; the caller knows that its (employee, skill, source) is new. */
export function addRating(world: World, rating: SimRating): SimRating {
  world.ratings.push(rating);
  push(world.ratingsByEmployee, rating.employee, rating);
  push(world.ratingsBySkill, rating.skill, rating);
  return rating;
}

function push<Key>(index: Map<Key, SimRating[]>, key: Key, rating: SimRating): void {
  const rows = index.get(key);
  if (rows) rows.push(rating);
  else index.set(key, [rating]);
}

/** Replaces in place by (employee, skill, source), or adds the row (kombo.md#rating-rules). */
export function upsertRating(
  world: World,
  wanted: Omit<SimRating, 'deletedAt'>,
): { rating: SimRating; change: 'created' | 'updated' | 'unchanged' } {
  const { employee, skill, source, value, changedAt } = wanted;
  const found = world.ratingsByEmployee.get(employee)?.find((row) => row.skill === skill && row.source === source);
  if (!found) return { rating: addRating(world, { ...wanted, deletedAt: null }), change: 'created' };
  if (found.deletedAt === null && found.value === value) return { rating: found, change: 'unchanged' };
  const change = found.deletedAt === null ? 'updated' : 'created';
  Object.assign(found, { value, changedAt, deletedAt: null });
  return { rating: found, change };
}
