import { describe, expect, it } from 'vitest';
import { numberValue, ratingRow } from '../../../test/support/fakes/fakeProvider.ts';
import { runSteps } from '../../lib/steps.ts';
import type { DirectoryChange } from '../replication/directoryChange.ts';
import { RatingSnapshot, rowKey } from './ratingSnapshot.ts';

const keyed = (employeeId: string, skillId: string, skillKeys: string[]) =>
  ratingRow(employeeId, skillId, { skillKeys });

describe('a rating snapshot', () => {
  it('finds ratings by employee and by skill, a repeated row once', () => {
    const kept = new RatingSnapshot();
    expect(kept.ofSkills(() => true)).toEqual([]);
    const rows = [ratingRow('1', 'java'), ratingRow('1', 'go'), ratingRow('2', 'java')];
    kept.replace([...rows, ratingRow('2', 'java')], 5);
    expect(kept.of('1')).toEqual(rows.slice(0, 2));
    expect(kept.ofSkills((row) => row.skillId === 'java')).toEqual([rows[0], rows[2]]);
    expect(kept.at).toBe(5);
  });

  it('asks once for all rows that name their skill alike', () => {
    const kept = new RatingSnapshot();
    kept.replace([keyed('1', 's', ['a']), keyed('2', 's', ['a']), keyed('3', 's', ['b']), keyed('4', 't', ['a'])], 0);
    const asked: string[] = [];
    const found = kept.ofSkills(({ skillId, skillKeys }) => {
      asked.push(`${skillId} ${skillKeys?.join()}`);
      return skillKeys?.[0] === 'a';
    });
    expect(asked).toEqual(['s a', 's b', 't a']);
    expect(found.map((row) => row.employeeId)).toEqual(['1', '2', '4']);
  });

  it('follows a new full sync', () => {
    const kept = new RatingSnapshot();
    kept.replace([ratingRow('1', 'java')], 0);
    expect(kept.ofSkills(() => true)).toHaveLength(1);
    kept.replace([ratingRow('2', 'go')], 1);
    expect(kept.ofSkills(() => true)).toEqual([ratingRow('2', 'go')]);
  });

  describe('of which a full sync misses rows', () => {
    const rows = [ratingRow('1', 'java'), ratingRow('2', 'java'), ratingRow('2', 'go')];
    const walked = (
      kept: RatingSnapshot,
      pages: [rows: typeof rows, page: { whole?: string[]; total?: number | null }][],
    ) => {
      const filling = kept.fill();
      for (const [taken, page] of pages) filling.take(taken, page);
      filling.keepMissed();
      filling.end(1);
      return kept.ofSkills(() => true).map(rowKey);
    };
    const known = () => {
      const kept = new RatingSnapshot();
      kept.replace(rows, 0);
      return kept;
    };
    const keys = rows.map(rowKey);

    it('keeps them once, and removes them with the next one', () => {
      const kept = known();
      expect(walked(kept, [[rows.slice(0, 1), {}]]).toSorted()).toEqual(keys.toSorted());
      expect(walked(kept, [[rows.slice(0, 2), {}]])).toEqual(keys.slice(0, 2));
      expect(walked(kept, [[rows, {}]])).toEqual(keys);
      expect(walked(kept, [[rows.slice(0, 2), {}]]).toSorted()).toEqual(keys.toSorted());
    });

    it('removes them at once where their employee was shown whole, even without rows', () => {
      expect(walked(known(), [[rows.slice(1, 2), { whole: ['1', '2'] }]])).toEqual(keys.slice(1, 2));
    });

    it('removes them at once where all pages reported the number read, and none is new', () => {
      const page = { total: 2 };
      expect(
        walked(known(), [
          [rows.slice(0, 1), page],
          [rows.slice(1, 2), page],
        ]),
      ).toEqual(keys.slice(0, 2));
      const fallen = { total: 1 };
      expect(
        walked(known(), [
          [rows.slice(0, 1), page],
          [rows.slice(1, 2), fallen],
        ]),
      ).toHaveLength(3);
      expect(walked(known(), [[[...rows.slice(0, 1), ratingRow('3', 'go')], page]])).toHaveLength(4);
    });
  });

  it('keeps rows until a full sync has ended, and the same objects where they are unchanged', () => {
    const kept = new RatingSnapshot();
    kept.replace([ratingRow('1', 'java'), ratingRow('2', 'java')], 0);
    const [old] = kept.of('1');
    const filling = kept.fill();
    filling.take([ratingRow('1', 'java'), ratingRow('2', 'java', { sourceLabel: 'other' })]);
    expect(kept.of('2')[0]?.sourceLabel).toBe('manager');
    filling.end(1);
    expect(kept.of('1')[0]).toBe(old);
    expect(kept.of('2')[0]?.sourceLabel).toBe('other');
  });

  it('stores once what all rows of a skill share', () => {
    const kept = new RatingSnapshot();
    const scale = () => ({ kind: 'numeric' as const, min: 0, max: 3, step: 1 });
    kept.replace([ratingRow('1', 'java', { skillScale: scale() }), ratingRow('2', 'java', { skillScale: scale() })], 0);
    const [[first], [second]] = [kept.of('1'), kept.of('2')];
    expect(second?.skillScale).toEqual(scale());
    expect(second?.skillScale).toBe(first?.skillScale);
  });

  it('applies changed rows, whole employees and removed rows', () => {
    const kept = new RatingSnapshot();
    const rows = ['java', 'go', 'rust'].map((name) => ratingRow('1', name, { parts: [name] }));
    kept.replace([...rows, ratingRow('2', 'go')], 0);
    runSteps(kept.change({ rows: [ratingRow('1', 'go', { parts: ['go'], sourceLabel: 'new' })], removed: ['java'] }));
    expect(kept.of('1').map(({ skillId, sourceLabel }) => `${skillId} ${sourceLabel}`)).toEqual([
      'go new',
      'rust manager',
    ]);
    runSteps(kept.change({ rows: [ratingRow('1', 'c', { parts: ['c'] })], whole: ['1', '2'] }));
    expect(kept.of('1').map(({ skillId }) => skillId)).toEqual(['c']);
    expect(kept.of('2')).toEqual([]);
    expect(kept.ofSkills(() => true).map(({ skillId }) => skillId)).toEqual(['c']);
  });

  it('never changes a list that was handed out, and hands out the same one until something changes', () => {
    const kept = new RatingSnapshot();
    const [java, go] = [ratingRow('1', 'java'), ratingRow('1', 'go')];
    kept.replace([java], 0);
    const list = kept.of('1');
    expect(kept.of('1')).toBe(list);
    expect(kept.of('2')).toBe(kept.of('2'));
    runSteps(kept.change({ rows: [go] }));
    expect(list).toEqual([java]);
    expect(kept.of('1')).toEqual([java, go]);
  });

  it('shows each person as before or as after a long change while it is applied', () => {
    const kept = new RatingSnapshot();
    const ids = Array.from({ length: 200 }, (_, index) => String(index));
    const rows = (value: number) =>
      ids.flatMap((id) => ['java', 'go', 'rust'].map((skill) => ratingRow(id, skill, { value: numberValue(value) })));
    kept.replace(rows(1), 0);
    const steps = kept.change({ rows: rows(2), whole: ids });
    const shown = new Set<string>();
    let pauses = 0;
    for (let next = steps.next(); !next.done; next = steps.next()) {
      pauses += 1;
      for (const id of ids) {
        const values = kept.of(id).map(({ value }) => (value?.kind === 'number' ? value.value : null));
        shown.add(JSON.stringify(values));
      }
    }
    expect(pauses).toBeGreaterThan(2);
    expect([...shown].toSorted()).toEqual(['[1,1,1]', '[2,2,2]']);
    expect(ids.flatMap((id) => kept.of(id))).toEqual(rows(2));
  });

  it('reports only the actual differences of a change', () => {
    const kept = new RatingSnapshot();
    const [java, go, rust] = [ratingRow('1', 'java'), ratingRow('1', 'go'), ratingRow('2', 'rust')];
    kept.replace([java, go, rust], 0);
    const told: DirectoryChange[] = [];
    kept.onSynced = (change) => told.push(change);
    const copies = structuredClone([java, go, rust]);
    const list = kept.of('1');
    runSteps(kept.change({ rows: copies, whole: ['1', '3'], removed: ['gone long ago'] }));
    expect(told).toEqual([]);
    expect(kept.of('1')).toBe(list);
    const better = { ...rust, value: numberValue(5) };
    runSteps(kept.change({ rows: [java, better], removed: [rowKey(go), 'gone long ago'] }));
    expect(told.splice(0)).toEqual([{ kind: 'ratings', rows: [better], whole: [], removed: [rowKey(go)] }]);
    runSteps(kept.change({ rows: [go, better], whole: ['1', '2'] }));
    expect(told).toEqual([{ kind: 'ratings', rows: [go], whole: ['1'], removed: [] }]);
  });

  it('does not grow with the same changes, or changes back and forth, again and again', () => {
    const kept = new RatingSnapshot();
    const people = ['1', '2'].map((id) => ratingRow(id, 'java'));
    kept.replace(people, 0);
    const better = people.map((row) => ({ ...row, value: numberValue(5) }));
    for (const rows of [people, better, people]) runSteps(kept.change({ rows }));
    runSteps(kept.change({ rows: better, whole: ['1', '2'] }));
    expect(kept.noted).toBe(2);
    for (let round = 0; round < 3; round += 1) {
      runSteps(kept.change({ rows: [], removed: people.map(rowKey) }));
      runSteps(kept.change({ rows: people }));
    }
    expect(kept.ofSkills(() => true)).toEqual(people);
    expect(kept.noted).toBe(2);
    // Somebody who is not rated in it any more is forgotten as well.
    runSteps(kept.change({ rows: [], whole: ['1'] }));
    expect(kept.ofSkills(() => true)).toEqual(people.slice(1));
    expect(kept.noted).toBe(1);
  });

  it('reports whose ratings have changed', () => {
    const told: string[][] = [];
    const kept = new RatingSnapshot((employeeIds) => told.push([...employeeIds].toSorted()));
    const rows = ['1', '2', '3'].map((employee) => ratingRow(employee, 'java'));
    kept.replace(rows, 0);
    // The first walk is no news, nor is one that brings the same, or another name of the skill.
    kept.replace(rows, 1);
    kept.replace(
      rows.map((row) => ({ ...row, skillName: 'Java SE' })),
      2,
    );
    runSteps(kept.change({ rows, whole: ['1'] }));
    expect(told).toEqual([]);
    const [first, second] = rows;
    if (!first || !second) throw new Error('no rows');
    kept.replace([first, { ...second, value: numberValue(5) }], 3);
    expect(told.splice(0)).toEqual([['2', '3']]);
    runSteps(kept.change({ rows: [ratingRow('1', 'go')], whole: ['2'] }));
    expect(told.splice(0)).toEqual([['1', '2']]);
    runSteps(kept.change({ rows: [], removed: [rowKey(ratingRow('1', 'go'))] }));
    expect(told.splice(0)).toEqual([['1']]);
  });
});
