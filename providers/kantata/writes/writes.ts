import type { Ports } from '../../../src/domain/ports.ts';
import type { KantataClient } from '../client.ts';
import type { EmployeeOptions } from '../mappers/mappers.ts';
import { disableUsers } from './disableUsers.ts';
import { writeMemberships } from './memberships.ts';
import { removeMemberships } from './removeMemberships.ts';
import { upsertSkills } from './upsertSkills.ts';
import { updateEmployees } from './users.ts';

/** The writing ports: a rating and an assignment are both a membership, with a level or without. */
export function writePorts(client: KantataClient, options: EmployeeOptions): Ports {
  return {
    rate: writeMemberships(client),
    assign: writeMemberships(client),
    remove: removeMemberships(client),
    upsertEmployees: updateEmployees(client, options),
    setStatus: disableUsers(client, options),
    upsertSkills: upsertSkills(client),
  };
}
