import type { Call } from '../../src/domain/ports.ts';
import { ProviderError, type ProblemCode } from '../../src/domain/problem.ts';
import { isObject, parseJson, requiredArray, ShapeError, unreadable } from '../../src/outbound/payload/payload.ts';
import type { HttpResponse } from '../../src/outbound/transport/undiciTransport.ts';
import type { Upstream, UpstreamRequest } from '../../src/outbound/upstream.ts';
import { readPage, walkPages, type WalkedPage } from './reads/pages.ts';
import { PAGE_SIZE, PATHS, type RawUpsertEmployee } from './raw.ts';

/** Names of the calls in meters and drift. */
export const OPERATIONS = {
  employees: 'employees',
  profiles: 'ratings',
  profile: 'ratingsByEmployees',
  taxonomy: 'skills',
  upsert: 'upsertEmployees',
  setStatus: 'setStatus',
  addCertificates: 'addCertificates',
} as const;

/** The outcomes of an upsert, still in the vendor's shape. */
export interface UpsertOutcomes {
  successful: readonly unknown[];
  failed: readonly unknown[];
}

/** The vendor's calls in the vendor's words. Each throws ProviderError, or the signal's reason. */
export interface Client {
  employees(call: Call): AsyncIterable<WalkedPage>;
  /** `since`: only profiles that changed after it (imocha.md#skills-profiles). */
  profiles(call: Call, since?: string): AsyncIterable<WalkedPage>;
  /** `since`: only entries that changed after it (imocha.md#taxonomy). */
  taxonomy(call: Call, since?: string): AsyncIterable<WalkedPage>;
  /** What the vendor answers about one employee: profiles, normally one; none for an employee it does not know. */
  profilesOf(employeeId: string, call: Call): Promise<readonly unknown[]>;
  /** `operation`: what it is done for, in meters and drift. */
  upsert(records: readonly RawUpsertEmployee[], call: Call, operation?: string): Promise<UpsertOutcomes>;
}

export function createClient(upstream: Upstream): Client {
  const drift = upstream.drift.bind(upstream);

  const read = (operation: string, path: string, query: UpstreamRequest['query'], call: Call) =>
    upstream.send({ operation, method: 'GET', path, query, kind: 'read' }, call);

  /** Names of the paging parameters differ per endpoint (imocha.md#paging). */
  const walk = (
    operation: string,
    path: string,
    names: { page: string; size: string },
    key: string,
    call: Call,
    filter: Record<string, string | undefined> = {},
  ) =>
    walkPages(
      async (pageNumber, pageCall) => {
        try {
          const query = { ...filter, [names.page]: pageNumber, [names.size]: PAGE_SIZE };
          return pageOf(await read(operation, path, query, pageCall), key);
        } catch (error) {
          throw listFailure(error, operation, drift);
        }
      },
      key,
      call,
    );

  return {
    employees: (call) => walk(OPERATIONS.employees, PATHS.listEmployees, CAMEL, 'employeeId', call),
    profiles: (call, since) =>
      walk(OPERATIONS.profiles, PATHS.allEmployeeSkills, CAMEL, 'employeeId', call, {
        SkillProfileModifiedSince: since,
      }),
    taxonomy: (call, since) =>
      walk(OPERATIONS.taxonomy, PATHS.taxonomy, PASCAL, 'taxonomySkillId', call, { LastModifiedOn: since }),

    async profilesOf(employeeId, call) {
      const path = PATHS.employeeSkills.replace('{employeeId}', encodeURIComponent(employeeId));
      try {
        return profilesIn(await read(OPERATIONS.profile, path, undefined, call));
      } catch (error) {
        if (isUnknownEmployee(error)) return [];
        throw mapped(error, OPERATIONS.profile, drift);
      }
    },

    async upsert(records, call, operation = OPERATIONS.upsert) {
      try {
        const response = await upstream.send(
          {
            operation,
            method: 'POST',
            path: PATHS.upsertEmployees,
            body: records,
            kind: 'write',
            // Keyed by external id and e-mail, hence safe to repeat (imocha.md#upsert-outcomes).
            repeatable: true,
          },
          call,
        );
        return outcomesIn(parseJson(response.text));
      } catch (error) {
        // The path names no record: 404 says that the route is not there.
        throw mapped(notOffered(error, ['NOT_FOUND']), operation, drift);
      }
    },
  };
}

export const CAMEL = { page: 'pageNumber', size: 'pageSize' };
const PASCAL = { page: 'PageNumber', size: 'PageSize' };

export function pageOf(response: HttpResponse, key: string) {
  const json = parseJson(response.text);
  // An empty 200 in place of a list is a broken answer: read as an empty list it would make everybody vanish.
  if (json === undefined && response.status !== 204) throw new ShapeError('', 'page', json);
  return readPage(json === undefined ? [] : json, key);
}

/**
 * The answer is assumed to be a bare profile; a page, a list of profiles and a bare list of skills are read as well
 * (imocha.md#one-skills-profile). "No profile" has forms of its own: 404, 400, 204 and `null`. An empty 200 is a broken
 * answer: reading it as "no profile" would remove every rating.
 */
export function profilesIn(response: HttpResponse): readonly unknown[] {
  const json = parseJson(response.text);
  if (json === null || (json === undefined && response.status === 204)) return [];
  const list = isObject(json) && json['items'] !== undefined ? (json['items'] ?? []) : json;
  if (Array.isArray(list)) {
    const bareSkills = list.length > 0 && list.every((item) => isObject(item) && isObject(item['skill']));
    return bareSkills ? [{ skills: list }] : list;
  }
  if (!isObject(list) || (list['skills'] === undefined && list['employeeId'] === undefined)) {
    throw new ShapeError('', 'profile', list);
  }
  // All that was asked for is in here: read as no skills it would take every rating away.
  requiredArray(list['skills'] ?? [], 'skills');
  return [list];
}

/** Two arrays (imocha.md#upsert-outcomes). No content at all leaves every record without an outcome. */
function outcomesIn(json: unknown): UpsertOutcomes {
  if (json === undefined || json === null) return { successful: [], failed: [] };
  if (!isObject(json) || (json['successful'] === undefined && json['failed'] === undefined)) {
    throw new ShapeError('', 'outcomes', json);
  }
  return {
    successful: requiredArray(json['successful'] ?? [], 'successful'),
    failed: requiredArray(json['failed'] ?? [], 'failed'),
  };
}

/**
 * An unknown employee may be answered 404 or 400; the path is all the input there is (imocha.md#one-skills-profile).
 */
export function isUnknownEmployee(error: unknown): boolean {
  return (
    error instanceof ProviderError &&
    (error.code === 'NOT_FOUND' || (error.code === 'REJECTED' && error.status === 400))
  );
}

type Drift = Upstream['drift'];

/** A list that the key may not read, or that is not there, is a missing capability (imocha.md#errors). */
export function listFailure(error: unknown, operation: string, drift: Drift): unknown {
  return mapped(notOffered(error, ['NOT_FOUND', 'FORBIDDEN']), operation, drift);
}

function notOffered(error: unknown, codes: readonly ProblemCode[]): unknown {
  if (!(error instanceof ProviderError) || !codes.includes(error.code)) return error;
  const { status, requestId, providerCode } = error;
  return new ProviderError('NOT_OFFERED', 'The provider does not offer this operation.', {
    status,
    requestId,
    providerCode,
    cause: error,
  });
}

/** A shape that cannot be read as UNREADABLE; anything else, an abort among it, as it is. */
function mapped(error: unknown, operation: string, drift: Drift): unknown {
  return error instanceof ShapeError ? unreadable(error, operation, drift) : error;
}
