import { WRITES } from '../../src/domain/operations.ts';
import { addCertificates } from '../../src/tasks/commands/addCertificates.ts';
import { builder } from '../builder.ts';
import { EmployeeLookup } from '../lookups.ts';
import { TaskPayload } from './payload.ts';
import { SAME_IDEMPOTENCY_KEY, SAME_KEY, VALIDATE_ONLY, WHERE } from './startInput.ts';
import { writeExtensions } from './writeExtensions.ts';

const AddCertificateItem = builder.inputType('AddCertificateItem', {
  description: 'One certificate.',
  fields: (t) => ({
    key: t.string({ description: SAME_KEY }),
    employee: t.field({ type: EmployeeLookup, required: true, description: 'Who.' }),
    integration: t.string({ required: true, description: WHERE }),
    title: t.string({ required: true, description: 'The title.' }),
    isStandard: t.boolean({
      required: true,
      defaultValue: false,
      description: "Whether the title is one of the provider's standard certificates.",
    }),
    issuer: t.string({ description: 'Who issued it.' }),
    validTill: t.field({ type: 'Date', description: 'Last day on which it is valid.' }),
    licenseNumber: t.string({ description: 'Number of the licence.' }),
  }),
});

const AddCertificatesInput = builder.inputType('AddCertificatesInput', {
  description: 'Certificates to add.',
  fields: (t) => ({
    items: t.field({
      type: [AddCertificateItem],
      required: true,
      description: '1 to 1000 certificates, no employee, title and licence number twice for one integration.',
    }),
    idempotencyKey: t.string({ description: SAME_IDEMPOTENCY_KEY }),
    validateOnly: t.boolean({ required: true, defaultValue: false, description: VALIDATE_ONLY }),
  }),
});

builder.mutationField('addCertificates', (t) =>
  t.field({
    type: TaskPayload,
    extensions: writeExtensions(WRITES.addCertificates),
    description:
      'Adds certificates to employees. Accepted is not applied: a certificate may show much later, or never. Never repeated by itself: without an answer an item ends OUTCOME_UNKNOWN.',
    args: { input: t.arg({ type: AddCertificatesInput, required: true, description: 'The certificates.' }) },
    resolve: (_, { input }, { directory, tasks, viewer }) =>
      addCertificates(input, viewer, { directory, engine: tasks }),
  }),
);
