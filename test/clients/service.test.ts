import { randomBytes } from 'node:crypto';
import { print } from 'graphql';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectByWebSocket } from '../../examples/clients/graphqlWs.ts';
import { createRequest, GatewayError } from '../../examples/clients/service.ts';
import {
  OneEmployeeDocument,
  RateSkillsDocument,
  TasksDocument,
  WatchTaskDocument,
  type WatchTaskSubscription,
} from '../../examples/generated/graphql.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { startReceiver, type TestReceiver } from '../support/receiver.ts';
import { ADA, API_KEY } from './contract.ts';

const SECRET = `whsec_${randomBytes(32).toString('base64')}`;
const TYPESCRIPT = { name: 'TypeScript' };
const LEVEL = 0.75;

let gateway: TestGateway;
let receiver: TestReceiver;

beforeAll(async () => {
  receiver = await startReceiver();
  gateway = await startTestGateway({
    environment: {
      GATEWAY_API_KEYS: API_KEY,
      WEBHOOK_URLS: receiver.url,
      WEBHOOK_SECRETS: SECRET,
      WEBHOOK_PRIVATE: 'allow',
    },
    apiKey: API_KEY,
  });
});
afterAll(async () => {
  await gateway.close();
  await receiver.close();
});

interface Told {
  type: string;
  data: { task: { id: string; state: string } };
}

/** The task's final state as the webhooks tell it. */
async function toldFinal(id: string): Promise<string> {
  for (let count = 1; ; count += 1) {
    await receiver.until(count);
    const message = receiver.received[count - 1];
    if (!message) throw new Error('nothing came');
    const { type, data } = new Webhook(SECRET).verify(message.body, message.headers) as Told;
    expect(type).toBe('task.updated');
    if (data.task.id === id && !['QUEUED', 'RUNNING'].includes(data.task.state)) return data.task.state;
  }
}

describe('a service', () => {
  it('writes, is told of the end by a signed webhook, and reads what came of it', async () => {
    const request = createRequest(`${gateway.url}/graphql`, API_KEY);
    const key = 'review-2026-17';
    const variables = { employee: ADA, skill: TYPESCRIPT, level: LEVEL, key };
    const { rateSkills } = await request(RateSkillsDocument, variables);
    expect(rateSkills.userErrors).toEqual([]);
    // It does not know whether the first answer was lost: the same key starts nothing new.
    const again = await request(RateSkillsDocument, variables);
    expect(again.rateSkills).toMatchObject({ replayed: true, task: { id: rateSkills.task?.id } });

    expect(await toldFinal(rateSkills.task?.id ?? '')).toBe('SUCCEEDED');

    const { tasks } = await request(TasksDocument, { filter: { kinds: ['RATE_SKILLS'] } });
    const stored = tasks?.nodes.find(({ id }) => id === rateSkills.task?.id);
    expect(stored?.counts.succeeded).toBe(stored?.counts.total);
    const { employee } = await request(OneEmployeeDocument, { by: ADA });
    const skill = employee?.skills.nodes.find((held) => held.skill.name === TYPESCRIPT.name);
    expect(skill?.ratings.map(({ normalized }) => normalized)).toContain(LEVEL);
  });

  it('may as well watch', async () => {
    const request = createRequest(`${gateway.url}/graphql`, API_KEY);
    const { rateSkills } = await request(RateSkillsDocument, { employee: ADA, skill: TYPESCRIPT, level: 0.5 });
    const client = connectByWebSocket(`${gateway.url}/graphql`, API_KEY);
    let last: WatchTaskSubscription['taskUpdated'] | undefined;
    const watching = { query: print(WatchTaskDocument), variables: { id: rateSkills.task?.id } };
    for await (const { data } of client.iterate<WatchTaskSubscription>(watching)) last = data?.taskUpdated;
    expect(last?.state).toBe('SUCCEEDED');
    expect(last?.items.nodes.map(({ key, state }) => [key, state])).toEqual(
      last?.items.nodes.map(() => ['review-17', 'SUCCEEDED']),
    );
    await client.dispose();
  });

  it('is told by code why it is refused, and under which id the log has it', async () => {
    const refused = createRequest(`${gateway.url}/graphql`, 'another-key-of-16-characters');
    const error: unknown = await refused(OneEmployeeDocument, { by: ADA }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toMatchObject({ codes: ['UNAUTHENTICATED'], requestId: expect.any(String) });
  });
});
