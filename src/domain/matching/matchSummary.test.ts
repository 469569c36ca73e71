import { expect, it } from 'vitest';
import { employeeRow } from '../../../test/support/fakes/fakeProvider.ts';
import { employeeOf } from '../entities.ts';
import { matchEmployees } from './employeeMatch.ts';
import { matchSummaryOf } from './matchSummary.ts';

it('counts records, the employees they became, and those left apart by reason', () => {
  const placed = [
    { integration: 'hr', row: employeeRow('1', { name: 'Lea Martin', employeeNumber: '7' }) },
    { integration: 'hr', row: employeeRow('2', { name: 'Bob Stone', workEmail: 'desk@example.test' }) },
    { integration: 'hr', row: employeeRow('3', { name: 'Ann Reed', workEmail: 'desk@example.test' }) },
    { integration: 'talent', row: employeeRow('t1', { name: 'Lea Martin', employeeNumber: '7' }) },
    { integration: 'talent', row: employeeRow('t2', { name: 'Omar Diaz', employeeNumber: '7b' }) },
  ];
  const employees = matchEmployees(placed, ['hr', 'talent']).map(employeeOf);
  expect(matchSummaryOf(employees)).toEqual({
    records: 5,
    employees: 4,
    apart: [{ reason: 'SHARED_EMAIL', employees: 2 }],
  });
});
