import { createSimulator, TokenBucket, withSwitches } from '../../../src/simulator/simulator.ts';
import type { Handling, SimResponse, SimulatorFactory } from '../../../src/simulator/simulator.ts';
import type { ProviderSimulator } from '../../../src/integrations/providerCard.ts';
import { DEFAULTS } from '../settings.ts';
import { answerOf, refusalOf } from './answers.ts';
import { Certificates } from './certificates.ts';
import { listEmployees, listProfiles, listTaxonomy, oneProfile } from './reads.ts';
import { withVendorFaults } from './faults.ts';
import { isRefusal } from './pages.ts';
import { createRoles } from './jobRoles.ts';
import { listJobProfiles, oneCareerPath, oneJobProfile, weightages } from './roles.ts';
import { patchStatus } from './status.ts';
import { EmployeeStore } from './store.ts';
import { DEFAULT_SWITCHES, SIMULATOR_API_KEY, type ImochaSwitches } from './switches.ts';
import { createTaxonomy } from './taxonomy.ts';
import { upsert } from './upsert.ts';

interface Route {
  method: string;
  path: RegExp;
  /** The switch that takes the endpoint away. */
  offered?: keyof ImochaSwitches;
  /** Left out where the simulator does not do what the vendor lists. */
  answer?: (handling: Handling, parameter: string) => SimResponse;
}

/**
 * The Skills Intelligence API (imocha.md#paths) over the shared workforce; the Assessment API is answered with 501.
 */
const create: SimulatorFactory = ({ workforce, clock, limits, switches: given }) => {
  const switches = withSwitches('imocha', DEFAULT_SWITCHES, given);
  const taxonomy = createTaxonomy(workforce, switches);
  const store = new EmployeeStore(workforce);
  const roles = createRoles(workforce, taxonomy);
  const data = { seed: workforce.seed, store, taxonomy, roles, switches };
  const certificates = new Certificates(data);
  const bucket = limits === 'none' ? null : new TokenBucket(switches.requestsPerSecond, switches.burst, clock);

  /** Literal paths come before those with an id (imocha.md#paths). */
  const routes: readonly Route[] = [
    {
      method: 'GET',
      path: /^\/employees$/,
      offered: 'offersEmployees',
      answer: ({ request }) => listEmployees(request, data),
    },
    {
      method: 'GET',
      path: /^\/employees\/skills-profile$/,
      offered: 'offersProfiles',
      answer: ({ request }) => listProfiles(request, data),
    },
    {
      method: 'POST',
      path: /^\/employees\/upsert$/,
      offered: 'offersUpsert',
      answer: ({ request, effect }) => {
        const result = upsert(request.body, { store, switches, now: clock.now(), effect });
        return isRefusal(result) ? result : answerOf(result, switches.contentType);
      },
    },
    {
      method: 'GET',
      path: /^\/employees\/([^/]+)\/skills-profile$/,
      offered: 'offersProfile',
      answer: (_, parameter) => oneProfile(parameter, data),
    },
    {
      method: 'GET',
      path: /^\/taxonomy$/,
      offered: 'offersTaxonomy',
      answer: ({ request }) => listTaxonomy(request, data),
    },
    {
      method: 'PATCH',
      path: /^\/employees\/([^/]+)\/status$/,
      offered: 'offersStatusPatch',
      answer: (handling, parameter) => patchStatus(handling, parameter, data),
    },
    {
      method: 'POST',
      path: /^\/employees\/([^/]+)\/certificates$/,
      offered: 'offersCertificates',
      answer: (handling, parameter) => certificates.post(handling, parameter, clock.now()),
    },
    {
      method: 'GET',
      path: /^\/employees\/([^/]+)\/career-path$/,
      offered: 'offersCareerPath',
      answer: (_, parameter) => oneCareerPath(parameter, data),
    },
    {
      method: 'GET',
      path: /^\/jobprofiles$/,
      offered: 'offersJobProfiles',
      answer: ({ request }) => listJobProfiles(request, data),
    },
    {
      method: 'GET',
      path: /^\/jobprofiles\/([^/]+)$/,
      offered: 'offersJobProfile',
      answer: (_, parameter) => oneJobProfile(parameter, data),
    },
    {
      method: 'GET',
      path: /^\/account\/validation-weightages$/,
      offered: 'offersWeightages',
      answer: () => weightages(data),
    },
    { method: 'GET', path: /^\/employees\/[^/]+\/certificates$/, offered: 'offersCertificates' },
    { method: 'GET', path: /^\/employees\/[^/]+\/assessment-report$/ },
    { method: 'POST', path: /^\/jobcodes$/ },
    { method: 'GET', path: /^\/(learning\/materials|certificates)$/ },
    { method: 'POST', path: /^\/certificates\/create$/ },
    { method: 'GET', path: /^\/v3\/./ },
    { method: 'POST', path: /^\/v3\/./ },
  ];

  const answer = (handling: Handling): SimResponse => {
    const { method, path, headers } = handling.request;
    if (headers['x-api-key'] !== SIMULATOR_API_KEY) return refusalOf(401);
    if (bucket && !bucket.take()) return tooMany(switches);
    certificates.settle(clock.now());
    const there = routes.filter(
      (route) => route.path.test(path) && (!route.offered || switches[route.offered] === true),
    );
    if (there.length === 0) return refusalOf(404);
    const route = there.find((candidate) => candidate.method === method);
    if (!route) return refusalOf(405);
    return route.answer ? route.answer(handling, route.path.exec(path)?.[1] ?? '') : refusalOf(501);
  };

  return createSimulator(
    {
      provider: 'imocha',
      switches,
      answer: (handling) => withVendorFaults(answer(handling), handling.vendorFaults),
      refuse: (status) => (status === 429 ? tooMany(switches) : refusalOf(status)),
    },
    clock,
  );
};

/** iMocha, played on this machine. */
export const imochaSimulator: ProviderSimulator = {
  create,
  settings: (baseUrl) => ({
    baseUrl,
    settings: {
      apiKey: SIMULATOR_API_KEY,
      scaleMax: String(DEFAULTS.scale.max),
      skillIdJoin: DEFAULTS.skillIdJoin,
      selfZero: DEFAULTS.selfZero,
      statusPatch: DEFAULTS.statusPatch,
    },
  }),
  environment: (origin) => ({ IMOCHA_API_KEY: SIMULATOR_API_KEY, IMOCHA_BASE_URL: origin }),
};

function tooMany({ retryAfter }: ImochaSwitches): SimResponse {
  const refusal = refusalOf(429);
  return retryAfter ? { ...refusal, headers: { ...refusal.headers, 'retry-after': '1' } } : refusal;
}
