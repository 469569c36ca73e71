import type { Directory } from '../../src/directory/directory.ts';
import type { Integration } from '../../src/integrations/integration.ts';
import type { Employee } from '../../src/domain/entities.ts';
import type { Member, Placed } from '../../src/domain/matching/grouping.ts';
import type { EmployeeRow } from '../../src/domain/records.ts';
import { needs } from '../access.ts';
import { builder } from '../builder.ts';
import { costs } from '../cost.ts';
import { conflictsOf, ProviderRecord, RecordConflict, type ProviderRecordShape } from '../providerRecord.ts';
import { EmployeeRef, EmployeeStatusEnum } from './employee.ts';

export interface EmployeeRecordShape extends ProviderRecordShape {
  recordType: 'EmployeeRecord';
  row: EmployeeRow;
}

/** A record as the graph shows it; null when its integration or the record itself is gone. */
export function employeeRecordOf(
  directory: Directory,
  { integration: name, row }: Placed<EmployeeRow>,
): EmployeeRecordShape | null {
  const integration = directory.integration(name);
  const member = directory.employees
    .byRecord(name, row.remoteId)
    ?.records.find((record) => record.integration === name && record.row.remoteId === row.remoteId);
  return integration && member ? shape(integration, member) : null;
}

function shape(integration: Integration, member: Member<EmployeeRow>): EmployeeRecordShape {
  return { recordType: 'EmployeeRecord', integration, row: member.row, match: member };
}

const CustomField = builder.objectRef<{ name: string; value: string }>('CustomField');
CustomField.implement({
  extensions: needs('employees:read'),
  description: "A field that the integration's tenant added to its employees.",
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name there.' }),
    value: t.exposeString('value', { description: 'The value, as text.' }),
  }),
});

export const EmployeeRecord = builder.objectRef<EmployeeRecordShape>('EmployeeRecord');
EmployeeRecord.implement({
  extensions: needs('employees:read'),
  description: "A provider's own object for an employee.",
  interfaces: [ProviderRecord],
  fields: (t) => ({
    sourceId: t.string({
      nullable: true,
      description:
        'The id in the system behind the provider, where the provider is a copy of one (Kombo `remote_id`); null otherwise.',
      resolve: ({ row }) => row.sourceId,
    }),
    employee: t.field({
      type: EmployeeRef,
      description: 'The employee it belongs to.',
      resolve: ({ integration, row }, _, { directory }) => {
        const employee = directory.employees.byRecord(integration.name, row.remoteId);
        if (!employee) throw new Error('a record without its employee');
        return employee;
      },
    }),
    workEmail: t.field({
      type: 'EmailAddress',
      nullable: true,
      description: 'Work e-mail here; null when unknown or malformed.',
      resolve: ({ row }) => row.workEmail,
    }),
    employeeNumber: t.string({
      nullable: true,
      description: 'Employee number or external id here; null when unknown.',
      resolve: ({ row }) => row.employeeNumber,
    }),
    status: t.field({
      type: EmployeeStatusEnum,
      nullable: true,
      description: 'Employment status here; null when unknown or outside the known words, see `statusLabel`.',
      resolve: ({ row }) => row.status,
    }),
    statusLabel: t.string({
      nullable: true,
      description: "The provider's own word for the status; null when it has none.",
      resolve: ({ row }) => row.statusLabel,
    }),
    jobCode: t.string({
      nullable: true,
      description: 'Code that assigns a job profile here; null when unknown.',
      resolve: ({ row }) => row.employment?.jobCode ?? null,
    }),
    customFields: t.field({
      type: [CustomField],
      nullable: true,
      description: "The tenant's own fields, by name, at most 200; null when the provider does not show them.",
      resolve: ({ row }) => customFieldsOf(row),
    }),
  }),
});

function customFieldsOf({ employment }: EmployeeRow): { name: string; value: string }[] | null {
  if (employment?.customFields === undefined) return null;
  return Object.entries(employment.customFields ?? {})
    .map(([name, value]) => ({ name, value }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

const EmployeeIdentity = builder.objectRef<Employee>('EmployeeIdentity');
EmployeeIdentity.implement({
  extensions: needs('employees:read'),
  description: 'How an employee was put together.',
  fields: (t) => ({
    records: t.field({
      type: [EmployeeRecord],
      extensions: costs({ size: 3 }),
      description: 'The records, the anchor first, then by integration precedence. At least one.',
      resolve: ({ records }, _, { directory }) =>
        records.flatMap((member) => {
          const integration = directory.integration(member.integration);
          return integration ? shape(integration, member) : [];
        }),
    }),
    conflicts: t.field({
      type: [RecordConflict],
      extensions: costs({ size: 1 }),
      description: 'Records that may be the same person but were left apart.',
      resolve: ({ conflicts }, _, { directory }) =>
        conflictsOf(conflicts, (placed) => employeeRecordOf(directory, placed)),
    }),
  }),
});

builder.objectField(EmployeeRef, 'identity', (t) =>
  t.field({
    type: EmployeeIdentity,
    description: 'Which records make up this employee, by which rule, and what was left apart.',
    resolve: (employee) => employee,
  }),
);
