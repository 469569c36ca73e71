import {
  createSimulator,
  type Handling,
  jsonResponse,
  type SimRequest,
  type SimResponse,
  type Simulator,
  type SimulatorOptions,
} from '../../../src/simulator/simulator.ts';
import type { ProviderSimulator } from '../../../src/integrations/providerCard.ts';
import { DEFAULTS } from '../settings.ts';
import { checkApiKey, showIntegration } from './admin.ts';
import { SIMULATED } from './credentials.ts';
import { ActionSlots, type Headers, RateWindow } from './limits.ts';
import { listEmployees, listRatings, listSkills } from './lists.ts';
import { invalid, Refusal, refusalOfStatus, refusalResponse, VENDOR_FAULTS } from './refusal.ts';
import { isOperationOfVendor } from './routes.ts';
import { createWorld } from './seed.ts';
import { postSkill, postSkillsBulk, syncSkills } from './skills.ts';
import { createStaffing, listStaffingEntities } from './staffing.ts';
import { type Switches, switchesOf } from './switches.ts';
import { type TaskKind, Tasks } from './tasks.ts';
import { patchEmployee, postEmployee } from './employeeWrites.ts';
import { postAssignment, postRating, type WriteContext } from './writes.ts';

const BASE_PATH = '/v1';

type Write = (context: WriteContext, handling: Handling) => SimResponse;

const WRITES: Readonly<Record<string, Write>> = {
  'POST /hris/skill-proficiency-ratings': postRating,
  'POST /hris/employee-skill-assignments': postAssignment,
  'POST /hris/employees': postEmployee,
  'POST /hris/skills': postSkill,
  'POST /hris/skills/bulk': postSkillsBulk,
};

const EMPLOYEE = /^PATCH \/hris\/employees\/([^/]+)$/;
const TASKS: readonly (readonly [kind: TaskKind, route: RegExp])[] = [
  ['assignment', /^GET \/hris\/employee-skill-assignments\/([^/]+)$/],
  ['skills', /^GET \/hris\/skills\/bulk\/([^/]+)$/],
];

/** A sandbox tenant of the vendor under /v1, with one integration and the credentials of `credentials.ts`. */
function create(options: SimulatorOptions): Simulator {
  const { workforce, clock } = options;
  const switches = switchesOf(options.switches);
  const world = createWorld(workforce);
  const staffing = createStaffing(workforce, world);
  const tasks = new Tasks(switches);
  const limited = options.limits === 'default';
  const rate = new RateWindow(clock);
  const slots = new ActionSlots();

  const act = async (write: Write, handling: Handling): Promise<SimResponse> => {
    if (!limited) return write({ world, switches, tasks, now: clock.now() }, handling);
    if (!slots.take()) {
      const refusal = new Refusal(429, 'PLATFORM.CONCURRENCY_LIMIT_EXCEEDED', 'Too many actions in flight.');
      return withHeaders(refusalResponse(refusal), slots.headers());
    }
    try {
      if (switches.actionMilliseconds > 0) await clock.sleep(switches.actionMilliseconds);
      const headers = slots.headers();
      return withHeaders(
        refusing(() => write({ world, switches, tasks, now: clock.now() }, handling)),
        headers,
      );
    } finally {
      slots.release();
    }
  };

  const answer = async (handling: Handling): Promise<SimResponse> => {
    const { request } = handling;
    if (request.headers.authorization !== `Bearer ${SIMULATED.apiKey}`) {
      throw new Refusal(401, 'PLATFORM.AUTHENTICATION_INVALID', 'The API key is missing, wrong or expired.');
    }
    if (limited && !rate.take()) throw new Refusal(429, 'PLATFORM.RATE_LIMIT_EXCEEDED', 'Too many requests.');
    const path = request.path.startsWith(`${BASE_PATH}/`) ? request.path.slice(BASE_PATH.length) : '';
    const operation = `${request.method} ${path}`;
    if (operation === 'GET /check-api-key') return checkApiKey();
    const integration = /^GET \/integrations\/([^/]+)$/.exec(operation)?.[1];
    if (integration !== undefined) return showIntegration(decodeURIComponent(integration), switches);
    if (isOperationOfVendor(request.method, path)) throw new Refusal(501, null, 'The simulator does not play this.');
    if (path.startsWith('/hris/')) checkIntegration(request, switches);
    const write = WRITES[operation];
    if (write) return act(write, handling);
    const employee = EMPLOYEE.exec(operation)?.[1];
    if (employee !== undefined) {
      return act((context, patch) => patchEmployee(context, patch, decodeURIComponent(employee)), handling);
    }
    const context = { world, switches, now: clock.now() };
    if (operation === 'GET /hris/employees') return listEmployees(context, request.query);
    if (operation === 'GET /hris/skills' && switches.skillsEndpoint === 'on') return listSkills(context, request.query);
    if (operation === 'GET /hris/skill-proficiency-ratings') return listRatings(context, request.query);
    if (operation === 'GET /hris/staffing-entities' && switches.staffingEndpoint === 'on') {
      return listStaffingEntities(staffing, context, request.query);
    }
    for (const [kind, route] of TASKS) {
      const task = route.exec(operation)?.[1];
      if (task === undefined) continue;
      return jsonResponse(200, { status: 'success', data: tasks.show(kind, decodeURIComponent(task), clock.now()) });
    }
    throw new Refusal(404, null, 'There is no such route.');
  };

  const limitHeaders = (status: number): Headers => {
    if (!limited) return {};
    const headers = rate.headers();
    const asksBack = status === 429 && switches.retryAfter === 'on';
    return asksBack ? { ...headers, 'retry-after': headers['ratelimit-reset'] ?? '1' } : headers;
  };

  return createSimulator<Switches>(
    {
      provider: 'kombo',
      switches,
      async answer(handling) {
        tasks.settle(clock.now(), handling.effect);
        syncSkills(world, clock.now());
        const fault = handling.vendorFaults.map((name) => VENDOR_FAULTS[name]).find((made) => made !== undefined);
        const response = fault ? fault() : await answer(handling).catch(refused);
        return withHeaders(response, limitHeaders(response.status));
      },
      refuse: (status) => withHeaders(refusalResponse(refusalOfStatus(status)), limitHeaders(status)),
    },
    clock,
  );
}

/** Kombo, played on this machine. */
export const komboSimulator: ProviderSimulator = {
  create,
  settings: (origin) => ({ baseUrl: baseUrlAt(origin), settings: { ...SIMULATED, ...DEFAULTS } }),
  environment: (origin) => ({
    KOMBO_API_KEY: SIMULATED.apiKey,
    KOMBO_INTEGRATION_ID: SIMULATED.integrationId,
    KOMBO_BASE_URL: baseUrlAt(origin),
  }),
};

/** The version path is part of the base URL (kombo.md#base-urls); a bare origin gets it. */
function baseUrlAt(origin: string): string {
  const withPath = new URL(origin).pathname === '/' ? new URL(BASE_PATH, origin).href : origin;
  return withPath.replace(/\/+$/, '');
}

/** Header, then integration, then its state: the assumed order (kombo.md#authentication). */
function checkIntegration(request: SimRequest, { setupState }: Switches): void {
  const integration = request.headers['x-integration-id'] ?? '';
  if (integration === '') throw invalid('The header X-Integration-Id is missing.');
  if (integration !== SIMULATED.integrationId) {
    throw new Refusal(404, 'PLATFORM.INTEGRATION_NOT_FOUND', 'There is no such integration.');
  }
  if (setupState === 'READY') return;
  // The older form has a message and nothing else (kombo.md#error-codes); `answer` shows it through `refused`.
  if (setupState === 'LEGACY_503') throw new LegacyRefusal(503, null, "The first sync didn't finish yet.");
  throw new Refusal(409, `INTEGRATION.${setupState}`, 'The integration is not ready.');
}

class LegacyRefusal extends Refusal {}

function refused(error: unknown): SimResponse {
  if (error instanceof LegacyRefusal) {
    return jsonResponse(error.status, { status: 'error', error: { message: error.message } });
  }
  if (error instanceof Refusal) return refusalResponse(error);
  throw error;
}

function refusing(work: () => SimResponse): SimResponse {
  try {
    return work();
  } catch (error) {
    return refused(error);
  }
}

function withHeaders(response: SimResponse, headers: Headers): SimResponse {
  return { ...response, headers: { ...response.headers, ...headers } };
}
