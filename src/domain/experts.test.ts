import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { employeeRow, numberValue, ONE_TO_FIVE, ratingRow, skillRow } from '../../test/support/fakes/fakeProvider.ts';
import { CONSENSUS_POLICIES, consensusOf, type ConsensusPolicy } from './consensus.ts';
import { employeeOf, skillOf } from './entities.ts';
import { holderPosition, rankExperts, rankHolders, rankPosition } from './experts.ts';
import { SkillRating, type EmployeeSkill } from './employeeSkill.ts';
import { comparePositions, pageOf } from './paging.ts';
import type { RatingSource } from './rating.ts';
import type { LevelCondition } from './skillLevel.ts';

const POLICY = CONSENSUS_POLICIES[0] as ConsensusPolicy;
const HR = { name: 'hr' };

const person = (id: string) =>
  employeeOf({
    members: [{ integration: 'hr', row: employeeRow(id), rule: 'ANCHOR', link: null }],
    conflicts: [],
  });
const people = new Map(['a', 'b', 'c', 'd', 'e'].map((id) => [id, person(id)]));

/** A skill held with these levels of 1 to 5, each from a source; null for a bare tag. */
function held(
  id: string,
  name: string,
  levels: readonly (readonly [RatingSource, number | null])[],
): EmployeeSkill<typeof HR> {
  const employee = people.get(id) ?? person(id);
  const skill = skillOf({
    members: [{ integration: 'hr', row: skillRow(name), rule: 'ANCHOR', link: null }],
    conflicts: [],
  });
  const ratings = levels.map(([source, level]) => {
    const row = ratingRow(id, name, { source, value: level === null ? null : numberValue(level) });
    return new SkillRating({ employee, skill, integration: HR, row, scale: ONE_TO_FIVE, pending: false });
  });
  return { employee, skill, ratings };
}

const ids = (items: readonly { employee: { id: string } }[]) =>
  items.map(({ employee }) => [...people].find(([, known]) => known.id === employee.id)?.[0]);
const any: LevelCondition = { minLevel: null, sources: null, levelOf: 'CONSENSUS' };

describe('holders', () => {
  it('come by consensus, unrated ones last, ties by id', () => {
    const holders = [
      held('c', 'go', [['SELF', null]]),
      held('b', 'go', [['SELF', 3]]),
      held('e', 'go', [
        ['SELF', 5],
        ['MANAGER', 4],
      ]),
      held('d', 'go', [['SELF', 1]]),
      held('a', 'go', [['SELF', 3]]),
    ];
    const ranked = rankHolders(holders, POLICY);
    expect(ids(ranked)).toEqual(['e', 'a', 'b', 'd', 'c']);
    expect(ranked.map(({ ratings }) => consensusOf(ratings, POLICY)?.normalized ?? null)).toEqual([
      0.875,
      0.5,
      0.5,
      0,
      null,
    ]);
  });
});

describe('experts', () => {
  const java = [held('a', 'java', [['SELF', 5]]), held('b', 'java', [['SELF', 3]]), held('c', 'java', [['SELF', 5]])];
  const go = [
    held('c', 'go', [['MANAGER', 3]]),
    held('a', 'go', [['SELF', null]]),
    held('d', 'go', [['SELF', 5]]),
    held('b', 'go', [
      ['SELF', 1],
      ['MANAGER', 5],
    ]),
  ];

  it('hold all that is asked, by the mean over the skills, an unrated one counting 0', () => {
    const experts = rankExperts([any, any], [java, go], POLICY);
    expect(ids(experts)).toEqual(['c', 'a', 'b']);
    expect(experts.map(({ score }) => score)).toEqual([0.75, 0.5, 0.5]);
  });

  it('show what they hold in the order asked', () => {
    const [first] = rankExperts([any, any], [go, java], POLICY);
    expect(first?.evidence.map(({ skill }) => skill.name)).toEqual(['go', 'java']);
    expect(first?.evidence).toEqual([go[0], java[2]]);
  });

  it('reach the level in each skill that sets one', () => {
    expect(ids(rankExperts([{ ...any, minLevel: 0.75 }, any], [java, go], POLICY))).toEqual(['c', 'a']);
    // An unrated skill reaches no level, not even 0.
    expect(ids(rankExperts([any, { ...any, minLevel: 0 }], [java, go], POLICY))).toEqual(['c', 'b']);
  });

  it('are judged by the ratings considered, and shown with all of them', () => {
    const byManager = { ...any, sources: ['MANAGER'] as const };
    const [only, ...others] = rankExperts([any, { ...byManager, minLevel: 1 }], [java, go], POLICY);
    expect(ids(only ? [only] : [])).toEqual(['b']);
    expect(others).toEqual([]);
    expect(only?.score).toBe(0.75);
    expect(only?.evidence[1]?.ratings).toHaveLength(2);
    expect(ids(rankExperts([byManager], [java], POLICY))).toEqual([]);
  });

  it('are none where nobody is asked for, or nobody holds one of the skills', () => {
    expect(rankExperts([], [], POLICY)).toEqual([]);
    expect(rankExperts([any, any], [java, []], POLICY)).toEqual([]);
  });
});

describe('the position of a rank', () => {
  it('sorts as the score does, descending, unscored last', () => {
    const score = fc.option(
      fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.1, 0.45, 0.5, 1)),
      {
        nil: null,
      },
    );
    fc.assert(
      fc.property(score, score, (a, b) => {
        const [x, y] = [
          { employee: person('a'), score: a },
          { employee: person('b'), score: b },
        ];
        const order = comparePositions(rankPosition(x), rankPosition(y), 'DESC');
        const rounded = (value: number | null) => (value === null ? -1 : Math.round(value * 1e12));
        expect(Math.sign(order)).toBe(Math.sign(rounded(b) - rounded(a)) || -1);
      }),
    );
  });

  it('pages a ranking without gaps or doubles, also after the last item of a page has gone', () => {
    const holders = ['a', 'b', 'c', 'd', 'e'].map((id, index) =>
      held(id, 'go', [['SELF', index === 4 ? null : 1 + (index % 3)]]),
    );
    const all = rankHolders(holders, POLICY);
    const positionOf = holderPosition(POLICY);
    const page = pageOf(all, positionOf, { first: 2 }, 'DESC');
    const [, last] = page.items;
    const left = all.filter((item) => item !== last);
    const rest = pageOf(left, positionOf, { first: 10, after: last ? positionOf(last) : null }, 'DESC');
    expect([...ids(page.items), ...ids(rest.items)]).toEqual(ids(all));
  });
});
