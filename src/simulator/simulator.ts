import type { Fault, FaultShape } from './faults.ts';
/**
 * The kit that every provider's simulator is made with: journal of calls, faults as data, switches, a control plane.
 * A simulator is a function from request to answer; `serve.ts` puts it on a socket, tests call it in process.
 */
import type { Clock } from '../lib/clock.ts';
import { DISRUPTION_FAULTS, readDisruption, type Disruption, type DisruptionRequest } from './disruption.ts';
import { Random } from './random.ts';
import type { Workforce } from './workforce.ts';

export interface SimRequest {
  method: string;
  /** Without the query. */
  path: string;
  query: URLSearchParams;
  /** Names in lower case. */
  headers: Record<string, string | undefined>;
  body: string;
}

export interface SimResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** How the connection fails instead of a whole answer: broken off, silent for ever or after half of the body, or endless. */
  broken?: 'reset' | 'hang' | 'stall' | 'drip';
}

/** What a call changed in the simulator's data, so that tests can count writes that took effect. */
export interface Effect {
  /** E.g. `rating`. */
  kind: string;
  /** The natural key, e.g. `employee|skill|source`. */
  key: string;
  change: 'created' | 'updated' | 'unchanged' | 'deleted';
}

export interface JournalEntry {
  sequence: number;
  at: string;
  method: string;
  path: string;
  query: string;
  status: number;
  /** The kind of fault that hit it; null when none did. */
  fault: string | null;
  effects: Effect[];
}

/** One call as the vendor's code sees it. */
export interface Handling {
  request: SimRequest;
  /** The names of `vendor` faults that hit this call. */
  vendorFaults: readonly string[];
  effect(this: void, effect: Effect): void;
}

export interface SimulatorOptions {
  workforce: Workforce;
  clock: Clock;
  /** The vendor's rate limits; `none` for benches. */
  limits: 'default' | 'none';
  /** The provider's own switches, by name; unknown names are refused. */
  switches?: Record<string, unknown>;
}

export interface Simulator {
  readonly provider: string;
  readonly clock: Clock;
  readonly journal: JournalEntry[];
  /** Answers one call; never rejects. */
  handle(request: SimRequest): Promise<SimResponse>;
  /** Throws when the fault's path is no regular expression. */
  addFault(fault: Fault): void;
  clearFaults(): void;
  /** The disruption that every call meets now; null when there is none. */
  readonly disruption: Disruption | null;
  /** Begins a disruption in place of any other, or ends it. Faults and switches stay as they are. */
  disrupt(request: DisruptionRequest): void;
  /** Sets one of the provider's switches; throws on an unknown name. */
  setSwitch(name: string, value: unknown): void;
}

export type SimulatorFactory = (options: SimulatorOptions) => Simulator;

/** What a provider brings: its answers, its error shape, its switches. */
export interface Vendor<Switches extends object> {
  provider: string;
  switches: Switches;
  answer(handling: Handling): SimResponse | Promise<SimResponse>;
  /** The vendor's own error body for a status. */
  refuse(status: number): SimResponse;
}

/** Longest journal kept; older entries go first. */
const JOURNAL_LENGTH = 200_000;

export function createSimulator<Switches extends object>(vendor: Vendor<Switches>, clock: Clock): Simulator {
  const journal: JournalEntry[] = [];
  const faults: { fault: Fault; left: number }[] = [];
  const random = new Random(`faults of ${vendor.provider}`);
  let disruption: Disruption | null = null;
  let sequence = 0;

  const hits = (request: SimRequest): FaultShape[] => [
    ...(simulator.disruption ? [DISRUPTION_FAULTS[simulator.disruption.kind]] : []),
    ...faults.flatMap((entry) => {
      const { fault } = entry;
      if (entry.left <= 0) return [];
      if (fault.method !== undefined && fault.method !== request.method) return [];
      if (fault.path !== undefined && !new RegExp(fault.path).test(request.path)) return [];
      if (fault.share !== undefined && !random.chance(fault.share)) return [];
      entry.left -= 1;
      return [fault.shape];
    }),
  ];

  const answerWith = async (request: SimRequest, shapes: FaultShape[], effects: Effect[]): Promise<SimResponse> => {
    for (const shape of shapes) if (shape.kind === 'latency') await clock.sleep(shape.milliseconds);
    for (const shape of shapes) {
      if (shape.kind === 'reset' || shape.kind === 'hang') {
        return { status: 0, headers: {}, body: '', broken: shape.kind };
      }
      if (shape.kind === 'status') {
        const own = vendor.refuse(shape.status);
        return shape.body === undefined
          ? { ...own, headers: { ...own.headers, ...shape.headers } }
          : { status: shape.status, headers: { 'content-type': 'text/plain', ...shape.headers }, body: shape.body };
      }
    }
    const vendorFaults = shapes.flatMap((shape) => (shape.kind === 'vendor' ? [shape.name] : []));
    let response = await vendor.answer({ request, vendorFaults, effect: (effect) => effects.push(effect) });
    for (const shape of shapes) response = distort(response, shape);
    return response;
  };

  const simulator: Simulator = {
    provider: vendor.provider,
    clock,
    journal,
    get disruption() {
      return disruption !== null && clock.now() < disruption.until ? disruption : null;
    },
    disrupt(asked) {
      disruption = asked && { kind: asked.kind, until: clock.now() + asked.milliseconds };
    },
    async handle(request) {
      if (request.path.startsWith('/_simulator/')) return control(simulator, request);
      const shapes = hits(request);
      const effects: Effect[] = [];
      let response: SimResponse;
      try {
        response = await answerWith(request, shapes, effects);
      } catch (error) {
        const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
        response = { status: 500, headers: { 'content-type': 'text/plain' }, body: `simulator failed: ${message}` };
      }
      journal.push({
        sequence: (sequence += 1),
        at: new Date(clock.now()).toISOString(),
        method: request.method,
        path: request.path,
        query: request.query.toString(),
        status: response.status,
        fault: shapes[0]?.kind ?? null,
        effects,
      });
      if (journal.length > JOURNAL_LENGTH) journal.shift();
      return response;
    },
    addFault(fault) {
      // Throws here rather than at the call it would hit.
      if (fault.path !== undefined) RegExp(fault.path);
      faults.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY });
    },
    clearFaults() {
      faults.length = 0;
    },
    setSwitch(name, value) {
      if (!(name in vendor.switches)) throw new Error(`${vendor.provider} has no switch ${name}`);
      Object.assign(vendor.switches, { [name]: value });
    },
  };
  return simulator;
}

/** The given switches over the defaults; an unknown name is refused. */
export function withSwitches<Switches extends object>(
  provider: string,
  defaults: Switches,
  given: Record<string, unknown> | undefined,
): Switches {
  for (const name of Object.keys(given ?? {})) {
    if (!(name in defaults)) throw new Error(`${provider} has no switch ${name}`);
  }
  return { ...defaults, ...given };
}

function distort(response: SimResponse, shape: FaultShape): SimResponse {
  switch (shape.kind) {
    case 'answerLost':
      return { ...response, broken: 'reset' };
    case 'stall':
    case 'drip':
      return { ...response, broken: shape.kind };
    case 'pad':
      return { ...response, body: response.body.padEnd(shape.bytes) };
    case 'truncate':
      return { ...response, body: response.body.slice(0, Math.floor(response.body.length / 2)) };
    case 'contentType':
      return { ...response, headers: { ...response.headers, 'content-type': shape.value } };
    case 'emptyBody':
      return { ...response, body: '' };
    case 'drift': {
      const json = JSON.parse(response.body) as unknown;
      replaceAt(json, shape.path.split('.'), shape.value);
      return { ...response, body: JSON.stringify(json) };
    }
    default:
      return response;
  }
}

function replaceAt(value: unknown, path: readonly string[], replacement: unknown): void {
  const [head, ...rest] = path;
  if (head === undefined || typeof value !== 'object' || value === null) return;
  const object = value as Record<string, unknown>;
  for (const key of head === '*' ? Object.keys(object) : [head]) {
    if (rest.length > 0) replaceAt(object[key], rest, replacement);
    else if (key in object) {
      if (replacement === undefined) delete object[key];
      else object[key] = replacement;
    }
  }
}

/**
 * The control plane under /_simulator/: GET and DELETE journal, POST and DELETE faults, POST switches {name, value}, GET and
 * POST disruption.
 */
function control(simulator: Simulator, request: SimRequest): SimResponse {
  const json = (status: number, body: unknown): SimResponse => ({
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  try {
    switch (`${request.method} ${request.path.slice('/_simulator/'.length)}`) {
      case 'GET journal':
        return json(200, simulator.journal);
      case 'DELETE journal':
        simulator.journal.length = 0;
        return json(200, {});
      case 'POST faults':
        simulator.addFault(JSON.parse(request.body) as Fault);
        return json(200, {});
      case 'DELETE faults':
        simulator.clearFaults();
        return json(200, {});
      case 'GET disruption':
        return json(200, simulator.disruption);
      case 'POST disruption':
        simulator.disrupt(readDisruption(request.body));
        return json(200, simulator.disruption);
      case 'POST switches': {
        const { name, value } = JSON.parse(request.body) as { name: string; value: unknown };
        simulator.setSwitch(name, value);
        return json(200, {});
      }
      default:
        return json(404, { message: 'GET|DELETE journal, POST|DELETE faults, POST switches, GET|POST disruption' });
    }
  } catch (error) {
    return json(400, { message: error instanceof Error ? error.message : String(error) });
  }
}

/** A JSON answer. */
export function jsonResponse(status: number, body: unknown, headers: Record<string, string> = {}): SimResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

/** A token bucket for a vendor's rate limit; `take` says whether the call passes. */
export class TokenBucket {
  #tokens: number;
  #at: number;
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #clock: Clock;

  constructor(perSecond: number, burst: number, clock: Clock) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#clock = clock;
    this.#tokens = burst;
    this.#at = clock.now();
  }

  take(): boolean {
    const now = this.#clock.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
