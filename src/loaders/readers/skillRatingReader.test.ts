import { describe, expect, it } from 'vitest';
import {
  employeeRow,
  FakeProvider,
  gate,
  numberValue,
  ratingRow,
  skillRow,
} from '../../../test/support/fakes/fakeProvider.ts';
import { Directory } from '../../directory/directory.ts';
import type { Call } from '../../domain/ports.ts';
import { ProviderError } from '../../domain/problem.ts';
import { Receipt } from '../../domain/receipt.ts';
import { VirtualClock } from '../../lib/clock.ts';
import { Deadline } from '../../domain/deadline.ts';
import { RatingReader } from './employeeRatingReader.ts';

const MINUTE = 60_000;
const NAMES = ['java', 'go', 'perl'];

type Options = ConstructorParameters<typeof FakeProvider>[0] & {
  cache?: boolean;
  /** What becomes of the filter by skill; null: there is no such call. */
  bySkill?: 'honoured' | 'ignored' | 'empty' | null;
};

function house({ cache = true, bySkill = 'honoured', ...holdings }: Options = {}) {
  const clock = new VirtualClock();
  const now = () => clock.now();
  const filter = { is: bySkill };
  const ratingsBySkills = {
    batchSize: 2,
    filtered: true,
    read: async (ids: readonly string[], call: Call) => {
      const entry = `skills ${ids.join(',')}`;
      provider.calls.push(entry);
      call.signal?.throwIfAborted();
      await provider.holdings.before(entry);
      const code = provider.holdings.failing[entry] ?? provider.holdings.failing['skills'];
      if (code) throw new ProviderError(code, 'The provider failed.');
      if (filter.is === 'ignored')
        throw new ProviderError('UNREADABLE', 'Foreign.', { providerCode: 'FILTER_IGNORED' });
      return filter.is === 'empty' ? [] : provider.holdings.ratings.filter((row) => ids.includes(row.skillId));
    },
  };
  const provider: FakeProvider = new FakeProvider({
    now,
    pageSize: 10,
    employees: ['1', '2', '3'].map((id) => employeeRow(id)),
    ratings: [ratingRow('1', 'java'), ratingRow('2', 'go'), ratingRow('2', 'java')],
    ...(bySkill === null ? {} : { ports: { ratingsBySkills } }),
    ...holdings,
  });
  const { integration } = provider;
  integration.sync = { ...integration.sync, state: 'IDLE', lastFullAt: new Date(0).toISOString() };
  const directory = new Directory([integration], now);
  directory.putSkills(
    'hr',
    NAMES.map((name) => skillRow(name, { aliases: [`key:${name}`] })),
  );
  const reader = new RatingReader({ directory, integration, cache, now });
  const skillOf = (name: string) => {
    const [skill] = directory.skills.byName(name);
    if (!skill) throw new Error(`no skill ${name}`);
    return skill;
  };
  /** Readings in words, by skill: state, then employees with their values, `!` for pending. */
  const read = async (names: readonly string[], call: Partial<Call> = {}) => {
    const skills = names.map(skillOf);
    const readings = await reader.readBySkill(skills, { purpose: 'request', ...call });
    return skills.map(({ id }) => {
      const reading = readings.get(id);
      if (!reading) return 'none';
      const rows = 'rows' in reading ? reading.rows : [];
      const shown = rows.map(
        ({ row, pending }) =>
          `${row.employeeId}=${row.value?.kind === 'number' ? row.value.value : '-'}${pending ? '!' : ''}`,
      );
      const problem = 'problem' in reading && reading.problem ? [reading.problem.code] : [];
      return [reading.state, ...shown, ...problem].join(' ');
    });
  };
  const keep = () => directory.ratings('hr').replace(provider.holdings.ratings, now());
  return { clock, provider, integration, directory, reader, read, keep, filter, skillOf };
}

describe('reading ratings by skill', () => {
  it('asks for all at once, in calls of the batch size, and knows which nobody holds', async () => {
    const { provider, read } = house();
    expect(await read(NAMES)).toEqual(['FRESH 1=3 2=3', 'FRESH 2=3', 'FRESH']);
    expect(provider.calls).toEqual(['skills java,go', 'skills perl']);
  });

  it('answers from the cache for a minute, and never with CACHE=off', async () => {
    const { clock, provider, read } = house();
    await read(['java']);
    clock.advance(MINUTE);
    expect(await read(['java', 'go'])).toEqual(['CACHED 1=3 2=3', 'FRESH 2=3']);
    clock.advance(4 * MINUTE + 1);
    expect(await read(['java'])).toEqual(['FRESH 1=3 2=3']);
    expect(provider.taken()).toEqual(['skills java', 'skills go', 'skills java']);
    const off = house({ cache: false });
    await off.read(['java']);
    expect(await off.read(['java'])).toEqual(['FRESH 1=3 2=3']);
    expect(off.provider.calls).toHaveLength(2);
  });

  it('answers at once beyond that minute, while one call reads anew', async () => {
    const { clock, provider, read } = house();
    await read(['java']);
    clock.advance(MINUTE + 1);
    provider.holdings.ratings = [ratingRow('3', 'java')];
    expect(await Promise.all([read(['java']), read(['java'])])).toEqual([['CACHED 1=3 2=3'], ['CACHED 1=3 2=3']]);
    await expect.poll(() => read(['java'])).toEqual(['CACHED 3=3']);
    expect(provider.calls).toEqual(['skills java', 'skills java']);
  });

  it('asks once for all who ask at the same time', async () => {
    const { provider, read } = house();
    const held = gate();
    provider.holdings.before = () => held.passed;
    const answers = Promise.all([read(['java', 'go']), read(['go', 'perl'])]);
    held.open();
    expect(await answers).toEqual([
      ['FRESH 1=3 2=3', 'FRESH 2=3'],
      ['FRESH 2=3', 'FRESH'],
    ]);
    expect(provider.calls).toEqual(['skills java,go', 'skills perl']);
  });

  it('leaves the other calls when one fails, and answers with an older copy where there is one', async () => {
    const { clock, provider, read, integration } = house();
    await read(['perl']);
    clock.advance(6 * MINUTE);
    provider.holdings.failing = { 'skills perl': 'UNAVAILABLE', 'skills go': 'TIMEOUT' };
    expect(await read(['java', 'go', 'perl'])).toEqual(['FRESH 1=3 2=3', 'FRESH 2=3', 'STALE UNAVAILABLE']);
    clock.advance(2 * MINUTE);
    expect(await read(['go'])).toEqual(['CACHED 2=3']);
    await expect.poll(() => read(['go'])).toEqual(['STALE 2=3 TIMEOUT']);
    expect(integration.lastProblem?.code).toBe('TIMEOUT');
    const down = house({ failing: { skills: 'UNREACHABLE' } });
    expect(await down.read(['java'])).toEqual(['UNREACHABLE UNREACHABLE']);
  });

  it('ends with the call', async () => {
    const { read } = house();
    await expect(read(['java'], { signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow('gone');
  });

  it('says nothing of skills without a record there', async () => {
    const { reader, skillOf, provider } = house();
    const foreign = { ...skillOf('java'), records: [] };
    expect(await reader.readBySkill([foreign], { purpose: 'request' })).toEqual(new Map());
    expect(provider.calls).toEqual([]);
  });

  it('writes its cost on the receipt', async () => {
    const receipt = new Receipt();
    const { read } = house();
    await read(['java'], { receipt });
    await read(['java', 'go'], { receipt });
    expect(receipt.report().integrations['hr']).toMatchObject({ batches: 2, rows: 3, cacheHits: 1 });
  });
});

describe('a filter by skill', () => {
  it('that is ignored has a walk stand in for it, for everybody, for a minute', async () => {
    const { clock, provider, read, integration } = house({ bySkill: 'ignored' });
    expect(await Promise.all([read(['java', 'go']), read(['perl'])])).toEqual([
      ['FRESH 1=3 2=3', 'FRESH 2=3'],
      ['FRESH'],
    ]);
    expect(provider.taken()).toEqual(['skills java,go', 'skills perl', 'ratings 1']);
    expect(integration.skillFilterHonoured).toBe(false);
    clock.advance(MINUTE);
    expect(await read(['java'])).toEqual(['CACHED 1=3 2=3']);
    clock.advance(1);
    expect(await read(['java'])).toEqual(['FRESH 1=3 2=3']);
    expect(provider.taken()).toEqual(['ratings 1']);
  });

  it('that lets nothing through is found out by asking for a skill that is held', async () => {
    const { provider, read, integration } = house({ bySkill: 'empty' });
    expect(await read(['java'])).toEqual(['FRESH 1=3 2=3']);
    expect(provider.calls).toEqual(['skills java', 'ratings 1', 'skills java', 'ratings 1']);
    expect(integration.skillFilterHonoured).toBe(false);
  });

  it('is proven by rows, or by one probe, and not doubted again', async () => {
    const { provider, read } = house();
    await read(['perl']);
    expect(provider.taken()).toEqual(['skills perl', 'ratings 1', 'skills java']);
    const proven = house({ cache: false });
    await proven.read(['java']);
    expect(await proven.read(['perl'])).toEqual(['FRESH']);
    expect(proven.provider.calls).toEqual(['skills java', 'skills perl']);
  });

  it('is not condemned by a probe that fails otherwise', async () => {
    const { read, integration } = house({ bySkill: 'empty', failing: { ratings: 'UNAVAILABLE' } });
    expect(await read(['java'])).toEqual(['FRESH']);
    expect(integration.skillFilterHonoured).toBe(true);
  });

  it('fails as unreadable where it is ignored and there is no walk', async () => {
    const { read } = house({ bySkill: 'ignored', without: ['ratings'] });
    expect(await read(['java'])).toEqual(['UNREACHABLE UNREADABLE']);
  });

  it('is tried anew after the next walk of everything', async () => {
    const { clock, read, integration, filter } = house({ bySkill: 'ignored' });
    await read(['java']);
    integration.retryOffers();
    filter.is = 'honoured';
    clock.advance(2 * MINUTE);
    expect(await read(['go'])).toEqual(['FRESH 2=3']);
    expect(integration.skillFilterHonoured).toBe(true);
  });
});

describe('a provider without a call by skill', () => {
  const kept = (options: Options = {}) => house({ bySkill: null, keep: true, ...options });

  it('is answered from the walk that is kept, also with CACHE=off, for half an hour', async () => {
    const { clock, provider, read, keep } = kept({ cache: false });
    keep();
    clock.advance(30 * MINUTE);
    expect(await read(NAMES)).toEqual(['CACHED 1=3 2=3', 'CACHED 2=3', 'CACHED']);
    expect(provider.calls).toEqual([]);
    clock.advance(1);
    expect(await read(['java'])).toEqual(['FRESH 1=3 2=3']);
    expect(provider.calls).toEqual(['ratings 1']);
  });

  it('answers with what is there while the first walk is under way, and walks no second time', async () => {
    const { provider, read, integration } = kept();
    integration.sync = { ...integration.sync, state: 'FIRST_WALK', lastFullAt: null };
    expect(await read(['java'])).toEqual(['PARTIAL']);
    expect(provider.calls).toEqual([]);
  });

  it('answers with an older walk where a new one fails', async () => {
    const { clock, provider, read, keep } = kept();
    keep();
    clock.advance(31 * MINUTE);
    provider.holdings.failing = { ratings: 'TIMEOUT' };
    expect(await read(['java', 'perl'])).toEqual(['STALE 1=3 2=3 TIMEOUT', 'STALE TIMEOUT']);
  });

  it('answers with an older walk where the new one outlasts the call, and keeps what that brings', async () => {
    const { clock, provider, read, keep } = kept();
    keep();
    clock.advance(31 * MINUTE);
    const slow = gate();
    provider.holdings.before = () => slow.passed;
    expect(await read(['java'], { deadline: Deadline.after(5) })).toEqual(['STALE 1=3 2=3 TIMEOUT']);
    slow.open();
    await expect.poll(() => read(['java'])).toEqual(['CACHED 1=3 2=3']);
    expect(provider.calls).toEqual(['ratings 1']);
  });

  it('finds rows that name the skill by keys', async () => {
    const { read, provider, keep } = kept();
    provider.holdings.ratings = [
      ratingRow('1', 'profile:7', { skillKeys: ['key:java'] }),
      ratingRow('2', 'profile:8', { skillKeys: ['key:none'] }),
      ratingRow('3', 'java'),
    ];
    keep();
    expect(await read(['java'])).toEqual(['CACHED 1=3 3=3']);
  });

  it('is UNSUPPORTED where it has no walk either, or does not offer it', async () => {
    expect(await kept({ without: ['ratings'] }).read(['java'])).toEqual(['UNSUPPORTED']);
    const refusing = kept({ failing: { ratings: 'NOT_OFFERED' } });
    expect(await refusing.read(['java'])).toEqual(['UNSUPPORTED NOT_OFFERED']);
    expect(await refusing.read(['java'])).toEqual(['UNSUPPORTED']);
    expect(refusing.provider.calls).toEqual(['ratings 1']);
  });
});

describe('a row that was written', () => {
  const written = ratingRow('1', 'java', { value: numberValue(5) });

  it('is laid over the ratings of its skill until a read shows it, and the provider is asked anew', async () => {
    const { provider, reader, read } = house();
    await read(['java', 'go']);
    reader.written(written);
    expect(await read(['java', 'go'])).toEqual(['FRESH 1=5! 2=3', 'CACHED 2=3']);
    provider.holdings.ratings = [written];
    reader.written(written);
    expect(await read(['java'])).toEqual(['FRESH 1=5']);
    expect(provider.calls).toEqual(['skills java,go', 'skills java', 'skills java']);
  });

  it('makes its employee a holder', async () => {
    const { reader, read } = house();
    reader.written(ratingRow('3', 'perl', { value: null }));
    expect(await read(['perl', 'go'])).toEqual(['FRESH 3=-!', 'FRESH 2=3']);
  });

  it('while a read is under way, leaves that read good for one answer only', async () => {
    const { provider, reader, read } = house();
    provider.holdings.before = () => reader.written(written);
    await read(['java']);
    provider.holdings.before = () => {};
    expect(await read(['java'])).toEqual(['FRESH 1=5! 2=3']);
    expect(provider.calls).toHaveLength(2);
  });
});

describe('a skill that was taken away', () => {
  it('has one holder less at once, and the provider is asked anew', async () => {
    const { provider, reader, read } = house();
    await read(['java', 'go']);
    reader.removed('1', 'java');
    expect(await read(['java', 'go'])).toEqual(['FRESH 2=3', 'CACHED 2=3']);
    expect(provider.calls).toEqual(['skills java,go', 'skills java']);
  });

  it('is known though rows name it by another key', async () => {
    const { provider, reader, read } = house({ bySkill: null });
    const named = ratingRow('1', 'of its own', { skillKeys: ['key:java'] });
    provider.holdings.ratings = [named, ratingRow('2', 'java')];
    reader.removed('1', 'java');
    expect(await read(['java'])).toEqual(['FRESH 2=3']);
  });
});
