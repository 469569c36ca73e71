import { beforeEach, describe, expect, it } from 'vitest';
import { employeeRow, FakeProvider, ONE_TO_FIVE, ratingRow, skillRow } from '../../test/support/fakes/fakeProvider.ts';
import { VirtualClock } from '../lib/clock.ts';
import { Directory } from './directory.ts';

const HOUR = 60 * 60_000;
const byId = <Row extends { remoteId: string }>(...rows: Row[]) => new Map(rows.map((row) => [row.remoteId, row]));

let clock: VirtualClock;
let directory: Directory;

beforeEach(() => {
  clock = new VirtualClock();
  const integrations = ['hr', 'talent'].map((name) => new FakeProvider({ name }).integration);
  directory = new Directory(integrations, () => clock.now());
});

const people = () => directory.employees.all.map(({ displayName }) => displayName);
const skills = () => directory.skills.all.map(({ name }) => name);
const named = (id: string, name = id) => employeeRow(id, { name });

describe('the directory', () => {
  it('knows its integrations by name, and no other', () => {
    expect(directory.integration('talent')?.name).toBe('talent');
    expect(directory.integration('other')).toBeNull();
    expect(() => directory.employeeCount('other')).toThrow('no integration other');
  });

  it('shows each person once, whatever integrations know them', () => {
    const lea = { name: 'Lea Martin', employeeNumber: '1' };
    directory.putEmployees('hr', [employeeRow('1', lea)]);
    directory.putEmployees('talent', [employeeRow('t1', lea), named('t2', 'Bob Stone')]);
    expect(people()).toEqual(['Bob Stone', 'Lea Martin']);
    expect([directory.employeeCount('hr'), directory.employeeCount('talent')]).toEqual([1, 2]);
    expect(directory.employees.byRecord('talent', 't1')).toBe(directory.employees.byRecord('hr', '1'));
    expect(directory.employees.rowOf('talent', 't1')?.remoteId).toBe('t1');
    expect(directory.employees.rowOf('talent', '1')).toBeNull();
  });

  it('shows each page of a walk to the next reader, and a whole walk', () => {
    expect(people()).toEqual([]);
    directory.putEmployees('hr', [named('1')]);
    expect(people()).toEqual(['1']);
    directory.replaceEmployees('hr', byId(named('2'), named('3')));
    expect(people()).toEqual(['2', '3']);
  });

  it('keeps its view when a walk finds nothing new', () => {
    directory.replaceEmployees('hr', byId(named('1')));
    directory.replaceSkills('hr', byId(skillRow('java')));
    const { employees, skills: view } = directory;
    directory.putEmployees('hr', [named('1')]);
    directory.replaceEmployees('hr', byId(named('1')));
    directory.putSkills('hr', [skillRow('java', { scale: { ...ONE_TO_FIVE } })]);
    directory.replaceSkills('hr', byId(skillRow('java')));
    clock.advance(HOUR);
    expect(directory.employees).toBe(employees);
    expect(directory.skills).toBe(view);
  });

  it('sees a value that changed, a skill whose scale changed, and who is gone', () => {
    directory.replaceEmployees('hr', byId(named('1'), named('2')));
    directory.replaceSkills('hr', byId(skillRow('java')));
    expect([people(), skills()]).toEqual([['1', '2'], ['java']]);
    directory.replaceEmployees('hr', byId(named('1', 'Lea')));
    directory.replaceSkills('hr', byId(skillRow('java', { scale: { ...ONE_TO_FIVE, max: 9 } })));
    expect(people()).toEqual(['Lea']);
    expect(directory.skills.byRecord('hr', 'java')?.scale).toMatchObject({ max: 9 });
    expect(directory.employees.byRecord('hr', '2')).toBeNull();
  });
});

describe('an employee that a write stored', () => {
  it('is read at once', () => {
    directory.replaceEmployees('hr', byId(named('1')));
    expect(people()).toEqual(['1']);
    directory.writeEmployee('hr', named('1', 'Lea'));
    expect(people()).toEqual(['Lea']);
  });

  it('stands over a walk that began before the write, page and whole', () => {
    directory.replaceEmployees('hr', byId(named('1', 'old')));
    const began = clock.now();
    clock.advance(10);
    directory.writeEmployee('hr', named('1', 'new'));
    directory.writeEmployee('hr', named('2', 'created'));
    directory.putEmployees('hr', [named('1', 'old'), named('3', 'other')], began);
    clock.advance(1000);
    expect(people()).toEqual(['created', 'new', 'other']);
    directory.replaceEmployees('hr', byId(named('1', 'old'), named('3', 'other')), began);
    expect(people()).toEqual(['created', 'new', 'other']);
  });

  it('is as the provider shows it from the next walk on', () => {
    directory.replaceEmployees('hr', byId(named('1', 'old')));
    directory.writeEmployee('hr', named('1', 'new'));
    clock.advance(10);
    directory.replaceEmployees('hr', byId(named('1', 'as the provider has it')), clock.now());
    expect(people()).toEqual(['as the provider has it']);
  });

  it('is kept for a day while no walk shows the new one, and not when a known one is gone', () => {
    directory.replaceEmployees('hr', byId(named('1', 'known')));
    directory.writeEmployee('hr', named('1', 'known'));
    directory.writeEmployee('hr', named('2', 'created'));
    // Written again, it is still one that no walk has shown.
    directory.writeEmployee('hr', named('2', 'created'));
    clock.advance(23 * HOUR);
    directory.replaceEmployees('hr', new Map(), clock.now());
    expect(people()).toEqual(['created']);
    clock.advance(HOUR);
    directory.replaceEmployees('hr', new Map(), clock.now());
    expect(people()).toEqual([]);
  });
});

describe('an employee whose write is heard of late', () => {
  it('stays as a walk has read it since', () => {
    directory.replaceEmployees('hr', byId(named('1', 'old')));
    clock.advance(10);
    const began = clock.now();
    directory.putEmployees('hr', [named('1', 'read')], began);
    directory.replaceEmployees('hr', byId(named('1', 'read')), began);
    directory.writeEmployee('hr', named('1', 'written'), { at: began - 1 });
    expect(people()).toEqual(['read']);
    directory.writeEmployee('hr', named('1', 'written'), { at: began });
    expect(people()).toEqual(['written']);
  });

  it('stays as the first walk has read it, though it still runs', () => {
    clock.advance(10);
    directory.putEmployees('hr', [named('1', 'read')], clock.now());
    directory.writeEmployee('hr', named('1', 'written'), { at: 1, created: false });
    directory.writeEmployee('hr', named('2', 'gone'), { at: 1, created: false });
    expect(people()).toEqual(['read']);
  });

  it('is there where it is new and no walk shows it, for a day from when it was stored', () => {
    clock.advance(10 * HOUR);
    directory.replaceEmployees('hr', new Map(), clock.now());
    directory.writeEmployee('hr', named('2', 'created'), { at: HOUR, created: true });
    expect(people()).toEqual(['created']);
    clock.advance(15 * HOUR);
    directory.replaceEmployees('hr', new Map(), clock.now());
    expect(people()).toEqual([]);
  });

  it('stays as a later write left it', () => {
    clock.advance(10);
    directory.writeEmployee('hr', named('1', 'later'), { at: 5 });
    directory.writeEmployee('hr', named('1', 'earlier'), { at: 4 });
    expect(people()).toEqual(['later']);
  });
});

describe('a skill that a write stored', () => {
  it('is read at once, and can be rated', () => {
    directory.writeSkill('hr', skillRow('rust', { name: 'Rust' }));
    expect(skills()).toEqual(['Rust']);
    expect(directory.skills.byRecord('hr', 'rust')?.scale).toEqual(ONE_TO_FIVE);
  });

  it('stands over reads that began before the write, and not over later ones', () => {
    directory.replaceSkills('hr', byId(skillRow('1', { name: 'old' })));
    const began = clock.now();
    clock.advance(10);
    directory.writeSkill('hr', skillRow('1', { name: 'new' }));
    directory.writeSkill('hr', skillRow('2', { name: 'created' }));
    directory.putSkills('hr', [skillRow('1', { name: 'old' })], began);
    directory.removeSkills('hr', ['1', '2'], began);
    directory.retainSkills('hr', new Set(['1']), began);
    expect(skills()).toEqual(['created', 'new']);
    clock.advance(10);
    directory.putSkills('hr', [skillRow('1', { name: 'read' })], clock.now());
    directory.retainSkills('hr', new Set(['1']), clock.now());
    expect(skills()).toEqual(['created', 'read']);
    clock.advance(24 * HOUR);
    directory.retainSkills('hr', new Set(['1']), clock.now());
    expect(skills()).toEqual(['read']);
  });

  it('and heard of late stays as a walk has read it since', () => {
    clock.advance(10);
    directory.putSkills('hr', [skillRow('1', { name: 'read' })], clock.now());
    directory.writeSkill('hr', skillRow('1', { name: 'written' }), { at: 1 });
    expect(skills()).toEqual(['read']);
  });
});

describe('skills of ratings', () => {
  it('are learnt where no catalogue lists them', () => {
    directory.putSkills('hr', [skillRow('java')]);
    directory.learnSkills('hr', [ratingRow('1', 'java'), ratingRow('1', 'go', { skillName: 'Go' })]);
    expect(skills()).toEqual(['Go', 'java']);
    expect(directory.skillCount('hr')).toBe(2);
    expect(directory.skills.byRecord('hr', 'go')).toMatchObject({ remoteId: 'go', scale: ONE_TO_FIVE });
  });

  it('get the name and the scale from a later row that has them', () => {
    directory.learnSkills('hr', [ratingRow('1', 'go', { skillName: null, skillScale: null })]);
    expect(directory.skills.byRecord('hr', 'go')).toMatchObject({ skill: { name: 'go' }, scale: null });
    directory.learnSkills('hr', [ratingRow('2', 'go', { skillName: 'Go' })]);
    expect(directory.skills.byRecord('hr', 'go')).toMatchObject({ skill: { name: 'Go' }, scale: ONE_TO_FIVE });
    const view = directory.skills;
    directory.learnSkills('hr', [ratingRow('3', 'go', { skillName: 'Golang' })]);
    expect(directory.skills).toBe(view);
  });

  it('give way to the catalogue, by id and by alias', () => {
    const rating = ratingRow('1', 'profile:7', { skillKeys: ['name:java'], skillName: 'Java' });
    directory.learnSkills('hr', [rating, ratingRow('1', 'go')]);
    expect(skills()).toEqual(['go', 'Java']);
    directory.replaceSkills(
      'hr',
      byId(skillRow('42', { name: 'Java', aliases: ['name:java'] }), skillRow('go', { name: 'Go' })),
    );
    directory.putSkills('talent', [skillRow('java')]);
    expect(skills()).toEqual(['Go', 'Java']);
    // Were the learnt one still there, the name would fit two records of one integration and join nothing.
    expect(directory.skills.byName('java')[0]?.records).toHaveLength(2);
    expect(directory.skills.ofRating('hr', rating)?.remoteId).toBe('42');
    expect(directory.skillCount('hr')).toBe(2);
  });
});
