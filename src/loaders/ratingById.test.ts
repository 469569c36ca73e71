import { describe, expect, it } from 'vitest';
import { employeeRow, FakeProvider, ratingRow, skillRow } from '../../test/support/fakes/fakeProvider.ts';
import { Directory } from '../directory/directory.ts';
import { encodeId } from '../domain/ids.ts';
import type { Call } from '../domain/ports.ts';
import { ProviderError } from '../domain/problem.ts';
import type { RatingRow } from '../domain/records.ts';
import { createRatingById } from './ratingById.ts';
import { callOf } from '../../test/support/callOf.ts';
import { Deadline } from '../domain/deadline.ts';
import { RatingReader } from './readers/employeeRatingReader.ts';

function house(
  read: (parts: readonly string[], call: Call) => Promise<RatingRow | null>,
  deadlineMs = 10_000,
  { employeePart, cache = true }: { employeePart?: number; cache?: boolean } = {},
) {
  const clock = { now: 1_000_000 };
  const ratingByParts = { read, ...(employeePart === undefined ? {} : { employeePart }) };
  const { integration } = new FakeProvider({ name: 'hr', ports: { ratingByParts } });
  const directory = new Directory([integration]);
  directory.putEmployees('hr', [employeeRow('1', { name: 'Lea' })]);
  directory.putSkills('hr', [skillRow('java')]);
  const readers = new Map([['hr', new RatingReader({ directory, integration, cache, now: () => clock.now })]]);
  const ask = (name = 'hr', parts: readonly string[] = ['1', 'java']) =>
    createRatingById({ directory, readers, call: callOf(Deadline.after(deadlineMs)) })(name, parts);
  return { ask, readers, clock };
}

const find = (row: RatingRow | null) => house(() => Promise.resolve(row));

describe('a rating by its id', () => {
  it('stands in its place in the graph, under the same id', async () => {
    const asked: unknown[] = [];
    const { ask } = house((parts, call) => {
      asked.push(parts, call.purpose);
      return Promise.resolve(ratingRow('1', 'java'));
    });
    const rating = await ask();
    expect(rating).toMatchObject({
      employee: { displayName: 'Lea' },
      skill: { name: 'java' },
      pending: false,
      normalized: 0.5,
    });
    expect(rating?.id).toBe(encodeId('SkillRating', 'hr', '1', 'java'));
    expect(asked).toEqual([['1', 'java'], 'request']);
  });

  it('learns a skill that no catalogue lists', async () => {
    expect(await find(ratingRow('1', 'go', { skillName: 'Go' })).ask()).toMatchObject({ skill: { name: 'Go' } });
  });

  it('is pending while it is only written', async () => {
    const { ask, readers } = find(ratingRow('1', 'java'));
    readers.get('hr')?.written(ratingRow('1', 'java', { value: null }));
    expect(await ask()).toMatchObject({ pending: true, proficiency: null });
  });

  it('is null where it is unknown: the row, its employee, the integration, the parts', async () => {
    expect(await find(null).ask()).toBeNull();
    expect(await find(ratingRow('9', 'java')).ask()).toBeNull();
    expect(await find(ratingRow('1', 'java')).ask('other')).toBeNull();
    expect(await find(ratingRow('1', 'java')).ask('hr', [])).toBeNull();
  });

  describe('that is unknown', () => {
    const counting = (row: RatingRow | null = null, more: Parameters<typeof house>[2] = {}) => {
      const calls: string[] = [];
      const { ask, ...rest } = house(
        (parts) => {
          calls.push(parts.join(' '));
          return Promise.resolve(row);
        },
        10_000,
        more,
      );
      return { ...rest, calls, ask: (...parts: string[]) => ask('hr', parts) };
    };

    it('costs one call a minute, however many ask, one after another or at once', async () => {
      const { ask, calls, clock } = counting();
      expect(await Promise.all([ask('1', 'x'), ask('1', 'x'), ask('1', 'y')])).toEqual([null, null, null]);
      expect(await ask('1', 'x')).toBeNull();
      expect(calls).toEqual(['1 x', '1 y']);
      clock.now += 60_000;
      expect(await ask('1', 'x')).toBeNull();
      expect(calls).toEqual(['1 x', '1 y', '1 x']);
    });

    it('is asked for again once it was written, and as often as it is asked with CACHE=off', async () => {
      const { ask, calls, readers } = counting();
      await ask('1', 'java');
      readers.get('hr')?.written(ratingRow('1', 'java'));
      await ask('1', 'java');
      expect(calls).toHaveLength(2);
      const off = counting(null, { cache: false });
      await off.ask('1', 'x');
      await off.ask('1', 'x');
      expect(off.calls).toHaveLength(2);
    });

    it('costs nothing where its parts name an employee that nobody knows', async () => {
      const { ask, calls } = counting(null, { employeePart: 0 });
      expect(await ask('9', 'java')).toBeNull();
      expect(calls).toEqual([]);
      await ask('1', 'java');
      expect(calls).toEqual(['1 java']);
    });

    it('is not remembered as such where something in the answer could not be read', async () => {
      let calls = 0;
      const { ask } = house((_, call) => {
        calls += 1;
        call.onUnreadable?.({ of: 'ratings', id: '1' });
        return Promise.resolve(null);
      });
      await ask();
      await ask();
      expect(calls).toBe(2);
    });
  });

  it('throws what the provider throws', async () => {
    const error = new ProviderError('UNAVAILABLE', 'Down.');
    await expect(house(() => Promise.reject(error)).ask()).rejects.toBe(error);
  });

  it('is given up at the deadline', async () => {
    const { ask } = house(() => new Promise(() => {}), 1);
    await expect(ask()).rejects.toMatchObject({ code: 'TIMEOUT' });
  });
});
