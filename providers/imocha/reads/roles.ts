import type { Call, Ports } from '../../../src/domain/ports.ts';
import type { EmployeeExpectationsRow } from '../../../src/domain/roles.ts';
import { boundedRow } from '../../../src/outbound/payload/boundedRow.ts';
import {
  isObject,
  optionalId,
  pagesReader,
  readRows,
  requiredArray,
  ShapeError,
  unreadable,
} from '../../../src/outbound/payload/payload.ts';
import type { Upstream } from '../../../src/outbound/upstream.ts';
import { ratingMapper, type Reading } from '../mappers/ratings.ts';
import { toCareerPath, toExpectations, toJobProfile } from '../mappers/roles.ts';
import { createRolesClient, ROLE_OPERATIONS } from './rolesClient.ts';
import type { TenantSettings } from '../settings.ts';
import { toWeights } from '../mappers/weights.ts';

type RolePorts = Required<Pick<Ports, 'jobProfiles' | 'skillGaps' | 'careerPaths' | 'weightages'>>;

/**
 * What the API says of roles: profiles with their skills (imocha.md#job-profiles), gaps on a skill profile
 * (imocha.md#skills-profiles), career paths (imocha.md#career-paths) and weights (imocha.md#validation-weights).
 */
export function rolePorts(upstream: Upstream, settings: TenantSettings): RolePorts {
  const client = createRolesClient(upstream);
  const toRatings = ratingMapper(settings);
  const drift = upstream.drift.bind(upstream);
  const reading = (operation: string): Reading => ({ operation, drift });
  /** What is no shape of ours at all is a typed problem of this call alone. */
  const readable = <Row>(operation: string, map: () => Row): Row => {
    try {
      return boundedRow(map(), (note) => drift({ operation, ...note }));
    } catch (error) {
      throw unreadable(error, operation, drift);
    }
  };

  const roles = reading(ROLE_OPERATIONS.jobProfiles);

  async function expectationsOf(employeeId: string, call: Call): Promise<EmployeeExpectationsRow[]> {
    const gaps = reading(ROLE_OPERATIONS.skillGaps);
    // One profile; one of somebody else has no place here.
    const profile = (await client.profilesOf(employeeId, call))
      .filter(isObject)
      .find((item) => (optionalId(item['employeeId']) ?? employeeId) === employeeId);
    if (!profile) return [];
    return readable(gaps.operation, () => [
      {
        employeeId,
        expected: toExpectations(profile, settings, gaps),
        ratings: toRatings(profile, gaps, employeeId),
      },
    ]);
  }

  return {
    jobProfiles: {
      async *walk(call) {
        const read = pagesReader({ ...roles, path: 'items' });
        for await (const { items, total } of client.jobProfiles(call)) {
          yield { rows: read(items, (raw) => toJobProfile(raw, settings, roles)), total };
        }
      },
      async read(remoteId, call) {
        const json = await client.jobProfile(remoteId, call);
        if (json === undefined || json === null) return null;
        return readable(roles.operation, () => {
          if (!isObject(json)) throw new ShapeError('', 'job profile', json);
          // The path says which it is; the answer need not.
          const profile = toJobProfile({ jobProfileId: remoteId, ...json }, settings, roles, readRows);
          return { ...profile, expectedSkills: profile.expectedSkills ?? [] };
        });
      },
    },
    skillGaps: {
      // One call per employee, as for ratings: there is no call for many (imocha.md#what-is-missing). The upstream's
      // pool bounds them.
      batchSize: 1,
      async read(employeeIds, call) {
        const rows = await Promise.all([...new Set(employeeIds)].map((id) => expectationsOf(id, call)));
        return rows.flat();
      },
    },
    careerPaths: {
      async read(employeeId, call) {
        const json = await client.careerPath(employeeId, call);
        if (json === undefined || json === null) return [];
        const paths = reading(ROLE_OPERATIONS.careerPaths);
        return readable(paths.operation, () => {
          const list = isObject(json) ? (json['careerPaths'] ?? []) : json;
          return readRows(requiredArray(list, 'careerPaths'), (raw) => toCareerPath(raw, settings, paths), {
            ...paths,
            path: 'careerPaths',
          });
        });
      },
    },
    weightages: {
      async read(call) {
        const json = await client.weightages(call);
        return readable(ROLE_OPERATIONS.weightages, () => toWeights(json, reading(ROLE_OPERATIONS.weightages)));
      },
    },
  };
}
