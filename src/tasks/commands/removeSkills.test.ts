import { beforeEach, describe, expect, it } from 'vitest';
import { employeeRow, FakeProvider, skillRow } from '../../../test/support/fakes/fakeProvider.ts';
import { FakeTasks, WRITER } from '../../../test/support/fakes/fakeTasks.ts';
import { Directory } from '../../directory/directory.ts';
import type { RatingRemoval, WritePort } from '../../domain/ports.ts';
import { ProviderError } from '../../domain/problem.ts';
import type { RatingRow } from '../../domain/records.ts';
import { removeSkills, type RemoveSkillItem } from './removeSkills.ts';

const port: WritePort<RatingRemoval, RatingRow> = { batchSize: 1, repeat: 'safe', run: () => Promise.resolve([]) };

let hr: FakeProvider;
let directory: Directory;
let engine: FakeTasks;

/** Two systems that can take away, of one of which Lea is unknown, and one that cannot. */
beforeEach(() => {
  hr = new FakeProvider({ name: 'hr', ports: { remove: port } });
  const others = [
    new FakeProvider({ name: 'projects', ports: { remove: port } }),
    new FakeProvider({ name: 'talent' }),
  ];
  directory = new Directory([hr, ...others].map(({ integration }) => integration));
  const lea = employeeRow('1', { name: 'Lea Martin', employeeNumber: '1' });
  directory.putEmployees('hr', [lea]);
  directory.putEmployees('talent', [lea]);
  directory.putSkills('hr', [skillRow('java'), skillRow('go')]);
  directory.putSkills('projects', [skillRow('9', { name: 'Java' }), skillRow('8', { name: 'Only there' })]);
  engine = new FakeTasks();
});

const remove = (...items: Partial<RemoveSkillItem>[]) =>
  removeSkills(
    {
      items: items.map((item) => ({
        employee: { employeeNumber: '1' },
        skill: { name: 'java' },
        integration: 'hr',
        ...item,
      })),
    },
    WRITER,
    { directory, engine },
  );

const complaints = async (...items: Partial<RemoveSkillItem>[]) => {
  const { task, userErrors } = await remove(...items);
  expect(task).toBeNull();
  return userErrors.map(({ code, field }) => `${code} ${field.join('.').replace(/^input\.items\./, '')}`);
};

describe('a removal', () => {
  it('names the records there', async () => {
    const { task, userErrors } = await remove({ key: 'k' }, { skill: { name: 'go' } });
    expect(userErrors).toEqual([]);
    expect(task).toMatchObject({ kind: 'REMOVE_SKILLS', counts: { total: 2 } });
    expect(engine.started[0]).toMatchObject({ ...WRITER, parentId: null, idempotency: null });
    expect(engine.started[0]?.items[0]).toEqual({
      index: 0,
      key: 'k',
      integration: 'hr',
      work: { operation: 'remove', write: { employeeId: '1', skillId: 'java' } },
      conversion: null,
      warnings: [],
    });
  });

  it('is refused with everything that is wrong', async () => {
    expect(
      await complaints(
        { key: 'k', employee: { id: 'x' }, skill: { name: 'x' }, integration: 'x' },
        { key: 'k', integration: 'projects' },
        { skill: { name: 'Only there' } },
        { integration: 'talent' },
      ),
    ).toEqual([
      'NOT_FOUND 0.employee',
      'NOT_FOUND 0.skill',
      'NOT_FOUND 0.integration',
      'DUPLICATE 1.key',
      'NOT_FOUND 1.employee',
      'NOT_FOUND 2.skill',
      'UNSUPPORTED 3.integration',
    ]);
  });

  it('comes once for a pair, however the pair is named', async () => {
    const record = { integration: 'hr', remoteId: 'java' };
    expect(await complaints({}, { skill: { record } }, { skill: { name: 'go' } })).toEqual(['DUPLICATE 1']);
  });

  it('is not offered where the provider turned out not to', async () => {
    hr.integration.failed('REMOVE_SKILLS', new ProviderError('NOT_OFFERED', 'Not in this plan.'));
    const { userErrors } = await remove({});
    expect(userErrors).toEqual([
      { code: 'UNSUPPORTED', message: 'Not in this plan.', field: ['input', 'items', '0', 'integration'] },
    ]);
  });
});
