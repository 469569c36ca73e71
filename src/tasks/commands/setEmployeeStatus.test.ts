import { beforeEach, describe, expect, it } from 'vitest';
import { employeeRow, FakeProvider } from '../../../test/support/fakes/fakeProvider.ts';
import { FakeTasks, WRITER } from '../../../test/support/fakes/fakeTasks.ts';
import { Directory } from '../../directory/directory.ts';
import type { SetStatusPort } from '../../domain/ports.ts';
import { setEmployeeStatus, type SetEmployeeStatusItem } from './setEmployeeStatus.ts';

const port = (options: Partial<SetStatusPort>): SetStatusPort => ({
  batchSize: 10,
  repeat: 'safe',
  run: () => Promise.resolve([]),
  activates: true,
  deactivates: true,
  ...options,
});

const LEA = employeeRow('1', { name: 'Lea Martin', employeeNumber: '1' });
const BOB = employeeRow('2', { name: 'Bob Stone', employeeNumber: '2', jobTitle: 'Clerk' });

let directory: Directory;
let engine: FakeTasks;

/** One system that does both but would lose a job title, one that only deactivates, one that cannot. */
beforeEach(() => {
  const refuses: SetStatusPort['refuses'] = ({ existing }) =>
    existing.jobTitle === null ? null : 'The job title would be lost.';
  const providers = [
    new FakeProvider({ name: 'both', ports: { setStatus: port({ refuses }) } }),
    new FakeProvider({ name: 'ends', ports: { setStatus: port({ activates: false }) } }),
    new FakeProvider({ name: 'none' }),
  ];
  directory = new Directory(providers.map(({ integration }) => integration));
  for (const name of ['both', 'ends']) directory.putEmployees(name, [LEA, BOB]);
  directory.putEmployees('none', [employeeRow('9', { name: 'Ann Reed', employeeNumber: '9' })]);
  engine = new FakeTasks();
});

const set = (...items: Partial<SetEmployeeStatusItem>[]) =>
  setEmployeeStatus(
    {
      items: items.map((item) => ({ employee: { employeeNumber: '1' }, active: false, integration: 'both', ...item })),
    },
    WRITER,
    { directory, engine },
  );

const refused = async (...items: Partial<SetEmployeeStatusItem>[]) => {
  const { task, userErrors } = await set(...items);
  expect(task).toBeNull();
  return userErrors.map(({ code, field, message }) => `${code} ${field.slice(2).join('.')}: ${message}`);
};

describe('a change of status', () => {
  it('carries the record as it is known', async () => {
    const { task } = await set({ key: 'k' }, { integration: 'ends' });
    expect(task?.kind).toBe('SET_EMPLOYEE_STATUS');
    expect(engine.started[0]?.items).toMatchObject([
      {
        index: 0,
        key: 'k',
        integration: 'both',
        work: { operation: 'setStatus', write: { employeeId: '1', active: false, existing: LEA } },
      },
      { index: 1, key: null, integration: 'ends' },
    ]);
  });

  it('goes only where its direction is possible', async () => {
    expect(await refused({ integration: 'ends', active: true }, { integration: 'none' }, { integration: 'x' })).toEqual(
      [
        'UNSUPPORTED 0.active: ends cannot activate employees.',
        'UNSUPPORTED 1.integration: The provider has no such operation.',
        'NOT_FOUND 2.integration: There is no integration x.',
      ],
    );
  });

  it('is refused where the provider would lose something, in its words', async () => {
    expect(await refused({ employee: { employeeNumber: '2' } })).toEqual([
      'UNSUPPORTED 0: The job title would be lost.',
    ]);
    expect((await set({ employee: { employeeNumber: '2' }, integration: 'ends' })).userErrors).toEqual([]);
  });

  it('is of somebody who has a record there, once', async () => {
    expect(
      await refused(
        { employee: { id: 'x' } },
        { employee: { employeeNumber: '9' } },
        {},
        { active: true, employee: { record: { integration: 'ends', remoteId: '1' } } },
      ),
    ).toEqual([
      'NOT_FOUND 0.employee: No such employee is known.',
      'NOT_FOUND 1.employee: both has no record of this employee.',
      'DUPLICATE 3: An earlier item for both is about the same employee.',
    ]);
  });
});
