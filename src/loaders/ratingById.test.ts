import { describe, expect, it } from 'vitest';
import { employeeRow, FakeProvider, ratingRow, skillRow } from '../../test/support/fake-provider.ts';
import { Directory } from '../directory/directory.ts';
import { encodeId } from '../domain/ids.ts';
import type { Call } from '../domain/ports.ts';
import { ProviderError } from '../domain/problem.ts';
import type { RatingRow } from '../domain/records.ts';
import { createRatingById } from './ratingById.ts';
import { RatingReader } from './ratingReader.ts';

function house(read: (parts: readonly string[], call: Call) => Promise<RatingRow | null>, deadlineMs = 10_000) {
  const { integration } = new FakeProvider({ name: 'hr', ports: { ratingByParts: { read } } });
  const directory = new Directory([integration]);
  directory.putEmployees('hr', [employeeRow('1', { name: 'Lea' })]);
  directory.putSkills('hr', [skillRow('java')]);
  const readers = new Map([['hr', new RatingReader({ directory, integration, cache: true })]]);
  const { signal } = new AbortController();
  const ask = (name = 'hr', parts: readonly string[] = ['1', 'java']) =>
    createRatingById({ directory, readers, signal, deadlineMs })(name, parts);
  return { ask, readers };
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

  it('throws what the provider throws', async () => {
    const error = new ProviderError('UNAVAILABLE', 'Down.');
    await expect(house(() => Promise.reject(error)).ask()).rejects.toBe(error);
  });

  it('is given up at the deadline', async () => {
    const { ask } = house(() => new Promise(() => {}), 1);
    await expect(ask()).rejects.toMatchObject({ code: 'TIMEOUT' });
  });
});
