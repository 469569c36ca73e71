import { describe, expect, it } from 'vitest';
import { ratingRow, skillRow } from '../../../test/support/fakes/fakeProvider.ts';
import { encodeId } from '../../domain/ids.ts';
import type { SkillRow } from '../../domain/records.ts';
import { SkillView } from './skillView.ts';

const view = (...records: [integration: string, row: SkillRow][]) =>
  SkillView.of(
    records.map(([integration, row]) => ({ integration, row })),
    ['hr', 'talent'],
  );

describe('the skills', () => {
  const skills = view(
    ['hr', skillRow('1', { name: 'Java', synonyms: ['JDK', 'Go'] })],
    [
      'hr',
      skillRow('2', { name: 'Go', classification: { domain: 'IT', subdomain: null, cluster: null, category: 'Tool' } }),
    ],
    ['talent', skillRow('t1', { name: 'JAVA', scale: null })],
  );

  it('are in order of their names, each once', () => {
    expect(skills.all.map(({ name }) => name)).toEqual(['Go', 'Java']);
    expect(skills.byRecord('talent', 't1')).toEqual({ skill: skills.all[1], remoteId: 't1', scale: null, rank: 1 });
  });

  it('are found by the global id of any record, and by no other id', () => {
    expect(skills.byId(encodeId('Skill', 'talent', 't1'))?.name).toBe('Java');
    for (const id of [encodeId('Employee', 'hr', '1'), encodeId('Skill', 'hr', '9'), encodeId('Skill', 'hr'), 'junk']) {
      expect(skills.byId(id)).toBeNull();
    }
  });

  it('are found by name before synonym, case and spacing ignored', () => {
    expect(skills.byName(' j d k ').map(({ name }) => name)).toEqual(['Java']);
    expect(skills.byName('GO').map(({ name }) => name)).toEqual(['Go']);
    expect(skills.byName('Rust')).toEqual([]);
    expect(skills.byName(' ')).toEqual([]);
  });

  it('are filtered by integration and by any level of the classification', () => {
    const names = (filter: Parameters<typeof skills.filter>[0]) => skills.filter(filter).map(({ name }) => name);
    expect(names({})).toEqual(['Go', 'Java']);
    expect(names({ integrations: ['talent'] })).toEqual(['Java']);
    expect(names({ classification: ['tool'] })).toEqual(['Go']);
    expect(names({ classification: ['tool'], integrations: ['talent'] })).toEqual([]);
    expect(names({ integrations: [] })).toEqual([]);
  });
});

describe('the skill of a rating', () => {
  const skills = view(
    ['hr', skillRow('1', { name: 'Java', aliases: ['id:7', 'name:java', 'both'] })],
    ['hr', skillRow('2', { name: 'Go', aliases: ['name:go', 'both', 'name:go'] })],
    ['hr', skillRow('3', { name: 'Rust', aliases: ['both'] })],
    ['hr', skillRow('profile:9', { name: 'Own' })],
    ['talent', skillRow('t1', { name: 'Scala', aliases: ['id:7'] })],
  );
  const found = (skillKeys: string[] | null, skillId = 'profile:9') =>
    skills.ofRating('hr', ratingRow('e1', skillId, { skillKeys }))?.skill.name ?? null;

  it('is that of the first key that is known', () => {
    expect(found(['id:8', 'name:go', 'id:7'])).toBe('Go');
    expect(found(['id:7', 'name:go'])).toBe('Java');
  });

  it('is its own record where no key is known, and none where that is not known either', () => {
    expect(found(['id:8'])).toBe('Own');
    expect(found(null)).toBe('Own');
    expect(found(['id:8'], 'profile:10')).toBeNull();
  });

  it('is not found by a key that several records share', () => {
    expect(found(['both'])).toBe('Own');
    expect(found(['both', 'name:java'])).toBe('Java');
  });

  it('is looked for in its own integration only', () => {
    expect(skills.ofRating('talent', ratingRow('e1', 'x', { skillKeys: ['name:go'] }))).toBeNull();
  });
});
