import type { Ports } from '../../../src/domain/ports.ts';
import type { KantataClient } from '../client.ts';
import type { EmployeeOptions } from '../mappers/mappers.ts';
import { employeesWalk, skillsWalk } from './catalogue.ts';
import { ratingByParts, ratingsByEmployees, ratingsBySkills, ratingsWalk } from './ratings.ts';

/** The reading ports: users, skills and memberships as lists, and memberships by user, by skill and by id. */
export function readPorts(client: KantataClient, options: EmployeeOptions): Ports {
  return {
    employees: employeesWalk(client, options),
    skills: skillsWalk(client),
    ratings: ratingsWalk(client),
    ratingsByEmployees: ratingsByEmployees(client),
    ratingsBySkills: ratingsBySkills(client),
    ratingByParts: ratingByParts(client),
  };
}
