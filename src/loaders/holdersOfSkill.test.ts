import { describe, expect, it } from 'vitest';
import {
  employeeRow,
  FakeProvider,
  gate,
  numberValue,
  ratingRow,
  skillRow,
} from '../../test/support/fakes/fakeProvider.ts';
import { Directory } from '../directory/directory.ts';
import type { Ports } from '../domain/ports.ts';
import type { RatingRow } from '../domain/records.ts';
import { createHoldersOfSkill, type HoldersOfSkill, type SkillHolders } from './holdersOfSkill.ts';
import { RatingReader } from './readers/employeeRatingReader.ts';
import { callOf } from '../../test/support/callOf.ts';
import { Deadline } from '../domain/deadline.ts';
import { combined } from './sources.ts';

/** Two systems that both know Lea (number 1) and Max (number 2), who hold Java, Go and Perl here and there. */
function house(deadlineMs = 10_000) {
  const calls: string[] = [];
  const before: { answer: (name: string) => Promise<void> | void } = { answer: () => {} };
  const system = (name: string, ratings: readonly RatingRow[]) => {
    const ratingsBySkills: Ports['ratingsBySkills'] = {
      batchSize: 100,
      filtered: false,
      read: async (ids) => {
        calls.push(`${name} ${ids.join(',')}`);
        await before.answer(name);
        return ratings.filter((row) => ids.includes(row.skillId));
      },
    };
    const { integration } = new FakeProvider({ name, ports: { ratingsBySkills }, ratings: [...ratings] });
    integration.sync = { ...integration.sync, state: 'IDLE', lastFullAt: new Date(0).toISOString() };
    return integration;
  };
  const hr = system('hr', [ratingRow('1', 'java'), ratingRow('2', 'go'), ratingRow('9', 'java')]);
  const talent = system('talent', [
    ratingRow('b', 'java', { source: 'SELF', value: numberValue(5) }),
    ratingRow('a', 'java', { source: 'SELF', value: null }),
  ]);
  const directory = new Directory([hr, talent]);
  directory.putEmployees('hr', [employeeRow('1', { employeeNumber: '1' }), employeeRow('2', { employeeNumber: '2' })]);
  directory.putEmployees('talent', [
    employeeRow('a', { employeeNumber: '1' }),
    employeeRow('b', { employeeNumber: '2' }),
  ]);
  directory.putSkills('hr', [skillRow('java'), skillRow('go'), skillRow('perl')]);
  directory.putSkills('talent', [skillRow('java')]);
  const readers = new Map(
    [hr, talent].map((integration) => [integration.name, new RatingReader({ directory, integration, cache: false })]),
  );
  let loader: HoldersOfSkill | undefined;
  const ask = (name: string, integrations: readonly string[] | null = null) => {
    const [skill] = directory.skills.byName(name);
    if (!skill) throw new Error(`no skill ${name}`);
    loader ??= createHoldersOfSkill({ directory, readers, call: callOf(Deadline.after(deadlineMs)) });
    return loader.load({ skill, integrations });
  };
  return { calls, before, hr, talent, ask };
}

const brief = ({ holders, sources }: SkillHolders) => ({
  holders: holders.map(({ employee, ratings }) => [
    employee.employeeNumber,
    ...ratings.map(({ integration, normalized }) => `${integration.name} ${normalized}`),
  ]),
  sources: sources.map(({ integration, state }) => `${integration.name} ${state}`),
});

describe('the holders of a skill', () => {
  it('are each person once, with the ratings of all their records', async () => {
    const { ask } = house();
    expect(brief(await ask('java'))).toEqual({
      holders: [
        ['1', 'hr 0.5', 'talent null'],
        ['2', 'talent 1'],
      ],
      sources: ['hr FRESH', 'talent FRESH'],
    });
  });

  it('of many skills are one call to each system that knows one of them', async () => {
    const { ask, calls } = house();
    const [, go] = await Promise.all([ask('java'), ask('go'), ask('perl'), ask('java')]);
    expect(calls).toEqual(['hr java,go,perl', 'talent java']);
    expect(brief(go)).toEqual({ holders: [['2', 'hr 0.5']], sources: ['hr FRESH', 'talent UNMATCHED'] });
  });

  it('are asked for only where they are wanted', async () => {
    const { ask, calls } = house();
    expect(brief(await ask('java', ['talent'])).sources).toEqual(['talent FRESH']);
    expect(calls).toEqual(['talent java']);
  });

  it('do not wait for a system that is asked at the same moment for others', async () => {
    const { ask, before, calls } = house();
    const { open, passed } = gate();
    before.answer = (name) => (name === 'hr' ? passed : undefined);
    let arrived = false;
    const others = Promise.all([ask('java'), ask('go')]).finally(() => (arrived = true));
    expect(brief(await ask('java', ['talent'])).sources).toEqual(['talent FRESH']);
    expect(arrived).toBe(false);
    open();
    expect((await others).map((answer) => brief(answer).sources)).toEqual([
      ['hr FRESH', 'talent FRESH'],
      ['hr FRESH', 'talent UNMATCHED'],
    ]);
    expect(calls).toEqual(['hr java,go', 'talent java']);
  });

  it('are those that have come by the deadline', async () => {
    const { ask, before } = house(5);
    const { open, passed } = gate();
    before.answer = (name) => (name === 'hr' ? passed : undefined);
    const answer = await ask('java');
    open();
    expect(brief(answer)).toEqual({
      holders: [
        ['2', 'talent 1'],
        ['1', 'talent null'],
      ],
      sources: ['hr UNREACHABLE', 'talent FRESH'],
    });
    expect(answer.sources[0]?.problem?.code).toBe('TIMEOUT');
  });

  it('are some of them while a first walk has not ended', async () => {
    const { ask, hr, talent } = house();
    hr.sync = { ...hr.sync, state: 'FIRST_WALK', lastFullAt: null };
    talent.sync = { ...talent.sync, state: 'FIRST_WALK', lastFullAt: null };
    const [java, perl] = await Promise.all([ask('java'), ask('perl')]);
    expect(brief(java).sources).toEqual(['hr PARTIAL', 'talent PARTIAL']);
    expect(brief(perl).sources).toEqual(['hr PARTIAL', 'talent PARTIAL']);
  });
});

describe('the sources of several answers together', () => {
  const { hr } = house();
  const status = (state: 'FRESH' | 'CACHED' | 'STALE' | 'UNREACHABLE' | 'UNSUPPORTED' | 'UNMATCHED', age?: number) => [
    {
      integration: hr,
      state,
      fetchedAt: age === undefined ? null : new Date(1e12 - age * 1000).toISOString(),
      ageSeconds: age ?? null,
      dataAsOf: null,
      latencyMs: state === 'FRESH' ? 10 : null,
      problem: null,
    },
  ];
  const together = (...parts: ReturnType<typeof status>[]) => {
    const [one] = combined(parts);
    return [one?.state, one?.ageSeconds, one?.latencyMs];
  };

  it.each([
    ['the oldest of fresh and cached', [status('FRESH', 0), status('CACHED', 50)], ['FRESH', 50, 10]],
    ['stale before fresh', [status('FRESH', 0), status('STALE', 90)], ['STALE', 90, 10]],
    ['partial where a part is missing', [status('FRESH', 0), status('UNREACHABLE')], ['PARTIAL', 0, 10]],
    ['unreachable where all are', [status('UNREACHABLE'), status('UNREACHABLE')], ['UNREACHABLE', null, null]],
    ['what is matched before what is not', [status('UNMATCHED'), status('CACHED', 5)], ['CACHED', 5, null]],
    ['unmatched where nothing is', [status('UNMATCHED'), status('UNMATCHED')], ['UNMATCHED', null, null]],
  ])('are %s', (_, parts, expected) => {
    expect(together(...parts)).toEqual(expected);
    expect(together(...parts.toReversed())).toEqual(expected);
  });
});
