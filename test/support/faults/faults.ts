/** Providers under faults on virtual time: every wait is one of the fake timers, and nothing waits in truth. */
import { vi } from 'vitest';
import { Integration } from '../../../src/integrations/integration.ts';
import { ProviderError } from '../../../src/domain/problem.ts';
import { connect } from '../../../src/integrations/connect.ts';
import { raceAbort } from '../../../src/lib/raceAbort.ts';
import { sleep } from '../../../src/lib/sleep.ts';
import { networkError } from '../../../src/outbound/transport/networkError.ts';
import {
  overdue,
  type HttpRequest,
  type HttpResponse,
  type Transport,
} from '../../../src/outbound/transport/undiciTransport.ts';
import type { Limits } from '../../../src/outbound/limits.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import type { SimRequest, SimResponse, Simulator } from '../../../src/simulator/simulator.ts';
import type { Fault, FaultShape } from '../../../src/simulator/faults.ts';
import { createWorkforce } from '../../../src/simulator/workforce.ts';
import type { Subject } from '../contract/provider.ts';

/** What befalls a call: nobody is there to take it, or the simulator answers badly. */
export type Befalling = FaultShape | { kind: 'refused' } | { kind: 'connectTimeout' };

/** The instant at which every case begins. */
export const BEGINNING = Date.parse('2026-03-02T10:00:00.000Z');

const WORKFORCE = createWorkforce('faults', { people: 40, skills: 30, holdingsPerPerson: 6 });

/** Takes the clock and its timers away from the process. */
export function stopClock(): void {
  vi.useFakeTimers({ now: BEGINNING, toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
}

/** Works to the end; whenever nothing else goes on, the time of the next timer has come. */
export async function onVirtualTime<T>(work: Promise<T>): Promise<T> {
  const state = { settled: false };
  const done = work.finally(() => {
    state.settled = true;
  });
  done.catch(() => {});
  while (!state.settled) {
    for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    if (!state.settled && vi.getTimerCount() > 0) await vi.advanceTimersToNextTimerAsync();
  }
  return done;
}

/** The wire between an adapter and its simulator: keeps to the limits as a socket does, and counts what is sent. */
class Wire implements Transport {
  readonly sent: Pick<HttpRequest, 'method' | 'path'>[] = [];
  nobody: 'refused' | 'connectTimeout' | null = null;
  readonly #simulator: Simulator;
  readonly #basePath: string;
  readonly #limits: Limits;

  constructor(simulator: Simulator, basePath: string, limits: Limits) {
    this.#simulator = simulator;
    this.#basePath = basePath;
    this.#limits = limits;
  }

  async send({ method, path, headers, body, signal, times, leave }: HttpRequest): Promise<HttpResponse> {
    this.sent.push({ method, path });
    if (this.nobody === 'refused') throw broken('ECONNREFUSED', 'connect');
    if (this.nobody === 'connectTimeout') {
      await sleep(this.#limits.connectTimeoutMs, signal);
      throw broken('UND_ERR_CONNECT_TIMEOUT');
    }
    leave?.();
    const url = new URL(this.#basePath + path, 'http://simulator');
    const lowerCase = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    const request = { method, path: url.pathname, query: url.searchParams, headers: lowerCase, body: body ?? '' };
    const answer = await this.#inTime(request, times.silentMs, signal);
    if (answer.broken === 'reset') throw broken('ECONNRESET');
    if (answer.broken) {
      await sleep(answer.broken === 'drip' ? times.wholeMs : times.silentMs, signal);
      if (answer.broken === 'drip') throw overdue();
      throw broken(answer.broken === 'hang' ? 'UND_ERR_HEADERS_TIMEOUT' : 'UND_ERR_BODY_TIMEOUT');
    }
    if (answer.body.length > this.#limits.maxBodyBytes) {
      throw new ProviderError('UNREADABLE', 'Too long.', { mayHaveApplied: true });
    }
    return { status: answer.status, headers: answer.headers, text: answer.body };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** The simulator's answer, unless it takes longer to begin one than silence is endured. */
  async #inTime(request: SimRequest, silentMs: number, signal: AbortSignal | undefined): Promise<SimResponse> {
    const over = new AbortController();
    const patience = sleep(silentMs, over.signal).then(() => {
      throw broken('UND_ERR_HEADERS_TIMEOUT');
    });
    patience.catch(() => {});
    try {
      return await raceAbort(Promise.race([this.#simulator.handle(request), patience]), signal);
    } finally {
      over.abort();
    }
  }
}

function broken(code: string, syscall?: 'connect'): ProviderError {
  return networkError(Object.assign(new Error(code), { code, syscall }));
}

/** An adapter with the policy of its card, over its own simulator. */
export interface Patient {
  simulator: Simulator;
  wire: Wire;
  integration: Integration;
  /** Lays it on the calls that match; the wire's own befall all. */
  lay(what: Befalling, on: Pick<Fault, 'path' | 'method'>): void;
}

/** A fresh one. Without a request rate and, unless asked for, a breaker, which have tests of their own. */
export function patientOf(
  { card, contract, simulator: { create, settings } }: Subject,
  more: Partial<Limits> = {},
): Patient {
  const name = card.defaultIntegration;
  const simulator = create({ workforce: WORKFORCE, clock: systemClock, limits: 'none' });
  const limits: Limits = { ...card.limits, requestsPerSecond: null, breaker: null, ...more };
  const wire = new Wire(simulator, contract.basePath, limits);
  let integration: Integration | null = null;
  const { ports } = connect(card, settings(`http://simulator${contract.basePath}`), {
    name,
    transport: wire,
    limits,
    onCall: (record) => integration?.onCall(record),
    onDrift: (note) => integration?.onDrift(note),
  });
  integration = new Integration({ name, provider: card.name, ports, limits });
  return {
    simulator,
    wire,
    integration,
    lay(what, on) {
      if (what.kind === 'refused' || what.kind === 'connectTimeout') wire.nobody = what.kind;
      else simulator.addFault({ shape: what, ...on });
    },
  };
}
