import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { logOptions } from '../src/observability/logOptions.ts';
import { startTestGateway, type TestGateway } from './support/gateway.ts';
import { wsClient } from './support/wsClient.ts';

/** Everything that one gateway writes to its log at the lowest level, as the program would. */
let log = '';
let gateway: TestGateway;
const KEY = 'a-gateway-key-that-must-not-show';
const CANARY = 'canary.person@leak.example';
const TOKEN = 'tok_canary_5f1d8b2c9e77';

beforeAll(async () => {
  gateway = await startTestGateway({
    environment: { GATEWAY_API_KEYS: KEY },
    apiKey: KEY,
    log: pino(logOptions('trace'), { write: (line: string) => void (log += line) }),
  });
});
afterAll(() => gateway.close());

const PEOPLE =
  '{ employees(first: 100) { nodes { id displayName workEmail skills(first: 5) { nodes { skill { id } } } } } }';
interface People {
  employees: {
    nodes: { id: string; displayName: string; workEmail: string; skills: { nodes: { skill: { id: string } }[] } }[];
  };
}
const RATE = /* GraphQL */ `
  mutation ($employee: ID!, $skill: ID!) {
    rateSkills(
      input: { items: [{ employee: { id: $employee }, skill: { id: $skill }, proficiency: { level: 0.5 } }] }
    ) {
      task {
        id
      }
      userErrors {
        code
      }
    }
  }
`;
const WATCH = 'subscription ($id: ID!) { taskUpdated(id: $id) { state } }';

const requests = (text: string) => text.match(/"msg":"request"/g)?.length ?? 0;

it('the log of reads, writes and failures holds no token, no key and no address', async () => {
  const { data } = await gateway.ask<People>(PEOPLE);
  const people = data?.employees.nodes ?? [];
  const one = people.find(({ skills }) => skills.nodes.length > 0);
  const variables = { employee: one?.id, skill: one?.skills.nodes[0]?.skill.id };
  for (const failing of [false, true]) {
    if (failing) {
      for (const { simulator } of gateway.gateway.simulators) {
        simulator.addFault({ shape: { kind: 'status', status: 401, body: `Bearer ${TOKEN} is no token` }, share: 0.4 });
        simulator.addFault({
          shape: { kind: 'status', status: 422, body: `{"error":"${CANARY} is unknown"}` },
          share: 0.6,
        });
        simulator.addFault({ shape: { kind: 'status', status: 500, body: `at ${CANARY} with ${TOKEN}` } });
      }
    }
    await gateway.ask(PEOPLE);
    const started = await gateway.ask<{ rateSkills: { task: { id: string } } }>(RATE, variables);
    const id = started.data?.rateSkills.task.id;
    if (!failing) {
      const socket = wsClient(gateway.url, { connectionParams: { authorization: `Bearer ${KEY}` } });
      for await (const _ of socket.iterate({ query: WATCH, variables: { id } }));
      await socket.dispose();
    }
    await gateway.ask('query ($mail: EmailAddress!) { employee(by: { workEmail: $mail }) { id } }', { mail: CANARY });
    await gateway.ask(`{ employee(by: { workEmail: "${CANARY}" }) { nothing } }`);
  }
  await gateway.ask('{ __typename }', {}, { 'x-request-id': CANARY, cookie: `session=${TOKEN}` });
  await fetch(`${gateway.url}/graphql?query={__typename}&key=${TOKEN}`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });

  const secrets = [KEY, CANARY, TOKEN, ...people.flatMap(({ workEmail, displayName }) => [workEmail, displayName])];
  for (const { settings } of gateway.gateway.simulators) {
    for (const [name, value] of Object.entries(settings.settings))
      if (/key|token|secret/i.test(name)) secrets.push(value);
  }
  expect(secrets.length).toBeGreaterThan(100);
  // Requests over HTTP and WebSocket at least, or there was nothing to search.
  expect(requests(log)).toBeGreaterThan(8);
  expect(secrets.filter((secret) => secret && log.includes(secret))).toEqual([]);
});

it('what a gateway of a test logs is kept for the search of the whole run', () => {
  const kept = readdirSync(inject('runLogs'))
    .map((name) => readFileSync(join(inject('runLogs'), name), 'utf8'))
    .filter((content) => content.startsWith('test/logLeaks.test.ts\n'));
  expect(requests(kept.join(''))).toBe(requests(log));
});
