/**
 * The vendor's calls on roles and weights. All of their paths and shapes are assumed (imocha.md#paths), so each may be
 * missing.
 */
import type { Call } from '../../../src/domain/ports.ts';
import { ProviderError } from '../../../src/domain/problem.ts';
import { parseJson } from '../../../src/outbound/payload/payload.ts';
import type { Upstream } from '../../../src/outbound/upstream.ts';
import { CAMEL, isUnknownEmployee, listFailure, pageOf, profilesIn } from '../client.ts';
import { walkPages, type WalkedPage } from './pages.ts';
import { PAGE_SIZE, PATHS } from '../raw.ts';

/** Names of the calls in meters and drift, after the ports. */
export const ROLE_OPERATIONS = {
  jobProfiles: 'jobProfiles',
  skillGaps: 'skillGaps',
  careerPaths: 'careerPaths',
  weightages: 'weightages',
} as const;

export interface RolesClient {
  jobProfiles(call: Call): AsyncIterable<WalkedPage>;
  /** Undefined for a profile the vendor does not know. */
  jobProfile(jobProfileId: string, call: Call): Promise<unknown>;
  /**
   * The skill profile (imocha.md#one-skills-profile), asked for what it says of the role; none for an unknown employee.
   */
  profilesOf(employeeId: string, call: Call): Promise<readonly unknown[]>;
  /** Undefined for an employee without paths or unknown. */
  careerPath(employeeId: string, call: Call): Promise<unknown>;
  weightages(call: Call): Promise<unknown>;
}

export function createRolesClient(upstream: Upstream): RolesClient {
  const drift = upstream.drift.bind(upstream);
  const read = (operation: string, path: string, call: Call, query?: Record<string, string | number>) =>
    upstream.send({ operation, method: 'GET', path, query, kind: 'read' }, call);

  /**
   * A record by its id. 404 may mean the record or the route (imocha.md#paths): the route until it has answered once.
   * 400 is an id of another form (imocha.md#job-profiles).
   */
  const recordReader = (operation: string, template: string) => {
    let isOffered = false;
    return async (id: string, call: Call): Promise<unknown> => {
      try {
        const response = await read(operation, template.replace(/\{\w+\}/, encodeURIComponent(id)), call);
        isOffered = true;
        return parseJson(response.text);
      } catch (error) {
        const status = error instanceof ProviderError ? error.status : null;
        if (status === 400 || (status === 404 && isOffered)) return undefined;
        throw listFailure(error, operation, drift);
      }
    };
  };

  const { jobProfiles, skillGaps, careerPaths, weightages } = ROLE_OPERATIONS;
  return {
    jobProfiles: (call) =>
      walkPages(
        async (pageNumber, pageCall) => {
          try {
            const query = { [CAMEL.page]: pageNumber, [CAMEL.size]: PAGE_SIZE };
            return pageOf(await read(jobProfiles, PATHS.jobProfiles, pageCall, query), 'jobProfileId');
          } catch (error) {
            throw listFailure(error, jobProfiles, drift);
          }
        },
        'jobProfileId',
        call,
      ),
    jobProfile: recordReader(jobProfiles, PATHS.jobProfile),

    async profilesOf(employeeId, call) {
      const path = PATHS.employeeSkills.replace('{employeeId}', encodeURIComponent(employeeId));
      try {
        return profilesIn(await read(skillGaps, path, call));
      } catch (error) {
        if (isUnknownEmployee(error)) return [];
        throw listFailure(error, skillGaps, drift);
      }
    },
    careerPath: recordReader(careerPaths, PATHS.careerPath),

    async weightages(call) {
      try {
        return parseJson((await read(weightages, PATHS.validationWeightages, call)).text);
      } catch (error) {
        // The account lacks the feature (imocha.md#validation-weights).
        throw listFailure(error, weightages, drift);
      }
    },
  };
}
