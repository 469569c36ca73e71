import type { Call } from '../../src/domain/ports.ts';
import { ProviderError } from '../../src/domain/problem.ts';
import { parseJson, unreadable } from '../../src/outbound/payload/payload.ts';
import type { HttpResponse } from '../../src/outbound/transport/undiciTransport.ts';
import type { Upstream, UpstreamRequest } from '../../src/outbound/upstream.ts';
import { readEnvelope, type Envelope } from './envelope.ts';
import { pagesInTurn, pagesTogether } from './reads/paging.ts';
import { MAX_PER_PAGE, ROUTES, type RawNewMembership, type RawSkillChange, type RawUserChange } from './raw.ts';

export interface ListRequest {
  operation: string;
  route: (typeof ROUTES)[keyof typeof ROUTES];
  /**
   * Without blanks and spaces: a blank filter counts as not sent and gives everything (kantata.md#lookup-by-ids,
   * kantata.md#filters).
   */
  query: Record<string, string | boolean>;
}

/** The API in its own words, over the policy. Every method throws ProviderError, or the signal's reason. */
export interface KantataClient {
  /** The list's pages in turn, to its end. */
  walk(request: ListRequest, call: Call): AsyncIterable<Envelope>;
  /** All pages of a list, the later ones at once; `check` sees each page and may throw. */
  readAll(request: ListRequest, call: Call, check: (page: Envelope) => void): Promise<Envelope[]>;
  /** Never repeated by itself. Null when the answer is a success without a body. */
  createMemberships(memberships: readonly RawNewMembership[], call: Call): Promise<Envelope | null>;
  updateMembership(id: string, level: number, call: Call): Promise<Envelope | null>;
  /** 404 where it is gone already, also when a repeated call comes second (kantata.md#repeats). */
  deleteMembership(id: string, call: Call): Promise<Envelope | null>;
  updateUser(id: string, user: RawUserChange, call: Call): Promise<Envelope | null>;
  /**
   * Deactivates a person on the account. An inactive membership is hidden, so that a second call may be answered 404
   * (kantata.md#account-memberships).
   */
  disableAccountMembership(id: string, call: Call): Promise<Envelope | null>;
  /** Never repeated by itself. */
  createSkills(skills: readonly RawSkillChange[], call: Call): Promise<Envelope | null>;
  updateSkill(id: string, skill: RawSkillChange, call: Call): Promise<Envelope | null>;
  drift: Upstream['drift'];
}

/** Foreign keys appear for sure only where their association is included (kantata.md#foreign-keys). */
export const MEMBERSHIP_INCLUDES = 'skill,user';
export const USER_INCLUDES = 'account_membership,external_references,manager';
export const SKILL_INCLUDES = 'skill_category,external_references';

/** Without these, people in no project and inactive people are missing (kantata.md#users). */
export const EVERYBODY = { on_my_account: true, show_disabled: true } as const;

export function createClient(upstream: Upstream): KantataClient {
  const drift = upstream.drift.bind(upstream);

  const envelopeOf = (response: HttpResponse, operation: string): Envelope => {
    try {
      return readEnvelope(parseJson(response.text));
    } catch (error) {
      throw unreadable(error, operation, drift);
    }
  };

  const readPage = (request: ListRequest) => async (page: number, call: Call) => {
    const response = await onCollection(request.route, () =>
      upstream.send(
        {
          operation: request.operation,
          kind: 'read',
          method: 'GET',
          path: request.route,
          query: { ...request.query, page, per_page: MAX_PER_PAGE },
        },
        call,
      ),
    );
    return envelopeOf(response, request.operation);
  };

  const write = async (request: Omit<UpstreamRequest, 'kind'>, call: Call): Promise<Envelope | null> => {
    const response = await upstream.send({ ...request, kind: 'write' }, call);
    // Any 2xx is a success, also without a body (kantata.md#status-codes).
    return response.text.trim() === '' ? null : envelopeOf(response, request.operation);
  };

  return {
    walk: (request, call) => pagesInTurn(readPage(request), call),
    readAll: (request, call, check) => pagesTogether(readPage(request), call, check),
    createMemberships: (memberships, call) =>
      onCollection(ROUTES.skillMemberships, () =>
        write(
          {
            operation: 'rate',
            method: 'POST',
            path: ROUTES.skillMemberships,
            // The answer is paged like a list: without a size it shows 20 of 200 created rows
            // (kantata.md#bulk-creates).
            query: { include: MEMBERSHIP_INCLUDES, per_page: MAX_PER_PAGE },
            body: memberships.length === 1 ? { skill_membership: memberships[0] } : { skill_memberships: memberships },
          },
          call,
        ),
      ),
    updateMembership: (id, level, call) =>
      write(
        {
          operation: 'rate',
          method: 'PUT',
          path: `${ROUTES.skillMemberships}/${id}`,
          query: { include: MEMBERSHIP_INCLUDES },
          body: { skill_membership: { level } },
          repeatable: true, // a PUT of the same level changes nothing the second time (kantata.md#repeats)
        },
        call,
      ),
    deleteMembership: (id, call) =>
      write(
        {
          operation: 'remove',
          method: 'DELETE',
          path: `${ROUTES.skillMemberships}/${id}`,
          repeatable: true, // kantata.md#repeats
        },
        call,
      ),
    updateUser: (id, user, call) =>
      write(
        {
          operation: 'upsertEmployees',
          method: 'PUT',
          path: `${ROUTES.users}/${id}`,
          query: { ...EVERYBODY, include: USER_INCLUDES },
          body: { user },
          repeatable: true, // as above
        },
        call,
      ),
    disableAccountMembership: (id, call) =>
      write(
        {
          operation: 'setStatus',
          method: 'PUT',
          path: `${ROUTES.accountMemberships}/${id}/disable`,
          repeatable: true, // as above
        },
        call,
      ),
    createSkills: (skills, call) =>
      onCollection(
        ROUTES.skills,
        () =>
          write(
            {
              operation: 'upsertSkills',
              method: 'POST',
              path: ROUTES.skills,
              // Paged like the bulk of memberships.
              query: { include: SKILL_INCLUDES, per_page: MAX_PER_PAGE },
              body: skills.length === 1 ? { skill: skills[0] } : { skills },
            },
            call,
          ),
        false,
      ),
    updateSkill: (id, skill, call) =>
      write(
        {
          operation: 'upsertSkills',
          method: 'PUT',
          path: `${ROUTES.skills}/${id}`,
          query: { include: SKILL_INCLUDES },
          body: { skill },
          repeatable: true, // as above
        },
        call,
      ),
    drift,
  };
}

/** What the gateway does without where reading it is refused. */
const DISPENSABLE: ReadonlySet<string> = new Set([ROUTES.skills, ROUTES.subscribedEvents]);

/**
 * On a collection, 404 cannot mean a record: the route itself is missing. On the catalogue of skills and on the feed
 * of events, 403 means the same to us, since the gateway does without them; people and memberships it cannot do
 * without, so there 403 stays FORBIDDEN.
 */
async function onCollection<Result>(
  route: ListRequest['route'],
  send: () => Promise<Result>,
  dispensable = DISPENSABLE.has(route),
): Promise<Result> {
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const missing = error.code === 'NOT_FOUND' || (error.code === 'FORBIDDEN' && dispensable);
    if (!missing) throw error;
    throw new ProviderError('NOT_OFFERED', 'The provider does not offer this operation.', {
      status: error.status,
      providerCode: error.providerCode,
      requestId: error.requestId,
      cause: error,
    });
  }
}
