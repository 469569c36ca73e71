import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MAX_GUESSES } from '../src/auth/failedAttempts.ts';
import { startWatchServer, type WatchServer } from './support/fakes/watchServer.ts';
import { all, wsClient } from './support/wsClient.ts';

const KEY = 'a-key-of-more-than-16';
/** Time enough for the window of guesses to be over. */
const WINDOW_MS = 60_001;

let house: WatchServer;

beforeEach(async () => {
  // The window's clock, but none of the sockets'.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: Date.now() });
  house = await startWatchServer({ apiKeys: [KEY] });
});
afterEach(async () => {
  vi.useRealTimers();
  await house.server.close();
});

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

/** What a socket with this key is closed with; null where it answers. */
async function closedWith(options: Parameters<typeof wsClient>[1]): Promise<{ code: number; reason: string } | null> {
  const client = wsClient(house.url, options);
  try {
    await all(client, '{ hello }');
    return null;
  } catch (error) {
    const { code, reason } = error as { code: number; reason: string };
    return { code, reason };
  } finally {
    await client.dispose();
  }
}

const posted = async (key: string): Promise<number> => {
  const { status } = await fetch(`${house.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer(key) },
    body: JSON.stringify({ query: '{ hello }' }),
  });
  return status;
};

describe('wrong keys over WebSockets', () => {
  it.each([
    ['connection_init', (key: string) => ({ connectionParams: bearer(key) })],
    ['the upgrade', (key: string) => ({ headers: bearer(key) })],
  ])('with %s are twenty a minute, then closed with 4429; right ones never', async (_, withKey) => {
    for (let index = 0; index < MAX_GUESSES; index += 1) {
      expect(await closedWith(withKey(`wrong-${index}`))).toMatchObject({ code: 4403 });
    }
    const refused = {
      code: 4429,
      reason: expect.stringMatching(/^Too many wrong keys .* try again in \d+ s\.$/) as string,
    };
    expect(await closedWith(withKey('wrong-again'))).toEqual(refused);
    expect(await closedWith(withKey(KEY))).toBeNull();
    await vi.advanceTimersByTimeAsync(WINDOW_MS);
    expect(await closedWith(withKey('wrong-later'))).toMatchObject({ code: 4403 });
  });

  it('count together with those over HTTP', async () => {
    for (let index = 0; index < MAX_GUESSES / 2; index += 1) {
      expect(await posted(`wrong-${index}`)).toBe(401);
      expect(await closedWith({ connectionParams: bearer(`wrong-${index}`) })).toMatchObject({ code: 4403 });
    }
    expect(await closedWith({ connectionParams: bearer('wrong-again') })).toMatchObject({ code: 4429 });
    expect(await posted('wrong-again')).toBe(429);
  });

  it('are not counted where none was sent', async () => {
    for (let index = 0; index <= MAX_GUESSES; index += 1) expect(await closedWith({})).toMatchObject({ code: 4403 });
    expect(await posted('wrong')).toBe(401);
  });
});
