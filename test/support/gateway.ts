import { readConfig, type Config } from '../../src/config/environment.ts';
import { startGateway, type Gateway } from '../../src/app/gateway.ts';
import type { ReceiptReport } from '../../src/domain/receipt.ts';
import type { Log } from '../../src/lib/log.ts';
import type { CallRecord } from '../../src/outbound/upstream.ts';
import type { Limits } from '../../src/outbound/limits.ts';
import { CARDS } from '../../src/app/integrations.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { createDataDir } from './dataDir.ts';
import { noteEnvironment, runLog } from './runLogs.ts';

/** A GraphQL answer; `data` is read by the test with the type of its document. */
export interface Answer<Data> {
  data?: Data | null;
  errors?: { message: string; path?: (string | number)[]; extensions?: Record<string, unknown> }[];
  extensions?: { receipt?: ReceiptReport };
}

/** A gateway over simulators, asked over HTTP, with every call to a provider counted. */
export interface TestGateway {
  url: string;
  gateway: Gateway;
  /** Calls since the last `forget`, newest last. */
  calls: CallRecord[];
  forget(): void;
  /** Calls by integration and operation since the last `forget`. */
  cost(): Record<string, Record<string, number>>;
  simulator(provider: string): Simulator;
  ask<Data = Record<string, unknown>>(
    query: string,
    variables?: Record<string, unknown>,
    headers?: Record<string, string>,
  ): Promise<Answer<Data>>;
  /** Reads a subscription to its end. */
  watch<Data>(query: string, variables?: Record<string, unknown>): Promise<Answer<Data>[]>;
  close(): Promise<void>;
}

export interface TestGatewayOptions {
  /**
   * Over a sandbox of 120 people and 60 skills without rate limits on a free port, which may have keys and Redis. A gateway
   * over configured providers sets SANDBOX to ''.
   */
  environment?: Record<string, string>;
  dataDir?: string;
  /** Sent as bearer token, where the environment asks for keys. */
  apiKey?: string;
  /** Over every card's limits. */
  limits?: Partial<Limits>;
  /** Beside the log of the run. */
  log?: Log;
}

/** Starts a gateway in this process and waits until its first walks have ended. */
export async function startTestGateway({
  environment = {},
  dataDir,
  apiKey,
  limits,
  log,
}: TestGatewayOptions = {}): Promise<TestGateway> {
  noteEnvironment(environment);
  const own = dataDir === undefined ? await createDataDir() : null;
  const config: Config = readConfig(
    {
      PORT: '0',
      SANDBOX: 'on',
      DATA_DIR: own?.path ?? dataDir ?? '',
      SIMULATOR_PEOPLE: '120',
      SIMULATOR_SKILLS: '60',
      SIMULATOR_LIMITS: 'none',
      ...environment,
    },
    CARDS,
  );
  const calls: CallRecord[] = [];
  const gateway = await startGateway({
    config,
    log: runLog(log),
    onCall: (record) => calls.push(record),
    ...(limits ? { limits } : {}),
  });
  await gateway.ready;
  calls.length = 0;
  const post = (query: string, variables: Record<string, unknown>, headers: Record<string, string>) =>
    fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...headers,
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
  return {
    url: gateway.url,
    gateway,
    calls,
    forget: () => {
      calls.length = 0;
    },
    cost: () => {
      const cost: Record<string, Record<string, number>> = {};
      for (const { integration, operation } of calls) {
        const counts = (cost[integration] ??= {});
        counts[operation] = (counts[operation] ?? 0) + 1;
      }
      return cost;
    },
    simulator: (provider) => {
      const found = gateway.simulators.find(({ card }) => card.name === provider);
      if (!found) throw new Error(`no simulator of ${provider}`);
      return found.simulator;
    },
    async ask<Data>(query: string, variables = {}, headers = {}) {
      const response = await post(query, variables, { accept: 'application/json', ...headers });
      return (await response.json()) as Answer<Data>;
    },
    async watch<Data>(query: string, variables = {}) {
      const response = await post(query, variables, { accept: 'text/event-stream' });
      return eventsOf<Answer<Data>>(await response.text());
    },
    async close() {
      await gateway.close();
      await own?.remove();
    },
  };
}

/** The `next` events of a whole event stream that ended with `complete`. */
export function eventsOf<Event>(stream: string): Event[] {
  const events = stream.split('\n\n').map((block) => ({
    name: /^event: (.*)$/m.exec(block)?.[1],
    data: /^data: (.*)$/m.exec(block)?.[1],
  }));
  if (!events.some(({ name }) => name === 'complete')) throw new Error('the stream broke off without completing');
  return events.flatMap(({ name, data }) => (name === 'next' && data !== undefined ? [JSON.parse(data) as Event] : []));
}
