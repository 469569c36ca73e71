/** A gateway that serves invented people says so wherever a client or an operator looks; one that serves real ones never does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Log } from '../src/lib/log.ts';
import { startTestGateway, type TestGateway } from './support/gateway.ts';

const KEY = 'a-key-for-the-sandbox';
const SIMULATED = '{ viewer { simulated } integrations { name simulated } }';

interface Simulated {
  viewer: { simulated: boolean };
  integrations: { name: string; simulated: boolean }[];
}

const warnings: { fields: object; message: string }[] = [];
const log: Log = {
  debug: () => {},
  info: () => {},
  warn: (fields, message) => void warnings.push({ fields, message }),
  error: () => {},
};
let sandbox: TestGateway;
/** Its providers are the simulators of the sandbox, which it cannot tell from real ones. */
let configured: TestGateway;

beforeAll(async () => {
  sandbox = await startTestGateway({
    environment: { SIMULATOR_PEOPLE: '20', GATEWAY_API_KEYS: KEY },
    apiKey: KEY,
    log,
  });
  const environments = sandbox.gateway.simulators.map(({ environment }) => environment);
  configured = await startTestGateway({
    environment: { ...Object.assign({}, ...environments), SANDBOX: '', GATEWAY_API_KEYS: KEY },
    apiKey: KEY,
    log,
  });
}, 120_000);
afterAll(async () => {
  await configured?.close();
  await sandbox?.close();
});

const headerOf = async (url: string) => (await fetch(url)).headers.get('x-gateway-simulated');

describe('a sandbox', () => {
  it('says so of the viewer and of each integration', async () => {
    const { data } = await sandbox.ask<Simulated>(SIMULATED);
    expect(data).toEqual({
      viewer: { simulated: true },
      integrations: ['kombo-main', 'imocha-main', 'kantata-main'].map((name) => ({ name, simulated: true })),
    });
  });

  it('says so in /health/ready, and in a header of every answer, refusals included', async () => {
    const ready = await fetch(`${sandbox.url}/health/ready`);
    expect(await ready.json()).toMatchObject({ ready: true, simulated: true });
    expect(ready.headers.get('x-gateway-simulated')).toBe('true');
    expect(await headerOf(`${sandbox.url}/health/live`)).toBe('true');
    const refused = await fetch(`${sandbox.url}/graphql?query={__typename}`);
    expect([refused.status, refused.headers.get('x-gateway-simulated')]).toEqual([401, 'true']);
    expect(await headerOf(`${sandbox.url}/nowhere`)).toBe('true');
  });

  it('warns of it in the log once, with the simulators', () => {
    const { simulators } = sandbox.gateway;
    expect(warnings.filter(({ message }) => message.startsWith('this is a sandbox'))).toMatchObject([
      { fields: { simulated: Object.fromEntries(simulators.map(({ card, origin }) => [card.name, origin])) } },
    ]);
  });
});

/** Makes one of the sandbox's simulators unavailable, or well again. */
const disrupt = (url: string, integration: string, kind: 'UNAVAILABLE' | null) =>
  fetch(`${url}/sandbox/simulators/${integration}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
    body: JSON.stringify({ kind }),
  });

interface AskedPerson {
  employee: {
    displayName: string;
    skills: {
      nodes: { ratings: { integration: { name: string } }[] }[];
      sources: { integration: { name: string }; state: string; problem: { code: string } | null }[];
    };
  };
}

const PERSON = /* GraphQL */ `
  query ($number: String!) {
    employee(by: { employeeNumber: $number }) {
      displayName
      skills {
        nodes {
          ratings {
            integration {
              name
            }
          }
        }
        sources {
          integration {
            name
          }
          state
          problem {
            code
          }
        }
      }
    }
  }
`;

describe('a simulator that is made unavailable', () => {
  it('is named as the source that is silent, and the rest of the answer stands', async () => {
    expect((await disrupt(sandbox.url, 'kombo-main', 'UNAVAILABLE')).status).toBe(200);
    const { data, errors } = await sandbox.ask<AskedPerson>(PERSON, { number: '01001' });
    expect(errors).toBeUndefined();
    const { sources, nodes } = data?.employee.skills ?? { sources: [], nodes: [] };
    expect(sources.map(({ integration, state, problem }) => [integration.name, state, problem?.code])).toEqual([
      ['kombo-main', 'UNREACHABLE', 'UNAVAILABLE'],
      ['imocha-main', expect.stringMatching(/^(?:FRESH|CACHED)$/), undefined],
      ['kantata-main', 'FRESH', undefined],
    ]);
    const names = new Set(nodes.flatMap(({ ratings }) => ratings.map(({ integration }) => integration.name)));
    expect([...names].toSorted()).toEqual(['imocha-main', 'kantata-main']);
    expect((await disrupt(sandbox.url, 'kombo-main', null)).status).toBe(200);
    expect(sandbox.simulator('kombo').disruption).toBeNull();
  });
});

describe('a gateway with configured providers', () => {
  it('has no switch for its providers, whatever they are', async () => {
    expect((await disrupt(configured.url, 'kombo-main', 'UNAVAILABLE')).status).toBe(404);
    expect(sandbox.simulator('kombo').disruption).toBeNull();
  });

  it('says nowhere that it is simulated', async () => {
    const { data } = await configured.ask<Simulated>(SIMULATED);
    expect(data?.viewer).toEqual({ simulated: false });
    expect(data?.integrations.map(({ simulated }) => simulated)).toEqual([false, false, false]);
    const ready = await fetch(`${configured.url}/health/ready`);
    expect(await ready.json()).toMatchObject({ ready: true, simulated: false });
    expect(ready.headers.get('x-gateway-simulated')).toBeNull();
  });
});
