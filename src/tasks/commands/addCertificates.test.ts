import { beforeEach, describe, expect, it } from 'vitest';
import { employeeRow, FakeProvider } from '../../../test/support/fakes/fakeProvider.ts';
import { FakeTasks, WRITER } from '../../../test/support/fakes/fakeTasks.ts';
import { Directory } from '../../directory/directory.ts';
import type { CertificateWrite, WritePort } from '../../domain/ports.ts';
import { addCertificates, type AddCertificateItem } from './addCertificates.ts';

const port: WritePort<CertificateWrite, never> = { batchSize: 1, repeat: 'never', run: () => Promise.resolve([]) };

let directory: Directory;
let engine: FakeTasks;

beforeEach(() => {
  const providers = [
    new FakeProvider({ name: 'talent', ports: { addCertificates: port } }),
    new FakeProvider({ name: 'hr' }),
  ];
  directory = new Directory(providers.map(({ integration }) => integration));
  directory.putEmployees('talent', [employeeRow('1', { name: 'Lea Martin', employeeNumber: '1' })]);
  directory.putEmployees('hr', [employeeRow('2', { name: 'Bob Stone', employeeNumber: '2' })]);
  engine = new FakeTasks();
});

const add = (...items: Partial<AddCertificateItem>[]) =>
  addCertificates(
    {
      items: items.map((item) => ({
        employee: { employeeNumber: '1' },
        integration: 'talent',
        title: 'First aid',
        isStandard: false,
        ...item,
      })),
    },
    WRITER,
    { directory, engine },
  );

const refused = async (...items: Partial<AddCertificateItem>[]) => {
  const { task, userErrors } = await add(...items);
  expect(task).toBeNull();
  return userErrors.map(({ code, field }) => `${code} ${field.slice(2).join('.')}`);
};

describe('a certificate', () => {
  it('is added with what was given', async () => {
    const given = { isStandard: true, issuer: 'Red Cross', validTill: '2028-01-31', licenseNumber: 'L-1' };
    expect((await add({ key: 'k', ...given }, { issuer: null })).task?.kind).toBe('ADD_CERTIFICATES');
    expect(engine.started[0]?.items.map(({ work, key }) => ({ work, key }))).toEqual([
      { key: 'k', work: { operation: 'addCertificates', write: { employeeId: '1', title: 'First aid', ...given } } },
      {
        key: null,
        work: { operation: 'addCertificates', write: { employeeId: '1', title: 'First aid', isStandard: false } },
      },
    ]);
  });

  it('is refused with everything that is wrong', async () => {
    expect(
      await refused(
        { employee: { id: 'x' }, title: ' ', issuer: '', licenseNumber: ' ' },
        { employee: { employeeNumber: '2' } },
        { integration: 'hr' },
        { integration: 'x' },
      ),
    ).toEqual([
      'INVALID 0.title',
      'INVALID 0.issuer',
      'INVALID 0.licenseNumber',
      'NOT_FOUND 0.employee',
      'NOT_FOUND 1.employee',
      'UNSUPPORTED 2.integration',
      'NOT_FOUND 3.integration',
    ]);
  });

  it('comes once, unless the licence is another', async () => {
    expect(
      await refused({ licenseNumber: '1' }, { licenseNumber: '2' }, { title: 'FIRST AID', licenseNumber: '1' }),
    ).toEqual(['DUPLICATE 2']);
  });
});
