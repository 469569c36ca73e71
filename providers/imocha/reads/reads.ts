import type { Ports } from '../../../src/domain/ports.ts';
import type { Upstream } from '../../../src/outbound/upstream.ts';
import { createClient } from '../client.ts';
import { ratingMapper } from '../mappers/ratings.ts';
import type { TenantSettings } from '../settings.ts';
import { employeesPort } from './employees.ts';
import type { Reads } from './lists.ts';
import { ratingByPartsPort, ratingsByEmployeesPort, ratingsPort } from './ratings.ts';
import { rolePorts } from './roles.ts';
import { skillsPort } from './skills.ts';

/** The reading ports: employees, skills and ratings as lists, the ratings of one employee, and what roles ask for. */
export function readPorts(upstream: Upstream, settings: TenantSettings): Ports {
  const reads: Reads = {
    client: createClient(upstream),
    settings,
    toRatings: ratingMapper(settings),
    drift: upstream.drift.bind(upstream),
  };
  return {
    employees: employeesPort(reads),
    skills: skillsPort(reads),
    ratings: ratingsPort(reads),
    ratingsByEmployees: ratingsByEmployeesPort(reads),
    ratingByParts: ratingByPartsPort(reads),
    ...rolePorts(upstream, settings),
  };
}
