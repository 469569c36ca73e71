import type { Client as EventsClient } from 'graphql-sse';
import type { Client as SocketClient } from 'graphql-ws';
import { print } from 'graphql';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { followTask } from '../../examples/clients/followTask.ts';
import { connectByEvents } from '../../examples/clients/graphqlSse.ts';
import { connectByWebSocket } from '../../examples/clients/graphqlWs.ts';
import {
  RateSkillsDocument,
  WatchTaskDocument,
  type RateSkillsMutation,
  type WatchTaskSubscription,
} from '../../examples/generated/graphql.ts';
import { encodeId } from '../../src/domain/ids.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { ADA, API_KEY } from './contract.ts';
import { layLine, type Line } from './line.ts';

const SLOW_MS = 2_000;
type Update = WatchTaskSubscription['taskUpdated'];
let gateway: TestGateway;
let line: Line;

beforeAll(async () => {
  gateway = await startTestGateway({ environment: { GATEWAY_API_KEYS: API_KEY }, apiKey: API_KEY });
  line = await layLine(gateway.url);
});
afterEach(() => gateway.simulator('kombo').clearFaults());
afterAll(async () => {
  await line.close();
  await gateway.close();
});

/** A GraphQL error among results, as an error. */
class Refused extends Error {}

const CLIENTS: Record<string, () => SocketClient | EventsClient> = {
  'graphql-ws': () => connectByWebSocket(`${line.url}/graphql`, API_KEY, { retryAttempts: 0 }),
  'graphql-sse': () => connectByEvents(`${line.url}/graphql`, API_KEY),
};

describe.each(Object.keys(CLIENTS))('a task followed with %s', (name) => {
  const follow = (id: string, subscribed: (number | null)[] = []) => {
    const client = CLIENTS[name]?.();
    if (!client) throw new Error(name);
    const watch = async function* (afterRevision: number | null): AsyncGenerator<Update, void> {
      subscribed.push(afterRevision);
      const request = { query: print(WatchTaskDocument), variables: { id, afterRevision } };
      for await (const { data, errors } of client.iterate<WatchTaskSubscription>(request)) {
        if (errors) throw new Refused(errors[0]?.message);
        if (data) yield data.taskUpdated;
      }
    };
    const isRefusal = (error: unknown) => error instanceof Refused;
    return { client, updates: followTask(watch, isRefusal, () => Promise.resolve()) };
  };

  it('shows each revision once, to the final one, over a connection that is cut twice', async () => {
    gateway.simulator('kombo').addFault({ shape: { kind: 'latency', milliseconds: SLOW_MS } });
    const { data } = await gateway.ask<RateSkillsMutation>(print(RateSkillsDocument), {
      employee: ADA,
      skill: { name: 'TypeScript' },
      level: 0.5,
    });
    const subscribed: (number | null)[] = [];
    const { client, updates } = follow(data?.rateSkills.task?.id ?? '', subscribed);
    const seen: Update[] = [];
    for await (const update of updates) {
      seen.push(update);
      if (seen.length <= 2) line.cut();
    }
    const revisions = seen.map(({ revision }) => revision);
    expect(revisions).toEqual([...new Set(revisions)].toSorted((a, b) => a - b));
    expect(seen.at(-1)?.state).toBe('SUCCEEDED');
    expect(subscribed.slice(0, 2)).toEqual([null, revisions[0]]);
    await client.dispose();
  });

  it('that does not exist is not asked for again', async () => {
    const subscribed: (number | null)[] = [];
    const { client, updates } = follow(encodeId('Task', '00000000-0000-4000-8000-000000000000'), subscribed);
    await expect(updates.next()).rejects.toThrow(Refused);
    expect(subscribed).toEqual([null]);
    await client.dispose();
  });
});

describe('graphql-ws', () => {
  it('connects again by itself once it was cut, and misses nothing', async () => {
    gateway.simulator('kombo').addFault({ shape: { kind: 'latency', milliseconds: SLOW_MS } });
    const { data } = await gateway.ask<RateSkillsMutation>(print(RateSkillsDocument), {
      employee: ADA,
      skill: { name: 'TypeScript' },
      level: 0.75,
    });
    let connected = 0;
    const client = connectByWebSocket(`${line.url}/graphql`, API_KEY, {
      retryWait: () => Promise.resolve(),
      on: { connected: () => (connected += 1) },
    });
    const seen: Update[] = [];
    const variables = { id: data?.rateSkills.task?.id };
    for await (const result of client.iterate<WatchTaskSubscription>({ query: print(WatchTaskDocument), variables })) {
      expect(result.errors).toBeUndefined();
      if (result.data) seen.push(result.data.taskUpdated);
      if (seen.length === 1) line.cut();
    }
    expect(connected).toBe(2);
    expect(seen.at(-1)?.state).toBe('SUCCEEDED');
    await client.dispose();
  });
});
