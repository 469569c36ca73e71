import { array, assert, constantFrom, double, float, integer, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Employee, Skill } from './entities.ts';
import { pageOf } from './paging.ts';
import { RATING_SOURCES, type NumericScale, type Proficiency, type RatingSource } from './rating.ts';
import type { RatingRow } from './records.ts';
import {
  comparedRating,
  gapBetween,
  gapsOf,
  jobProfilePosition,
  MAX_GAPS,
  searchRank,
  searchRoles,
  type ExpectedSkillRow,
} from './roles.ts';

const TEN: NumericScale = { kind: 'numeric', min: 0, max: 10, step: null };
const OPEN: NumericScale = { kind: 'numeric', min: 0, max: null, step: null };
const mention = { skillKeys: null, skillName: null, skillScale: TEN, skillClassification: null };

function expected(skillId: string, value: number | null, scale = TEN): ExpectedSkillRow {
  return {
    ...mention,
    skillScale: scale,
    skillId,
    value: value === null ? null : { kind: 'number', value, scale },
    priorityLabel: null,
    reportedPercent: null,
  };
}

function rating(skillId: string, value: number | null, source: RatingSource = 'COMBINED'): RatingRow {
  return {
    ...mention,
    skillId,
    parts: ['e', skillId, source],
    employeeId: 'e',
    value: value === null ? null : { kind: 'number', value, scale: TEN },
    source,
    sourceLabel: source,
    remoteId: null,
    changedAt: null,
  };
}

const skills = new Map<string, Skill>();
const skillOf = ({ skillId }: { skillId: string }) => {
  if (skillId === 'unknown') return null;
  const skill = skills.get(skillId) ?? ({ id: skillId, name: skillId } as Skill);
  skills.set(skillId, skill);
  return { skill, scale: TEN };
};

const gaps = (wanted: ExpectedSkillRow[], ratings: RatingRow[] | null) =>
  gapsOf({ employee: { id: 'e' } as Employee, integration: { name: 'talent' }, expected: wanted, ratings, skillOf });

const shown = (wanted: ExpectedSkillRow[], ratings: RatingRow[] | null) =>
  gaps(wanted, ratings).map(({ expected: { skill }, held, gap }) => [skill.id, held?.source ?? null, gap]);

const at = (value: number, scale = TEN): Proficiency => ({ kind: 'numeric', value, scale });

describe('gapBetween', () => {
  it.each([
    [at(8), at(5), 0.3],
    [at(8), null, 0.8],
    [at(5), at(8), -0.3],
    [at(5), at(5), 0],
    [null, at(5), null],
    [at(5, OPEN), at(5), null],
    [at(5), at(5, OPEN), null],
    [at(5), at(11), null],
  ])('%# is expected minus held', (wanted, held, gap) => {
    expect(gapBetween(wanted, held)).toBe(gap);
  });

  it('falls as more is held, and lies between -1 and 1', () => {
    const value = double({ min: 0, max: 10, noNaN: true });
    assert(
      property(value, value, value, (wanted, one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)];
        const [wide, narrow] = [gapBetween(at(wanted), at(less)), gapBetween(at(wanted), at(more))];
        expect(wide).toBeGreaterThanOrEqual(narrow ?? 2);
        expect(Math.abs(wide ?? 2)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('comparedRating', () => {
  it("is the provider's own blend wherever it stands", () => {
    expect(comparedRating([rating('a', 9, 'ASSESSMENT'), rating('a', 4), rating('a', 2, 'SELF')])?.source).toBe(
      'COMBINED',
    );
  });

  it('is the best founded where nothing is blended, and never a bare tag', () => {
    expect(
      comparedRating([rating('a', null), rating('a', 2, 'SELF'), rating('a', 3, 'MANAGER'), rating('a', 5, 'OTHER')])
        ?.source,
    ).toBe('MANAGER');
    expect(comparedRating([rating('a', null, 'OTHER')])).toBeNull();
    expect(comparedRating([])).toBeNull();
  });

  it('is found for every source', () => {
    for (const source of RATING_SOURCES) expect(comparedRating([rating('a', 1, source)])?.source).toBe(source);
  });
});

describe('gapsOf', () => {
  it('shows what is not reached, the widest first, unknown widths last', () => {
    const wanted = [
      expected('reached', 5),
      expected('narrow', 8),
      expected('missing', 6),
      expected('open', 5, OPEN),
      expected('untold', 9),
    ];
    const ratings = [rating('reached', 5), rating('narrow', 6), rating('open', 4), rating('untold', 11)];
    expect(shown(wanted, ratings)).toEqual([
      ['missing', null, 0.6],
      ['narrow', 'COMBINED', 0.2],
      ['open', 'COMBINED', null],
      ['untold', 'COMBINED', null],
    ]);
  });

  it('counts an unrated holding as 0, and is content with it where no value is expected', () => {
    const tags = [rating('a', null, 'OTHER'), rating('b', null, 'OTHER')];
    expect(shown([expected('a', 7), expected('b', null), expected('c', null)], tags)).toEqual([
      ['a', null, 0.7],
      ['c', null, null],
    ]);
  });

  it('knows of no width where the ratings could not be read', () => {
    expect(shown([expected('a', 7)], null)).toEqual([['a', null, null]]);
  });

  it('takes the first word on a skill, and leaves out one that the directory does not know', () => {
    const twice = [{ ...expected('a', 7), reportedPercent: 12 }, expected('a', 9), expected('unknown', 9)];
    expect(gaps(twice, []).map(({ gap, reportedPercent }) => [gap, reportedPercent])).toEqual([[0.7, 12]]);
  });

  it('shows two hundred at most, never one that is reached, and never a narrower before a wider', () => {
    const id = integer({ min: 0, max: 300 }).map(String);
    const value = float({ min: 0, max: 10, noNaN: true });
    assert(
      property(
        array(
          id.chain((skill) => value.map((v) => expected(skill, v))),
          { maxLength: 400 },
        ),
        array(id),
        (wanted, held) => {
          const found = gaps(
            wanted,
            held.map((skill) => rating(skill, 5)),
          );
          expect(found.length).toBeLessThanOrEqual(MAX_GAPS);
          const widths = found.map(({ gap }) => gap ?? -1);
          expect(widths.every((width) => width > 0)).toBe(true);
          expect(widths).toEqual(widths.toSorted((a, b) => b - a));
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('searchRank', () => {
  it.each([
    ['software engineer', 'Software Engineer', 0],
    ['engineer', 'Software Engineer', 1],
    ['eng soft', 'Software Engineer', 2],
    ['ngineer', 'Software Engineer', null],
    ['c++', 'C++ Developer', 1],
    ['c#', 'C++ Developer', null],
    ['ingenieur', 'Ingénieur', 0],
    ['राम', 'रीमा', null],
    ['engineer engineer', 'Engineer', 0],
    ['', 'Anything', 1],
  ])('%j in %j is %j', (search, name, rank) => {
    expect(searchRank(search)(name)).toBe(rank);
  });

  it('finds every name by itself', () => {
    assert(property(string(), (name) => searchRank(name)(name) === 0));
  });
});

describe('searchRoles', () => {
  const named = (names: string[]) => names.map((name, index) => ({ name, id: String(index) }));

  it('gives whole words before beginnings, then goes by name', () => {
    const found = searchRoles(named(['Engineering Manager', 'Data Engineer', 'Engineer', 'Analyst']), 'engineer');
    expect(found.map(({ name }) => name)).toEqual(['Engineer', 'Data Engineer', 'Engineering Manager']);
  });

  it('pages without losing or repeating one', () => {
    const name = constantFrom('Engineer', 'engineer', 'Engineering', 'Data Engineer', 'Data engineering', 'Éngineer');
    assert(
      property(array(name, { maxLength: 30 }), integer({ min: 1, max: 7 }), (names, first) => {
        const all = searchRoles(named(names), 'eng');
        const positionOf = jobProfilePosition('eng');
        const read: (typeof all)[number][] = [];
        for (let more = true; more;) {
          const last = read.at(-1);
          const page = pageOf(all, positionOf, { first, after: last ? positionOf(last) : null });
          read.push(...page.items);
          more = page.hasNext;
        }
        expect(read).toEqual(all);
        expect(read).toHaveLength(names.length);
      }),
    );
  });
});
