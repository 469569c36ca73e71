import { beforeEach, describe, expect, it } from 'vitest';
import { employeeRow, FakeProvider } from '../../../test/support/fakes/fakeProvider.ts';
import { FakeTasks, WRITER } from '../../../test/support/fakes/fakeTasks.ts';
import { Directory } from '../../directory/directory.ts';
import type { EmployeeField, EmployeeWrite, UpsertEmployeesPort } from '../../domain/ports.ts';
import { ProviderError } from '../../domain/problem.ts';
import { upsertEmployees, type UpsertEmployeeItem } from './upsertEmployees.ts';
import type { WriteAnswer } from './startTask.ts';

const port = (options: Partial<UpsertEmployeesPort>): UpsertEmployeesPort => ({
  batchSize: 10,
  repeat: 'safe',
  run: () => Promise.resolve([]),
  creates: true,
  updates: true,
  fields: [],
  required: [],
  ...options,
});

const EVERY: EmployeeField[] = [
  'workEmail',
  'employeeNumber',
  'givenName',
  'familyName',
  'jobTitle',
  'jobCode',
  'department',
  'location',
  'manager',
  'startDate',
  'exitDate',
  'employmentType',
  'grade',
  'band',
  'customFields',
];

/** One integration that stores everything, one that only creates, one that only updates a few fields, one that cannot. */
const all = new FakeProvider({
  name: 'all',
  ports: { upsertEmployees: port({ fields: EVERY, required: ['workEmail'] }) },
});
const creator = new FakeProvider({
  name: 'creator',
  ports: {
    upsertEmployees: port({
      updates: false,
      fields: ['workEmail', 'givenName', 'manager'],
      required: ['givenName', 'manager'],
    }),
  },
});
const updater = new FakeProvider({
  name: 'updater',
  ports: { upsertEmployees: port({ creates: false, fields: ['givenName'] }) },
});
const none = new FakeProvider({ name: 'none' });

const LEA = employeeRow('1', { name: 'Lea Martin', workEmail: 'Lea@example.test', employeeNumber: '01' });
const BOB = employeeRow('2', { name: 'Bob Stone', workEmail: 'bob@example.test', employeeNumber: '02' });

let directory: Directory;
let engine: FakeTasks;

beforeEach(() => {
  directory = new Directory([all, creator, updater, none].map(({ integration }) => integration));
  for (const name of ['all', 'creator', 'updater']) directory.putEmployees(name, [LEA, BOB]);
  directory.putEmployees('none', [
    employeeRow('8', { name: 'Ann Reed', workEmail: 'ann@example.test' }),
    employeeRow('9', { name: 'No Address' }),
  ]);
  engine = new FakeTasks();
});

const upsert = (...items: (Partial<UpsertEmployeeItem> & { integration: string })[]) =>
  upsertEmployees({ items: items.map((item) => ({ workEmail: 'new@example.test', ...item })) }, WRITER, {
    directory,
    engine,
  });

const complaints = ({ task, userErrors }: WriteAnswer) => {
  expect(task).toBeNull();
  return userErrors.map(({ code, field }) => `${code} ${field.join('.').replace(/^input\.items\./, '')}`);
};

const writes = (answer: WriteAnswer) => {
  expect(answer.userErrors).toEqual([]);
  return (engine.started.at(-1)?.items ?? []).map(({ work }) => work.write);
};

describe('an employee', () => {
  it('whom nobody knows is created with every field that was given', async () => {
    const given = {
      employeeNumber: '77',
      givenName: 'Nia',
      familyName: 'New',
      jobTitle: 'Engineer',
      jobCode: 'E-1',
      department: 'Data',
      location: 'Lyon',
      startDate: '2026-04-01',
      exitDate: '2027-04-01',
      employmentType: 'Contract',
      grade: 'G7',
      band: 'B',
    };
    const customFields = [
      { name: ' Badge', value: 'B-7' },
      { name: 'Desk', value: '4' },
    ];
    const answer = await upsert({ integration: 'all', key: 'x', ...given, customFields });
    expect(writes(answer)).toEqual([
      { workEmail: 'new@example.test', ...given, customFields: { Badge: 'B-7', Desk: '4' }, existing: null },
    ]);
    expect(engine.started[0]).toMatchObject({ kind: 'UPSERT_EMPLOYEES' });
    expect(engine.started[0]?.items[0]).toMatchObject({
      index: 0,
      key: 'x',
      integration: 'all',
      conversion: null,
      warnings: [],
    });
  });

  it.each<[string, Partial<UpsertEmployeeItem>]>([
    ['address, case ignored', { workEmail: 'LEA@example.test' }],
    ['number', { employeeNumber: '01' }],
    ['both', { workEmail: 'lea@example.test', employeeNumber: '01' }],
    ['address, the number being new', { workEmail: 'lea@example.test', employeeNumber: '55' }],
  ])('who is known by %s is updated', async (_, item) => {
    expect(writes(await upsert({ integration: 'all', ...item }))).toMatchObject([{ existing: LEA }]);
  });

  it('who is known elsewhere only is created here', async () => {
    expect(writes(await upsert({ integration: 'all', workEmail: 'ann@example.test' }))).toMatchObject([
      { existing: null },
    ]);
  });

  it('is AMBIGUOUS when the keys are those of two, with no further complaint', async () => {
    expect(
      complaints(await upsert({ integration: 'all', workEmail: 'bob@example.test', employeeNumber: '01' })),
    ).toEqual(['AMBIGUOUS 0.employeeNumber']);
    directory.putEmployees('creator', [employeeRow('3', { workEmail: 'lea@example.test', name: 'Lea Else' })]);
    directory.replaceEmployees('none', new Map());
    expect(complaints(await upsert({ integration: 'creator', workEmail: 'lea@example.test' }))).toEqual([
      'AMBIGUOUS 0.workEmail',
    ]);
  });

  it('is found by its number however that is typed, and by no placeholder', async () => {
    const existing = async (employeeNumber: string) => {
      const [write] = writes(await upsert({ integration: 'all', employeeNumber }));
      return write && 'existing' in write ? (write.existing?.remoteId ?? null) : undefined;
    };
    expect(await existing(' 0\u200b1')).toBe('1');
    directory.putEmployees('all', [employeeRow('7', { name: 'Nia Unnumbered', employeeNumber: 'N/A' })]);
    expect(await existing('N/A')).toBeNull();
  });

  it('is refused where the integration cannot create, or update, such a one', async () => {
    expect(complaints(await upsert({ integration: 'updater' }))).toEqual(['UNSUPPORTED 0.workEmail']);
    expect(complaints(await upsert({ integration: 'creator', workEmail: 'lea@example.test' }))).toEqual([
      'UNSUPPORTED 0.workEmail',
    ]);
  });

  it('is refused without a field that creating needs', async () => {
    expect(complaints(await upsert({ integration: 'creator' }))).toEqual(['INVALID 0.givenName', 'INVALID 0.manager']);
    expect(
      writes(await upsert({ integration: 'creator', givenName: 'Nia', manager: { employeeNumber: '01' } })),
    ).toHaveLength(1);
  });

  it('has no blank values', async () => {
    expect(complaints(await upsert({ integration: 'all', givenName: ' ', employeeNumber: '' }))).toEqual([
      'INVALID 0.employeeNumber',
      'INVALID 0.givenName',
    ]);
  });
});

describe('an update that would lose something', () => {
  it('is refused before a task exists, as a creation is not', async () => {
    const refuses = ({ location }: EmployeeWrite) => (location === undefined ? null : 'The name would be lost.');
    const strict = new FakeProvider({ name: 'strict', ports: { upsertEmployees: port({ fields: EVERY, refuses }) } });
    directory = new Directory([strict.integration]);
    directory.putEmployees('strict', [LEA]);
    const item = { integration: 'strict', location: 'Oslo' };
    const answer = await upsert(item, { ...item, workEmail: 'lea@example.test' });
    expect(answer.userErrors).toEqual([
      { code: 'UNSUPPORTED', message: 'The name would be lost.', field: ['input', 'items', '1'] },
    ]);
    expect(engine.started).toEqual([]);
  });
});

describe('custom fields', () => {
  it('have names and values, each name once', async () => {
    const customFields = [
      { name: 'Badge', value: ' ' },
      { name: ' ', value: 'x' },
      { name: 'Badge ', value: 'B-7' },
    ];
    expect(complaints(await upsert({ integration: 'all', customFields }))).toEqual([
      'INVALID 0.customFields.0.value',
      'INVALID 0.customFields.1.name',
      'DUPLICATE 0.customFields.2.name',
    ]);
  });

  it('are at most 50 at once', async () => {
    const some = (count: number) => Array.from({ length: count }, (_, n) => ({ name: `f${n}`, value: 'x' }));
    expect(complaints(await upsert({ integration: 'all', customFields: some(51) }))).toEqual([
      'INVALID_COUNT 0.customFields',
    ]);
    expect(writes(await upsert({ integration: 'all', customFields: some(50) }))).toHaveLength(1);
  });

  it('are refused where the integration stores none', async () => {
    const item = { integration: 'updater', workEmail: 'lea@example.test', customFields: [{ name: 'a', value: 'b' }] };
    expect(complaints(await upsert(item))).toEqual(['UNSUPPORTED 0.customFields']);
  });
});

describe('a field that the integration does not store', () => {
  it.each([
    'familyName',
    'jobTitle',
    'jobCode',
    'department',
    'location',
    'startDate',
    'exitDate',
    'employmentType',
    'grade',
    'band',
  ] as const)('is refused: %s', async (field) => {
    expect(complaints(await upsert({ integration: 'updater', workEmail: 'lea@example.test', [field]: 'x' }))).toEqual([
      `UNSUPPORTED 0.${field}`,
    ]);
  });

  it('is refused: manager', async () => {
    expect(
      complaints(await upsert({ integration: 'updater', workEmail: 'lea@example.test', manager: { id: 'x' } })),
    ).toEqual(['UNSUPPORTED 0.manager']);
  });

  it('may be a key all the same, as long as it is the record’s own', async () => {
    const known = { integration: 'updater', workEmail: 'lea@example.test', givenName: 'L.' };
    expect(writes(await upsert({ ...known, employeeNumber: '01' }))).toEqual([
      { workEmail: 'lea@example.test', givenName: 'L.', existing: LEA },
    ]);
    // Neither would be stored, and the caller would think it was.
    expect(complaints(await upsert({ ...known, employeeNumber: '55' }))).toEqual(['UNSUPPORTED 0.employeeNumber']);
    expect(complaints(await upsert({ ...known, workEmail: 'new@example.test', employeeNumber: '01' }))).toEqual([
      'UNSUPPORTED 0.workEmail',
    ]);
  });
});

describe('an integration', () => {
  it('that is unknown, or cannot, is complained of', async () => {
    expect(
      complaints(await upsert({ integration: 'other' }, { integration: 'none', workEmail: 'b@example.test' })),
    ).toEqual(['NOT_FOUND 0.integration', 'UNSUPPORTED 1.integration']);
    all.integration.failed('UPSERT_EMPLOYEES', new ProviderError('NOT_OFFERED', 'Not licensed.'));
    const off = await upsert({ integration: 'all' });
    all.integration.worked('UPSERT_EMPLOYEES');
    expect(complaints(off)).toEqual(['UNSUPPORTED 0.integration']);
    expect(off.userErrors[0]?.message).toBe('Not licensed.');
  });
});

describe('a manager', () => {
  it('is named by record where there is one, and by address', async () => {
    expect(writes(await upsert({ integration: 'all', manager: { employeeNumber: '01' } }))).toEqual([
      { workEmail: 'new@example.test', existing: null, managerRemoteId: '1', managerEmail: 'Lea@example.test' },
    ]);
    expect(writes(await upsert({ integration: 'all', manager: { workEmail: 'ann@example.test' } }))).toMatchObject([
      { managerRemoteId: undefined, managerEmail: 'ann@example.test' },
    ]);
  });

  it('is refused when unknown, when several, and when the integration could not tell who it is', async () => {
    directory.putEmployees('none', [
      employeeRow('7', { name: 'X Y', employeeNumber: '7' }),
      employeeRow('6', { name: 'Z', employeeNumber: '7' }),
    ]);
    const item = (manager: UpsertEmployeeItem['manager'], n: number) => ({
      integration: 'all',
      workEmail: `${n}@example.test`,
      manager,
    });
    expect(
      complaints(
        await upsert(
          item({ id: 'x' }, 0),
          item({ employeeNumber: '7' }, 1),
          item({ record: { integration: 'none', remoteId: '9' } }, 2),
        ),
      ),
    ).toEqual(['NOT_FOUND 0.manager', 'AMBIGUOUS 1.manager', 'INVALID 2.manager']);
  });
});

describe('several items', () => {
  it('have no key, address or number twice for one integration', async () => {
    expect(
      complaints(
        await upsert(
          { integration: 'all', key: 'x', workEmail: 'a@example.test', employeeNumber: '5' },
          { integration: 'all', key: 'x', workEmail: 'A@example.test', employeeNumber: '5' },
        ),
      ),
    ).toEqual(['DUPLICATE 1.key', 'DUPLICATE 1.workEmail', 'DUPLICATE 1.employeeNumber']);
  });

  it('are not two of one record, by its number and by its address', async () => {
    expect(
      complaints(
        await upsert(
          { integration: 'all', employeeNumber: '01' },
          { integration: 'all', workEmail: 'lea@example.test' },
        ),
      ),
    ).toEqual(['DUPLICATE 1']);
  });

  it('may write one employee to two integrations', async () => {
    expect(
      writes(
        await upsert(
          { integration: 'all', workEmail: 'lea@example.test' },
          { integration: 'updater', workEmail: 'lea@example.test' },
        ),
      ),
    ).toHaveLength(2);
  });

  it('say nothing of people in their messages', async () => {
    const answer = await upsert(
      { integration: 'creator', workEmail: 'lea@example.test' },
      { integration: 'all', workEmail: 'bob@example.test', employeeNumber: '01' },
      { integration: 'updater', workEmail: 'secret@example.test', department: 'Hidden' },
    );
    expect(answer.userErrors.length).toBeGreaterThan(2);
    expect(JSON.stringify(answer.userErrors)).not.toMatch(/@|Lea|Bob|Hidden|"01"/);
  });
});
