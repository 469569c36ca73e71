import type { Ports } from '../../../src/domain/ports.ts';
import type { Upstream } from '../../../src/outbound/upstream.ts';
import { ratingByPartsPort, ratingsByEmployeesPort, ratingsBySkillsPort } from './filteredRatings.ts';
import { employeesPort, ratingsPort, skillsPort } from './lists.ts';
import { jobProfilesPort } from './staffing.ts';

/** The reading ports: employees, skills, ratings and job profiles as lists, and ratings by employee, by skill and by id. */
export function readPorts(upstream: Upstream): Ports {
  return {
    employees: employeesPort(upstream),
    skills: skillsPort(upstream),
    ratings: ratingsPort(upstream),
    ratingsByEmployees: ratingsByEmployeesPort(upstream),
    ratingsBySkills: ratingsBySkillsPort(upstream),
    ratingByParts: ratingByPartsPort(upstream),
    jobProfiles: jobProfilesPort(upstream),
  };
}
