import { builder } from '../builder.ts';
import { CALL, costs } from '../cost.ts';
import { EmployeeRef } from '../employee/employee.ts';
import { JobProfileRef } from './jobProfile.ts';

builder.objectField(EmployeeRef, 'jobProfile', (t) =>
  t.field({
    type: JobProfileRef,
    extensions: costs({ asks: CALL }),
    nullable: true,
    description: 'The job profile assigned to the employee; null for none or unknown.',
    resolve: (employee, _, { loaders }) => loaders.roles.jobProfile(employee),
  }),
);
