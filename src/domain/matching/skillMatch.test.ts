import { describe, expect, it } from 'vitest';
import { skillRow } from '../../../test/support/fakes/fakeProvider.ts';
import type { Placed } from './grouping.ts';
import type { SkillRow } from '../records.ts';
import { matchSkills, skillNameKey } from './skillMatch.ts';

const INTEGRATIONS = ['hr', 'talent', 'projects'];

/** Records as `integration name`, matched. */
const match = (...names: [integration: string, name: string | null][]) =>
  matchSkills(
    names.map(([integration, name], index): Placed<SkillRow> => ({
      integration,
      row: skillRow(`${integration}${index}`, { name }),
    })),
    INTEGRATIONS,
  );

const partition = (groups: ReturnType<typeof match>) =>
  groups.map(({ members }) => members.map(({ integration, row }) => `${integration} ${row.name}`).join(' + '));

describe('skill names', () => {
  it('keeps C, C++, C#, .NET and NET apart', () => {
    const names = ['C', 'C++', 'C#', '.NET', 'NET', 'F#', 'C/C++', 'R&D', 'R'];
    expect(new Set(names.map(skillNameKey)).size).toBe(names.length);
  });

  it.each([
    ['JavaScript', 'JAVASCRIPT'],
    ['Machine Learning', ' machine  learning '],
    ['E-Commerce', 'eCommerce'],
    ['T–SQL', 'T-SQL'],
    ['snake_case', 'Snake Case'],
    ['Crème brûlée', 'Crème brûlée'.normalize('NFD')],
    ['Ｃ＃', 'c#'],
    ['“Agile” method', "agile 'method'"],
    ['C + +', 'c++'],
    ['C\u200b++', 'C++'],
    ['\ufeffGo\u00ad', 'go'],
    ['C♯', 'C#'],
    ...['’', '‘', 'ʼ', '`', '´', '′', '＇', 'ʹ'].map((sign) => [`Porter${sign}s Five Forces`, "Porter's five forces"]),
  ])('reads %s like %s', (a, b) => {
    expect(skillNameKey(a)).toBe(skillNameKey(b));
  });

  it('keeps marks apart, which are letters of their own', () => {
    expect(skillNameKey('Resumé')).not.toBe(skillNameKey('Resume'));
  });

  it.each([null, '', ' ', '--', '"'])('has no key for %j', (name) => {
    expect(skillNameKey(name)).toBeNull();
  });
});

describe('matching skills', () => {
  it('joins equal names of all integrations under the first by precedence', () => {
    const groups = match(['projects', 'java'], ['hr', 'Java'], ['talent', 'JAVA']);
    expect(partition(groups)).toEqual(['hr Java + talent JAVA + projects java']);
    expect(groups[0]?.members.map(({ rule }) => rule)).toEqual(['ANCHOR', 'NAME', 'NAME']);
  });

  it('leaves a name that one integration has twice apart, with a conflict on every side', () => {
    const groups = match(['hr', 'Go'], ['hr', 'GO'], ['talent', 'Go'], ['projects', 'go']);
    expect(partition(groups)).toEqual(['hr Go', 'hr GO', 'talent Go + projects go']);
    const sides = groups.flatMap(({ conflicts }) =>
      conflicts.map(({ record, other, reason }) => `${record.row.remoteId}|${other.row.remoteId} ${reason}`),
    );
    const pairs = ['hr0|hr1', 'hr0|talent2', 'hr0|projects3', 'hr1|talent2', 'hr1|projects3'];
    const both = pairs.flatMap((pair) => [pair, pair.split('|').toReversed().join('|')]);
    expect(sides.toSorted()).toEqual(both.map((pair) => `${pair} AMBIGUOUS_NAME`).toSorted());
  });

  it.each(['N/A', 'n.a.', 'TBD', 'Unknown', '不明'])('joins nothing by the name %s', (name) => {
    expect(match(['hr', name], ['talent', name], ['projects', name])).toHaveLength(3);
  });

  it('joins nothing to a skill without a name', () => {
    expect(match(['hr', null], ['talent', null], ['projects', '-'])).toHaveLength(3);
  });

  it('keeps few conflicts of a name that an integration has thousands of times', () => {
    const many = Array.from({ length: 5000 }, (): [string, string] => ['hr', 'Other']);
    const groups = match(...many, ['talent', 'other']);
    expect(groups).toHaveLength(5001);
    for (const { conflicts } of groups) expect(conflicts.length).toBeLessThanOrEqual(20);
  });
});

describe('matching by synonym', () => {
  const records = (...skills: [integration: string, name: string, ...synonyms: string[]][]) =>
    matchSkills(
      skills.map(([integration, name, ...synonyms], index) => ({
        integration,
        row: skillRow(`${integration}${index}`, { name, synonyms }),
      })),
      INTEGRATIONS,
    );

  it('joins a name to the one skill that has it as a synonym', () => {
    const groups = records(['hr', 'JS'], ['talent', 'JavaScript', 'js', 'ECMAScript'], ['projects', 'Javascript']);
    expect(partition(groups)).toEqual(['hr JS + talent JavaScript + projects Javascript']);
    expect(groups[0]?.members.map(({ rule }) => rule)).toEqual(['ANCHOR', 'SYNONYM', 'NAME']);
  });

  it('leaves apart what may mean two things, with a conflict on every side', () => {
    const groups = records(['hr', 'Go'], ['talent', 'Golang', 'go'], ['projects', 'Go (game)', 'go']);
    expect(groups).toHaveLength(3);
    expect(groups.flatMap(({ conflicts }) => conflicts.map(({ reason }) => reason))).toEqual(
      Array.from({ length: 6 }, () => 'AMBIGUOUS_NAME'),
    );
  });

  it('joins nothing within one integration, and nothing by a synonym that two share', () => {
    expect(records(['talent', 'JS'], ['talent', 'JavaScript', 'JS'])).toHaveLength(2);
    expect(records(['hr', 'Java', 'jvm'], ['talent', 'Kotlin', 'JVM'])).toHaveLength(2);
  });

  it('is overruled by a decision', () => {
    const parted = {
      kind: 'skill',
      verdict: 'parted',
      a: { integration: 'hr', remoteId: 'hr' },
      b: { integration: 'talent', remoteId: 'talent' },
      by: 'somebody',
      at: '2026-01-01T00:00:00.000Z',
      note: null,
    } as const;
    const placed = [
      { integration: 'hr', row: skillRow('hr', { name: 'JS' }) },
      { integration: 'talent', row: skillRow('talent', { name: 'JavaScript', synonyms: ['JS'] }) },
    ];
    const groups = matchSkills(placed, INTEGRATIONS, [parted]);
    expect(groups.map(({ conflicts }) => conflicts.map(({ reason }) => reason))).toEqual([['UNLINKED'], ['UNLINKED']]);
    expect(
      matchSkills(placed, INTEGRATIONS, [parted, { ...parted, verdict: 'joined', at: '2026-01-02' }]),
    ).toHaveLength(1);
  });
});
