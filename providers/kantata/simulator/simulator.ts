import {
  createSimulator,
  TokenBucket,
  withSwitches,
  type Handling,
  type SimResponse,
  type SimulatorFactory,
} from '../../../src/simulator/simulator.ts';
import type { ProviderSimulator } from '../../../src/integrations/providerCard.ts';
import { bodyOf } from './body.ts';
import { disableAccountMembership, listAccountMemberships } from './accountMemberships.ts';
import { listCategories } from './catalogue.ts';
import { createMemberships } from './create.ts';
import { deleteMembership, listMemberships, showMembershipById, updateMembership } from './memberships.ts';
import { Query } from './query.ts';
import { notFound, Refusal, refusalAnswer, system, VENDOR_FAULTS } from './refusals.ts';
import { createSkills, updateSkill } from './skillWrites.ts';
import { listSkills, showSkillById } from './skills.ts';
import { Store } from './store.ts';
import { listEvents } from './events.ts';
import { DEFAULT_SWITCHES, SIMULATOR_TOKEN } from './switches.ts';
import { listUsers, showMe, showUserById, updateUser } from './users.ts';
import type { World } from './views.ts';

export const SIMULATOR_BASE_PATH = '/api/v1';

type Answer = (world: World, handling: Handling, id: number) => SimResponse;

const query = ({ request }: Handling) => new Query(request.query);

/** By method and path; {id} stands for digits. */
const OPERATIONS: Readonly<Record<string, Answer>> = {
  'GET /users': (world, handling) => listUsers(world, query(handling)),
  'GET /users/me': (world, handling) => showMe(world, query(handling)),
  'GET /users/{id}': (world, handling, id) => showUserById(world, query(handling), id),
  'PUT /users/{id}': (world, handling, id) => updateUser(world, handling, bodyOf(handling.request), id),
  'GET /skills': (world, handling) => listSkills(world, query(handling)),
  'POST /skills': (world, handling) => createSkills(world, handling, bodyOf(handling.request)),
  'GET /skills/{id}': (world, handling, id) => showSkillById(world, query(handling), id),
  'PUT /skills/{id}': (world, handling, id) => updateSkill(world, handling, bodyOf(handling.request), id),
  'GET /skill_categories': (world, handling) => listCategories(world, query(handling)),
  'GET /skill_memberships': (world, handling) => listMemberships(world, query(handling)),
  'POST /skill_memberships': (world, handling) => createMemberships(world, handling, bodyOf(handling.request)),
  'GET /skill_memberships/{id}': (world, handling, id) => showMembershipById(world, query(handling), id),
  'PUT /skill_memberships/{id}': (world, handling, id) =>
    updateMembership(world, handling, bodyOf(handling.request), id),
  'DELETE /skill_memberships/{id}': (world, handling, id) => deleteMembership(world, handling, id),
  'GET /subscribed_events': (world, handling) => listEvents(world, query(handling)),
  'GET /account_memberships': (world, handling) => listAccountMemberships(world, query(handling)),
  'GET /account_memberships/{id}': (world, handling, id) => listAccountMemberships(world, query(handling), id),
  'PUT /account_memberships/{id}/disable': (world, handling, id) => disableAccountMembership(world, handling, id),
};

/** Operations of the vendor that are not simulated: 501, so that nobody takes them for missing. */
const ABSENT: ReadonlySet<string> = new Set([
  'DELETE /skills/{id}',
  'GET /external_references',
  'POST /external_references/create_or_update',
  'DELETE /external_references/{id}',
  'GET /subscribed_events/event_types',
  'GET /workspace_resource_skills',
  'POST /workspace_resource_skills',
  'GET /workspace_resource_skills/{id}',
  'PUT /workspace_resource_skills/{id}',
  'DELETE /workspace_resource_skills/{id}',
  'POST /account_invitations',
  'PUT /account_invitations/{id}/resend',
  'GET /workspaces',
  'POST /workspaces',
  'POST /workspaces/{id}/invite',
  'GET /custom_field_values',
  'POST /custom_field_values',
  'POST /project_snapshots',
]);

/** An account of the given workforce as its project system sees it. Same workforce, same ids and bytes. */
const create: SimulatorFactory = ({ workforce, clock, limits, switches: given }) => {
  const switches = withSwitches('kantata', DEFAULT_SWITCHES, given);
  const world: World = { store: new Store(workforce, clock), switches };
  // The numbers are assumed (kantata.md#rate-limits). One token is accepted, so one bucket is enough.
  const bucket = limits === 'none' ? null : new TokenBucket(10, 20, clock);
  let requests = 0;

  const answer = (handling: Handling): SimResponse => {
    const { request, vendorFaults } = handling;
    for (const name of vendorFaults) {
      const fault = VENDOR_FAULTS[name];
      if (fault) return fault();
    }
    try {
      if (request.headers.authorization !== `Bearer ${switches.token}`) throw system(401);
      if (bucket && !bucket.take()) return tooMany();
      return operationOf(request.method, request.path)(world, handling);
    } catch (error) {
      if (error instanceof Refusal) return refusalAnswer(error, switches);
      throw error;
    }
  };

  const tooMany = (): SimResponse => {
    const refusal = refusalAnswer(system(429), switches);
    const { retryAfter } = switches;
    return retryAfter === null
      ? refusal
      : { ...refusal, headers: { ...refusal.headers, 'retry-after': String(retryAfter) } };
  };

  return createSimulator(
    {
      provider: 'kantata',
      switches,
      answer(handling) {
        const response = answer(handling);
        requests += 1;
        return { ...response, headers: { ...response.headers, 'x-request-id': `kantata-${requests}` } };
      },
      refuse: (status) => refusalAnswer(system(status), switches),
    },
    clock,
  );
};

/** Kantata OX, played on this machine. */
export const kantataSimulator: ProviderSimulator = {
  create,
  settings: (origin) => ({ baseUrl: baseUrlAt(origin), settings: { token: SIMULATOR_TOKEN } }),
  environment: (origin) => ({ KANTATA_TOKEN: SIMULATOR_TOKEN, KANTATA_BASE_URL: baseUrlAt(origin) }),
};

/** A bare origin gets the path under which the simulator answers. */
function baseUrlAt(origin: string): string {
  const base = origin.replace(/\/+$/, '');
  return new URL(origin).pathname === '/' ? base + SIMULATOR_BASE_PATH : base;
}

/**
 * What answers this call. Throws 501 for an operation that is not simulated, 404 for one that the vendor does not have.
 */
function operationOf(method: string, path: string): (world: World, handling: Handling) => SimResponse {
  if (!path.startsWith(`${SIMULATOR_BASE_PATH}/`)) throw notFound();
  // The suffix is optional on every route (kantata.md#wire-format).
  const route = path.slice(SIMULATOR_BASE_PATH.length).replace(/\.json$/, '');
  const id = Number(/\/(\d+)(?=\/|$)/.exec(route)?.[1] ?? 0);
  const name = `${method} ${route.replace(/\/\d+(?=\/|$)/, '/{id}')}`;
  const operation = OPERATIONS[name];
  if (operation) return (world, handling) => operation(world, handling, id);
  throw ABSENT.has(name) ? system(501) : notFound();
}
