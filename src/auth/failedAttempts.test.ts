import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDoorkeeper, createGuesses, MAX_GUESSES, networkOf } from './failedAttempts.ts';
import { HttpError } from '../domain/httpError.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('wrong keys', () => {
  it('are twenty a minute from one address, then refused with the seconds to wait', async () => {
    const guesses = createGuesses();
    for (let index = 0; index < MAX_GUESSES; index += 1) expect(await guesses.wrong('192.0.2.1')).toBeNull();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await guesses.wrong('192.0.2.1')).toMatchObject({
      status: 429,
      extensions: { retryAfterSeconds: 40 },
      code: 'RATE_LIMITED',
      headers: { 'retry-after': '40' },
    });
    expect(await guesses.wrong('192.0.2.2')).toBeNull();
    await vi.advanceTimersByTimeAsync(40_001);
    expect(await guesses.wrong('192.0.2.1')).toBeNull();
  });
});

describe('an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ])('%s counts as %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it('of the same IPv6 network gives no more guesses', async () => {
    const guesses = createGuesses(2);
    for (const host of ['1', '2']) expect(await guesses.wrong(`2001:db8:1:2::${host}`)).toBeNull();
    expect(await guesses.wrong('2001:db8:1:2::3')).toMatchObject({ status: 429 });
    expect(await guesses.wrong('2001:db8:1:3::1')).toBeNull();
  });
});

describe('what is refused at the door', () => {
  const refused = (reason: string) => () => {
    throw new HttpError(401, 'UNAUTHENTICATED', 'No.', {}, { reason });
  };
  const statusesOf = async (reason: string): Promise<Set<number>> => {
    const letIn = createDoorkeeper({ viewerOf: refused(reason) }, createGuesses(2));
    const statuses = new Set<number>();
    for (let time = 0; time < 4; time += 1) {
      await letIn('Bearer x', '192.0.2.1').catch((error: HttpError) => statuses.add(error.status));
    }
    return statuses;
  };

  it.each(['malformed', 'unknown_key', 'algorithm', 'issuer', 'signature'])(
    'is a guess where it is %s',
    async (reason) => {
      expect(await statusesOf(reason)).toEqual(new Set([401, 429]));
    },
  );

  it.each(['expired', 'not_yet_valid', 'audience', 'claims'])(
    'is none where the issuer has signed it and it is %s',
    async (reason) => {
      expect(await statusesOf(reason)).toEqual(new Set([401]));
    },
  );
});
