import { beforeEach, describe, expect, it } from 'vitest';
import { employeeRow, FakeProvider, ONE_TO_FIVE, skillRow } from '../../../test/support/fakes/fakeProvider.ts';
import { FakeTasks, WRITER } from '../../../test/support/fakes/fakeTasks.ts';
import { Directory } from '../../directory/directory.ts';
import { encodeId } from '../../domain/ids.ts';
import type { RatingWrite, WritePort } from '../../domain/ports.ts';
import { ProviderError } from '../../domain/problem.ts';
import type { Scale } from '../../domain/rating.ts';
import type { RatingRow } from '../../domain/records.ts';
import { assignSkills, rateSkills, type AssignSkillItem, type RateSkillItem } from './rateSkills.ts';
import type { WriteAnswer, WriteInput } from './startTask.ts';

const LEVELS: Scale = {
  kind: 'singleSelect',
  options: ['low', 'middle', 'high'].map((name) => ({ optionId: name, name })),
};

const port: WritePort<RatingWrite, RatingRow> = { batchSize: 10, repeat: 'safe', run: () => Promise.resolve([]) };
const both = { rate: port, assign: port };

let hr: FakeProvider;
let projects: FakeProvider;
let directory: Directory;
let engine: FakeTasks;

/** The HR system rates by option, the project system by number, the talent system cannot write. */
beforeEach(() => {
  hr = new FakeProvider({ name: 'hr', ports: both });
  const talent = new FakeProvider({ name: 'talent' });
  projects = new FakeProvider({ name: 'projects', ports: both });
  directory = new Directory([hr, talent, projects].map(({ integration }) => integration));
  const lea = { name: 'Lea Martin', employeeNumber: '1', workEmail: 'lea@example.test' };
  directory.putEmployees('hr', [
    employeeRow('1', lea),
    employeeRow('2', { name: 'Bob Stone', workEmail: 'team@example.test' }),
    employeeRow('3', { name: 'Ann Reed', workEmail: 'team@example.test' }),
  ]);
  directory.putEmployees('talent', [
    employeeRow('t1', lea),
    employeeRow('t4', { name: 'Tim Only', employeeNumber: '4' }),
  ]);
  directory.putEmployees('projects', [employeeRow('p1', lea)]);
  directory.putSkills('hr', [
    skillRow('java', { name: 'Java', scale: LEVELS }),
    skillRow('sql', { name: 'SQL', scale: LEVELS }),
    skillRow('tag', { name: 'Tag', scale: null }),
    skillRow('a', { name: 'Twin' }),
    skillRow('b', { name: 'Twin' }),
  ]);
  directory.putSkills('talent', [skillRow('tjava', { name: 'Java' })]);
  directory.putSkills('projects', [
    skillRow('9', { name: 'java', scale: ONE_TO_FIVE }),
    skillRow('8', { name: 'Go', scale: ONE_TO_FIVE }),
    skillRow('7', { name: 'Tag', scale: { kind: 'numeric', min: 0, max: null, step: null } }),
  ]);
  engine = new FakeTasks();
});

const LEA = { employeeNumber: '1' };
const JAVA = { name: 'java' };

const rate = (...items: Partial<RateSkillItem>[]) => rateWith({}, ...items);
const rateWith = (input: Partial<WriteInput<RateSkillItem>>, ...items: Partial<RateSkillItem>[]) =>
  rateSkills(
    { items: items.map((item) => ({ employee: LEA, skill: JAVA, proficiency: { level: 1 }, ...item })), ...input },
    WRITER,
    { directory, engine },
  );
const assign = (...items: Partial<AssignSkillItem>[]) =>
  assignSkills({ items: items.map((item) => ({ employee: LEA, skill: JAVA, ...item })) }, WRITER, {
    directory,
    engine,
  });

/** Complaints as `CODE path`, the path without `input.items.`. */
const complaints = ({ task, userErrors }: WriteAnswer) => {
  expect(task).toBeNull();
  return userErrors.map(({ code, field }) => `${code} ${field.join('.').replace(/^input\.items\./, '')}`);
};

/** The items of the task that was started, as `index integration employee skill value`. */
const planned = (answer: WriteAnswer) => {
  expect(answer.userErrors).toEqual([]);
  expect(answer.task).not.toBeNull();
  return (engine.started.at(-1)?.items ?? []).map(({ index, integration, work }) => {
    if (work.operation !== 'rate' && work.operation !== 'assign') throw new Error('another work');
    const { employeeId, skillId, value } = work.write;
    const shown = value === null ? '-' : value.kind === 'number' ? value.value : value.optionId;
    return `${index} ${work.operation} ${integration} ${employeeId} ${skillId} ${shown}`;
  });
};

describe('the targets of a rating', () => {
  it('are all that can take it where it is a level, by precedence', async () => {
    expect(planned(await rate({ proficiency: { level: 0.5 } }))).toEqual([
      '0 rate hr 1 java middle',
      '0 rate projects p1 9 3',
    ]);
    expect(engine.started[0]).toMatchObject({ ...WRITER, kind: 'RATE_SKILLS', idempotency: null });
    expect(engine.started[0]?.items[1]).toEqual({
      index: 0,
      key: null,
      integration: 'projects',
      work: {
        operation: 'rate',
        write: { employeeId: 'p1', skillId: '9', value: { kind: 'number', value: 3 }, scale: ONE_TO_FIVE },
      },
      conversion: {
        level: 0.5,
        written: { kind: 'numeric', value: 3, scale: ONE_TO_FIVE },
        writtenLevel: 0.5,
      },
      warnings: [],
    });
  });

  it('leave out a scale that cannot take a level, unless none can', async () => {
    directory.putSkills('hr', [skillRow('open', { name: 'Go', scale: { ...ONE_TO_FIVE, max: null } })]);
    directory.replaceSkills('talent', new Map());
    expect(planned(await rate({ skill: { name: 'Go' } }))).toEqual(['0 rate projects p1 8 5']);
    expect(complaints(await rate({ skill: { name: 'Tag' } }))).toEqual(['NOT_RATABLE 0.proficiency.level']);
  });

  it('are AMBIGUOUS for a number that could go to several, with their names', async () => {
    const answer = await rate({ proficiency: { numeric: 3 } });
    expect(complaints(answer)).toEqual(['AMBIGUOUS 0']);
    expect(answer.userErrors[0]?.message).toContain('hr, projects');
  });

  it('are the only one that has both records, or the named one, for a number', async () => {
    expect(planned(await rate({ skill: { name: 'Go' }, proficiency: { numeric: 3 } }))).toEqual([
      '0 rate projects p1 8 3',
    ]);
    expect(planned(await rate({ proficiency: { numeric: 3 }, integration: 'projects' }))).toEqual([
      '0 rate projects p1 9 3',
    ]);
  });

  it('follow from an option that one integration alone lists', async () => {
    expect(planned(await rate({ proficiency: { optionId: 'high' } }))).toEqual(['0 rate hr 1 java high']);
  });

  it('are AMBIGUOUS for an option that several list', async () => {
    directory.replaceSkills('projects', new Map([['9', skillRow('9', { name: 'java', scale: LEVELS })]]));
    expect(complaints(await rate({ proficiency: { optionId: 'high' } }))).toEqual(['AMBIGUOUS 0']);
  });

  it('say what is wrong with an option that none lists', async () => {
    expect(complaints(await rate({ proficiency: { optionId: 'best' } }))).toEqual([
      'UNKNOWN_OPTION 0.proficiency.optionId',
    ]);
    expect(complaints(await rate({ skill: { name: 'Go' }, proficiency: { optionId: 'best' } }))).toEqual([
      'WRONG_SCALE 0.proficiency.optionId',
    ]);
  });

  it('are none where no able integration has both records', async () => {
    expect(complaints(await rate({ employee: { employeeNumber: '4' } }))).toEqual(['NO_TARGET 0']);
    hr.integration.failed('RATE_SKILLS', new ProviderError('NOT_OFFERED', 'Not licensed.'));
    expect(planned(await rate({}))).toEqual(['0 rate projects p1 9 5']);
    expect(complaints(await rate({ skill: { name: 'SQL' } }))).toEqual(['NO_TARGET 0']);
  });
});

describe('a named target', () => {
  it('that cannot is UNSUPPORTED, with the reason', async () => {
    const cannot = await rate({ integration: 'talent' });
    expect(complaints(cannot)).toEqual(['UNSUPPORTED 0.integration']);
    expect(cannot.userErrors[0]?.message).toBe('The provider has no such operation.');
    hr.integration.failed('RATE_SKILLS', new ProviderError('NOT_OFFERED', 'Not licensed.'));
    const off = await rate({ integration: 'hr' });
    expect(complaints(off)).toEqual(['UNSUPPORTED 0.integration']);
    expect(off.userErrors[0]?.message).toBe('Not licensed.');
  });

  it('that does not exist is NOT_FOUND, together with the rest', async () => {
    expect(
      complaints(
        await rate({ integration: 'other', employee: { id: 'x' }, skill: { name: 'x' }, proficiency: { level: 2 } }),
      ),
    ).toEqual([
      'NOT_FOUND 0.employee',
      'NOT_FOUND 0.skill',
      'OUT_OF_RANGE 0.proficiency.level',
      'NOT_FOUND 0.integration',
    ]);
    expect(complaints(await rate({ integration: 'other', proficiency: { level: -1 } }))).toEqual([
      'OUT_OF_RANGE 0.proficiency.level',
      'NOT_FOUND 0.integration',
    ]);
  });

  it('without a record of the two says which', async () => {
    expect(
      complaints(
        await rate({
          integration: 'projects',
          employee: { record: { integration: 'hr', remoteId: '2' } },
          skill: { name: 'SQL' },
        }),
      ),
    ).toEqual(['NOT_FOUND 0.employee', 'NOT_FOUND 0.skill']);
  });

  it.each<[Partial<RateSkillItem>, string]>([
    [{ integration: 'projects', proficiency: { numeric: 9 } }, 'OUT_OF_RANGE 0.proficiency.numeric'],
    [{ integration: 'projects', proficiency: { numeric: 2.5 } }, 'OFF_STEP 0.proficiency.numeric'],
    [{ integration: 'hr', proficiency: { numeric: 3 } }, 'WRONG_SCALE 0.proficiency.numeric'],
    [{ integration: 'projects', proficiency: { optionId: 'low' } }, 'WRONG_SCALE 0.proficiency.optionId'],
    [{ integration: 'hr', proficiency: { optionId: 'best' } }, 'UNKNOWN_OPTION 0.proficiency.optionId'],
    [{ integration: 'hr', skill: { name: 'Tag' }, proficiency: { numeric: 1 } }, 'NOT_RATABLE 0.proficiency.numeric'],
    [{ integration: 'hr', proficiency: { level: 1.01 } }, 'OUT_OF_RANGE 0.proficiency.level'],
    [{ integration: 'hr', proficiency: { level: Number.NaN } }, 'OUT_OF_RANGE 0.proficiency.level'],
  ])('refuses %j with %s', async (item, expected) => {
    expect(complaints(await rate(item))).toEqual([expected]);
  });
});

describe('lookups', () => {
  it('that fit several are AMBIGUOUS', async () => {
    expect(complaints(await rate({ employee: { workEmail: 'team@example.test' }, skill: { name: 'twin' } }))).toEqual([
      'AMBIGUOUS 0.employee',
      'AMBIGUOUS 0.skill',
    ]);
  });

  it('take the id of any record', async () => {
    const item = {
      employee: { id: encodeId('Employee', 'talent', 't1') },
      skill: { id: encodeId('Skill', 'projects', '9') },
    };
    expect(planned(await rate(item))).toEqual(['0 rate hr 1 java high', '0 rate projects p1 9 5']);
  });

  it('say nothing of people in their messages', async () => {
    const answer = await rate(
      { employee: { workEmail: 'secret@example.test' } },
      { employee: { workEmail: 'team@example.test' } },
      { employee: { employeeNumber: '4' } },
    );
    expect(JSON.stringify(answer.userErrors)).not.toMatch(/@|secret|team|Tim/);
    expect(complaints(answer)).toHaveLength(3);
  });
});

describe('several items', () => {
  it('make their task items in input order, under the keys of the caller', async () => {
    const answer = await rate({ key: 'x', proficiency: { level: 0 } }, { key: 'y', skill: { name: 'SQL' } });
    expect(planned(answer)).toEqual(['0 rate hr 1 java low', '0 rate projects p1 9 1', '1 rate hr 1 sql high']);
    expect(engine.started[0]?.items.map(({ key }) => key)).toEqual(['x', 'x', 'y']);
  });

  it('write nothing twice to one place: not by one key, and not by two names of the same', async () => {
    expect(
      complaints(
        await rate(
          { key: 'x', integration: 'hr' },
          { key: 'x', employee: { workEmail: 'lea@example.test' } },
          { skill: { name: 'SQL' } },
        ),
      ),
    ).toEqual(['DUPLICATE 1.key', 'DUPLICATE 1']);
    expect(planned(await rate({ integration: 'hr' }, { integration: 'projects' }))).toHaveLength(2);
  });

  it('are complained of all at once, and then none is written', async () => {
    const answer = await rate(
      {},
      { skill: { name: 'nothing' } },
      { proficiency: { numeric: 3 } },
      { skill: { name: 'Go' }, proficiency: { numeric: 9 } },
    );
    expect(complaints(answer)).toEqual(['NOT_FOUND 1.skill', 'AMBIGUOUS 2', 'OUT_OF_RANGE 3.proficiency.numeric']);
    expect(engine.calls).toEqual([]);
  });
});

describe('a bare tag', () => {
  it('goes wherever employee and skill are and can be assigned, rated or not', async () => {
    expect(planned(await assign({ skill: { name: 'Tag' } }))).toEqual([
      '0 assign hr 1 tag -',
      '0 assign projects p1 7 -',
    ]);
    expect(engine.started[0]).toMatchObject({ kind: 'ASSIGN_SKILLS' });
    expect(engine.started[0]?.items[0]).toMatchObject({ conversion: null, work: { write: { scale: null } } });
  });

  it('goes to the named one alone', async () => {
    expect(planned(await assign({ integration: 'projects', proficiency: null }))).toEqual(['0 assign projects p1 9 -']);
  });

  it('and a rated assignment of the same pair are two of the same', async () => {
    expect(complaints(await assign({ integration: 'hr' }, { integration: 'hr', proficiency: { level: 1 } }))).toEqual([
      'DUPLICATE 1',
    ]);
  });

  it('is told where assigning is switched off, though rating is not', async () => {
    hr.integration.failed('ASSIGN_SKILLS', new ProviderError('NOT_OFFERED', 'Not licensed.'));
    expect(planned(await assign({}))).toEqual(['0 assign projects p1 9 -']);
    expect(planned(await rate({ integration: 'hr' }))).toEqual(['0 rate hr 1 java high']);
  });
});
